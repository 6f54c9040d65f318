"""A context window that is mostly full."""

from collections.abc import Iterable

from codex_usage_tracker.insights.claims import Claim, Rule
from codex_usage_tracker.insights.rules.full import over
from codex_usage_tracker.insights.thread import Bounds, Thread


def found(thread: Thread, bounds: Bounds) -> Iterable[Claim]:
    """Claim what lies above the threshold."""
    return over(thread, bounds.high_context, None)


def why(_tokens: int, share: int) -> str:
    """Say how full the window is."""
    return f"{share // 10_000} % of the context window is used."


RULE = Rule(
    "context-bloat", "Context bloat", "Compact now, or go on in a fresh thread with a short summary.",
    waste=False, found=found, why=why,
)  # fmt: skip
