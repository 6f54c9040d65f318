"""Sums by thread, quarter of an hour (UTC), profile and rate, so that long ranges need not touch every call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.store import facts
from codex_usage_tracker.store.ask import scalar

if TYPE_CHECKING:
    import apsw

QUARTER_MS = 15 * 60 * 1000
"""Every time zone in use is a whole number of quarters from UTC, so local days are sums of quarters."""

COMMON = {
    "calls": "1",
    "input": "input",
    "cached_input": "cached_input",
    "cache_write": "cache_write",
    "output": "output",
    "reasoning": "reasoning",
    "usd": "usd",
    "credits": "credits",
}
"""What is summed of every call; costs in units."""
ODD = {
    "unpriced_calls": "usd IS NULL",
    "unpriced_tokens": "iif(usd IS NULL, input + output, 0)",
    "uncredited_tokens": "iif(credits IS NULL, input + output, 0)",
    "estimated_usd": "iif(estimated, usd, 0)",
}
"""What is summed of the few calls that lack a price, or whose price is an estimate."""
ODD_SUMS = "unpriced_calls + uncredited_tokens + estimated_usd > 0"
ODD_CALLS = "(usd IS NULL OR credits IS NULL OR estimated)"

PPM = "1000000 * (input + output) / context_window"
TENTHS = [f"tenth_{tenth}" for tenth in range(10)]
CONTEXT = {
    "windowed": "context_window > 0",
    "context_used": "iif(context_window > 0, input + output, 0)",
    "context_window": "context_window",
    "context_ppm": PPM,
    **{name: f"min({PPM} / 100000, 9) = {tenth}" for tenth, name in enumerate(TENTHS)},
}
"""What is summed of calls that tell their context window (of others all is NULL): tokens, the share used in parts per
million, calls by tenths of the window, the last one with those above it."""

SUMS = (
    "SELECT thread_id, at / 900000, profile_id, ifnull(rate_id, 0), "
    + ", ".join(f"ifnull(sum({sql}), 0)" for sql in (*COMMON.values(), *ODD.values(), *CONTEXT.values()))
    + f", ifnull(max({PPM}), 0) FROM call"
)
GROUPED = " GROUP BY thread_id, at / 900000, profile_id, rate_id"


def renew(connection: apsw.Connection, thread: int, since: int, *, fresh: bool = False) -> None:
    """Sum one thread's calls again from an instant (milliseconds) on, and have them judged again.

    A fresh thread has no sums yet.
    """
    connection.execute("INSERT OR IGNORE INTO unjudged VALUES (?)", (thread,))
    quarter = since // QUARTER_MS
    if not fresh:
        facts.mark(connection, thread, quarter)
        connection.execute("DELETE FROM rollup WHERE thread_id = ? AND quarter >= ?", (thread, quarter))
    connection.execute(
        "INSERT INTO rollup " + SUMS + " WHERE thread_id = ? AND at >= ?" + GROUPED,
        (thread, quarter * QUARTER_MS),
    )
    facts.mark(connection, thread, quarter)


def rebuild(connection: apsw.Connection) -> None:
    """Sum all calls again."""
    connection.execute("DELETE FROM rollup")
    connection.execute("INSERT INTO rollup " + SUMS + GROUPED)


def differences(connection: apsw.Connection) -> int:
    """Return how many sums differ from the calls they stand for, are missing, or stand for none."""
    names = ["thread_id", "quarter", "profile_id", "rate_id", *COMMON, *ODD, *CONTEXT, "most_ppm"]
    of_calls, of_sums = (", ".join(f"{table}.{name}" for name in names) for table in ("told", "rollup"))
    return int(
        scalar(
            connection,
            f"WITH told ({', '.join(names)}) AS ({SUMS}{GROUPED})"
            f" SELECT ifnull(sum(({of_calls}) IS NOT ({of_sums})), 0)"
            " + (SELECT count(*) FROM rollup) - count(rollup.thread_id)"
            " FROM told LEFT JOIN rollup USING (thread_id, quarter, profile_id, rate_id)",
        ),
    )
