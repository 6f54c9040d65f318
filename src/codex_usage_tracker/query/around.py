"""One call, what lies around it, and how full the context was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codex_usage_tracker.errors import NotFoundError
from codex_usage_tracker.query.run import CALL_FIELDS, CALL_JOINS, Part, sums_of
from codex_usage_tracker.store import rollups
from codex_usage_tracker.store.ask import rows

if TYPE_CHECKING:
    import apsw

    from codex_usage_tracker.query.filters import Filter

ONE = f"SELECT {', '.join(CALL_FIELDS.values())} FROM call{CALL_JOINS} WHERE call.id = ?"
NEAR = (
    "SELECT other.id FROM call JOIN call other ON other.thread_id = call.thread_id"
    " AND (other.at, other.line, other.key) {} (call.at, call.line, call.key)"
    " WHERE call.id = ? ORDER BY other.at {}, other.line {}, other.key {} LIMIT 1"
)
FACTS = (
    "SELECT label, count, 1, tokens FROM fact JOIN fact_label ON fact_label.id = label_id WHERE call_id = ?"
    " ORDER BY 2 DESC, label"
)
PLACE = (
    "SELECT home.path, name, source_file.path, source_file.offset, source_file.lines, call.line, ("
    "SELECT line FROM call before WHERE before.thread_id = call.thread_id AND before.at <= call.at"
    " AND before.file_id = call.file_id AND before.line < call.line ORDER BY before.at DESC, before.line DESC LIMIT 1)"
    " FROM call JOIN source_file ON source_file.id = file_id JOIN home ON home.id = home_id WHERE call.id = ?"
)
CONTEXT = Part((), rollups.CONTEXT | {"most_ppm": rollups.PPM})
CONTEXT_SUMS = ", ".join([*(f"ifnull(sum({name}), 0)" for name in rollups.CONTEXT), "ifnull(max(most_ppm), 0)"])


def find(reader: apsw.Connection, record_id: str) -> int | None:
    """Return the row id of a call by its record id, 16 hexadecimal digits; None if there is none."""
    try:
        key = int(record_id, 16)
    except ValueError:
        return None
    row = reader.execute("SELECT id FROM call WHERE key = ?", (key - 2**64 if key >= 2**63 else key,)).fetchone()
    return row and int(row[0])


def known(reader: apsw.Connection, record_id: str) -> int:
    """Return the row id of a call by its record id; that there is none is an error."""
    found = find(reader, record_id)
    if found is None:
        raise NotFoundError(f"there is no call {record_id!r}", "List calls with `codex-usage-tracker query`.")
    return found


def call(reader: apsw.Connection, row_id: int) -> tuple[Any, ...]:
    """Return a call in the order of `CALL_FIELDS`."""
    return reader.execute(ONE, (row_id,)).fetchall()[0]


def near(reader: apsw.Connection, row_id: int, *, after: bool) -> int | None:
    """Return the row id of the call before or after another in its thread."""
    sign, way = (">", "ASC") if after else ("<", "DESC")
    row = reader.execute(NEAR.format(sign, way, way, way), (row_id,)).fetchone()
    return row and int(row[0])


def facts(reader: apsw.Connection, row_id: int) -> list[tuple[object, ...]]:
    """Return a call's facts: label, occurrences, 1, output tokens."""
    return reader.execute(FACTS, (row_id,)).fetchall()


def place(reader: apsw.Connection, row_id: int) -> tuple[Any, ...]:
    """Return where a call stands in the logs, in the order of `evidence.window.Place`."""
    return reader.execute(PLACE, (row_id,)).fetchall()[0]


def pressure(reader: apsw.Connection, chosen: Filter) -> tuple[int, ...]:
    """Return of the calls that tell their window the sums of `rollups.CONTEXT` and the largest share (ppm)."""
    relation, values = sums_of(chosen, CONTEXT)
    found: tuple[int, ...] = next(rows(reader, f"SELECT {CONTEXT_SUMS} FROM {relation}", values))
    return found
