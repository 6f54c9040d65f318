"""Made-up calls as the rules see them, and what the rules find in threads of them."""

from typing import Any

from codex_usage_tracker.config.thresholds import Thresholds
from codex_usage_tracker.insights.cache import misses
from codex_usage_tracker.insights.judging import findings_of
from codex_usage_tracker.insights.thread import Bounds, Call, Rate, Thread, bounds_of
from codex_usage_tracker.store.findings import KEYS

BOUNDS = bounds_of(Thresholds())
WINDOW = 250_000
MINUTE = 60_000
RATE = Rate((10**6 * 2, 200_000, 2_500_000, 10**7), (500_000, 50_000, 500_000, 2_500_000))
"""2, 0.2, 2.5 and 10 USD a million tokens."""


def call(inputs: int = 5_000, cached: int | None = None, output: int = 500, **other: Any) -> Call:
    """Return a call of which most comes from the cache, unless told otherwise, and that no rule minds."""
    cached = inputs - min(inputs, 800) if cached is None else cached
    values: dict[str, Any] = {
        "id": 1, "key": 1, "at": 0, "turn": 1, "written": 0, "reasoning": 0, "usd": 10**9, "window": WINDOW,
        "duration_ms": None, "model": "m", "kind": "turn", "basis": "record", "reason": "tool_result", "rate": RATE,
    }  # fmt: skip
    return Call(input=inputs, cached=cached, output=output, **values | other)


def thread(*calls: Call, bounds: Bounds = BOUNDS, **other: Any) -> Thread:
    """Return a thread of calls a minute apart, unless they know their time."""
    timed = [one._replace(id=n, key=n, at=one.at or n * MINUTE) for n, one in enumerate(calls, 1)]
    return Thread(timed, misses(timed, bounds), **other)


def found(*calls: Call, bounds: Bounds = BOUNDS, **other: Any) -> list[set[str]]:
    """Return the keys of what is found in each call."""
    told: list[set[str]] = [set() for _ in calls]
    for one in findings_of(thread(*calls, bounds=bounds, **other), bounds):
        told[one.place].add(KEYS[one.rule])
    return told
