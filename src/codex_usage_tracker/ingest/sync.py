"""Refreshing: what changed on disk is read and written, each slice with its cursor in one transaction."""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker.ingest import discover, jobs, names, settle
from codex_usage_tracker.ingest.discover import Found, Problem
from codex_usage_tracker.ingest.jobs import Done, Job
from codex_usage_tracker.store import database, files
from codex_usage_tracker.store.claims import ClaimBook
from codex_usage_tracker.store.database import DATA_VERSION
from codex_usage_tracker.store.files import Known
from codex_usage_tracker.store.lock import refreshing
from codex_usage_tracker.store.writer import SourceFile, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import apsw

COMMIT_SECONDS = 0.4
COMPRESSION_RATIO = 4
"""A guess for progress only."""


class Refreshed(msgspec.Struct):
    """What a refresh did."""

    scanned_files: int = 0
    read_files: int = 0
    read_bytes: int = 0
    new_calls: int = 0
    rewritten_files: int = 0
    waited: bool = False
    interrupted: bool = False
    problems: list[Problem] = []
    notes: dict[str, int] = {}
    generation: int = 0
    duration_ms: int = 0


class Work(NamedTuple):
    """A file to read, and as what it is known."""

    file: SourceFile
    job: Job


class Progress(NamedTuple):
    """How far a refresh is: bytes and files that are read, of those that are to be read."""

    bytes: int
    all_bytes: int
    files: int
    all_files: int


class Watching(NamedTuple):
    """Who wants to know how a refresh goes on, and that it waits for another."""

    progress: Callable[[Progress], None] | None = None
    waiting: Callable[[], None] | None = None


def refresh(
    database_path: str,
    homes: Sequence[str],
    *,
    include_archived: bool = True,
    again: bool = False,
    wait_seconds: float = 300.0,
    watching: Watching | None = None,
) -> Refreshed:
    """Bring a database up to date with the logs of some homes; `again` reads what is there from its beginning."""
    watching = watching or Watching()
    started = time.monotonic()
    result = Refreshed()
    connection = database.open_writer(database_path)
    try:
        with refreshing(database_path, wait_seconds, partial(_told_to_wait, result, watching)), \
                database.told(database_path):
            _Refresh(connection, result, watching, include_archived=include_archived, again=again).run(homes)
        result.generation = database.generation(connection)
    finally:
        connection.close()
    result.duration_ms = round((time.monotonic() - started) * 1000)
    return result


def _told_to_wait(result: Refreshed, watching: Watching) -> None:
    result.waited = True
    if watching.waiting is not None:
        watching.waiting()


