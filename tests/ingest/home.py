"""A Codex home in a folder of the test, with the database that is filled from it."""

import os
from pathlib import Path
from typing import Any

from codex_usage_tracker.ingest.sync import Refreshed, refresh
from codex_usage_tracker.store import database, rollups
from tests.ingest import lines
from tests.ingest.lines import Line
from tests.prices import BUNDLED
from tests.store import dump as canonical

JOINS = (
    "FROM call JOIN thread ON thread.id = call.thread_id JOIN profile ON profile.id = profile_id"
    " LEFT JOIN turn ON turn.id = call.turn_id"
)
DAY = "2026/11/22"


class Home:
    """Write logs, refresh, ask."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "codex"
        self.sessions = self.path / "sessions" / DAY
        self.archived = self.path / "archived_sessions"
        self.sessions.mkdir(parents=True)
        self.archived.mkdir()
        self.database = canonical.new(folder / "tracker" / "usage.sqlite3")

    def log(
        self, thread_id: str, *log: Line, other: str | None = None, minute: float = 0.0, ordinal: int | None = None,
    ) -> Path:  # fmt: skip
        """Write a thread's rollout (or, with `other`, a revert's second one)."""
        return self.write(lines.file_name(thread_id, other), lines.rollout(*log, minute=minute, ordinal=ordinal))

    def write(self, name: str, data: bytes) -> Path:
        path = self.sessions / name
        path.write_bytes(data)
        return path

    def refresh(self, **options: Any) -> Refreshed:
        return refresh(self.database, [str(self.path)], BUNDLED, **options)

    def ask(self, query: str) -> list[Any]:
        """Return rows, or values where there is one column; the roll-ups must hold whenever something is asked."""
        connection = database.open_reader(self.database)
        try:
            assert rollups.differences(connection) == 0
            rows = connection.execute(query).fetchall()
        finally:
            connection.close()
        return [row[0] if len(row) == 1 else row for row in rows]

    def calls(self, columns: str = "input, output") -> list[Any]:
        """Return columns of the calls, in the order in which they happened."""
        return self.ask(f"SELECT {columns} {JOINS} ORDER BY call.at, thread.thread_id, line")

    def refreshed_calls(self, columns: str = "input, output") -> list[Any]:
        """Refresh, and return columns of the calls."""
        self.refresh()
        return self.calls(columns)

    def notes(self) -> dict[str, int]:
        return dict(self.ask("SELECT code, sum(count) FROM note GROUP BY code"))

    def dump(self) -> canonical.Dump:
        return canonical.dump(self.database)

    def usage(self) -> canonical.Dump:
        return canonical.usage(self.database)


def rewrite(path: Path, data: bytes) -> None:
    """Rewrite a file in place and set its time back, as `codex migrate-rollouts` does."""
    before = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
