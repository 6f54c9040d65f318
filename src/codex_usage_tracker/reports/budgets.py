"""Budgets against what was used in their present period."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from codex_usage_tracker.contract import BudgetCheck
from codex_usage_tracker.contract.budgets import BudgetState
from codex_usage_tracker.query import run, spans, zones
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.query.spans import Span
from codex_usage_tracker.reports.scope import numbers, schema, scope_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codex_usage_tracker.config.budgets import Budget
    from codex_usage_tracker.contract import Numbers
    from codex_usage_tracker.query.reader import Reader

STATUSES = ("ok", "unknown", "warn", "over")
"""From best to worst."""
FULL = 100
MINUTES = {"5h": 300, "weekly": 10_080}
MINUTE_MS = 60_000
SEEN_DAYS = 8
"""A window that was not seen for longer is over."""
PRESETS = {"day": "today", "week": "this-week", "month": "this-month"}


def check(reader: Reader, budgets: Sequence[Budget]) -> BudgetCheck:
    """Return the state of all budgets."""
    states = [state(reader, budget) for budget in budgets]
    worst = max((one.status for one in states), key=STATUSES.index, default=STATUSES[0])
    return BudgetCheck(schema=schema("budgets"), scope=scope_of(reader, Filter()), status=worst, budgets=states)


def state(reader: Reader, budget: Budget) -> BudgetState:
    """Return what was used of a budget in its present period."""
    span = _period(reader, budget)
    used, partial = _used(reader, budget, span) if span else (None, False)
    share = None if used is None else float(used / budget.amount * FULL)
    return BudgetState(
        name=budget.name or _name(budget),
        unit=budget.unit,
        amount=_text(budget.amount),
        per=budget.per,
        limit=budget.limit,
        project=budget.project,
        model=budget.model,
        since=span and span.since,
        until=span and span.until,
        used=None if used is None else _text(used),
        left=None if used is None else _text(budget.amount - used),
        used_percent=None if share is None else round(share, 1),
        at_least=partial,
        status=_status(share, budget.warn_at),
    )


def _status(share: float | None, warn_at: int) -> str:
    if share is None:
        return "unknown"
    return "over" if share > FULL else "warn" if share >= warn_at else "ok"


def _name(budget: Budget) -> str:
    period = f"{budget.limit} window" if budget.limit else budget.per
    return f"{budget.project or budget.model or 'all'}, per {period}"


def _text(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _used(reader: Reader, budget: Budget, span: Span) -> tuple[Decimal | None, bool]:
    """Return what was used in a budget's unit, and whether calls without a price come on top of it."""
    chosen = Filter(
        since=span.since,
        until=span.until,
        project=(budget.project,) if budget.project else (),
        model=(budget.model,) if budget.model else (),
    )
    return _in_unit(numbers(run.totals(reader.db, chosen)), budget.unit)


def _in_unit(used: Numbers, unit: str) -> tuple[Decimal | None, bool]:
    if unit == "tokens":
        return Decimal(used.total_tokens), False
    text, share = (used.usd, used.priced_share) if unit == "usd" else (used.credits, used.credited_share)
    return None if text is None else Decimal(text), share not in {None, "1"}


def _period(reader: Reader, budget: Budget) -> Span | None:
    """Return the present period of a budget; None for a window of a limit that was not seen."""
    if budget.limit:
        return _window(reader, MINUTES[budget.limit])
    since = spans.preset(PRESETS[budget.per], reader.now, reader.zone).since or 0
    first = zones.moment(since, reader.zone).date()
    days = {"day": 1, "week": 7, "month": 31}[budget.per]
    after = first + timedelta(days=days)
    return Span(since, zones.midnight(after.replace(day=1) if budget.per == "month" else after, reader.zone))


def _window(reader: Reader, minutes: int) -> Span | None:
    from codex_usage_tracker.reports.windows import current_windows  # noqa: PLC0415  (few budgets are for windows)

    for window in current_windows(reader, SEEN_DAYS):
        if (window.limit_id, window.window_minutes, window.passed) == ("codex", minutes, False) and window.resets_at:
            return Span(window.resets_at - minutes * MINUTE_MS, window.resets_at)
    return None
