"""A request of which little came from the cache."""

from collections.abc import Iterable

from codex_usage_tracker.insights.claims import ALL, Claim, Rule
from codex_usage_tracker.insights.thread import PPM, Bounds, Thread


def found(thread: Thread, bounds: Bounds) -> Iterable[Claim]:
    """Claim what uncached input costs over cached input."""
    return [
        Claim(place, ALL, detail=call.cached * PPM // call.input, over_cached=True)
        for place, call in enumerate(thread.calls)
        if call.input - call.cached >= bounds.uncached
        and call.cached * PPM < bounds.low_cache * call.input
        and call.single
    ]


def why(_tokens: int, share: int) -> str:
    """Say how little was cached."""
    return f"Only {share // 10_000} % of the input came from the cache."


RULE = Rule(
    "low-cache", "Low cache reuse", "Keep to one thread while it is warm, and put what changes at the end.",
    waste=False, found=found, why=why,
)  # fmt: skip
