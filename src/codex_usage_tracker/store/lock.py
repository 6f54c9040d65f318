"""One refresh at a time for a database, whatever the processes."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from codex_usage_tracker import owned
from codex_usage_tracker.errors import BusyError, FileAccessError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

POLL_SECONDS = 0.05


def _try_lock(handle: int) -> bool:
    """Take the lock if it is free; the system gives it back when the process ends, however it ends."""
    try:
        if os.name == "nt":
            import msvcrt  # noqa: PLC0415  (Windows only)

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        else:
            import fcntl  # noqa: PLC0415  (not on Windows)

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def refreshing(database: str, wait_seconds: float, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the refresh lock of a database, waiting for another process that holds it."""
    try:
        handle = os.open(f"{database}.lock", os.O_CREAT | os.O_RDWR | owned.NOT_THROUGH_LINKS, owned.FILE)
    except OSError as error:
        msg = f"{database}.lock cannot be made: {error.strerror}"
        raise FileAccessError(msg, "Check the folder's permissions, or name another database with --db.") from error
    try:
        _wait_for(handle, wait_seconds, on_wait)
        yield
    finally:
        os.close(handle)


def _wait_for(handle: int, wait_seconds: float, on_wait: Callable[[], None] | None) -> None:
    deadline = time.monotonic() + wait_seconds
    told = False
    while not _try_lock(handle):
        if not told and on_wait is not None:
            on_wait()
        told = True
        if time.monotonic() >= deadline:
            msg = "another refresh is running and did not end in time"
            raise BusyError(msg, "Wait for it and try again, or ask without refreshing (--no-refresh).")
        time.sleep(POLL_SECONDS)
