"""Snapshots: what diagnostics found in logs, kept until it is looked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from codex_usage_tracker.store.ask import rows, scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    import apsw

KNOWN_CALLS = "SELECT count(*) FROM call"
ACTIVE_CALLS = "SELECT coalesce(sum(calls), 0) FROM rollup JOIN thread ON id = rollup.thread_id WHERE NOT archived"
LOGS = (
    "SELECT source_file.id, path, offset, coalesce(thread.archived, source_file.archived)"
    " FROM source_file LEFT JOIN thread ON thread.id = source_file.thread_id WHERE NOT printed"
    " ORDER BY mtime_ns DESC, source_file.id"
)
BOUNDS = (
    "SELECT claim.file_id, claim.line, coalesce(call.file_id = claim.file_id, 0) FROM claim"
    " LEFT JOIN call ON call.key = claim.key WHERE standing <> 'gap'"
    " UNION SELECT file_id, line, 1 FROM call WHERE file_id IN (SELECT file_id FROM claim) ORDER BY 1, 2"
)
"""Where calls end in the logs that have some which may be copies, and whether these are the logs' own."""


class Found(NamedTuple):
    """A snapshot as it is kept; `answer` is JSON."""

    computed_at: int
    logs: int
    missing: int
    calls: int
    generation: int
    answer: bytes


def calls(connection: apsw.Connection, *, archived: bool) -> int:
    """Return how many calls there are, of all threads or of active ones."""
    return int(scalar(connection, KNOWN_CALLS if archived else ACTIVE_CALLS))


def logs(connection: apsw.Connection) -> list[tuple[int, str, int, bool, list[tuple[int, int]]]]:
    """Return the logs as they were read: id, path, bytes, archived, and ranges of lines that are copies of others'."""
    skipped: dict[int, list[tuple[int, int]]] = {}
    ended: dict[int, int] = {}
    for file_id, line, own in rows(connection, BOUNDS):
        if not own:
            skipped.setdefault(file_id, []).append((ended.get(file_id, 0) + 1, line))
        ended[file_id] = line
    return [(row[0], row[1], row[2], bool(row[3]), skipped.get(row[0], [])) for row in rows(connection, LOGS)]


def threads_of(connection: apsw.Connection, file_ids: Sequence[int]) -> dict[int, str]:
    """Return the threads that some logs are of."""
    marks = ", ".join("?" * len(file_ids))
    joined = "source_file JOIN thread ON thread.id = source_file.thread_id"
    sql = f"SELECT source_file.id, thread.thread_id FROM {joined} WHERE source_file.id IN ({marks})"
    return dict(rows(connection, sql, file_ids))


def put(connection: apsw.Connection, section: str, scope: str, found: Found) -> None:
    """Keep a snapshot in place of the one before."""
    connection.execute("INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (section, scope, *found))
    connection.execute(
        "INSERT INTO meta VALUES ('changed_at', ?) ON CONFLICT DO UPDATE SET value = max(value + 1, excluded.value)",
        (found.computed_at,),
    )


def get(connection: apsw.Connection, section: str, scope: str) -> Found | None:
    """Return a snapshot, None if there is none."""
    sql = "SELECT computed_at, logs, missing, calls, generation, answer FROM snapshot WHERE section = ? AND scope = ?"
    found: list[Any] = list(rows(connection, sql, (section, scope)))
    return Found(*found[0]) if found else None
