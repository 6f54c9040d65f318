"""The true totals of a demo history: every API response once."""

from collections import defaultdict
from operator import add

import msgspec
from msgspec.structs import astuple

from codex_usage_tracker.demo.usage import Usage

SCHEMA = "codex-usage-tracker-demo-truth-v1"


class Tokens(msgspec.Struct):
    """The five token kinds of some calls; cached and cache_write are parts of input, reasoning is part of output."""

    input: int
    cached: int
    cache_write: int
    output: int
    reasoning: int


class Sum(Tokens):
    """Some calls and their five token kinds."""

    calls: int


class Truth(msgspec.Struct):
    """What a demo history truly bills, in total and by model, thread, kind of call and UTC date.

    The kinds are user, subagent, review, guardian (by the thread) and compaction (in any thread).
    """

    schema: str
    calls: int
    seed: int
    tokens: Tokens
    by_model: dict[str, Sum]
    by_thread: dict[str, Sum]
    by_kind: dict[str, Sum]
    by_day: dict[str, Sum]


class Ledger:
    """Adds up the calls of all threads by model, thread, kind and date."""

    def __init__(self) -> None:
        self._cells: defaultdict[tuple[str, ...], list[int]] = defaultdict(lambda: [0] * 6)

    def bill(self, usage: Usage, *names: str) -> None:
        """Take up one call."""
        cell = self._cells[names]
        cell[:] = map(add, cell, (*astuple(usage)[:5], 1))

    def _by(self, place: int) -> dict[str, Sum]:
        sums: defaultdict[str, list[int]] = defaultdict(lambda: [0] * 6)
        for names, cell in self._cells.items():
            sums[names[place]][:] = map(add, sums[names[place]], cell)
        return {name: Sum(*sums[name]) for name in sorted(sums)}

    def truth(self, seed: int) -> Truth:
        """Return the totals so far."""
        *tokens, calls = map(sum, zip(*self._cells.values(), strict=True))
        return Truth(SCHEMA, calls, seed, Tokens(*tokens), *(self._by(place) for place in range(4)))
