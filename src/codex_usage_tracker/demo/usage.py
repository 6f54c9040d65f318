"""The tokens of a call, and how a thread's context grows, is cached and is compacted."""

from operator import add

import msgspec
from msgspec.structs import astuple

from codex_usage_tracker.demo.dice import Dice
from codex_usage_tracker.demo.moments import MINUTE

_FULL = 228_000
_LONGEST = 8_000
_CACHE_LIFE = 40 * MINUTE
_CACHE_STEP = 128
_EFFORT = {None: 1.0, "low": 0.5, "medium": 1.0, "high": 1.9, "xhigh": 3.2}


class Usage(msgspec.Struct, frozen=True):
    """The six figures of one response or of a running sum, named as the client names them."""

    input_tokens: int = 0
    cached_input_tokens: int = 0
    cache_write_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_output_tokens: int = 0
    total_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(*map(add, astuple(self), astuple(other)))


NOTHING = Usage()


def _stepped(tokens: float) -> int:
    """Round tokens down to the steps in which the API caches."""
    return int(tokens) // _CACHE_STEP * _CACHE_STEP


class Context:
    """The context of one thread: its size in tokens and the prefix that the API still has in its cache."""

    def __init__(self, dice: Dice, base: int) -> None:
        self.dice = dice
        self.base = base
        self.size = base + dice.span(40, 900)
        self.warm = _stepped(base * 0.93) if dice.chance(0.5) else 0
        self.used_at = 0

    @property
    def is_full(self) -> bool:
        """Tell whether the client must compact before the next call."""
        return self.size > _FULL

    def grow(self, tokens: float) -> None:
        """Take up a prompt or the output of a tool, which the client cuts when it is long."""
        self.size += min(_LONGEST, int(tokens))

    def call(self, now: int, effort: str | None, *, final: bool) -> Usage:
        """Make one call: the whole context goes in, an answer comes out and joins the context."""
        dice = self.dice
        reasoning = 0
        if dice.chance(0.62):
            reasoning = 64 * min(30, 1 + int(dice.around(3.4 * _EFFORT[effort], 0.7)))
        visible = min(1_400, max(50, int(dice.around(380 if final else 120, 0.6))))
        usage = self._usage(now, visible + reasoning, reasoning)
        self.size += visible + reasoning // 2
        return usage

    def compact(self, now: int) -> Usage:
        """Summarise the context in one remote call and go on with the summary."""
        summary = self.dice.span(400, 1_600)
        usage = self._usage(now, summary, 0)
        self.size = self.base + self.dice.span(1_500, 9_000) + summary
        self.warm = _stepped(self.base * 0.9)
        return usage

    def _usage(self, now: int, output: int, reasoning: int) -> Usage:
        cached, write = self._cached(now), 0
        if self.dice.chance(0.35):
            write = min(_CACHE_STEP * self.dice.span(1, 6), _stepped(self.size - cached))
        self.warm, self.used_at = self.size, now
        return Usage(self.size, cached, write, output, reasoning, self.size + output)

    def _cached(self, now: int) -> int:
        """Return how much of the context the API still has: mostly all of the last request, sometimes the base."""
        cold = self.used_at and now - self.used_at > _CACHE_LIFE
        if cold or self.dice.chance(0.025):
            return _stepped(self.base * 0.93) if self.dice.chance(0.5) else 0
        return min(_stepped(self.warm), _stepped(self.size - 1))
