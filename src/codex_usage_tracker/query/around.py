"""One call, what lies around it, and how full the context was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codex_usage_tracker.query.filters import where
from codex_usage_tracker.query.run import CALL_FIELDS, CALL_JOINS

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
TENTH = "min(10 * (input + output) / context_window, 9)"


def find(reader: apsw.Connection, record_id: str) -> int | None:
    """Return the row id of a call by its record id, 16 hexadecimal digits; None if there is none."""
    try:
        key = int(record_id, 16)
    except ValueError:
        return None
    row = reader.execute("SELECT id FROM call WHERE key = ?", (key - 2**64 if key >= 2**63 else key,)).fetchone()
    return row and int(row[0])


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


def pressure(reader: apsw.Connection, chosen: Filter) -> list[tuple[Any, ...]]:
    """Return by tenths of the window: the tenth, calls, sums of tokens used and of windows, and of shares, the most."""
    built = where(chosen, of_calls=True)
    built.conditions.append("context_window > 0")
    share = "1.0 * (input + output) / context_window"
    return reader.execute(
        f"SELECT {TENTH}, count(*), sum(input + output), sum(context_window), sum({share}), max({share})"
        f" FROM call{built.sql} GROUP BY 1", built.values,
    ).fetchall()  # fmt: skip
