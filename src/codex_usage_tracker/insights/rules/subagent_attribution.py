"""A sub-agent of which it is not known who started it."""

from collections.abc import Iterable

from codex_usage_tracker.insights.claims import Claim, Rule
from codex_usage_tracker.insights.thread import Bounds, Thread


def found(thread: Thread, _bounds: Bounds) -> Iterable[Claim]:
    """Point once, with nothing at stake, at its first call."""
    return [Claim(0)] if thread.orphan and thread.calls else []


def why(_tokens: int, _detail: int) -> str:
    """Say what is missing."""
    return "The log of the thread that started this sub-agent is not there."


RULE = Rule(
    "subagent-attribution", "Sub-agent without parent", "Add the Codex home with the parent's log, if there is one.",
    waste=False, found=found, why=why,
)  # fmt: skip
