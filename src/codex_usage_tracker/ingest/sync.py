"""Refreshing: looking for what changed on disk, and having it read."""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING

from codex_usage_tracker.errors import FileAccessError
from codex_usage_tracker.ingest import discover
from codex_usage_tracker.ingest.outcome import Progress, Refreshed, Watching
from codex_usage_tracker.store import database, files
from codex_usage_tracker.store.lock import refreshing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import apsw

    from codex_usage_tracker.ingest.discover import Found
    from codex_usage_tracker.ingest.price_files import PriceState

__all__ = ["Progress", "Refreshed", "Watching", "refresh"]


def refresh(
    database_path: str,
    homes: Sequence[str],
    prices: PriceState,
    *,
    include_archived: bool = True,
    again: bool = False,
    wait_seconds: float = 300.0,
    watching: Watching | None = None,
) -> Refreshed:
    """Bring a database up to date with the prices that hold and the logs of some homes.

    `again` reads what is there from its beginning.
    """
    watching = watching or Watching()
    started = time.monotonic()
    for path in (database_path, *homes):
        _check_is_text(path)
    result = Refreshed()
    connection = database.open_writer(database_path)
    try:
        with (
            refreshing(database_path, wait_seconds, partial(_told_to_wait, result, watching)),
            database.told(database_path),
        ):
            result.repriced_calls = bring_in_step(connection, prices, force=again)
            _Refresh(connection, prices, result, watching, include_archived=include_archived, again=again).run(homes)
            if result.read_files:
                took_ms = round((time.monotonic() - started) * 1000)
                files.note_reading(connection, took_ms, result.read_files, result.read_bytes)
        result.generation = database.generation(connection)
    finally:
        connection.close()
    result.duration_ms = round((time.monotonic() - started) * 1000)
    return result


def reprice(database_path: str, prices: PriceState, *, wait_seconds: float = 300.0) -> int:
    """Make all stored costs follow from the prices that hold; return how many calls changed."""
    connection = database.open_writer(database_path)
    try:
        with refreshing(database_path, wait_seconds), database.told(database_path):
            return bring_in_step(connection, prices)
    finally:
        connection.close()


def bring_in_step(connection: apsw.Connection, prices: PriceState, *, force: bool = False) -> int:
    """Price all calls again if the prices are not those that the stored costs follow from."""
    if not force and database.priced_by(connection) == prices.fingerprint:
        return 0
    from codex_usage_tracker.store import rates  # noqa: PLC0415  (prices seldom change)

    connection.execute("BEGIN IMMEDIATE")
    try:
        changed = rates.reprice(connection, prices.load())
        if changed:
            files.advance_generation(connection, int(time.time() * 1000))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return changed


def _check_is_text(path: str) -> None:
    """Refuse a path that is not UTF-8: on Linux it may be any bytes, which no database takes."""
    try:
        path.encode()
    except UnicodeEncodeError as error:
        msg = f"{os.fsencode(path).decode('utf-8', 'backslashreplace')} is no readable name"
        raise FileAccessError(msg, "Give the folder a name of ordinary characters, or make a link to it.") from error


def _told_to_wait(result: Refreshed, watching: Watching) -> None:
    result.waited = True
    if watching.waiting is not None:
        watching.waiting()


class _Refresh:
    """One refresh of one database."""

    def __init__(
        self, connection: apsw.Connection, prices: PriceState, result: Refreshed, watching: Watching, *,
        include_archived: bool, again: bool,
    ) -> None:  # fmt: skip
        self.db = connection
        self.prices = prices
        self.result = result
        self.watching = watching
        self.include_archived = include_archived
        self.again = again

    def run(self, homes: Sequence[str]) -> None:
        """Look at all homes and have read what changed; where nothing did, the parser is not even loaded."""
        paths = list(dict.fromkeys(os.path.abspath(home) for home in homes))
        self.db.execute("BEGIN IMMEDIATE")
        ids = [files.home(self.db, path) for path in paths]
        homes_by_id = dict(zip(ids, paths, strict=True))
        changed = [(home_id, one) for home_id, path in homes_by_id.items() for one in self._changed(home_id, path)]
        indexes = [files.index_of(self.db, home_id, path) for home_id, path in homes_by_id.items()]
        files.set_refreshed(self.db, int(time.time() * 1000))
        self.db.execute("COMMIT")
        if changed or any(index.changed for index in indexes) or files.unsettled(self.db):
            from codex_usage_tracker.ingest.intake import Intake  # noqa: PLC0415

            intake = Intake(self.db, self.prices.load(), self.result, self.watching)
            intake.take(changed, indexes, again=self.again)

    def _changed(self, home_id: int, path: str) -> Iterator[Found]:
        """Give the files of a home that are not as they were when they were read."""
        known = {} if self.again else files.known(self.db, home_id)
        found = discover.rollouts(path, self.result.problems, known)
        self.result.scanned_files += len(found)
        for name, one in found.items():
            if one is not known.get(name) and (self.include_archived or not one.archived):
                yield one
