"""Much input for little output."""

from collections.abc import Iterable

from codex_usage_tracker.insights.claims import ALL, Claim, Rule
from codex_usage_tracker.insights.thread import Bounds, Thread


def found(thread: Thread, bounds: Bounds) -> Iterable[Claim]:
    """Claim the uncached input."""
    return [
        Claim(place, ALL, detail=call.output)
        for place, call in enumerate(thread.calls)
        if call.output <= bounds.low_output and call.input + call.output >= bounds.low_output_total and call.single
    ]


def why(_tokens: int, output: int) -> str:
    """Say how little came out."""
    return f"The call wrote {output:,} tokens for all it read."


RULE = Rule(
    "low-output", "Low output", "Let one call do several small steps, and keep the context small for them.",
    waste=False, found=found, why=why,
)  # fmt: skip
