"""Findings lay claim to a call's tokens, each token once, and that is what is at stake in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


class Purse:
    """The tokens of a call that no finding has claimed yet."""

    __slots__ = ("cached", "output", "plain", "rate", "written")

    def __init__(self, call: Call) -> None:
        self.plain, self.cached = call.input - call.cached - call.written, call.cached
        self.written, self.output = call.written, call.output
        self.rate = call.rate

    def take(self, claim: Claim) -> Taken:
        """Take what is left of the tokens that a claim wants."""
        _, uncached, cached, output, _, over_cached = claim
        plain = min(self.plain, uncached)
        written = min(self.written, uncached - plain)
        cached, output = min(self.cached, cached), min(self.output, output)
        self.plain -= plain
        self.written -= written
        self.cached -= cached
        self.output -= output
        taken = (plain, cached - plain - written if over_cached else cached, written, output)
        usd, credits_ = self.rate
        return Taken(_worth(taken, usd), _worth(taken, credits_), plain + cached + written + output)


def _worth(taken: tuple[int, int, int, int], prices: Prices | None) -> int | None:
    """Return what tokens cost; a claim over cached input has fewer of these."""
    if prices is None:
        return None
    return max(0, taken[0] * prices[0] + taken[1] * prices[1] + taken[2] * prices[2] + taken[3] * prices[3])
