"""`thresholds.json`: from where on a call or thread is worth a look."""

from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from codex_usage_tracker.config.values import Amount, check_amount

Ratio = Annotated[float, Meta(ge=0, le=1)]
Tokens = Annotated[int, Meta(ge=0, le=10**15)]
Count = Annotated[int, Meta(ge=2, le=10**6)]
Minutes = Annotated[int, Meta(ge=1, le=10**6)]


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """Ratios and shares from 0 to 1 (`high_context_percent` too: 0.6 is 60 %), tokens, and USD."""

    low_cache_ratio: Ratio = 0.30
    high_context_percent: Ratio = 0.60
    elevated_context_percent: Ratio = 0.50
    high_uncached_input_tokens: Tokens = 10_000
    large_cumulative_tokens: Tokens = 200_000
    high_reasoning_ratio: Ratio = 0.75
    reasoning_min_output_tokens: Tokens = 100
    expensive_low_output_total_tokens: Tokens = 20_000
    low_output_tokens: Tokens = 100
    high_cost_usd: Amount = Decimal("1.00")
    cache_idle_minutes: Minutes = 5
    cache_miss_ratio: Ratio = 0.50
    retry_calls: Count = 3
    tool_output_tokens: Tokens = 8_000
    tool_output_ratio: Ratio = 0.60
    runaway_calls: Count = 100
    swarm_agents: Count = 8
    swarm_minutes: Minutes = 15
    fresh_thread_tokens: Tokens = 30_000
    examples: Any = None

    def __post_init__(self) -> None:
        check_amount("high_cost_usd", self.high_cost_usd)
        if self.elevated_context_percent > self.high_context_percent:
            elevated, high = self.elevated_context_percent, self.high_context_percent
            raise ValueError(f"`elevated_context_percent` ({elevated}) is above `high_context_percent` ({high})")
