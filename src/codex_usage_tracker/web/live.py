"""What is new: files that grow are noticed, read at once, and told to every page that listens."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from codex_usage_tracker.errors import TrackerError
from codex_usage_tracker.ingest.discover import ACTIVE, ARCHIVED
from codex_usage_tracker.ingest.outcome import Watching

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from codex_usage_tracker.ingest.outcome import Refreshed
    from codex_usage_tracker.tracker import Tracker

INDEX = "session_index.jsonl"
DEBOUNCE_MS = 100
STEP_MS = 20
LOOK_MS = 1_000
"""How often it is looked whether folders have come or gone, or threads were named."""
ANYWAY_SECONDS = 60.0
"""File systems of other machines tell of no change."""
UNWATCHED_SECONDS = 3.0
ADDED, DELETED = 1, 3
"""What `watchfiles` calls something new, and something that went."""
HEARTBEAT_SECONDS = 15.0
TELL_SECONDS = 1.0
AGAIN_SECONDS = 5.0
"""When what failed is tried again."""


class Refresher:
    """Refreshes one after the other in a thread that dies with the process; the store is safe against that."""

    def __init__(
        self, tracker: Tracker, done: Callable[[int], None], tried: Callable[[BaseException | None], None]
    ) -> None:
        self.tracker = tracker
        self.done = done
        self.tried = tried
        self._failed: BaseException | None = None
        self._asked: SimpleQueue[Future[Refreshed]] = SimpleQueue()
        self._waiting = threading.Event()
        self._told_at = 0.0
        self._idle = threading.Event()
        self._idle.set()
        self._closed = False
        threading.Thread(target=self._work, daemon=True, name="refresh").start()

    def run(self) -> Future[Refreshed]:
        """Have all logs looked at; what becomes of it is told by a future."""
        asked: Future[Refreshed] = Future()
        self._asked.put(asked)
        return asked

    def request(self) -> None:
        """Have all logs looked at, unless that is to be done anyway."""
        if not self._waiting.is_set():
            self._waiting.set()
            self.run()

    def _work(self) -> None:
        while True:
            asked = self._next()
            if self._closed:
                return
            self._waiting.clear()
            self._idle.clear()
            try:
                found = self.tracker.refresh(watching=Watching(self._tell))
                self.tracker.judge(progress=lambda _done, _total: self._tell(None))
                self.tracker.sum_facts(lambda _done, _total: self._tell(None))
            except BaseException as error:  # noqa: BLE001  (told to who asked)
                self._failed = error
                asked.set_exception(error)
            else:
                self._failed = None
                asked.set_result(found)
                self.done(generation_of(self.tracker))
            self.tried(self._failed)
            self._idle.set()

    def _next(self) -> Future[Refreshed]:
        """Wait for the next to be asked for; what failed is tried again without being asked."""
        try:
            return self._asked.get(timeout=AGAIN_SECONDS if self._failed else None)
        except Empty:
            return Future()

    def close(self, seconds: float) -> bool:
        """Have a refresh end where it is, keeping what was read; say whether it did in time."""
        self._closed = True
        self.run()
        return self._idle.wait(seconds)

    def _tell(self, _progress: object) -> None:
        """Tell now and then what a long refresh has read so far, or end it."""
        if self._closed:
            raise KeyboardInterrupt
        if time.monotonic() - self._told_at > TELL_SECONDS:
            self._told_at = time.monotonic()
            self.done(generation_of(self.tracker))


class Feed:
    """The generation of the data, and who listens for the next one."""

    def __init__(self, generation: int = 0) -> None:
        self.generation = generation
        self.settings = 0
        self.snapshots = 0
        self.trouble = "null"
        self.closed = False
        self._changed = asyncio.Event()

    def publish(self, generation: int) -> None:
        """Tell of a generation, if it is another one."""
        if generation != self.generation:
            self.generation = generation
            self._wake()

    def settle(self, generation: int) -> None:
        """Tell that settings were written, and of what became of the data by that."""
        self.generation, self.settings = generation, self.settings + 1
        self._wake()

    def found(self) -> None:
        """Tell that diagnostics were looked for, or what became of that."""
        self.snapshots += 1
        self._wake()

    def suffer(self, trouble: str) -> None:
        """Tell why nothing new is read, as JSON; null says that it is."""
        if trouble != self.trouble:
            self.trouble = trouble
            self._wake()

    def close(self) -> None:
        """Let all who listen go."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def events(self, last: str | None) -> AsyncIterator[str]:
        """Give server-sent events: the generation now unless it is known, each further one, and signs of life."""
        suffered, found = "null", self.snapshots
        yield "retry: 1000\n\n"
        told = None if last is None or not last.isdigit() else (int(last), self.settings)
        while not self.closed:
            changed, now = self._changed, (self.generation, self.settings)
            if told != now:
                told = now
                data = f'{{"generation":{now[0]},"settings":{now[1]}}}'
                yield f"id: {now[0]}\nevent: generation\ndata: {data}\n\n"
                continue
            if found != self.snapshots:
                found = self.snapshots
                yield f"event: diagnostics\ndata: {found}\n\n"
                continue
            if suffered != self.trouble:
                suffered = self.trouble
                yield f"event: trouble\ndata: {suffered}\n\n"
                continue
            try:
                await asyncio.wait_for(changed.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"


class Watch:
    """Notices changes below the sessions folders of some homes, which may be others at any time."""

    def __init__(self, homes: Callable[[], Sequence[str]], changed: Callable[[], None]) -> None:
        self.homes = homes
        self.changed = changed
        self.stop = asyncio.Event()

    async def run(self) -> None:
        """Call whenever something changed, until it is stopped."""
        while not self.stop.is_set():
            folders = self._folders()
            try:
                await self._watch(folders)
            except (OSError, RuntimeError, TrackerError):  # no room for more watches, a folder that went, odd settings
                await self._pause(UNWATCHED_SECONDS)
            if folders or self._folders():
                self.changed()

    def _folders(self) -> dict[str, int]:
        """Return the folders that are there, by what tells one from another of the same name."""
        places = [os.path.join(home, name) for home in self.homes() for name in (ACTIVE, ARCHIVED)]
        return {place: os.stat(place).st_ino for place in places if os.path.isdir(place)}

    def _indexes(self) -> list[int]:
        return [_changed_at(os.path.join(home, INDEX)) for home in self.homes()]

    async def _watch(self, folders: dict[str, int]) -> None:
        """Watch until folders come or go, or until it is time to look anyway."""
        if not folders:
            await self._pause(LOOK_MS / 1000)
            return
        from watchfiles import awatch  # noqa: PLC0415  (only where there is something to watch)

        indexes, until = self._indexes(), asyncio.get_running_loop().time() + ANYWAY_SECONDS
        grown = True  # what was written before it was watched is looked for once more
        async for changes in awatch(
            *folders, debounce=DEBOUNCE_MS, step=STEP_MS, rust_timeout=LOOK_MS, yield_on_timeout=True,
            stop_event=self.stop, watch_filter=_matters, ignore_permission_denied=True,
        ):  # fmt: skip
            if changes or grown or indexes != (indexes := self._indexes()):
                self.changed()
            gone = any(change == DELETED and path in folders for change, path in changes)
            grown = any(not _is_log(*change) for change in changes)  # a new folder is not watched at once either
            if gone or self._folders() != folders or asyncio.get_running_loop().time() > until:
                return

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stop.wait(), seconds)
        except TimeoutError:
            return


def _matters(change: int, path: str) -> bool:
    """Say whether a change is one of a log, or a folder came or went: another may have its place and its number."""
    return _is_log(change, path) or (change in {ADDED, DELETED} and "." not in os.path.basename(path))


def _is_log(_change: int, path: str) -> bool:
    return ".jsonl" in os.path.basename(path)


def _changed_at(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def generation_of(tracker: Tracker) -> int:
    """Return a number that grows with each generation and is that of no other database; 0 where it cannot be told."""
    try:
        with tracker.reader() as reader:
            return (reader.meta("generation") or 0) << 16 | reader.mark
    except TrackerError:
        return 0
