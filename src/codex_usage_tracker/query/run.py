"""Asking: sums of the calls that a filter leaves, in all and by dimension, and the calls themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from codex_usage_tracker.query import places, zones
from codex_usage_tracker.query.dimensions import DIMENSIONS
from codex_usage_tracker.query.filters import Filter, threads, where
from codex_usage_tracker.query.metrics import BY_NAME, CALL_COLUMNS, METRICS, ODD_METRICS, Metric
from codex_usage_tracker.store import rollups

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

    import apsw

    from codex_usage_tracker.query.dimensions import Dimension

Summed = tuple[str, list[object]]
"""A table of sums as SQL, with its values."""
Numbers = tuple[int, ...]
"""The metrics in the order of `ALL`."""


class Part(NamedTuple):
    """Numbers that are asked for together: which, from which sums, and of which roll-ups and calls."""

    metrics: tuple[Metric, ...]
    sums: dict[str, str]
    rollups: str = ""
    calls: str = ""
    indexed: bool = False

    @property
    def selected(self) -> str:
        """All metrics as the columns of a query."""
        return ", ".join(f"coalesce({metric.sql}, 0)" for metric in self.metrics)


COMMON = Part(METRICS, rollups.COMMON)
ODD = Part(ODD_METRICS, rollups.ODD, rollups.ODD_SUMS, rollups.ODD_CALLS, indexed=True)
"""Asked apart: few roll-ups have any of it, and they have an index of their own."""
NOTHING = (0,) * len(ODD_METRICS)

THREAD = DIMENSIONS["thread"]
JOINS = {
    "thread": " LEFT JOIN thread ON thread.id = sums.thread_id",
    "profile": " LEFT JOIN profile ON profile.id = sums.profile_id",
    "rate": " LEFT JOIN rate ON rate.id = sums.rate_id",
}
"""What the row ids of a group stand for, by where a dimension lies."""
THREAD_JOINS = {
    "root.": " LEFT JOIN thread root ON root.id = thread.root_id",
    "project.": " LEFT JOIN project ON project.id = thread.project_id",
    "client.": " LEFT JOIN client ON client.id = thread.client_id",
}
"""What is looked up of a thread, by what a key names: there may be many threads."""


class Group(NamedTuple):
    """One group of calls: its keys, one a dimension (None where unknown), and its numbers."""

    keys: tuple[str | None, ...]
    numbers: Numbers


def is_empty(reader: apsw.Connection) -> bool:
    """Say whether there is no call at all."""
    return reader.execute("SELECT 1 FROM call LIMIT 1").fetchone() is None


def totals(reader: apsw.Connection, chosen: Filter) -> Numbers:
    """Return the numbers of all calls that a filter leaves."""
    numbers: tuple[int, ...] = ()
    found = threads(reader, chosen)
    for part in (COMMON, ODD):
        relation, values = sums_of(chosen, part, found)
        numbers += tuple(reader.execute(f"SELECT {part.selected} FROM {relation}", values).fetchall()[0])  # type: ignore[arg-type]
    return numbers


def groups(
    reader: apsw.Connection,
    chosen: Filter,
    dimensions: Sequence[Dimension],
    zone: ZoneInfo,
    *,
    order: str = "total_tokens",
    limit: int = 0,
) -> list[Group]:
    """Return the groups of a filter's calls, the largest by a metric first, or by time where time is a dimension."""
    span = quarters(reader)
    keys = [key_sql(dimension, zone, *span) for dimension in dimensions]
    found = threads(reader, chosen)
    common, odd = (sums_of(chosen, part, found) for part in (COMMON, ODD))
    few = {row[: len(keys)]: row[len(keys) :] for row in _part(reader, odd, dimensions, keys, ODD)}
    rows = _part(reader, common, dimensions, keys, COMMON, order, limit)
    return [_group(dimensions, row, few.get(row[: len(keys)], NOTHING)) for row in rows]


