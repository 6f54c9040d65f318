"""The one object that an interface holds."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from codex_usage_tracker import paths
from codex_usage_tracker.store import database

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codex_usage_tracker.ingest.sync import Refreshed, Watching
    from codex_usage_tracker.query.reader import Reader


class Tracker:
    """A database, the Codex homes it is made from, and the time zone of its answers."""

    def __init__(
        self, db: str | None = None, homes: Sequence[str] = (), timezone: str | None = None, *, now: int | None = None,
    ) -> None:  # fmt: skip
        self.database = db or paths.default_database()
        self.homes = tuple(homes) or paths.default_codex_homes()
        self.timezone = timezone
        self._now = now

    def refresh(
        self, *, include_archived: bool = True, wait_seconds: float = 300.0, watching: Watching | None = None,
    ) -> Refreshed:  # fmt: skip
        """Bring the database up to date with the logs."""
        from codex_usage_tracker.ingest import sync  # noqa: PLC0415  (a question alone need not load the parser)

        return sync.refresh(
            self.database, self.homes, include_archived=include_archived, wait_seconds=wait_seconds, watching=watching,
        )  # fmt: skip

    def has_database(self) -> bool:
        """Say whether something was read before."""
        return os.path.exists(self.database)

    def secret(self) -> bytes:
        """Return the key that stands behind the labels of hidden texts; one of the moment where there is no database."""
        return database.secret_of(self.database)

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Open the database for questions."""
        from codex_usage_tracker.query import zones  # noqa: PLC0415
        from codex_usage_tracker.query.reader import Reader  # noqa: PLC0415

        zone = zones.zone_of(self.timezone)
        connection = database.open_reader(self.database)
        try:
            with database.told(self.database):
                yield Reader(connection, zone, self._now or int(time.time() * 1000))
        finally:
            connection.close()
