"""The life of a thread: where it became expensive, and which way its cache and its context went."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.insights.thread import PPM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codex_usage_tracker.insights.thread import Bounds, Call, Thread

LEAST_CALLS = 4
"""A thread of fewer calls has no halves to compare."""
CACHE_FALL, CONTEXT_RISE = -250_000, 150_000
"""Parts per million from where on a trend calls for something to be done."""
COMPACT = "Compact, or go on in a fresh thread with a short summary."


class Mark(NamedTuple):
    """A moment or trend: the place of its call, and how much the share of the second half is above the first (ppm)."""

    key: str
    title: str
    place: int | None
    change: int | None
    why: str
    action: str | None


def marks(thread: Thread, began: Sequence[int], bounds: Bounds) -> Iterator[Mark]:
    """Give the marks of a thread, below which others began at some instants."""
    calls = [call for call in thread.calls if call.single]
    if not calls:
        return
    places = {call.id: place for place, call in enumerate(thread.calls)}
    dear = next((call for call in calls if _is_dear(call, bounds)), None)
    if dear is not None:
        why = "The first call that is costly or has a bloated context."
        yield Mark("first_expensive_turn", "First expensive turn", places[dear.id], None, why, COMPACT)
    largest = max(calls, key=lambda call: call.input + call.output)
    why = f"This call added most to the total of the thread: {largest.input + largest.output:,} tokens."
    yield Mark("largest_jump", "Largest jump", places[largest.id], None, why, None)
    if len(calls) >= LEAST_CALLS:
        yield from _trends(calls)
    spike = max(calls, key=lambda call: call.usd or 0)
    before = sum(spike.at - bounds.swarm_ms <= at <= spike.at for at in began)
    if before:
        why = f"{before} sub-agents or reviews began shortly before the costliest call."
        action = "See what they brought into the thread; ask them for short answers."
        yield Mark("agents_before_spike", "Agents before the spike", places[spike.id], None, why, action)


def _is_dear(call: Call, bounds: Bounds) -> bool:
    full = call.window and (call.input + call.output) * PPM >= bounds.high_context * call.window
    return bool(full) or (call.usd or 0) >= bounds.high_cost


def _trends(calls: Sequence[Call]) -> Iterator[Mark]:
    half = len(calls) // 2
    cache = _change([(call.cached, call.input) for call in calls], half)
    if cache is not None:
        action = "Find what breaks the cache, or begin a fresh thread." if cache <= CACHE_FALL else None
        yield Mark("cache_trend", "Cache trend", None, cache, _told("of the input came from the cache", cache), action)
    context = _change([(call.input + call.output, call.window or 0) for call in calls], half)
    if context is not None:
        action = COMPACT if context >= CONTEXT_RISE else None
        yield Mark(
            "context_trend", "Context trend", None, context, _told("of the context window were used", context), action
        )


def _change(parts: Sequence[tuple[int, int]], half: int) -> int | None:
    """Return how much a share of sums is more in the second half than in the first."""
    shares = [_share(parts[:half]), _share(parts[half:])]
    return None if None in shares else shares[1] - shares[0]  # type: ignore[operator]


def _share(parts: Sequence[tuple[int, int]]) -> int | None:
    known = [one for one in parts if one[1]]
    whole = sum(one[1] for one in known)
    return sum(one[0] for one in known) * PPM // whole if whole else None


def _told(what: str, change: int) -> str:
    points, more = abs(change) // 10_000, "more" if change >= 0 else "less"
    return f"{points} points {more} {what} in the second half than in the first."
