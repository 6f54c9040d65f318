"""Calls that fill their context window to between two shares."""

from collections.abc import Iterable

from codex_usage_tracker.insights.claims import Claim
from codex_usage_tracker.insights.thread import PPM, Thread

ENDLESS = 1 << 40


def over(thread: Thread, least: int, most: int | None) -> Iterable[Claim]:
    """Claim the input above a share (parts per million) of the window, of calls below another share: cached first."""
    most = ENDLESS if most is None else most
    for place, call in enumerate(thread.calls):
        if call.window:
            used = (call.input + call.output) * PPM
            if least * call.window <= used < most * call.window and call.single:
                above = (used - least * call.window) // PPM
                cached = min(above, call.cached)
                yield Claim(place, above - cached, cached, detail=used // call.window)
