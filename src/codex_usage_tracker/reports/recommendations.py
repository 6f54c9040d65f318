"""The threads and calls that are most worth a look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codex_usage_tracker.contract.insights import FlaggedCall, FlaggedThread, Recommendations
from codex_usage_tracker.insights.thread import bounds_of
from codex_usage_tracker.pricing.money import units_of, usd_text
from codex_usage_tracker.pricing.rates import USD_UNITS
from codex_usage_tracker.query import around, findings
from codex_usage_tracker.reports.attention import attention, thread_attention
from codex_usage_tracker.reports.scope import call_row, schema, scope_of
from codex_usage_tracker.reports.threads import root_threads

if TYPE_CHECKING:
    from collections.abc import Sequence

    import msgspec

    from codex_usage_tracker.config.thresholds import Thresholds
    from codex_usage_tracker.insights.thread import Bounds
    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader


def recommendations(
    reader: Reader, chosen: Filter, thresholds: Thresholds, *, min_score: int = 0, limit: int = 20,
) -> Recommendations:  # fmt: skip
    """Return the threads and calls with most at stake, of calls with so much at least (USD units)."""
    bounds = bounds_of(thresholds)
    top = findings.top(reader.db, chosen, least=min_score, limit=limit)
    scope = scope_of(reader, chosen)
    rows = flagged_calls(reader, [call for call, _ in top.calls], bounds)
    return Recommendations(
        schema=schema("recommendations"),
        scope=scope,
        filters=scope.filters | ({"min_score": usd_text(min_score)} if min_score else {}),
        threads=flagged_threads(reader, chosen, top.roots, bounds),
        rows=rows,
        row_count=len(rows),
        total_matched_rows=top.call_count,
        total_threads=top.root_count,
        truncated=len(rows) < top.call_count,
    )


def flagged_calls(reader: Reader, ids: Sequence[int], bounds: Bounds) -> list[FlaggedCall]:
    """Return calls with what was found in them."""
    found = findings.of_calls(reader.db, ids)
    return [
        FlaggedCall(**_fields(call_row(around.call(reader.db, row_id))), **_fields(attention(found[row_id], bounds)))
        for row_id in ids
    ]


def flagged_threads(
    reader: Reader, chosen: Filter, roots: Sequence[tuple[int, int, int]], bounds: Bounds,
) -> list[FlaggedThread]:  # fmt: skip
    """Return root threads, given with their stakes and flagged calls, with what was found in them."""
    sums = findings.by_root(reader.db, chosen, [root for root, _, _ in roots])
    flagged = {root: calls for root, _, calls in roots}
    told = root_threads(reader, chosen, list(flagged))
    found = {
        root: thread_attention(sums.get(root, []), flagged[root], bounds, _cost(row.usd)) for root, row in told.items()
    }
    return [FlaggedThread(**_fields(row), **_fields(found[root])) for root, row in told.items()]


def _cost(text: str | None) -> int:
    return units_of(text, USD_UNITS) if text else 0


def _fields(of: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(of, name) for name in of.__struct_fields__}
