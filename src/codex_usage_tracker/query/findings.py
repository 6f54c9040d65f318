"""What the rules found in the calls that a filter leaves: the most at stake, and sums by rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from codex_usage_tracker.query.filters import Filter, Where, threads, where
from codex_usage_tracker.store.ask import rows, scalar
from codex_usage_tracker.store.findings import ANY

if TYPE_CHECKING:
    from collections.abc import Sequence

    import apsw

SUMS = "count(*), sum(tokens), sum(finding.stake), sum(drawn)"
TOP = """
WITH scored AS {materialized} MATERIALIZED (SELECT thread, call_id, attention.stake AS stake FROM {source})
SELECT (SELECT count(*) FROM scored),
  (SELECT json_group_array(json_array(call_id, stake)) FROM (
    SELECT call_id, stake FROM scored ORDER BY stake DESC, call_id LIMIT {limit})),
  (SELECT count(DISTINCT coalesce(root_id, id)) FROM (SELECT DISTINCT thread FROM scored) JOIN thread ON id = thread),
  (SELECT json_group_array(json_array(root, stake, calls)) FROM (
    SELECT coalesce(root_id, id) AS root, sum(stake) AS stake, sum(calls) AS calls
    FROM (SELECT thread, sum(stake) AS stake, count(*) AS calls FROM scored GROUP BY thread) JOIN thread ON id = thread
    GROUP BY root ORDER BY stake DESC, root LIMIT {limit}))
