"""What the database knows of homes and their files: cursors, names and how threads hang together."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from codex_usage_tracker.store.ask import rows, scalar
from codex_usage_tracker.store.database import DATA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    import apsw


class Cursor(NamedTuple):
    """Where the reading of a file stands, and the hashes that tell whether what was read is still there."""

    id: int
    offset: int
    lines: int
    head: int
    tail: int
    outdated: bool
    state: bytes


class Index(NamedTuple):
    """A home's `session_index.jsonl` as it lies on disk."""

    home_id: int
    path: str
    size: int
    mtime_ns: int
    changed: bool


INDEX = "session_index.jsonl"


def home(connection: apsw.Connection, path: str) -> int:
    """Return the row id of a home, adding it with its folder's name as label."""
    found = scalar(connection, "SELECT id FROM home WHERE path = ?", (path,))
    if found is None:
        label = os.path.basename(path.rstrip("/\\")) or path
        connection.execute("INSERT INTO home (path, label) VALUES (?, ?)", (path, label))
        return connection.last_insert_rowid()
    return int(found)


def known(connection: apsw.Connection, home_id: int) -> dict[str, Any]:
    """Return the files of a home that this version has read, by name: name, path, archived, size, time, inode."""
    columns = "name, path, archived, size, mtime_ns, inode"
    sql = f"SELECT {columns} FROM source_file WHERE home_id = ? AND version = ? AND NOT printed"
    return {row[0]: row for row in rows(connection, sql, (home_id, DATA_VERSION))}


def cursor(connection: apsw.Connection, home_id: int, name: str) -> Cursor | None:
    """Return where the reading of a file stands, None if it was never read."""
    found = rows(
        connection,
        "SELECT id, offset, lines, head, tail, version < ?, state FROM source_file LEFT JOIN parser ON file_id = id"
        " WHERE home_id = ? AND name = ?", (DATA_VERSION, home_id, name),
    )  # fmt: skip
    return next((Cursor(*row) for row in found), None)


def add(connection: apsw.Connection, home_id: int, name: str, path: str) -> int:
    """Add a file that was not known, with nothing read of it."""
    connection.execute(
        "INSERT INTO source_file (home_id, name, path, archived, size, mtime_ns, inode, offset, lines, head, tail,"
        " version) VALUES (?, ?, ?, 0, -1, 0, 0, 0, 0, 0, 0, ?)",
        (home_id, name, path, DATA_VERSION),
    )
    return connection.last_insert_rowid()


def forget_cursor(connection: apsw.Connection, file_id: int) -> None:
    """Let a file that was rewritten be read from its beginning; its calls stay."""
    connection.execute("DELETE FROM note WHERE file_id = ?", (file_id,))
    connection.execute(
        "UPDATE source_file SET offset = 0, lines = 0, head = 0, tail = 0, size = -1, version = ?"
        " WHERE id = ?", (DATA_VERSION, file_id),
    )  # fmt: skip
    connection.execute("DELETE FROM parser WHERE file_id = ?", (file_id,))


def hang_together(connection: apsw.Connection) -> None:
    """Find each thread's root: the session it names, else its parent's root, else itself."""
    if scalar(connection, "SELECT 1 FROM thread WHERE root_id IS NULL") is None:
        return
    known = list(rows(connection, "SELECT thread_id, id, session_id, parent_id, root_id FROM thread"))
    ids = {row[0]: row[1] for row in known}
    above = {row[0]: row[2] or row[3] for row in known}
    changed = [(root, row[1]) for row in known if (root := ids[_root(row[0], above)]) != row[4]]
    connection.executemany("UPDATE thread SET root_id = ? WHERE id = ?", changed)
    connection.executemany("INSERT OR IGNORE INTO unjudged VALUES (?)", [(thread,) for _, thread in changed])


def _root(thread: str, above: dict[str, str | None]) -> str:
    """Climb from a thread as far as threads are known; a circle ends where it began."""
    seen = {thread}
    while (higher := above.get(thread)) is not None and higher in above and higher not in seen:
        thread = higher
        seen.add(thread)
    return thread


def mark_archived(connection: apsw.Connection) -> None:
    """Call a thread archived when all of its rollouts are, for the threads that are unsettled."""
    own = "(SELECT min(archived) FROM source_file WHERE source_file.thread_id = thread.id)"
    connection.execute(
        f"UPDATE thread SET archived = {own} WHERE thread_id IN (SELECT thread FROM unsettled) AND archived <> {own}",
    )


def unsettled(connection: apsw.Connection) -> list[str]:
    """Return the threads of which something was read and that still have to be settled."""
    return [row[0] for row in rows(connection, "SELECT thread FROM unsettled ORDER BY thread")]


def settled(connection: apsw.Connection) -> None:
    """Note that all threads are settled."""
    connection.execute("DELETE FROM unsettled")


UNKNOWN_MODELS = """
SELECT call.id, call.profile_id, (
    SELECT model FROM call before JOIN thread parent ON parent.id = before.thread_id
    JOIN profile ON profile.id = before.profile_id
    WHERE parent.thread_id = thread.forked_from_id AND before.at <= thread.created_at
    ORDER BY before.at DESC, before.line DESC LIMIT 1)
FROM thread JOIN call ON call.thread_id = thread.id JOIN profile ON profile.id = call.profile_id
WHERE model = '' AND (thread.thread_id = ?1 OR thread.forked_from_id = ?1)
"""


def unknown_models(connection: apsw.Connection, threads: Iterable[str]) -> list[tuple[int, int, str]]:
    """Return (call, profile, model) for calls without a model in threads or their forks, where the parent tells it."""
    if scalar(connection, "SELECT 1 FROM profile WHERE model = ''") is None:
        return []
    found = [row for thread in threads for row in rows(connection, UNKNOWN_MODELS, (thread,))]
    return [row for row in found if row[2]]


def index_of(connection: apsw.Connection, home_id: int, home: str) -> Index:
    """Return a home's index of names, and whether it changed since it was read."""
    path = os.path.join(home, INDEX)
    try:
        stat = os.stat(path)
    except OSError:
        return Index(home_id, path, 0, 0, changed=False)
    sql = "SELECT 1 FROM home WHERE id = ? AND index_size = ? AND index_mtime_ns = ?"
    same = scalar(connection, sql, (home_id, stat.st_size, stat.st_mtime_ns))
    return Index(home_id, path, stat.st_size, stat.st_mtime_ns, changed=same is None)


def set_index_cursor(connection: apsw.Connection, home_id: int, size: int, mtime_ns: int) -> None:
    """Remember size and time of a home's `session_index.jsonl`."""
    connection.execute("UPDATE home SET index_size = ?, index_mtime_ns = ? WHERE id = ?", (size, mtime_ns, home_id))


def advance_generation(connection: apsw.Connection, now_ms: int) -> None:
    """Count a refresh that changed something."""
    connection.execute(
        "INSERT INTO meta VALUES ('generation', 1) ON CONFLICT DO UPDATE SET value = value + 1",
    )
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('changed_at', ?)", (now_ms,))


def set_refreshed(connection: apsw.Connection, now_ms: int) -> None:
    """Remember when the logs were last looked at."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('refreshed_at', ?)", (now_ms,))


def note_reading(connection: apsw.Connection, took_ms: int, files: int, size: int) -> None:
    """Remember how long the last refresh took that read something, and how much that was."""
    told = {"read_ms": took_ms, "read_files": files, "read_bytes": size}
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", told.items())
