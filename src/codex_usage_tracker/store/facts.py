"""Sums of facts by day (UTC), so that a question about all calls need not touch every fact.

A call's tokens stand beside each of its facts in full, and divided among its facts of a type: shares add up to the
tokens of the calls, remainders going to the first facts. Days that changed are summed when somebody asks.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from codex_usage_tracker.store.ask import rows

if TYPE_CHECKING:
    from collections.abc import Callable

    import apsw

DAY_MS = 86_400_000
FEW_DAYS = 7
"""So many days are summed with the question itself."""
COMMIT_SECONDS = 0.4
ARCHIVED = "(SELECT archived FROM thread WHERE thread.id = call.thread_id)"
SUMMED = (
    "calls", "first_calls", "count", "tokens", "input", "cached_input", "output", "reasoning", "share", "most",
    "latest_at",
)  # fmt: skip
"""What is kept of each label: its calls, those in which it is the first of its type, its occurrences, tokens of tools'
outputs, then tokens of the calls, its share of them, the largest call and the instant of the latest."""


TYPES = "SELECT id, dense_rank() OVER (ORDER BY substr(label, 1, instr(label, ':'))) AS type FROM fact_label"


def summed(calls: str, archived: str = "0") -> str:
    """Return SQL that sums the facts of some calls (a relation of their ids) by day, label, profile and `archived`."""
    placed = (
        "SELECT call_id, label_id, count, tokens, row_number() OVER of_type AS place, count(*) OVER"
        " (of_type ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS among"
        f" FROM ({calls}) chosen CROSS JOIN fact ON call_id = chosen.id JOIN ({TYPES}) kind ON kind.id = label_id"
        " WINDOW of_type AS (PARTITION BY call_id, type ORDER BY label_id)"
    )
    total = "(input + output)"
    return (
        f"SELECT call.at / {DAY_MS} AS day, label_id, profile_id, {archived} AS archived, count(*), sum(place = 1),"
        " sum(count), sum(tokens), sum(input), sum(cached_input), sum(output), sum(reasoning),"
        f" sum({total} / among + (place <= {total} % among)), max({total}), max(at)"
        f" FROM ({placed}) placed CROSS JOIN call ON call.id = call_id GROUP BY 1, 2, 3, 4"
    )


OF_DAY = "SELECT id FROM call INDEXED BY call_at WHERE at >= ? AND at < ?"


def unsummed(connection: apsw.Connection) -> list[int]:
    """Return the days whose facts are not summed as they are now."""
    return [row[0] for row in rows(connection, "SELECT day FROM unsummed_day ORDER BY day")]


def mark(connection: apsw.Connection, thread: int, quarter: int) -> None:
    """Note that a thread's calls change, or have changed, from a quarter of an hour on."""
    connection.execute(
        "INSERT OR IGNORE INTO unsummed_day SELECT DISTINCT quarter / 96 FROM rollup"
        " WHERE thread_id = ? AND quarter >= ?", (thread, quarter),
    )  # fmt: skip


def fill(connection: apsw.Connection, told: Callable[[int, int], None] | None = None) -> None:
    """Sum the facts of all days that changed; says now and then how many of how many days are done."""
    days = unsummed(connection)
    connection.execute("BEGIN IMMEDIATE")
    committed = time.monotonic()
    try:
        for place, day in enumerate(days):
            _fill(connection, day)
            if time.monotonic() - committed > COMMIT_SECONDS:
                connection.execute("COMMIT; BEGIN IMMEDIATE")
                committed = time.monotonic()
                if told:
                    told(place + 1, len(days))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _fill(connection: apsw.Connection, day: int) -> None:
    connection.execute("DELETE FROM fact_day WHERE day = ?", (day,))
    span = (day * DAY_MS, (day + 1) * DAY_MS)
    connection.execute(f"INSERT INTO fact_day {summed(OF_DAY, ARCHIVED)}", span)
    connection.execute("DELETE FROM unsummed_day WHERE day = ?", (day,))
