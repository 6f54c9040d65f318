"""Input that was lost from the cache, whatever the reason."""

from collections.abc import Iterator

from codex_usage_tracker.insights.claims import Claim
from codex_usage_tracker.insights.thread import MINUTE_MS, Bounds, Thread

HOURS = 120
DAYS = 48


def lost(state: str, thread: Thread, _bounds: Bounds) -> Iterator[Claim]:
    """Claim what the lost tokens cost over cached ones, of calls in a state of the cache."""
    for place, cache in thread.misses:
        if cache.state == state:
            yield Claim(place, cache.lost, detail=cache.idle_ms, over_cached=True)


def time(milliseconds: int) -> str:
    """Return a length of time in its largest unit."""
    minutes = milliseconds // MINUTE_MS
    if minutes < HOURS:
        return f"{minutes} minutes"
    hours = minutes // 60
    return f"{hours} hours" if hours < DAYS else f"{hours // 24} days"
