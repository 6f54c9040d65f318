"""Making snapshots: one reading of all logs gives all sections, for all threads and for active ones."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from codex_usage_tracker.diagnostics.scan import Source, scan_all
from codex_usage_tracker.diagnostics.sections import sections
from codex_usage_tracker.diagnostics.tally import Tally
from codex_usage_tracker.ingest.outcome import Progress
from codex_usage_tracker.store import database, snapshots
from codex_usage_tracker.store.lock import refreshing

if TYPE_CHECKING:
    from collections.abc import Callable

    import apsw


def refresh(database_path: str, progress: Callable[[Progress], None] | None = None) -> tuple[int, int]:
    """Read all logs that are known, and keep what they tell; return how many could be read, and how many not.

    One process does so at a time.
    """
    with refreshing(f"{database_path}.scan", 0.0):
        connection = database.open_writer(database_path, makes=False)
        try:
            with database.told(database_path):
                return _Refresh(connection, progress).run()
        finally:
            connection.close()


class _Refresh:
    """One reading of the logs of a database."""

    def __init__(self, connection: apsw.Connection, progress: Callable[[Progress], None] | None) -> None:
        self.db = connection
        self.progress = progress
        self.tallies = {"all": Tally(), "active": Tally()}
        self.logs = {"all": 0, "active": 0}
        self.missing = {"all": 0, "active": 0}

    def run(self) -> tuple[int, int]:
        """Read and keep; the numbers that tell when something is new are those from before."""
        self.db.execute("BEGIN")
        sources = [Source(*row) for row in snapshots.logs(self.db)]
        known = {scope: snapshots.calls(self.db, archived=scope == "all") for scope in self.tallies}
        generation, secret = database.generation(self.db), database.secret_of(self.db.filename)
        self.db.execute("COMMIT")
        self._read(sources, secret)
        now = int(time.time() * 1000)
        self.db.execute("BEGIN IMMEDIATE")
        for scope, tally in self.tallies.items():
            files = {one.file_id for heap in tally.largest.values() for one in heap}
            for section, content in sections(tally, snapshots.threads_of(self.db, sorted(files))).items():
                at = (now, self.logs[scope], self.missing[scope], known[scope], generation)
                snapshots.put(self.db, section, scope, snapshots.Found(*at, msgspec.json.encode(content)))
        self.db.execute("COMMIT")
        return self.logs["all"], self.missing["all"]

    def _read(self, sources: list[Source], secret: bytes) -> None:
        total, size = sum(one.end for one in sources), 0
        for found in scan_all(sources, secret):
            size += found.size
            for scope, tally, logs, missing in (
                ("all", found.whole, found.logs, found.missing),
                ("active", found.active, found.active_logs, found.active_missing),
            ):
                self.tallies[scope].merge(tally)
                self.logs[scope] += logs
                self.missing[scope] += missing
            if self.progress is not None:
                self.progress(Progress(size, total, self.logs["all"] + self.missing["all"], len(sources)))
