"""`thresholds.json`: from where on a call or thread is worth a look."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from codex_usage_tracker.config.values import Amount, check_amount

Ratio = Annotated[float, Meta(ge=0, le=1)]
Tokens = Annotated[int, Meta(ge=0, le=10**15)]


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
    examples: Any = None

    def __post_init__(self) -> None:
        check_amount("high_cost_usd", self.high_cost_usd)
        if self.elevated_context_percent > self.high_context_percent:
            elevated, high = self.elevated_context_percent, self.high_context_percent
            raise ValueError(f"`elevated_context_percent` ({elevated}) is above `high_context_percent` ({high})")
