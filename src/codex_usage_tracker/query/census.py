"""How much of what a database holds: counts that tell nothing of anybody's work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.store.ask import rows, scalar

if TYPE_CHECKING:
    import apsw

MOST_ROWS = 50
NOTES = """
SELECT code, nullif(client.version, ''), count(DISTINCT file_id), sum(count)
FROM note JOIN source_file ON source_file.id = file_id
LEFT JOIN thread ON thread.id = source_file.thread_id LEFT JOIN client ON client.id = thread.client_id
GROUP BY 1, 2 ORDER BY 4 DESC, 1, 2
"""
CLIENTS = """
SELECT nullif(originator, ''), nullif(version, ''), count(*), coalesce(sum(calls), 0)
FROM thread LEFT JOIN client ON client.id = client_id
LEFT JOIN (SELECT thread_id AS thread, sum(calls) AS calls FROM rollup GROUP BY 1) ON thread = thread.id
GROUP BY 1, 2 ORDER BY 4 DESC, 1, 2
"""
UNPRICED = """
SELECT nullif(model, ''), sum(unpriced_calls) FROM rollup JOIN profile ON profile.id = profile_id
WHERE unpriced_calls > 0 GROUP BY 1 ORDER BY 2 DESC, 1
"""
BY = "SELECT {0}, sum(calls) FROM rollup JOIN profile ON profile.id = profile_id GROUP BY 1 ORDER BY 1"
BY_RATE = (
    "SELECT coalesce({0}, '{1}'), sum(calls) FROM rollup LEFT JOIN rate ON rate.id = rate_id GROUP BY 1 ORDER BY 1"
)
SPAN = """
SELECT (SELECT min(at) FROM call), (SELECT max(at) FROM call), (SELECT max(at) FROM limit_snapshot),
  (SELECT count(*) FROM (SELECT DISTINCT limit_id, window_minutes FROM limit_snapshot))
"""


def tables(connection: apsw.Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    names = [name for (name,) in rows(connection, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    return {name: int(scalar(connection, f'SELECT count(*) FROM "{name}"')) for name in names}


def by_profile(connection: apsw.Connection, column: str) -> dict[str, int]:
    """Return how many calls there are by what many calls share: their `basis`, `kind` or `confidence`."""
    return dict(rows(connection, BY.format(column)))


def by_rate(connection: apsw.Connection, column: str, without: str) -> dict[str, int]:
    """Return how many calls there are by their rate's `status` or `confidence`, with a word for those without one."""
    return dict(rows(connection, BY_RATE.format(column, without)))


def unpriced(connection: apsw.Connection) -> list[tuple[str | None, int]]:
    """Return models with how many of their calls have no price."""
    return list(rows(connection, f"{UNPRICED} LIMIT {MOST_ROWS}"))


def clients(connection: apsw.Connection) -> list[tuple[str | None, str | None, int, int]]:
    """Return originators and versions with their threads and calls, those with most calls first."""
    return list(rows(connection, f"{CLIENTS} LIMIT {MOST_ROWS}"))


def notes(connection: apsw.Connection) -> list[tuple[str, str | None, int, int]]:
    """Return what was odd in logs, by the version that wrote them: files and lines."""
    return list(rows(connection, f"{NOTES} LIMIT {MOST_ROWS}"))


def spans(connection: apsw.Connection) -> tuple[int | None, int | None, int | None, int]:
    """Return the instants of the first and the last call and of what was last seen of limits, and how many limits."""
    found: tuple[int | None, int | None, int | None, int] = next(rows(connection, SPAN))
    return found


def meta(connection: apsw.Connection) -> dict[str, int]:
    """Return the whole numbers that the database keeps of itself."""
    return dict(rows(connection, "SELECT name, value FROM meta WHERE typeof(value) = 'integer'"))
