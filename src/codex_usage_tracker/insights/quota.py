"""What a percent of a limit is worth: credits, dollars and tokens, from windows that can be compared."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codex_usage_tracker.insights.windows import Window

LEAST_PERCENT = 5
COVERED_PERCENT = 95
WINDOWS = 8
"""Allowances change, so only so many of the latest windows count."""
FULL = 100.0


class Stretch(NamedTuple):
    """Of one window the part whose use can be set against its calls: from a snapshot up to and with a later one."""

    since: int
    until: int
    percent: float


class Spent(NamedTuple):
    """What the calls of a stretch used; USD and credits in units, with the tokens that these stand for."""

    tokens: int
    usd: int
    priced_tokens: int
    credits: int
    credited_tokens: int


class Spread(NamedTuple):
    """What one percent is worth in n windows, in whole units."""

    n: int
    least: int
    lower: int
    median: int
    upper: int
    most: int


class Quota(NamedTuple):
    """What a percent is worth, each None where too little is known."""

    credits: Spread | None
    usd: Spread | None
    tokens: Spread | None


def stretch(window: Window) -> Stretch | None:
    """Return the part of a window to measure; None where too little was used or its percents cannot be compared.

    From 100 % on use goes uncounted.
    """
    points = [point for point in window.points if point.used < FULL]
    if not window.even or len(points) < 2 or points[-1].used - points[0].used < LEAST_PERCENT:  # noqa: PLR2004
        return None
    return Stretch(points[0].at + 1, points[-1].at + 1, points[-1].used - points[0].used)


def per_percent(part: Stretch, amount: int, known: int, tokens: int) -> int | None:
    """Return an amount for one percent, rounded; None of nothing, or unless nearly all tokens have a known one."""
    if not amount or known * 100 < tokens * COVERED_PERCENT:
        return None
    return round(Fraction(amount) / Fraction(part.percent))


def quota(measured: Sequence[tuple[Stretch, Spent]]) -> Quota:
    """Return what a percent was worth in the latest windows of one limit and plan, given the newest first."""
    return Quota(
        _spread(per_percent(part, one.credits, one.credited_tokens, one.tokens) for part, one in measured),
        _spread(per_percent(part, one.usd, one.priced_tokens, one.tokens) for part, one in measured),
        _spread(per_percent(part, one.tokens, one.tokens, one.tokens) for part, one in measured),
    )


def _spread(amounts: Iterable[int | None]) -> Spread | None:
    found = sorted([one for one in amounts if one is not None][:WINDOWS])
    if not found:
        return None
    last = len(found) - 1
    median = (found[last // 2] + found[(last + 1) // 2]) // 2
    return Spread(len(found), found[0], found[last // 4], median, found[last - last // 4], found[-1])
