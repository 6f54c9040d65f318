"""Synthetic Codex homes: a believable history in the client's log format, with its true totals beside it."""

from codex_usage_tracker.demo.history import write_history
from codex_usage_tracker.demo.home import DemoHomeError
from codex_usage_tracker.demo.plan import DemoPlan
from codex_usage_tracker.demo.truth import Sum, Tokens, Truth

__all__ = ["DemoHomeError", "DemoPlan", "Sum", "Tokens", "Truth", "write_history"]
