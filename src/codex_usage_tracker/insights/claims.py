"""Findings lay claim to a call's tokens, each token once, and that is what is at stake in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from codex_usage_tracker.insights.thread import Bounds, Call, Prices, Thread

ALL = 1 << 62


class Claim(NamedTuple):
    """Tokens of a call, by its place in the thread, that a rule points at: as many as are left of each class.

    `over_cached` counts only what uncached input costs more than cached input; `detail` is the rule's own figure.
    """

    place: int
    uncached: int = 0
    cached: int = 0
    output: int = 0
    detail: int = 0
    over_cached: bool = False


class Rule(NamedTuple):
    """One rule: what it finds in a thread, and what there is to be said and done about it.

    `waste` says that its tokens need not have been spent.
    """

    key: str
    title: str
    action: str
    waste: bool
    found: Callable[[Thread, Bounds], Iterable[Claim]]
    why: Callable[[int, int], str]


class Taken(NamedTuple):
    """What a claim comes to: USD units and credit units, None where there is no price, and tokens."""

    usd: int | None
    credits: int | None
    tokens: int


def settled(call: Call, claims: Iterable[Claim]) -> Iterator[Taken]:
    """Give what each of a call's claims comes to, of the tokens that those before it have left."""
    plain_left, cached_left = call.input - call.cached - call.written, call.cached
    written_left, output_left = call.written, call.output
    usd, credits_ = call.rate
    for _, uncached, of_cached, of_output, _, over_cached in claims:
        plain, cached, output = min(plain_left, uncached), min(cached_left, of_cached), min(output_left, of_output)
        written = min(written_left, uncached - plain)
        plain_left -= plain
        written_left -= written
        cached_left -= cached
        output_left -= output
        over = plain + written if over_cached else 0
        taken = (plain, cached - over, written, output)
        yield Taken(_worth(taken, usd), _worth(taken, credits_), plain + cached + written + output)


def _worth(taken: tuple[int, int, int, int], prices: Prices | None) -> int | None:
    """Return what tokens cost; a claim over cached input has fewer of these."""
    if prices is None:
        return None
    plain, cached, written, output = taken
    return max(0, plain * prices[0] + cached * prices[1] + written * prices[2] + output * prices[3])
