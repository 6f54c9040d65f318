"""A context window that is filling up."""

from collections.abc import Iterable

from codex_usage_tracker.insights.claims import Claim, Rule
from codex_usage_tracker.insights.rules import context_bloat
from codex_usage_tracker.insights.rules.full import over
from codex_usage_tracker.insights.thread import Bounds, Thread


def found(thread: Thread, bounds: Bounds) -> Iterable[Claim]:
    """Claim what lies above the threshold, below that of a bloated context."""
    return over(thread, bounds.elevated_context, bounds.high_context)


RULE = Rule(
    "elevated-context", "Elevated context", "Finish this task, then compact or begin a fresh thread.",
    waste=False, found=found, why=context_bloat.why,
)  # fmt: skip
