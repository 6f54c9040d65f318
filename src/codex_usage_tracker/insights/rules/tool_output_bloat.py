"""Outputs of tools that make up most of what is new in a request."""

from collections.abc import Iterator

from codex_usage_tracker.insights.claims import Claim, Rule
from codex_usage_tracker.insights.thread import PPM, Bounds, Thread


def found(thread: Thread, bounds: Bounds) -> Iterator[Claim]:
    """Claim new input that came from the tools of the call before; what the client cut from outputs is not in it."""
    calls = thread.calls
    for place in range(1, len(calls)):
        told = calls[place - 1].answer_tokens
        if told < bounds.tool_tokens:
            continue
        call = calls[place]
        new = call.input - calls[place - 1].input
        output = min(told, new)
        if output >= bounds.tool_tokens and output * PPM >= bounds.tool_share * new and call.single:
            yield Claim(place, output, detail=told)


def why(tokens: int, told: int) -> str:
    """Say how much the tools wrote."""
    return f"{tokens:,} tokens of new input are outputs of tools, which wrote {told:,} in all."


RULE = Rule(
    "tool-output-bloat", "Tool output", "Ask for less: filter, count or cut what commands print, read parts of files.",
    waste=True, found=found, why=why,
)  # fmt: skip
