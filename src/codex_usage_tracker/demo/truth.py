"""The true totals of a demo history: every API response once."""

from collections import defaultdict

import msgspec

from codex_usage_tracker.demo.usage import Usage

SCHEMA = "codex-usage-tracker-demo-truth-v1"


class Tokens(msgspec.Struct):
    """The five token kinds of some calls; cached and cache_write are parts of input, reasoning is part of output."""

    input: int = 0
    cached: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0


class Sum(msgspec.Struct):
    """Some calls and their five token kinds."""

    calls: int = 0
    input: int = 0
    cached: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0

    def add(self, other: "Sum") -> None:
        """Take up another sum."""
        self.calls += other.calls
        self.input += other.input
        self.cached += other.cached
        self.cache_write += other.cache_write
        self.output += other.output
        self.reasoning += other.reasoning

    def bill(self, usage: Usage) -> None:
        """Take up one call."""
        self.calls += 1
        self.input += usage.input_tokens
        self.cached += usage.cached_input_tokens
        self.cache_write += usage.cache_write_input_tokens
        self.output += usage.output_tokens
        self.reasoning += usage.reasoning_output_tokens


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
    """Adds up the calls of all threads."""

    def __init__(self) -> None:
        """Open an empty ledger."""
        self.total = Sum()
        self.by_model: defaultdict[str, Sum] = defaultdict(Sum)
        self.by_thread: defaultdict[str, Sum] = defaultdict(Sum)
        self.by_kind: defaultdict[str, Sum] = defaultdict(Sum)
        self.by_day: defaultdict[str, Sum] = defaultdict(Sum)

    def enter(self, thread: str, cells: dict[tuple[str, str, str], Sum]) -> None:
        """Take up one thread's sums by (model, kind, date)."""
        for (model, kind, day), cell in cells.items():
            self.total.add(cell)
            self.by_thread[thread].add(cell)
            self.by_model[model].add(cell)
            self.by_kind[kind].add(cell)
            self.by_day[day].add(cell)

    def truth(self, seed: int) -> Truth:
        """Return the totals so far."""
        total = self.total
        tokens = Tokens(total.input, total.cached, total.cache_write, total.output, total.reasoning)
        days = dict(sorted(self.by_day.items()))
        return Truth(
            SCHEMA, total.calls, seed, tokens, dict(self.by_model), dict(self.by_thread), dict(self.by_kind), days
        )
