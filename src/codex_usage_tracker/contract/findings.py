"""What was found in calls and threads, and what is at stake in it."""

from typing import Any

import msgspec


class Finding(msgspec.Struct, kw_only=True):
    """What a rule found: why, and what to do.

    `stake` (USD, of credits where there is no price in USD) and `credits` are what its `tokens` are worth, as decimal
    texts, null where there is no price; no token of a call stands in two findings. `waste` says that they need not have
    been spent. `severity` is high, medium or review.
    """

    key: str
    title: str
    severity: str
    stake: str | None
    credits: str | None
    tokens: int
    waste: bool
    why: str
    action: str


class FindingSum(msgspec.Struct, kw_only=True):
    """What a rule found in several calls; the words are those of `Finding`, `share` a part of the cost of all calls."""

    key: str
    title: str
    severity: str
    stake: str | None
    credits: str | None
    tokens: int
    waste: bool
    calls: int
    share: str | None
    action: str


class Attention(msgspec.Struct, kw_only=True):
    """What is at stake in a call, as a decimal text in USD, why, and what to do first."""

    score: str | None
    severity: str
    findings: list[Finding]
    action: str | None


class ThreadAttention(msgspec.Struct, kw_only=True):
    """What is at stake in a thread and those below it: the sum over its calls."""

    score: str | None
    severity: str
    flagged_calls: int
    findings: list[FindingSum]
    action: str | None


class CacheState(msgspec.Struct, kw_only=True):
    """What became of the cache before a call.

    `state` is first_call, post_compaction, warm_reuse, uncached_spike, partial_miss, model_switch, cold_resume,
    cache_break or unknown; `lost_tokens` could have come from the cache, and cost so much more than cached ones.
    """

    state: str
    lost_tokens: int
    lost_usd: str | None
    lost_credits: str | None
    idle_ms: int


class Signal(msgspec.Struct, kw_only=True):
    """A moment or a trend in the life of a thread.

    `key` is first_expensive_turn, largest_jump, cache_trend, context_trend or agents_before_spike; a trend's `value` is
    how much the share of its second half is above that of the first.
    """

    key: str
    title: str
    at: int | None
    record_id: str | None
    value: float | None
    why: str
    action: str | None


class ViewLink(msgspec.Struct, kw_only=True):
    """The state of a view that shows what is told of: its filters are parameters of the questions.

    Without a `sort` the view has one order alone.
    """

    view: str
    filters: dict[str, Any]
    sort: str = ""
    direction: str = "desc"
