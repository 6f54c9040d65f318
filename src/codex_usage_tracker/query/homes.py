"""What was read of the Codex homes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.store.ask import rows, scalar

if TYPE_CHECKING:
    from codex_usage_tracker.query.reader import Reader

COUNTS = """
SELECT home.path, files, calls FROM home
JOIN (SELECT home_id, sum(NOT printed) AS files FROM source_file GROUP BY 1) files ON files.home_id = home.id
LEFT JOIN (
  SELECT home_id, sum(calls) AS calls FROM source_file
  JOIN (SELECT file_id, count(*) AS calls FROM call GROUP BY 1) ON file_id = source_file.id GROUP BY 1
) calls ON calls.home_id = home.id
"""


class HomeCounts(NamedTuple):
    """Logs of a home, and the calls that are counted from them."""

    files: int
    calls: int


def counts(reader: Reader) -> dict[str, HomeCounts]:
    """Return how much was read of each home, by its path."""
    return {str(path): HomeCounts(files, calls or 0) for path, files, calls in rows(reader.db, COUNTS)}


def notes(reader: Reader) -> dict[str, int]:
    """Return how often each thing was noted that is odd in the logs."""
    found = rows(reader.db, "SELECT code, sum(count) FROM note GROUP BY code ORDER BY code")
    return {str(code): int(count) for code, count in found}


def archived_calls(reader: Reader) -> int:
    """Return how many calls archived threads have."""
    sql = "SELECT sum(calls) FROM rollup WHERE thread_id IN (SELECT id FROM thread WHERE archived)"
    return int(scalar(reader.db, sql) or 0)
