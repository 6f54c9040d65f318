"""A thread that is taken up again after its cache has gone: what was cached is read anew, at the full price."""

from functools import partial

from codex_usage_tracker.insights.cache import COLD
from codex_usage_tracker.insights.claims import Rule
from codex_usage_tracker.insights.rules.lost import lost, time

RULE = Rule(
    "cold-resume", "Cold resume", "After a long break go on in a fresh thread with a short summary, or compact first.",
    waste=True, found=partial(lost, COLD),
    why=lambda tokens, idle: f"After {time(idle)} without a call, {tokens:,} tokens were no longer in the cache.",
)  # fmt: skip
