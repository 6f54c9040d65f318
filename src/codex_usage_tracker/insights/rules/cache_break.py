"""A cache that is missed though neither time nor another model explains it."""

from functools import partial

from codex_usage_tracker.insights.cache import BREAK
from codex_usage_tracker.insights.claims import Rule
from codex_usage_tracker.insights.rules.lost import lost

RULE = Rule(
    "cache-break", "Cache break",
    "See what changed at the beginning of the request: tools, MCP servers, instructions or effort.",
    waste=True, found=partial(lost, BREAK),
    why=lambda tokens, _idle: f"{tokens:,} tokens that were cached a moment before were read anew.",
)  # fmt: skip
