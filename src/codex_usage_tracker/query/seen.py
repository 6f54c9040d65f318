"""What only the calls themselves tell of a group: its threads, its turns, and when the latest call was."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.query.filters import where
from codex_usage_tracker.query.run import joins, key_sql, labels, quarters
from codex_usage_tracker.store.ask import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codex_usage_tracker.query.dimensions import Dimension
    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader

COLUMNS = "thread_id, profile_id, rate_id, at / 900000 AS quarter, turn_id, at AS called_at"
COUNTS = "count(DISTINCT sums.thread_id), count(DISTINCT sums.turn_id), max(called_at)"
Keys = tuple[str | None, ...]


class Seen(NamedTuple):
    """Threads, turns, and the instant of the latest call."""

    threads: int
    turns: int
    latest_at: int


def seen(reader: Reader, chosen: Filter, dimensions: Sequence[Dimension]) -> dict[Keys, Seen]:
    """Return what is seen of each group of a filter's calls, by its keys."""
    built = where(chosen, of_calls=True)
    span = quarters(reader.db)
    keys = [key_sql(dimension, reader.zone, *span) for dimension in dimensions]
    sources = {dimension.source for dimension in dimensions}
    marks = ", ".join(str(index + 1) for index in range(len(keys)))
    source = f"(SELECT {COLUMNS} FROM call{built.sql}) sums{joins(sources, keys)}"
    sql = f"SELECT {', '.join(keys)}, {COUNTS} FROM {source} GROUP BY {marks}"
    found = rows(reader.db, sql, built.values)
    return {labels(dimensions, row[: len(keys)]): Seen(*row[len(keys) :]) for row in found}
