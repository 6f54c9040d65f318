"""Whether the database is in order."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from codex_usage_tracker.contract.checks import DatabaseState
from codex_usage_tracker.errors import TrackerError
from codex_usage_tracker.store import database, migrate, rates, rollups

if TYPE_CHECKING:
    import apsw

MOST_DAMAGES = 5


def state_of(path: str) -> DatabaseState:
    """Return how a database is; one that cannot be opened or read tells why."""
    state = DatabaseState(db_path=path, exists=os.path.exists(path), free_bytes=_free(path))
    if not state.exists:
        return state
    state.bytes = os.path.getsize(path)
    try:
        connection = database.open_reader(path)
        try:
            with database.told(path):
                _look_into(connection, state)
        finally:
            connection.close()
    except TrackerError as error:
        state.problem, state.hint = error.code.replace("_", " "), error.hint
    return state


def _look_into(connection: apsw.Connection, state: DatabaseState) -> None:
    connection.set_progress_handler(None)
    state.schema_version = migrate.version_of(connection)
    state.damage = [str(row[0]) for row in connection.execute(f"PRAGMA quick_check({MOST_DAMAGES})") if row[0] != "ok"]
    if state.damage:
        return
    state.broken_references = sum(1 for _ in connection.execute("PRAGMA foreign_key_check"))
    state.wrong_sums = rollups.differences(connection)
    state.wrong_costs = rates.differences(connection)
    state.calls = _count(connection, "call")
    state.unsettled_threads = _count(connection, "unsettled")
    notes = connection.execute("SELECT code, sum(count) FROM note GROUP BY code ORDER BY code")
    state.notes = {str(code): int(count) for code, count in notes}


def _count(connection: apsw.Connection, table: str) -> int:
    return sum(int(row[0]) for row in connection.execute(f"SELECT count(*) FROM {table}"))


def known_files(path: str, home: str) -> dict[str, tuple[int, int]]:
    """Return size and time of a home's files as they were read, by name; nothing where the database cannot tell."""
    try:
        connection = database.open_reader(path)
        try:
            with database.told(path):
                rows = connection.execute(
                    "SELECT name, size, mtime_ns FROM source_file JOIN home ON home.id = home_id WHERE home.path = ?"
                    " AND NOT printed",
                    (os.path.abspath(home),),
                ).fetchall()
        finally:
            connection.close()
    except TrackerError:
        return {}
    return {str(row[0]): (int(row[1]), int(row[2])) for row in rows}  # type: ignore[arg-type]


def _free(path: str) -> int:
    """Return the room on the disk that the database is on, or would be."""
    folder = os.path.dirname(os.path.abspath(path))
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    return shutil.disk_usage(folder).free