class _Refresh:
    """One refresh of one database."""

    def __init__(
        self, connection: apsw.Connection, result: Refreshed, watching: Watching, *, include_archived: bool, again: bool,
    ) -> None:  # fmt: skip
        self.db = connection
        self.result = result
        self.watching = watching
        self.include_archived = include_archived
        self.again = again

    def run(self, homes: Sequence[str]) -> None:
        """Look at all homes, read what changed newest first, settle what depends on several files."""
        work: list[Work] = []
        indexes: list[names.Index] = []
        self.db.execute("BEGIN IMMEDIATE")
        for path in dict.fromkeys(os.path.abspath(home) for home in homes):
            home_id = files.home(self.db, path)
            work += self._work(home_id, path)
            indexes += names.index_of(self.db, home_id, path)
        files.set_refreshed(self.db, int(time.time() * 1000))
        self.db.execute("COMMIT")
        if not work and not any(index.changed for index in indexes) and not files.unsettled(self.db):
            return
        work.sort(key=lambda one: (-one.file.mtime_ns, one.file.path))
        self._read(work, indexes)

    def _work(self, home_id: int, path: str) -> list[Work]:
        """Return the files of a home that changed since they were read."""
        known = files.known(self.db, home_id)
        found = discover.rollouts(path, self.result.problems)
        self.result.scanned_files += len(found)
        work = []
        for one in found.values():
            if one.archived and not self.include_archived:
                continue
            before = known.get(one.name)
            if before is None or before[1:6] != one[1:] or self._outdated(before):
                work.append(self._job(home_id, one, before))
        return work

    def _outdated(self, before: Known) -> bool:
        return self.again or before.version < DATA_VERSION

    def _job(self, home_id: int, found: Found, before: Known | None) -> Work:
        file_id = before.id if before else files.add(self.db, home_id, found.name, found.path)
        if before is not None and self._outdated(before):
            files.forget_cursor(self.db, file_id)
            before = None
        file = SourceFile(file_id, *found, 0, 0)
        size = found.size * (COMPRESSION_RATIO if found.path.endswith(".zst") else 1)
        if before is None:
            return Work(file, Job(file_id, found.name, found.path, size))
        state = files.state(self.db, file_id)
        job = Job(
            file_id, found.name, found.path, max(size, before.offset), before.offset, before.lines, before.head,
            before.tail, state,
        )  # fmt: skip
        return Work(file, job)

    def _read(self, work: list[Work], indexes: list[names.Index]) -> None:
        writer = Writer(self.db)
        calls_before = writer.next_call
        self.db.execute("BEGIN IMMEDIATE")
        try:
            self._write_all(writer, work)
            self._finish(writer, indexes)
            self.db.execute("COMMIT")
        except KeyboardInterrupt:
            self._roll_back()
            self.result.interrupted = True
        except BaseException:
            self._roll_back()
            raise
        self.result.new_calls = writer.next_call - calls_before

    def _write_all(self, writer: Writer, work: list[Work]) -> None:
        """Write what the files hold, committing now and then, so that it can be seen and is not lost."""
        by_id = {one.file.id: one.file for one in work}
        total = sum(one.job.size - one.job.offset for one in work)
        committed = time.monotonic()
        for done, size in jobs.read_all([one.job for one in work], total):
            self._write(writer, by_id[done.file_id], done)
            self.result.read_bytes += max(size, 0)
            if time.monotonic() - committed > COMMIT_SECONDS:
                self.db.execute("COMMIT; BEGIN IMMEDIATE")
                committed = time.monotonic()
            self.result.read_files += done.reading is not None and done.reading.finished
            if self.watching.progress is not None:
                read = self.result.read_bytes
                self.watching.progress(Progress(read, max(total, read), self.result.read_files, len(work)))

    def _roll_back(self) -> None:
        if self.db.in_transaction:
            self.db.execute("ROLLBACK")

    def _write(self, writer: Writer, file: SourceFile, done: Done) -> None:
        if done.rewritten:
            files.forget_cursor(self.db, file.id)
            self.result.rewritten_files += 1
        elif done.reading is None:
            self.result.problems.append(Problem(file.path, done.problem))
        else:
            writer.write(file._replace(head=done.head, tail=done.tail), done.reading)
            for note in done.reading.notes:
                self.result.notes[note.code] = self.result.notes.get(note.code, 0) + note.times

    def _finish(self, writer: Writer, indexes: list[names.Index]) -> None:
        """Settle what depends on several files, in the transaction of the last slice."""
        threads = files.unsettled(self.db)
        names.apply(self.db, writer, [index for index in indexes if index.changed or threads])
        self._settle(writer, threads)
        for call_id, profile_id, model in files.unknown_models(self.db, threads):
            writer.give_model(call_id, profile_id, model)
        files.mark_archived(self.db)
        files.hang_together(self.db)
        files.settled(self.db)
        files.advance_generation(self.db, int(time.time() * 1000))

    def _settle(self, writer: Writer, threads: list[str]) -> None:
        book = ClaimBook(writer)
        for file_id in book.files(threads):
            entries = book.of_file(file_id)
            counting = settle.counting(
                [entry.claim for entry in entries],
                has_rollout=book.has_rollout,
                pairs_of=partial(book.pairs_of, excluding=file_id),
                between=book.between,
            )
            book.settle(file_id, entries, {claim.call.key: usage for claim, usage in counting})
