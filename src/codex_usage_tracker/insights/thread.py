"""A thread as the rules see it: its calls in order, and who works beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from codex_usage_tracker.model import PRINTED_THREAD, PRINTED_TURN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codex_usage_tracker.config.thresholds import Thresholds

PPM = 1_000_000
MINUTE_MS = 60_000
USD_PER_CREDIT_UNIT = 4
"""USD units of a credit unit: 25 credits are a dollar."""
Prices = tuple[int, int, int, int]
"""USD units of a token of uncached input, cached input, cache write and output."""


class Rate(NamedTuple):
    """What a call's tokens cost: in USD, or else what its credits are worth; and in credits. None where unknown."""

    usd: Prices | None
    credits: Prices | None


class Call(NamedTuple):
    """One call: its tokens, what it cost in USD units, and what the log tells of its tools."""

    id: int
    key: int
    at: int
    turn: int | None
    input: int
    cached: int
    written: int
    output: int
    reasoning: int
    usd: int | None
    window: int | None
    duration_ms: int | None
    model: str
    kind: str
    basis: str
    reason: str
    rate: Rate
    failed: int = 0
    ended_with_1: int = 0
    succeeded: int = 0
    searching: int = 0
    answer_tokens: int = 0
    compacted: int = 0

    @property
    def single(self) -> bool:
        """Whether it is one response, and not tokens of several that no line tells of."""
        return self.basis not in {"gap", PRINTED_TURN, PRINTED_THREAD}

    @property
    def uncached(self) -> int:
        """Input that was not read from the cache."""
        return self.input - self.cached

    @property
    def failing(self) -> bool:
        """Whether its tools failed; a search that finds nothing has not."""
        return self.failed > 0 or (self.ended_with_1 > 0 and not self.searching)


class Cache(NamedTuple):
    """A state, input tokens that could have come from the cache but did not, and milliseconds of idling before."""

    state: str
    lost: int = 0
    idle_ms: int = 0


class Thread(NamedTuple):
    """A thread's calls in order, and those by place that missed the cache; `orphan` is an agent of an unknown parent.

    `swarm` is how many sub-agents of its root thread began about when it did, itself included; 0 if it is none.
    """

    calls: list[Call]
    misses: list[tuple[int, Cache]]
    orphan: bool = False
    swarm: int = 0


class Bounds(NamedTuple):
    """The thresholds as whole numbers: ratios in parts per million, instants in milliseconds, USD in units."""

    low_cache: int
    high_context: int
    elevated_context: int
    uncached: int
    large: int
    high_reasoning: int
    reasoning_output: int
    low_output_total: int
    low_output: int
    high_cost: int
    idle_ms: int
    cache_miss: int
    retries: int
    tool_tokens: int
    tool_share: int
    runaway: int
    swarm_agents: int
    swarm_ms: int
    fresh_tokens: int


def bounds_of(told: Thresholds) -> Bounds:
    """Return the thresholds as whole numbers."""
    return Bounds(
        low_cache=_ppm(told.low_cache_ratio),
        high_context=_ppm(told.high_context_percent),
        elevated_context=_ppm(told.elevated_context_percent),
        uncached=told.high_uncached_input_tokens,
        large=told.large_cumulative_tokens,
        high_reasoning=_ppm(told.high_reasoning_ratio),
        reasoning_output=told.reasoning_min_output_tokens,
        low_output_total=told.expensive_low_output_total_tokens,
        low_output=told.low_output_tokens,
        high_cost=int(told.high_cost_usd * 10**12),
        idle_ms=told.cache_idle_minutes * MINUTE_MS,
        cache_miss=_ppm(told.cache_miss_ratio),
        retries=told.retry_calls,
        tool_tokens=told.tool_output_tokens,
        tool_share=_ppm(told.tool_output_ratio),
        runaway=told.runaway_calls,
        swarm_agents=told.swarm_agents,
        swarm_ms=told.swarm_minutes * MINUTE_MS,
        fresh_tokens=told.fresh_thread_tokens,
    )


def _ppm(ratio: float) -> int:
    return round(ratio * PPM)


def rate_of(row: tuple[int | None, ...]) -> Rate:
    """Return a rate made of its stored columns: four of USD units, three of credit units."""
    credits_ = row[4:5] + row[5:6] + row[4:5] + row[6:]
    if None in credits_:
        return Rate(None if None in row[:4] else row[:4], None)  # type: ignore[arg-type]
    worth = tuple(units * USD_PER_CREDIT_UNIT for units in credits_ if units is not None)
    return Rate(worth if None in row[:4] else row[:4], credits_)  # type: ignore[arg-type]


STORED = Call._fields.index("model")
"""So many of a call's fields are columns; then come those of its profile and its rate, and the facts."""


def calls_of(
    told: Sequence[tuple[tuple[Any, ...], tuple[int, ...]]], sorts: Mapping[tuple[int, int | None], tuple[Any, ...]],
) -> list[Call]:  # fmt: skip
    """Return calls made of their stored columns and facts; `sorts` has what profiles and rates tell."""
    made: list[Call] = list(map(Call._make, [row[:STORED] + sorts[row[STORED:-1]] + facts for row, facts in told]))
    return made
