"""A thread that goes on with another model, which has nothing in its cache."""

from functools import partial

from codex_usage_tracker.insights.cache import SWITCH
from codex_usage_tracker.insights.claims import Rule
from codex_usage_tracker.insights.rules.lost import lost

RULE = Rule(
    "model-switch", "Model switch", "Switch models where a thread begins or right after a compaction.",
    waste=True, found=partial(lost, SWITCH),
    why=lambda tokens, _idle: f"The model changed, and {tokens:,} tokens were read anew at the full price.",
)  # fmt: skip
