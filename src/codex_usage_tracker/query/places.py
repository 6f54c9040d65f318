"""Which calls stand on a page, in any order: no place costs more to reach than another one."""

from __future__ import annotations

from array import array
from itertools import accumulate
from threading import Lock
from typing import TYPE_CHECKING, Any

import msgspec

from codex_usage_tracker.query.filters import Where, threads, where
from codex_usage_tracker.store.ask import rows, scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import apsw

    from codex_usage_tracker.query.filters import Filter

KEYED = {
    "model": ("profile", "model"),
    "effort": ("profile", "effort"),
    "initiator": ("profile", "origin"),
    "thread": ("thread", "coalesce(name, thread_id)"),
    "thread_id": ("thread", "thread_id"),
}
"""Orders by what all calls of a sum share: table and column."""
KEY = "(SELECT {1} FROM {0} WHERE id = {2}.{0}_id)"
SORTS = {
    "time": "call.at",
    "cost": "call.usd",
    "credits": "call.credits",
    "tokens": "input + output",
    "input": "input",
    "cached": "cached_input",
    "uncached": "input - cached_input",
    "output": "output",
    "reasoning": "reasoning",
    "duration": "call.duration_ms",
    "gap": "call.gap_ms",
    "context": "cast(input + output AS REAL) / call.context_window",
    "cache": "cast(cached_input AS REAL) / nullif(input, 0)",
    **{name: KEY.format(*of, "call") for name, of in KEYED.items()},
}
NEAR = 5_000
"""Up to here the largest are found in one look at all calls."""
KEPT_ORDERS = 3
"""A million calls in order are 8 MB."""
ORDERS: dict[tuple[object, ...], array[int]] = {}
LOCK = Lock()
CELLS = (
    "SELECT call.id FROM (SELECT thread_id, quarter, profile_id, rate_id FROM rollup{cells}) cell CROSS JOIN call"
    " ON call.thread_id = cell.thread_id AND at >= quarter * 900000 AND at < (quarter + 1) * 900000"
    " AND call.profile_id = cell.profile_id AND ifnull(call.rate_id, 0) = cell.rate_id"
)

Spanned = tuple[list[tuple[Any, ...]], int]
"""Groups that a page touches, and how many calls stand before the first of them."""


def page(
    reader: apsw.Connection, chosen: Filter, *, sort: str, ascending: bool, limit: int, offset: int,
) -> Sequence[int]:  # fmt: skip
    """Return the row ids of a page's calls; a limit of 0 gives all."""
    found = _most(reader, threads(reader, chosen))
    by_call, by_sum = where(chosen, found, of_calls=True), where(chosen, found)
    down = "" if ascending else " DESC"
    order = f" ORDER BY {SORTS[sort]}{down}, call.at{down}, call.line{down}, call.key"
    near = limit and offset + limit <= NEAR
    if sort == "time" and near and all(one.startswith("at ") for one in by_call.conditions):
        return _ids(reader, f"SELECT id FROM call INDEXED BY call_at{by_call.sql}{order}", by_call, limit, offset)
    if limit and by_sum.by_quarter and sort in ("time", *KEYED):
        return _by_sums(reader, by_sum, sort, down, order, limit, offset)
    sql = f"SELECT id FROM call{by_call.sql}{order}"
    if near:
        return _ids(reader, sql, by_call, limit, offset)
    return _kept(reader, sql, by_call)[offset : offset + limit] if limit else _all(reader, sql, by_call)


def _most(reader: apsw.Connection, found: list[int] | None) -> list[int] | None:
    """Return no threads where a filter leaves all of them."""
    return None if found is not None and len(found) == scalar(reader, "SELECT count(*) FROM thread") else found


def _ids(reader: apsw.Connection, sql: str, built: Where, limit: int, offset: int) -> list[int]:
    return [row[0] for row in rows(reader, f"{sql} LIMIT {limit} OFFSET {offset}", built.values)]


def _all(reader: apsw.Connection, sql: str, built: Where) -> array[int]:
    return array("q", (row[0] for row in rows(reader, sql, built.values)))


def _kept(reader: apsw.Connection, sql: str, built: Where) -> array[int]:
    """Return all calls in an order that is made once for each state of the data."""
    state = reader.execute(
        "SELECT * FROM meta WHERE name IN ('secret', 'generation', 'changed_at', 'judgements', 'prices')"
    ).fetchall()
    known = (*state, sql, *built.values)
    with LOCK:
        found = ORDERS.pop(known, None)
        ORDERS[known] = _all(reader, sql, built) if found is None else found
        for old in list(ORDERS)[:-KEPT_ORDERS]:
            del ORDERS[old]
        return ORDERS[known]


def _by_sums(
    reader: apsw.Connection, built: Where, sort: str, down: str, order: str, limit: int, offset: int,
) -> list[int]:  # fmt: skip
    """Find by the sums which keys and quarters of an hour a page touches, then look at their calls alone."""
    key, before = "0", 0
    if sort in KEYED:
        key = KEY.format(*KEYED[sort], "rollup")
        keys, before = _spanned(_keys(reader, built, sort, down), limit, offset)
        built = _and(built, _with_key(sort), [one[0] for one in keys])
    cells = f"SELECT {key} AS k, quarter, sum(calls) FROM rollup{built.sql} GROUP BY 1, 2 ORDER BY 1{down}, 2{down}"
    touched, skipped = _spanned(rows(reader, cells, built.values), limit, offset - before)
    quarters = [one[1] for one in touched] or [0]
    built = _and(built, f"quarter BETWEEN {min(quarters)} AND {max(quarters)}")
    among = f"({key}, quarter) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))"
    built = _and(built, among, [[0 if key == "0" else one[0], one[1]] for one in touched])
    return _ids(reader, CELLS.format(cells=built.sql) + order, built, limit, offset - before - skipped)


def _keys(reader: apsw.Connection, built: Where, sort: str, down: str) -> Iterable[tuple[Any, ...]]:
    """Give the keys of an order with their calls."""
    table, key = KEYED[sort][0], KEY.format(*KEYED[sort], "sums")
    sums = f"SELECT {table}_id, sum(calls) AS calls FROM rollup{built.sql} GROUP BY 1"
    return rows(reader, f"SELECT {key} AS k, sum(calls) FROM ({sums}) sums GROUP BY 1 ORDER BY 1{down}", built.values)


def _with_key(sort: str) -> str:
    table, column = KEYED[sort]
    return f"{table}_id IN (SELECT id FROM {table} WHERE {column} IN (SELECT value FROM json_each(?)))"


def _and(built: Where, condition: str, *values: object) -> Where:
    """Return a filter with one more condition, its values a list of JSON."""
    told = [msgspec.json.encode(value).decode() for value in values]
    return Where([*built.conditions, condition], [*built.values, *told], built.by_quarter)


def _spanned(groups: Iterable[tuple[Any, ...]], limit: int, offset: int) -> Spanned:
    """Return the groups within which a page lies; the last column of each is how many calls it has."""
    listed = list(groups)
    ends = list(accumulate(group[-1] for group in listed))
    found = [index for index, end in enumerate(ends) if end > offset and end - listed[index][-1] < offset + limit]
    return [listed[index] for index in found], ends[found[0]] - listed[found[0]][-1] if found else 0
