"""What became of the cache between a call and the one before it in its thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.insights.thread import PPM, Cache

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codex_usage_tracker.insights.thread import Bounds, Call

LEAST_TOKENS = 1_024
"""The API caches no shorter beginnings of a request."""
WARM = 850_000
"""Parts per million of what could come from the cache, from where on a call is warm."""
FIRST, COMPACTED, UNKNOWN = "first_call", "post_compaction", "unknown"
REUSE, SPIKE, PARTIAL = "warm_reuse", "uncached_spike", "partial_miss"
SWITCH, COLD, BREAK = "model_switch", "cold_resume", "cache_break"


def diagnosis(call: Call, before: Call | None, bounds: Bounds) -> Cache:
    """Say how much of a call's input came from the cache, and why not more."""
    if before is None:
        return Cache(FIRST)
    if not (call.single and before.single):
        return Cache(UNKNOWN)
    idle = idle_ms(call, before)
    if call.reason == "post_compaction" or before.kind == "compaction" or before.compacted:
        return Cache(COMPACTED, 0, idle)
    reusable = min(call.input, before.input)
    lost = max(reusable - call.cached, 0)
    if lost < LEAST_TOKENS or call.cached * PPM >= WARM * reusable:
        fresh = call.uncached >= bounds.uncached and call.uncached > 2 * before.uncached
        return Cache(SPIKE if fresh else REUSE, lost, idle)
    return Cache(_reason(call, before, idle, bounds), lost, idle)


def _reason(call: Call, before: Call, idle: int, bounds: Bounds) -> str:
    """Return why input was lost from the cache."""
    if call.cached * PPM >= bounds.cache_miss * min(call.input, before.input):
        return PARTIAL
    if call.model != before.model:
        return SWITCH
    return COLD if idle >= bounds.idle_ms else BREAK


def idle_ms(call: Call, before: Call) -> int:
    """Return how long nothing was asked before a call."""
    return max(call.at - before.at - (call.duration_ms or 0), 0)


def misses(calls: Sequence[Call], bounds: Bounds) -> list[tuple[int, Cache]]:
    """Return the calls, by place, that missed so many tokens that it matters.

    A thread that never read from its cache before tells nothing: its provider may have none.
    """
    found = []
    warmed, before = False, None
    for place, call in enumerate(calls):
        if warmed and call.input - call.cached >= bounds.uncached:
            cache = diagnosis(call, before, bounds)
            if cache.lost >= bounds.uncached:
                found.append((place, cache))
        warmed = warmed or call.cached > 0
        before = call
    return found