"""


ROOTS = (
    "SELECT coalesce(root_id, id) AS root, sum(stake) AS stake, sum(calls)"
    " FROM ({sums}) sums JOIN thread ON id = sums.thread_id"
    " GROUP BY root ORDER BY 2 DESC, root LIMIT {limit}"
)


class Sum(NamedTuple):
    """What a rule found: calls, tokens, and what is at stake in USD units and credit units, None without a price."""

    rule: int
    calls: int
    tokens: int
    stake: int | None
    drawn: int | None


class Top(NamedTuple):
    """Calls with their stakes and root threads with their stakes and calls, the most at stake first, of how many."""

    calls: list[tuple[int, int]]
    call_count: int
    roots: list[tuple[int, int, int]]
    root_count: int


def top(reader: apsw.Connection, chosen: Filter, *, least: int, limit: int) -> Top:
    """Return the calls and root threads with the most at stake, of calls with so much at least (USD units)."""
    source, values = _source(reader, chosen, "attention", ["attention.stake >= ?"] if least else [])
    sql = TOP.format(source=source, limit=limit or -1, materialized="NOT" if source == "attention" else "")
    asked = [*values, least] if least else values
    count, calls, root_count, roots = next(rows(reader, sql, asked))
    return Top(_decoded(calls), count, _decoded(roots), root_count)


def _decoded(text: str) -> list[Any]:
    return [tuple(row) for row in msgspec.json.decode(text)]


def _source(
    reader: apsw.Connection, chosen: Filter, table: str, more: Sequence[str] = (),
) -> tuple[str, list[object]]:  # fmt: skip
    """Return a table of findings with the calls that a filter leaves as SQL; of a range, calls lead to findings."""
    built = where(chosen, threads(reader, chosen), of_calls=True)
    conditions = " AND ".join([*built.conditions, *more])
    if not conditions:
        return table, []
    if table == "attention" and all(one.startswith("thread_id ") for one in built.conditions):
        return f"{table} WHERE {conditions.replace('thread_id ', 'thread ')}", built.values
    on = "call.id = call_id" + (" AND call.thread_id = thread" if "attention" in table else "")
    tables = f"call CROSS JOIN {table}" if chosen.since is not None else f"{table} CROSS JOIN call"
    return f"{tables} ON {on} WHERE {conditions}", built.values


def by_rule(reader: apsw.Connection, chosen: Filter) -> list[Sum]:
    """Return what each rule found, without what is empty."""
    built = _by_quarter(reader, chosen)
    if built is not None:
        sql = f"SELECT rule, sum(calls), sum(tokens), sum(stake), sum(drawn) FROM found{built.sql} GROUP BY rule"
        return [Sum._make(row) for row in rows(reader, sql, built.values) if row[0] != ANY]
    source, values = _source(reader, chosen, "finding")
    return [Sum._make(row) for row in rows(reader, f"SELECT rule, {SUMS} FROM {source} GROUP BY rule", values)]


def roots(reader: apsw.Connection, chosen: Filter, *, limit: int) -> list[tuple[int, int, int]]:
    """Return the root threads with the most at stake: row id, stake in USD units, calls."""
    built = _by_quarter(reader, chosen)
    if built is None:
        return top(reader, chosen, least=0, limit=limit).roots
    built.conditions.append(f"rule = {ANY}")
    sums = f"SELECT thread_id, sum(stake) AS stake, sum(calls) AS calls FROM found{built.sql} GROUP BY 1"
    return list(rows(reader, ROOTS.format(sums=sums, limit=limit), built.values))


def root_counts(reader: apsw.Connection, chosen: Filter, rules: Sequence[int]) -> dict[int, int]:
    """Return in how many root threads some rules found something."""
    wanted = f"rule IN ({', '.join(map(str, rules))})"
    built = _by_quarter(reader, chosen)
    if built is None:
        source, values = _source(reader, chosen, "finding", [wanted])
        members = f"SELECT DISTINCT rule, call.thread_id AS member FROM {source}"
    else:
        built.conditions.append(wanted)
        members, values = f"SELECT DISTINCT rule, thread_id AS member FROM found{built.sql}", built.values
    sql = f"SELECT rule, count(DISTINCT coalesce(root_id, id)) FROM ({members}) JOIN thread ON id = member GROUP BY 1"
    return dict(rows(reader, sql, values))


def _by_quarter(reader: apsw.Connection, chosen: Filter) -> Where | None:
    """Return a filter of the sums by thread and quarter of an hour; None where single calls must be looked at."""
    built = where(chosen, threads(reader, chosen))
    sums_tell = built.by_quarter and all(one.startswith(("thread_id ", "quarter ")) for one in built.conditions)
    return built if sums_tell else None


def by_root(reader: apsw.Connection, chosen: Filter, roots: Sequence[int]) -> dict[int, list[Sum]]:
    """Return what each rule found in some root threads, the most at stake first."""
    built = where(chosen, threads(reader, chosen), of_calls=True)
    more = "".join(f" AND {one}" for one in built.conditions)
    told = rows(
        reader,
        f"SELECT wanted.value, rule, {SUMS} FROM json_each(?) wanted"
        " CROSS JOIN (SELECT id AS member, root_id AS top FROM thread) ON top = wanted.value OR member = wanted.value"
        " CROSS JOIN attention ON thread = member CROSS JOIN finding USING (call_id)"
        f" CROSS JOIN call ON call.id = call_id{more} GROUP BY 1, 2 ORDER BY 1, 5 DESC, 2",
        (_json(roots), *built.values),
    )  # fmt: skip
    found: dict[int, list[Sum]] = {}
    for root, *row in told:
        found.setdefault(root, []).append(Sum._make(row))
    return found


def of_calls(reader: apsw.Connection, calls: Sequence[int]) -> dict[int, list[tuple[Any, ...]]]:
    """Return the findings of some calls: rule, stake, credits drawn, tokens, the rule's own figure."""
    found: dict[int, list[tuple[Any, ...]]] = {one: [] for one in calls}
    these = "WHERE call_id IN (SELECT value FROM json_each(?))"
    sql = f"SELECT call_id, rule, stake, drawn, tokens, detail FROM finding {these}"
    for call, *row in rows(reader, sql, (_json(calls),)):
        found[call].append(tuple(row))
    return found


MEMBERS = """
SELECT id FROM thread WHERE thread_id = ?1 UNION
SELECT below.id FROM thread top JOIN thread below ON below.root_id = top.id WHERE top.thread_id = ?1
"""


def members(reader: apsw.Connection, thread_id: str) -> list[int]:
    """Return a thread and those below it as row ids."""
    return [row[0] for row in rows(reader, MEMBERS, (thread_id,))]


def thread_of(reader: apsw.Connection, call: int) -> list[int]:
    """Return the thread of a call as a row id."""
    return [row[0] for row in rows(reader, "SELECT thread_id FROM call WHERE id = ?", (call,))]


def row_id(reader: apsw.Connection, thread_id: str) -> int | None:
    """Return a thread's row id."""
    found: int | None = scalar(reader, "SELECT id FROM thread WHERE thread_id = ?", (thread_id,))
    return found


def _json(ids: Sequence[int]) -> str:
    return msgspec.json.encode(ids).decode()
