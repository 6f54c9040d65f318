"""Sums by thread, quarter of an hour (UTC) and profile, so that long ranges need not touch every call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.store.ask import scalar

if TYPE_CHECKING:
    import apsw

QUARTER_MS = 15 * 60 * 1000
"""Every time zone in use is a whole number of quarters from UTC, so local days are sums of quarters."""

SUMS = (
    "SELECT thread_id, at / 900000, profile_id, count(*), sum(input), sum(cached_input), sum(cache_write), sum(output),"
    " sum(reasoning) FROM call"
)
GROUPED = " GROUP BY thread_id, at / 900000, profile_id"


def renew(connection: apsw.Connection, thread: int, since: int, *, fresh: bool = False) -> None:
    """Sum one thread's calls again from an instant (milliseconds) on; a fresh thread has no sums yet."""
    quarter = since // QUARTER_MS
    if not fresh:
        connection.execute("DELETE FROM rollup WHERE thread_id = ? AND quarter >= ?", (thread, quarter))
    connection.execute(
        "INSERT INTO rollup " + SUMS + " WHERE thread_id = ? AND at >= ?" + GROUPED,
        (thread, quarter * QUARTER_MS),
    )


def differences(connection: apsw.Connection) -> int:
    """Return how many sums differ from the calls they stand for."""
    return int(
        scalar(
            connection,
            "SELECT (SELECT count(*) FROM (" + SUMS + GROUPED + " EXCEPT SELECT * FROM rollup))"
            " + (SELECT count(*) FROM (SELECT * FROM rollup EXCEPT " + SUMS + GROUPED + "))",
        ),
    )
