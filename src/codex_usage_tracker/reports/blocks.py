"""Blocks of five hours: windows as the logs told of them, and where they tell of none, derived from the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.contract.limits import Block, Blocks, Projection
from codex_usage_tracker.pricing.money import credits_text, usd_text
from codex_usage_tracker.query import limits as query
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.query.limits import CODEX, EVER, Span
from codex_usage_tracker.reports.scope import NUMBER_NAMES, numbers, schema, scope_of
from codex_usage_tracker.reports.windows import LEARNED_DAYS, account_of, forecast_of, past_of, windows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codex_usage_tracker.contract import Numbers
    from codex_usage_tracker.insights.windows import Window
    from codex_usage_tracker.query.limits import Past
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.query.run import Numbers as Sums

MINUTES = 300
HOUR_MS = 3_600_000
BLOCK_MS = 5 * HOUR_MS
LEAST_MS = HOUR_MS // 6
"""A block that runs for less long shows no pace."""


class Stretch(NamedTuple):
    """A block's bounds; where it was observed the account's calls alone, and the windows up to its own."""

    since: int
    until: int
    account: str | None = None
    windows: Sequence[Window] = ()


def blocks(reader: Reader, *, since: int = 0, until: int | None = None, active: bool = False, limit: int = 0) -> Blocks:
    """Return the blocks that lie in a range or reach into it, the newest first, or the running ones alone."""
    late = _stretches(reader, past_of(reader, LEARNED_DAYS))
    found = _between(late, since, until)
    if not late or not (active or since >= late[0].since or 0 < limit < len(found)):
        found = _between(_stretches(reader), since, until)
    if active:
        found = [one for one in found if one.since <= reader.now < one.until]
    shown = found[-limit:][::-1] if limit else found[::-1]
    spans = [Span(one.since, one.until, CODEX if one.windows else None, one.account) for one in shown]
    used = query.used(reader.db, spans)
    return Blocks(
        schema=schema("blocks"),
        scope=scope_of(reader, Filter(since=since or None, until=until)),
        rows=[_block(reader, one, sums) for one, sums in zip(shown, used, strict=True) if sums is not None],
        row_count=len(shown),
        truncated=len(shown) < len(found),
    )


def _between(found: Sequence[Stretch], since: int, until: int | None) -> list[Stretch]:
    return [one for one in found if one.until > since and (until is None or one.since < until)]


def _stretches(reader: Reader, past: Past = EVER) -> list[Stretch]:
    """Return the blocks of a past, the oldest first: from an observed one on, as the others follow from it."""
    observed = [one for one in _observed(reader, past) if one.since >= past.since]
    if not observed and past != EVER:
        return []
    since = min(one.until for one in observed) if past != EVER else 0
    return sorted([*observed, *_derived(reader, observed, since)], key=lambda one: (one.since, one.until))


def _observed(reader: Reader, past: Past) -> Iterator[Stretch]:
    """Give the windows of five hours in which something was used."""
    found = windows_of(reader, past, (CODEX, MINUTES))
    for limit, windows in found.items():
        account = account_of(limit, several=len(found) > 1)
        for index, window in enumerate(windows):
            if window.used or _was_used(reader, window.starts_at, window.over_at):
                yield Stretch(window.starts_at, window.over_at, account, windows[: index + 1])


def _was_used(reader: Reader, since: int, until: int) -> bool:
    """Say whether calls used a window by less than a percent; one that rolled on meanwhile was idle."""
    called = query.first_call(reader.db, since)
    return until - since <= BLOCK_MS and called is not None and called < until


def _derived(reader: Reader, observed: Sequence[Stretch], since: int) -> Iterator[Stretch]:
    """Give blocks that begin, on the hour, with the first call after the one before; none within observed ones."""
    known = sorted((one.since, one.until) for one in observed)
    at = query.first_call(reader.db, since)
    ended = place = 0
    while at is not None:
        while place < len(known) and known[place][1] <= at:
            ended, place = max(ended, known[place][1]), place + 1
        following = known[place] if place < len(known) else None
        if following and following[0] <= at:
            at = query.first_call(reader.db, following[1])
            continue
        start = max(at // HOUR_MS * HOUR_MS, ended)
        ended = min(start + BLOCK_MS, following[0]) if following else start + BLOCK_MS
        yield Stretch(start, ended)
        at = query.first_call(reader.db, ended)


def _block(reader: Reader, one: Stretch, sums: Sums) -> Block:
    active = one.since <= reader.now < one.until
    window = one.windows[-1] if one.windows else None
    used = numbers(sums)
    return Block(
        starts_at=one.since,
        ends_at=one.until,
        basis="observed" if window else "derived",
        active=active,
        account=one.account or None,
        plan=window.plan if window else None,
        used_percent=window.used if window else None,
        used=used,
        projection=_projection(one, sums, used, reader.now) if active else None,
        forecast=forecast_of(reader, one.windows) if active and window else None,
    )


def _projection(one: Stretch, sums: Sums, used: Numbers, now: int) -> Projection | None:
    """Return what a running block comes to at its own pace."""
    passed, whole = now - one.since, one.until - one.since
    if passed < LEAST_MS:
        return None
    named = dict(zip(NUMBER_NAMES, sums, strict=True))
    tokens = named["total_tokens"]
    return Projection(
        tokens_per_hour=tokens * HOUR_MS // passed,
        total_tokens=tokens * whole // passed,
        usd=None if used.usd is None else usd_text(named["usd"] * whole // passed),
        credits=None if used.credits is None else credits_text(named["credits"] * whole // passed),
    )
