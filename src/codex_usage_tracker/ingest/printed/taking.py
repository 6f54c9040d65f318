"""Taking in what Codex printed: each batch is written at once, so that it can be seen while a pipe is open."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.outcomes import Ingest
from codex_usage_tracker.errors import BusyError, InvalidValueError
from codex_usage_tracker.ingest.printed import stream
from codex_usage_tracker.ingest.printed.log import Log, Source
from codex_usage_tracker.ingest.rollout import NAME
from codex_usage_tracker.ingest.sync import bring_in_step
from codex_usage_tracker.store import database, files, printed
from codex_usage_tracker.store.lock import refreshing
from codex_usage_tracker.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import BinaryIO
    from zoneinfo import ZoneInfo

    import apsw

    from codex_usage_tracker.ingest.price_files import PriceState

BATCH_SECONDS = 0.5
LIVE_WAIT_SECONDS = 0.5
"""While a pipe is open, another process's refresh is not waited for: whoever writes into the pipe would wait too."""
WAIT_SECONDS = 300.0


class Asked(NamedTuple):
    """How logs are to be read: the home that they belong to, the zone of their clocks, what kind, of which model."""

    home: str
    zone: ZoneInfo
    only: str | None = None
    model: str | None = None
    passed: Callable[[bytes], object] = bytes


def take(path: str, prices: PriceState, logs: Sequence[str], asked: Asked) -> Ingest:
    """Take logs into a database; those read before add nothing."""
    for one in logs:
        if NAME.match(one.replace("\\", "/").rsplit("/", 1)[-1]):
            message = f"{one} is a rollout, which `codex-usage-tracker refresh` reads from its home"
            raise InvalidValueError(message, "Name another home with --codex-home.")
    connection = database.open_writer(path)
    try:
        taking = _Taking(connection, path, prices, asked)
        for one in logs:
            taking.take(*stream.opened(one))
        return taking.answer()
    finally:
        connection.close()


class _Taking:
    """One run over some logs."""

    def __init__(self, connection: apsw.Connection, path: str, prices: PriceState, asked: Asked) -> None:
        self.db, self.path, self.prices, self.asked = connection, path, prices, asked
        self.started = time.monotonic()
        self.logs: list[Log] = []
        self.keys: dict[int, str] = {}
        self.noted_limits = self.superseded = 0
        self.interrupted = False

    def take(self, handle: BinaryIO, source: Source) -> None:
        """Read one log to its end, or until it is interrupted."""
        log = Log(source, self.asked.zone, self.asked.only, self.asked.model)
        self.logs.append(log)
        try:
            with handle:
                self._read(log, handle)
        except KeyboardInterrupt:
            self.interrupted = True
        log.end()
        self._write(log, WAIT_SECONDS)

    def _read(self, log: Log, handle: BinaryIO) -> None:
        written = time.monotonic()
        for lines, waiting in stream.batches(handle, self.asked.passed):
            now = int(time.time() * 1000)
            for line in lines:
                log.read(line, now)
            due = time.monotonic() - written > BATCH_SECONDS
            if log.changed and (due or (log.source.live and not waiting)):
                self._try_to_write(log)
                written = time.monotonic()

    def _try_to_write(self, log: Log) -> None:
        try:
            self._write(log, LIVE_WAIT_SECONDS if log.source.live else WAIT_SECONDS)
        except BusyError:  # it stays, and is written with what comes next
            return

    def _write(self, log: Log, wait_seconds: float) -> None:
        """Write what is new, in one transaction."""
        if not log.changed:
            return
        with refreshing(self.path, wait_seconds), database.told(self.path):
            bring_in_step(self.db, self.prices)
            self.db.execute("BEGIN IMMEDIATE")
            try:
                limits, written = self._write_all(log)
                self.db.execute("COMMIT")
            except BaseException:  # what is pending is written by who comes next, if anybody
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise
        log.pending.clear()
        log.limits.clear()
        self.noted_limits += limits
        for one in written:
            self._note(one)

    def _write_all(self, log: Log) -> tuple[int, list[printed.Written]]:
        before = self.db.total_changes()
        writer = Writer(self.db, self.prices.load())
        file_id = printed.source(self.db, self.asked.home, log.source.name)
        limits = printed.note_limits(self.db, log.limits)
        log.pending.extend(log.threads.readings())
        written = [printed.write(writer, file_id, log.source.name, reading) for reading in log.pending]
        files.hang_together(self.db)
        if self.db.total_changes() > before:
            files.advance_generation(self.db, int(time.time() * 1000))
        return limits, written

    def _note(self, written: printed.Written) -> None:
        """Remember what became of each call: what was added in this run stays new when it is told of again."""
        for standing, keys in written._asdict().items():
            for key in keys:
                if standing == "superseded":
                    self.superseded += self.keys.pop(key, None) != "added"
                elif self.keys.get(key) != "added":
                    self.keys[key] = standing

    # -- the answer ------------------------------------------------------------------------------------------------

    def answer(self) -> Ingest:
        """Return what was done."""
        standings = Counter(self.keys.values())
        told = {key: basis for log in reversed(self.logs) for key, basis in log.clocks.items()}
        clocks = Counter(told[key] for key, standing in self.keys.items() if standing == "added")
        return Ingest(
            schema=SCHEMA.format("ingest"),
            files=[log.source.name for log in self.logs],
            lines=self._sum("lines"),
            kinds=_together(log.kinds for log in self.logs),
            status_snapshots=self._sum("status_snapshots"),
            usage_lines=self._sum("usage_lines"),
            turns=sum(len(log.turns) for log in self.logs),
            items=sum(len(log.items) for log in self.logs),
            web_actions=self._sum("web_actions"),
            threads=len({thread for log in self.logs for thread in log.threads.accounts}),
            new_calls=standings["added"],
            known_calls=standings["known"],
            held_calls=standings["held"],
            superseded_calls=self.superseded,
            noted_limits=self.noted_limits,
            clocks=dict(clocks),
            skipped=_together(log.skipped for log in self.logs),
            interrupted=self.interrupted,
            generation=database.generation(self.db),
            duration_ms=round((time.monotonic() - self.started) * 1000),
            db_path=self.path,
        )

    def _sum(self, name: str) -> int:
        return sum(getattr(log, name) for log in self.logs)


def _together(counts: Iterable[Counter[str]]) -> dict[str, int]:
    return dict(sum(counts, Counter()))
