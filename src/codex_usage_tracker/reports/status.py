"""Where things stand: the latest call, the limits as last seen, today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.contract import CallRow, Status
from codex_usage_tracker.query import run
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.reports.scope import call_row, numbers, schema, scope_of
from codex_usage_tracker.reports.windows import LEARNED_DAYS, current_windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codex_usage_tracker.config.budgets import Budget
    from codex_usage_tracker.contract.budgets import BudgetState
    from codex_usage_tracker.query.reader import Reader

BASELINE_TOKENS = 12_000
"""Tokens that Codex takes as always used when it tells how much context is left."""


def status(reader: Reader, budgets: Sequence[Budget] = ()) -> Status:
    """Return the latest call with its context, the limits as last seen, the numbers of today, and budgets."""
    latest = next((call_row(values) for values in run.calls(reader.db, Filter(), limit=1)), None)
    return Status(
        schema=schema("status"),
        scope=scope_of(reader, Filter()),
        latest=latest,
        context_left_percent=_context_left(latest),
        windows=current_windows(reader, LEARNED_DAYS),
        today=numbers(run.totals(reader.db, Filter(since=reader.midnight()))),
        week=numbers(run.totals(reader.db, Filter(since=reader.midnight(6)))),
        all_time=numbers(run.totals(reader.db, Filter())),
        budgets=_states(reader, budgets),
    )


def _states(reader: Reader, budgets: Sequence[Budget]) -> list[BudgetState]:
    if not budgets:
        return []
    from codex_usage_tracker.reports.budgets import state  # noqa: PLC0415  (few people have budgets)

    return [state(reader, budget) for budget in budgets]


def _context_left(call: CallRow | None) -> float | None:
    """Return how much of the window is left, by Codex's own rule."""
    if call is None or call.context_window is None or call.context_window <= BASELINE_TOKENS:
        return None
    room = call.context_window - BASELINE_TOKENS
    return round(max(0.0, (room - max(call.context_used - BASELINE_TOKENS, 0)) / room * 100), 1)
