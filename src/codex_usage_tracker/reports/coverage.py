"""How much of the usage has a price, model by model, and by what it was priced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.contract import Coverage, CoverageRow
from codex_usage_tracker.query import run
from codex_usage_tracker.query.dimensions import DIMENSIONS
from codex_usage_tracker.reports.scope import named, numbers, schema, scope_of

if TYPE_CHECKING:
    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader

SPLIT = ("model", "provider", "pricing_status", "credit_confidence", "priced_as", "assumed")


def coverage(reader: Reader, chosen: Filter, *, limit: int = 0) -> Coverage:
    """Return how each model's calls were priced, those with the most tokens first; a limit of 0 gives all."""
    groups = run.groups(reader.db, chosen, [DIMENSIONS[name] for name in SPLIT], reader.zone)
    rows = [CoverageRow(**named(group.numbers) | dict(zip(SPLIT, group.keys, strict=True))) for group in groups]
    shown = rows[:limit] if limit else rows
    return Coverage(
        schema=schema("pricing-coverage"),
        scope=scope_of(reader, chosen),
        rows=shown,
        totals=numbers(run.totals(reader.db, chosen)),
        row_count=len(shown),
        truncated=len(shown) < len(rows),
    )
