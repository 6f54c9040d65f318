"""Where things stand: the latest call, the limits as last seen, today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.contract import CallRow, Status, Window
from codex_usage_tracker.query import limits, run
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.reports.scope import call_row, numbers, schema, scope_of

if TYPE_CHECKING:
    from codex_usage_tracker.query.reader import Reader

BASELINE_TOKENS = 12_000
"""Tokens that Codex takes as always used when it tells how much context is left."""


def status(reader: Reader) -> Status:
    """Return the latest call with its context, the limits as last seen and the numbers of today."""
    latest = next((call_row(values) for values in run.calls(reader.db, Filter(), limit=1)), None)
    return Status(
        schema=schema("status"),
        scope=scope_of(reader, Filter()),
        latest=latest,
        context_left_percent=_context_left(latest),
        windows=[_window(row, reader.now) for row in limits.current(reader.db)],
        today=numbers(run.totals(reader.db, Filter(since=reader.midnight()))),
        week=numbers(run.totals(reader.db, Filter(since=reader.midnight(6)))),
        all_time=numbers(run.totals(reader.db, Filter())),
    )


def _context_left(call: CallRow | None) -> float | None:
    """Return how much of the window is left, by Codex's own rule."""
    if call is None or call.context_window is None or call.context_window <= BASELINE_TOKENS:
        return None
    room = call.context_window - BASELINE_TOKENS
    return round(max(0.0, (room - max(call.context_used - BASELINE_TOKENS, 0)) / room * 100), 1)


def _window(row: tuple[object, ...], now: int) -> Window:
    limit_id, minutes, used, observed_at, resets_at, plan, balance = row
    passed = isinstance(resets_at, int) and 0 < resets_at <= now
    return Window(
        limit_id=str(limit_id),
        window_minutes=int(minutes),  # type: ignore[call-overload]
        used_percent=float(used),  # type: ignore[arg-type]
        left_percent=round(100 - float(used), 4),  # type: ignore[arg-type]
        observed_at=int(observed_at),  # type: ignore[call-overload]
        resets_at=resets_at if isinstance(resets_at, int) and resets_at else None,
        passed=passed,
        plan=plan if isinstance(plan, str) else None,
        credits=balance if isinstance(balance, str) else None,
    )