def _part(
    reader: apsw.Connection, summed: Summed, dimensions: Sequence[Dimension], keys: list[str], part: Part,
    order: str = "", limit: int = 0,
) -> Iterator[tuple[Any, ...]]:  # fmt: skip
    """Give a part of the numbers by group, after the keys."""
    sources = {dimension.source for dimension in dimensions}
    relation, values = summed
    if order and limit and _of_threads(dimensions):
        return reader.execute(_largest_threads(relation, keys, part, BY_NAME[order].sql, limit), values)
    ordered = f" ORDER BY {_order(dimensions, order)}" if order else ""
    cut = f" LIMIT {limit}" if limit else ""
    return reader.execute(_grouped(relation, keys, sources, part) + ordered + cut, values)


def sums_of(chosen: Filter, part: Part, found: list[int] | None = None) -> Summed:
    """Return the table of sums to read: whole quarters where they do, else the calls; threads `found` already."""
    built = where(chosen, found)
    table, condition = ("rollup", part.rollups) if built.by_quarter else ("call", part.calls)
    if condition:
        built.conditions.append(condition)
    source = f"{table} INDEXED BY {table}_odd" if part.indexed else table
    if built.by_quarter:
        return f"(SELECT * FROM {source}{built.sql})", built.values
    sums = ", ".join(f"{sql} AS {name}" for name, sql in part.sums.items())
    columns = f"thread_id, profile_id, rate_id, at / 900000 AS quarter, {sums}"
    return f"(SELECT {columns} FROM {source}{built.sql})", built.values


def _grouped(relation: str, keys: list[str], sources: set[str], part: Part) -> str:
    """Sum by row ids first, so that texts are looked up once for each of few groups; of times, by quarters."""
    inner = [f"{source}_id" for source in JOINS if source in sources] or ["quarter"]
    times = [key for key in keys if "quarter" in key and inner != ["quarter"]]
    columns = inner + [f"{key} AS bucket{index}" for index, key in enumerate(times)]
    by = inner + [f"bucket{index}" for index in range(len(times))]
    sums = ", ".join(f"sum({name}) AS {name}" for name in part.sums)
    outer = [f"bucket{times.index(key)}" if key in times else key for key in keys]
    marks = ", ".join(str(index + 1) for index in range(len(keys)))
    by_id = f"SELECT {', '.join([*columns, sums])} FROM {relation} GROUP BY {', '.join(by)}"
    return f"SELECT {', '.join(outer)}, {part.selected} FROM ({by_id}) sums{joins(sources, keys)} GROUP BY {marks}"


def joins(sources: set[str], keys: list[str]) -> str:
    """Return the tables that keys are looked up in."""
    named = [join for name, join in THREAD_JOINS.items() if any(name in key for key in keys)]
    return "".join([*(join for source, join in JOINS.items() if source in sources), *named])


def _of_threads(dimensions: Sequence[Dimension]) -> bool:
    """Say whether every thread is a group of its own."""
    return {dimension.source for dimension in dimensions} == {"thread"} and THREAD in dimensions


def _largest_threads(relation: str, keys: list[str], part: Part, metric: str, limit: int) -> str:
    """Find the largest threads before anything is looked up of them: there may be many."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in part.sums)
    largest = f"SELECT thread_id, {sums} FROM {relation} GROUP BY 1 ORDER BY {metric} DESC, 1 LIMIT {limit}"
    named = f"({largest}) sums{joins({THREAD.source}, keys)}"
    grouped = f"SELECT {', '.join(keys)}, {part.selected} FROM {named} GROUP BY sums.thread_id"
    return f"{grouped} ORDER BY {metric} DESC, thread.thread_id"


def key_sql(dimension: Dimension, zone: ZoneInfo, first: int, last: int) -> str:
    """Return the SQL of a dimension's key; of times, as the zone parts the quarters from the first to the last."""
    return zones.bucket(dimension.name, zone, first, last) if dimension.source == "time" else dimension.sql


def _order(dimensions: Sequence[Dimension], metric: str) -> str:
    """Return an order in which no name of a thread plays a part: a mode may hide it."""
    times = [str(index + 1) for index, dimension in enumerate(dimensions) if dimension.source == "time"]
    first = ["min(thread.thread_id)"] if any(dimension.source == "thread" for dimension in dimensions) else []
    others = [str(index + 1) for index, dimension in enumerate(dimensions) if dimension.source != "thread"]
    return ", ".join([*times, f"{BY_NAME[metric].sql} DESC", *first, *others])


