"""The calls themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.contract import Calls
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.query import run
from codex_usage_tracker.reports.scope import call_row, numbers, schema, scope_of

if TYPE_CHECKING:
    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader


def calls(
    reader: Reader,
    chosen: Filter,
    *,
    sort: str = "time",
    ascending: bool = False,
    limit: int = 100,
    offset: int = 0,
    name: str = "query",
) -> Calls:
    """Return a page of a filter's calls, the newest or largest first; a limit of 0 gives all."""
    if sort not in run.CALL_SORTS:
        msg = f"there is no way to sort by {sort!r}"
        raise InvalidValueError(msg, f"Choose one of {', '.join(run.CALL_SORTS)}.")
    found = run.calls(reader.db, chosen, sort=reader.sort(sort), ascending=ascending, limit=limit, offset=offset)
    rows = [call_row(values) for values in found]
    totals = numbers(run.totals(reader.db, chosen))
    return Calls(
        schema=schema(name),
        scope=scope_of(reader, chosen),
        rows=rows,
        totals=totals,
        row_count=len(rows),
        total_matched_rows=totals.calls,
        limit=limit,
        offset=offset,
        has_more=offset + len(rows) < totals.calls,
        next_offset=offset + len(rows) if offset + len(rows) < totals.calls else None,
    )


def expensive(reader: Reader, chosen: Filter, *, limit: int = 20) -> Calls:
    """Return the calls that cost most, those without a price last."""
    return calls(reader, chosen, sort="cost", limit=limit, name="expensive")
