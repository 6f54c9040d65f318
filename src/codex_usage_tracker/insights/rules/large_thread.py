"""A thread that has become large."""

from collections.abc import Iterator
from itertools import accumulate

from codex_usage_tracker.insights.claims import Claim, Rule
from codex_usage_tracker.insights.thread import Bounds, Thread


def found(thread: Thread, bounds: Bounds) -> Iterator[Claim]:
    """Point once, with nothing at stake, at the call with which the thread's tokens come to so many."""
    for place, tokens in enumerate(accumulate(call.input + call.output for call in thread.calls)):
        if tokens >= bounds.large:
            yield Claim(place, detail=tokens)
            return


def why(_tokens: int, tokens: int) -> str:
    """Say how large it is."""
    return f"With this call the thread has used {tokens:,} tokens."


RULE = Rule(
    "large-thread", "Large thread", "See whether its earlier context still helps; begin a fresh thread if not.",
    waste=False, found=found, why=why,
)  # fmt: skip
