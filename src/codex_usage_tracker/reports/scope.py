"""What an answer says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from codex_usage_tracker.contract import SCHEMA, CallRow, Numbers, Scope
from codex_usage_tracker.query.metrics import METRICS
from codex_usage_tracker.query.run import CALL_FIELDS

if TYPE_CHECKING:
    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.query.run import Numbers as Sums

NUMBER_NAMES = tuple(metric.name for metric in METRICS)


def schema(name: str) -> str:
    """Return the id of an answer's schema."""
    return SCHEMA.format(name)


def scope_of(reader: Reader, chosen: Filter) -> Scope:
    """Return what an answer is about."""
    filters = msgspec.to_builtins(chosen)
    for name in ("since", "until", "archived"):
        filters.pop(name, None)
    return Scope(
        since=chosen.since,
        until=chosen.until,
        history="all" if chosen.archived else "active",
        timezone=str(reader.zone),
        as_of=reader.meta("refreshed_at"),
        generation=reader.meta("generation") or 0,
        filters=filters,
    )


def numbers(sums: Sums) -> Numbers:
    """Return sums as typed numbers."""
    return Numbers(**named(sums))


def named(sums: Sums) -> dict[str, int]:
    """Return sums by the names of their metrics."""
    return dict(zip(NUMBER_NAMES, sums, strict=True))


def call_row(values: tuple[object, ...]) -> CallRow:
    """Return one call as a typed row."""
    return msgspec.convert(dict(zip(CALL_FIELDS, values, strict=True)), CallRow, strict=False)
