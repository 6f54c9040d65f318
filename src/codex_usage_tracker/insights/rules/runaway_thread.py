"""A turn that goes on and on without a word of the user."""

from collections.abc import Iterator

from codex_usage_tracker.insights.claims import ALL, Claim, Rule
from codex_usage_tracker.insights.thread import Bounds, Thread


def found(thread: Thread, bounds: Bounds) -> Iterator[Claim]:
    """Claim the calls of a turn beyond so many."""
    if len(thread.calls) < bounds.runaway:
        return
    turn: int | None = None
    count = 0
    for place, call in enumerate(thread.calls):
        count = 1 if call.turn != turn or call.turn is None else count + 1
        turn = call.turn
        if count >= bounds.runaway:
            yield Claim(place, ALL, ALL, ALL, count)


def why(_tokens: int, count: int) -> str:
    """Say how long the turn is."""
    return f"This is call {count} of one turn."


RULE = Rule(
    "runaway-thread", "Runaway turn", "Interrupt and check that it is still on course; give steps with an end.",
    waste=False, found=found, why=why,
)  # fmt: skip
