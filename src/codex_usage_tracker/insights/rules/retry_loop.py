"""Tools that fail again and again: calls in a row of one turn whose commands fail, of which none succeeds."""

from collections.abc import Iterator

from codex_usage_tracker.insights.claims import ALL, Claim, Rule
from codex_usage_tracker.insights.thread import Bounds, Thread


def found(thread: Thread, bounds: Bounds) -> Iterator[Claim]:
    """Claim the calls after the first failure of each loop; calls that ran nothing do not end one."""
    loop: list[int] = []
    turn: int | None = None
    for place, call in enumerate(thread.calls):
        failing = call.failed or call.ended_with_1
        if not failing and not call.succeeded:
            continue
        if loop and (call.turn != turn or not call.failing):
            yield from _claims(loop, bounds)
            loop = []
        if call.failing:
            loop.append(place)
            turn = call.turn
    yield from _claims(loop, bounds)


def _claims(loop: list[int], bounds: Bounds) -> Iterator[Claim]:
    if len(loop) >= bounds.retries:
        yield from (Claim(place, ALL, ALL, ALL, len(loop)) for place in loop[1:])


def why(_tokens: int, calls: int) -> str:
    """Say how long the loop was."""
    return f"The tools of {calls} calls in a row failed."


RULE = Rule(
    "retry-loop", "Retry loop",
    "Stop the turn, find out why the command fails, and go on with the cause in the prompt.",
    waste=True, found=found, why=why,
)  # fmt: skip