def _group(dimensions: Sequence[Dimension], row: tuple[Any, ...], odd: Numbers) -> Group:
    count = len(dimensions)
    return Group(labels(dimensions, row[:count]), row[count:] + odd)


def labels(dimensions: Sequence[Dimension], keys: Sequence[object]) -> tuple[str | None, ...]:
    """Return the keys of a group as answers have them."""
    return tuple(_text(dimension, key) for dimension, key in zip(dimensions, keys, strict=True))


def _text(dimension: Dimension, value: object) -> str | None:
    if value is None or dimension.source != "time":
        return value  # type: ignore[return-value]
    return zones.bucket_label(dimension.name, int(value))  # type: ignore[call-overload]


def quarters(reader: apsw.Connection) -> tuple[int, int]:
    """Return the first and last quarter of all calls."""
    row = reader.execute("SELECT (SELECT min(at) FROM call) / 900000, (SELECT max(at) FROM call) / 900000").fetchone()
    return (row[0] or 0, (row[1] or 0) + 1) if row else (0, 1)


CALL_FIELDS = {
    "record_id": "printf('%016x', call.key)",
    "at": "call.at",
    "thread_id": "thread.thread_id",
    "thread_name": "thread.name",
    "root_thread_id": "root.thread_id",
    "turn_id": "turn.turn_id",
    "response_id": "call.response_id",
    "model": "nullif(profile.model, '')",
    "effort": "nullif(profile.effort, '')",
    "tier": "nullif(profile.tier, '')",
    "kind": "profile.kind",
    "basis": "profile.basis",
    "origin": "profile.origin",
    "reason": "profile.reason",
    "confidence": "profile.confidence",
    **CALL_COLUMNS,
    "pricing_status": "coalesce(rate.status, 'unpriced')",
    "credit_confidence": "coalesce(rate.confidence, 'missing')",
    "priced_as": "nullif(rate.model, '')",
    "assumed": "nullif(rate.assumed, '')",
    "context_window": "call.context_window",
    "context_used": "input + output",
    "duration_ms": "call.duration_ms",
    "gap_ms": "call.gap_ms",
    "logged_input_tokens": "call.logged_input",
    "logged_cached_input_tokens": "call.logged_cached_input",
    "logged_cache_write_input_tokens": "call.logged_cache_write",
    "logged_output_tokens": "call.logged_output",
    "logged_reasoning_output_tokens": "call.logged_reasoning",
    "project": "project.name",
    "cwd": "project.cwd",
    "git_branch": "thread.git_branch",
    "originator": "nullif(client.originator, '')",
    "client_version": "nullif(client.version, '')",
    "archived": "thread.archived",
    "source_file": "source_file.path",
    "line": "call.line",
}
"""The columns of one call, for lists and exports."""

CALL_JOINS = (
    " JOIN profile ON profile.id = call.profile_id JOIN thread ON thread.id = call.thread_id"
    " LEFT JOIN thread root ON root.id = thread.root_id LEFT JOIN turn ON turn.id = call.turn_id"
    " LEFT JOIN project ON project.id = thread.project_id LEFT JOIN client ON client.id = thread.client_id"
    " JOIN source_file ON source_file.id = call.file_id LEFT JOIN rate ON rate.id = call.rate_id"
)


CALL_SORTS = [name for name in places.SORTS if name != "thread_id"]
PAGE = (
    f"SELECT {', '.join(CALL_FIELDS.values())} FROM json_each(?) page"
    f" CROSS JOIN call ON call.id = page.value{CALL_JOINS} ORDER BY page.key"
)
BATCH_ROWS = 5_000


def calls(
    reader: apsw.Connection,
    chosen: Filter,
    *,
    sort: str = "time",
    ascending: bool = False,
    limit: int = 0,
    offset: int = 0,
) -> Iterator[tuple[object, ...]]:
    """Give the calls that a filter leaves as tuples in the order of `CALL_FIELDS`."""
    ids = places.page(reader, chosen, sort=sort, ascending=ascending, limit=limit, offset=offset)
    for first in range(0, len(ids), BATCH_ROWS):
        page = msgspec.json.encode(list(ids[first : first + BATCH_ROWS])).decode()
        yield from reader.execute(PAGE, (page,))
