"""Facts of the calls that a filter leaves: sums by label, from days that are summed, else from the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from codex_usage_tracker.query.filters import Filter, threads, where
from codex_usage_tracker.query.places import SORTS
from codex_usage_tracker.query.run import PAGE
from codex_usage_tracker.store import facts
from codex_usage_tracker.store.facts import DAY_MS

if TYPE_CHECKING:
    import apsw

FOREVER = 2**62
BY_DAY = frozenset({"since", "until", "archived", "model", "effort"})
"""What whole days are filtered by."""
LARGEST = {"most", "latest_at"}
DAYS_OF_LABEL = "SELECT day FROM fact_day WHERE label_id = ? UNION SELECT day FROM unsummed_day"
HAS_LABEL = "EXISTS (SELECT 1 FROM fact WHERE call_id = call.id AND label_id = ?)"
SUMS = ", ".join(f"{'max' if name in LARGEST else 'sum'}({name})" for name in facts.SUMMED)


class FactSums(NamedTuple):
    """A label with what its calls add up to, as `store.facts.SUMMED` names it."""

    id: int
    label: str
    calls: int
    first_calls: int
    occurrences: int
    tokens: int
    input: int
    cached_input: int
    output: int
    reasoning: int
    share: int
    most: int
    latest_at: int


def sums(reader: apsw.Connection, chosen: Filter) -> list[FactSums]:
    """Return the sums of all labels that a filter's calls have."""
    days, spans = _parts(reader, chosen)
    sql, values = _of_calls(reader, chosen, spans)
    if days:
        by_day, more = _of_days(chosen, days)
        sql, values = f"{sql} UNION ALL {by_day}", [*values, *more]
    columns = ", ".join(("day", "label_id", "profile_id", "archived", *facts.SUMMED))
    rows: Any = reader.execute(
        f"WITH found ({columns}) AS ({sql}) SELECT label_id, label, {SUMS} FROM found"
        " JOIN fact_label ON fact_label.id = label_id GROUP BY label_id", values,
    )  # fmt: skip
    return [FactSums(*row) for row in rows]


def _parts(reader: apsw.Connection, chosen: Filter) -> tuple[tuple[int, int] | None, list[tuple[int, int]]]:
    """Return the range of days that are summed, and the ranges of time of which the calls themselves are asked."""
    since, until = chosen.since or 0, FOREVER if chosen.until is None else chosen.until
    first, last = -(-since // DAY_MS), until // DAY_MS
    if first >= last or any(getattr(chosen, name) for name in Filter.__struct_fields__ if name not in BY_DAY):
        return None, [(since, until)]
    edges = [(since, first * DAY_MS), (last * DAY_MS, until)]
    unsummed = [day for day in facts.unsummed(reader) if first <= day < last]
    spans = [*edges, *((day * DAY_MS, (day + 1) * DAY_MS) for day in unsummed)]
    return (first, last), [span for span in spans if span[0] < span[1]]


def _of_calls(reader: apsw.Connection, chosen: Filter, spans: list[tuple[int, int]]) -> tuple[str, list[object]]:
    """Return what sums the facts of the calls in some ranges of time."""
    free = msgspec.structs.replace(chosen, since=None, until=None)
    built = where(free, threads(reader, free), of_calls=True)
    many = len(spans) > facts.FEW_DAYS
    ranges = "SELECT value ->> 0 AS low, value ->> 1 AS high FROM json_each(?)"
    condition = f" AND {' AND '.join(built.conditions)}" if built.conditions else ""
    indexed = "" if built.conditions and not many else " INDEXED BY call_at"
    calls = f"SELECT call.id FROM ({ranges}) span CROSS JOIN call{indexed} ON at >= low AND at < high{condition}"
    return facts.summed(calls), [msgspec.json.encode(spans).decode(), *built.values]


def _of_days(chosen: Filter, days: tuple[int, int]) -> tuple[str, list[object]]:
    """Return what gives the sums of some days."""
    kept = Filter(archived=True, model=chosen.model, effort=chosen.effort)
    built = where(kept, of_calls=True)
    built.conditions.extend(["day >= ?", "day < ?", "day NOT IN (SELECT day FROM unsummed_day)"])
    if not chosen.archived:
        built.conditions.append("NOT archived")
    return f"SELECT * FROM fact_day{built.sql}", [*built.values, *days]


def calls(
    reader: apsw.Connection, chosen: Filter, label: int, *, sort: str, ascending: bool, limit: int, offset: int,
) -> list[tuple[object, ...]]:  # fmt: skip
    """Return a page of the calls that have a fact, in the order of `run.CALL_FIELDS`."""
    built = where(chosen, threads(reader, chosen), of_calls=True)
    indexed = " INDEXED BY call_at" if sort == "time" and all(one.startswith("at ") for one in built.conditions) else ""
    built.conditions.extend([f"at / {DAY_MS} IN ({DAYS_OF_LABEL})", HAS_LABEL])
    down = "" if ascending else " DESC"
    order = f"{SORTS[sort]}{down}, call.at{down}, call.line{down}, call.key"
    sql = f"SELECT id FROM call{indexed}{built.sql} ORDER BY {order} LIMIT ? OFFSET ?"
    ids = [row[0] for row in reader.execute(sql, (*built.values, label, label, limit, offset))]
    return reader.execute(PAGE, (msgspec.json.encode(ids).decode(),)).fetchall()


def span(reader: apsw.Connection, chosen: Filter) -> tuple[int | None, int | None, int | None]:
    """Return when the first and the latest call was, and the mean of the calls' cache ratios in parts per million."""
    built = where(chosen, threads(reader, chosen), of_calls=True)
    ratio = "sum(cached_input * 1000000 / input) / nullif(sum(input > 0), 0)"
    row: Any = reader.execute(f"SELECT min(at), max(at), {ratio} FROM call{built.sql}", built.values).fetchone()
    return row[0], row[1], row[2]
