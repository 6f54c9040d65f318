"""Reading files, here or in worker processes: what a job is and what it brings back."""

import gc
import hashlib
import io
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Self, cast

import msgspec

from codex_usage_tracker.ingest.rollout import is_readable, read_slice
from codex_usage_tracker.model import Reading
from codex_usage_tracker.shapes import ready

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdError, ZstdFile
else:
    from backports.zstd import ZstdError, ZstdFile

if TYPE_CHECKING:
    from multiprocessing.pool import Pool

EDGE_BYTES = 1024
"""Bytes at the beginning and before the cursor whose hashes tell whether a file was only appended to."""
SMALL_BYTES = 16 * 2**20
"""Work below this is done in this process: starting others takes longer."""
BATCH_BYTES = 8 * 2**20
BUFFER_BYTES = 2**17


class Job(msgspec.Struct, array_like=True):
    """One file to read on from a cursor; `head` and `tail` are the hashes that must still hold."""

    file_id: int
    name: str
    path: str
    size: int
    offset: int = 0
    lines: int = 0
    head: int = 0
    tail: int = 0
    state: bytes = b""


class Done(msgspec.Struct, array_like=True):
    """What a job brought: a reading, or that the file was rewritten, or why it could not be read."""

    file_id: int
    reading: Reading | None = None
    head: int = 0
    tail: int = 0
    rewritten: bool = False
    problem: str = ""


_batch = msgspec.msgpack.Decoder(ready(list[Done]))


def read(job: Job) -> Done:
    """Read one slice of one file."""
    try:
        with opened(job.path) as stream:
            return _read_on(job, stream)
    except FileNotFoundError:
        return Done(job.file_id, problem="is no longer there")
    except OSError as error:
        return Done(job.file_id, problem=error.strerror or "cannot be read")


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Open a log as a stream of its lines, compressed or not."""
    with open(path, "rb", buffering=BUFFER_BYTES) as file:
        yield _decompressed(file) if path.endswith(".zst") else file


def _read_on(job: Job, stream: BinaryIO) -> Done:
    if job.offset:
        if edges(stream, job.offset) != (job.head, job.tail) or not is_readable(job.state):
            return Done(job.file_id, rewritten=True)
        stream.seek(job.offset)
    reading = read_slice(stream, job.name, job.state, job.offset, job.lines)
    if reading.offset == job.offset:
        return Done(job.file_id, reading, job.head, job.tail)
    return Done(job.file_id, reading, *edges(stream, reading.offset))


def edges(stream: BinaryIO, offset: int) -> tuple[int, int]:
    """Return the hashes of a file's first bytes and of those before `offset`; the stream may move."""
    size = min(EDGE_BYTES, offset)
    if hasattr(os, "pread") and isinstance(stream, io.BufferedReader) and isinstance(stream.raw, io.FileIO):
        handle = stream.fileno()
        return _hash(os.pread(handle, size, 0)), _hash(os.pread(handle, size, offset - size))
    try:
        stream.seek(0)
        head = stream.read(size)
        stream.seek(offset - size)
        return _hash(head), _hash(stream.read(size))
    except (EOFError, ZstdError):
        return 0, 0


def _hash(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest()) >> 1


def _decompressed(file: BinaryIO) -> BinaryIO:
    return io.BufferedReader(cast("io.RawIOBase", ZstdFile(file)), BUFFER_BYTES)


def read_all(jobs: Iterable[Job], total: int) -> Iterator[tuple[Done, int]]:
    """Read files, in other processes where there is enough work; gives each result with the bytes it stands for."""
    workers = processors()
    if total < SMALL_BYTES or workers < 2:
        return _here(jobs)
    return _in_workers(jobs, workers)


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _here(jobs: Iterable[Job]) -> Iterator[tuple[Done, int]]:
    for job in jobs:
        done, offset = read(job), job.offset
        while True:
            yield done, (done.reading.offset if done.reading else job.size) - offset
            following = _next(job, done)
            if following is None:
                break
            job, offset = following, following.offset  # noqa: PLW2901  (the same file, further on)
            done = read(job)


def _next(job: Job, done: Done) -> Job | None:
    """Return the job that goes on where a slice ended; one that reads again what was rewritten."""
    if done.rewritten:
        return Job(job.file_id, job.name, job.path, job.size)
    if done.reading is None or done.reading.finished:
        return None
    at = done.reading
    return Job(job.file_id, job.name, job.path, job.size, at.offset, at.lines, done.head, done.tail, at.state)


def _in_workers(jobs: Iterable[Job], workers: int) -> Iterator[tuple[Done, int]]:
    room = Room(workers * 3)
    with pool(workers) as workshop, room:
        while jobs:
            again: list[Job] = []
            for batch, results in workshop.imap_unordered(_read_batch, room.let_in(_batches(jobs))):
                room.leave()
                for job, done in zip(batch, _batch.decode(results), strict=True):
                    yield done, (done.reading.offset if done.reading else job.size) - job.offset
                    following = _next(job, done)
                    if following is not None:
                        again.append(following)
            jobs = again


def pool(workers: int) -> "Pool":
    """Return so many worker processes."""
    import multiprocessing  # noqa: PLC0415  (only a long refresh needs it)
    import threading  # noqa: PLC0415

    alone = threading.current_thread() is threading.main_thread()  # a server forks no process with its threads in it
    method = "fork" if sys.platform == "linux" and alone else "spawn"
    return multiprocessing.get_context(method).Pool(workers, _prepare_worker)


def _prepare_worker() -> None:
    """Leave Ctrl-C to the process that writes, and do without garbage collection: readings hold no cycles."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()


def _read_batch(batch: list[Job]) -> tuple[list[Job], bytes]:
    return batch, msgspec.msgpack.encode([read(job) for job in batch])


class Room:
    """Holds batches back while many results wait to be written, so that memory does not grow.

    When it is left, nobody is kept waiting: the pool could not end before the thread that hands out the batches.
    """

    def __init__(self, size: int) -> None:
        from threading import Semaphore  # noqa: PLC0415  (only a long refresh needs it)

        self.free = Semaphore(size)
        self.open = True

    def let_in(self, batches: Iterable[list[Job]]) -> Iterator[list[Job]]:
        """Give batches as there is room for them, and none once it is closed."""
        for batch in batches:
            self.free.acquire()
            if not self.open:
                return
            yield batch

    def leave(self) -> None:
        """Make room for another batch."""
        self.free.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.open = False
        self.free.release()


def _batches(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    batch: list[Job] = []
    size = 0
    for job in jobs:
        batch.append(job)
        size += job.size - job.offset
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
