"""The rules: one module each, all of them here in the order in which they claim a call's tokens."""

from codex_usage_tracker.insights.rules import (
    cache_break,
    cold_resume,
    context_bloat,
    context_carried,
    elevated_context,
    high_cost,
    large_thread,
    low_cache,
    low_output,
    model_switch,
    reasoning_spike,
    retry_loop,
    runaway_thread,
    sub_agent_swarm,
    subagent_attribution,
    tool_output_bloat,
)
from codex_usage_tracker.store.findings import KEYS

VERSION = 1
"""Raised when the same calls give other findings."""
MODULES = (
    retry_loop, cold_resume, model_switch, cache_break, tool_output_bloat, context_carried, low_cache, context_bloat,
    elevated_context, reasoning_spike, low_output, runaway_thread, sub_agent_swarm, high_cost, large_thread,
    subagent_attribution,
)  # fmt: skip
RULES = {module.RULE.key: module.RULE for module in MODULES}
ORDER = [RULES[key] for key in KEYS]
