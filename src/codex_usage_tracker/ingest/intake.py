"""Taking in what changed: files are read and written, each slice with its cursor in one transaction."""

from __future__ import annotations

import gc
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.ingest import jobs, names, settle
from codex_usage_tracker.ingest.discover import Found, Problem
from codex_usage_tracker.ingest.jobs import Done, Job
from codex_usage_tracker.ingest.outcome import Progress
from codex_usage_tracker.store import files
from codex_usage_tracker.store.claims import ClaimBook
from codex_usage_tracker.store.writer import SourceFile, Writer, next_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import apsw

    from codex_usage_tracker.ingest.outcome import Refreshed, Watching
    from codex_usage_tracker.pricing.prices import Prices

COMMIT_SECONDS = 0.4
COMPRESSION_RATIO = 4
"""A guess for progress only."""


class Work(NamedTuple):
    """A file to read, and as what it is known."""

    file: SourceFile
    job: Job


@contextmanager
def _without_collection() -> Iterator[None]:
    """Do without garbage collection: readings hold no cycles, and looking for some takes a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class Intake:
    """One refresh's reading and writing."""

    def __init__(self, connection: apsw.Connection, prices: Prices, result: Refreshed, watching: Watching) -> None:
        self.db = connection
        self.prices = prices
        self.result = result
        self.watching = watching
        self.resumed = False

    def take(self, changed: Iterable[tuple[int, Found]], indexes: list[files.Index], *, again: bool) -> None:
        """Read the changed files of some homes, newest first, and settle what depends on several files."""
        newest = sorted(changed, key=lambda one: (-one[1].mtime_ns, one[1].path))
        self.db.execute("BEGIN IMMEDIATE")
        self.resumed = bool(files.unsettled(self.db))
        work = [self._work(home_id, found, again=again) for home_id, found in newest]
        self.db.execute("COMMIT")
        with _without_collection():
            self._read(work, indexes)

    def _work(self, home_id: int, found: Found, *, again: bool) -> Work:
        """Return where to read on in a file: from its beginning if it is new, or was read by an older version."""
        size = found.size * (COMPRESSION_RATIO if found.path.endswith(".zst") else 1)
        before = files.cursor(self.db, home_id, found.name)
        if before is not None and (again or before.outdated):
            files.forget_cursor(self.db, before.id)
            before = before._replace(offset=0)
        file_id = before.id if before else files.add(self.db, home_id, found.name, found.path)
        file = SourceFile(file_id, *found, 0, 0)
        if before is None or not before.offset:
            return Work(file, Job(file_id, found.name, found.path, size))
        size = max(size, before.offset)
        at = (before.offset, before.lines, before.head, before.tail, before.state)
        return Work(file, Job(file_id, found.name, found.path, size, *at))

    def _read(self, work: list[Work], indexes: list[files.Index]) -> None:
        writer = Writer(self.db, self.prices)
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
        self.result.new_calls = next_id(self.db, "call") - calls_before

    def _write_all(self, writer: Writer, work: list[Work]) -> None:
        """Write what the files hold, committing now and then, so that it can be seen and is not lost."""
        by_id = {one.file.id: one.file for one in work}
        total = sum(one.job.size - one.job.offset for one in work)
        committed = time.monotonic()
        for done, size in jobs.read_all([one.job for one in work], total):
            self._write(writer, by_id[done.file_id], done)
            self.result.read_bytes += max(size, 0)
            if time.monotonic() - committed > COMMIT_SECONDS:
                files.advance_generation(self.db, int(time.time() * 1000))
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

    def _finish(self, writer: Writer, indexes: list[files.Index]) -> None:
        """Settle what depends on several files, in the transaction of the last slice."""
        threads = files.unsettled(self.db)
        fresh = self.resumed or writer.added_threads
        names.apply(self.db, writer, [index for index in indexes if index.changed or fresh])
        self._settle(writer, threads)
        for call_id, profile_id, model in files.unknown_models(self.db, threads):
            writer.give_model(call_id, profile_id, model)
        files.mark_archived(self.db)
        files.hang_together(self.db)
        files.settled(self.db)
        if threads or any(index.changed for index in indexes):
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
