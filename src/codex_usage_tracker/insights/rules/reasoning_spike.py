"""Output that is mostly reasoning."""

from collections.abc import Iterable

from codex_usage_tracker.insights.claims import Claim, Rule
from codex_usage_tracker.insights.thread import PPM, Bounds, Thread


def found(thread: Thread, bounds: Bounds) -> Iterable[Claim]:
    """Claim the reasoning."""
    return [
        Claim(place, output=call.reasoning, detail=call.reasoning * PPM // call.output)
        for place, call in enumerate(thread.calls)
        if call.output >= bounds.reasoning_output
        and call.reasoning * PPM >= bounds.high_reasoning * call.output
        and call.output
        and call.single
    ]


def why(_tokens: int, share: int) -> str:
    """Say how much of the output is reasoning."""
    return f"{share // 10_000} % of the output is reasoning."


RULE = Rule(
    "reasoning-spike", "Reasoning spike", "Use a lower reasoning effort for routine steps.",
    waste=False, found=found, why=why,
)  # fmt: skip
