"""What the hook runs: it notes that something is new, begins a refresh in a process of its own, and is gone.

Codex waits for it, so nothing heavy is imported; what Codex tells it is read away and looked at by nobody.
"""

from __future__ import annotations

import os
import sys
import time
import zlib
from contextlib import suppress

from codex_usage_tracker import owned
from codex_usage_tracker.errors import BusyError
from codex_usage_tracker.paths import data_folder
from codex_usage_tracker.store.lock import refreshing

START = [sys.executable, "-P", "-m"]
READ = "--read"
SETTLE_SECONDS = 0.3
"""Codex writes its log at the same time."""
PAUSE_SECONDS = 2.0
"""Between two refreshes, so that a busy Codex causes few of them."""
LONGEST_SILENCE_SECONDS = 1.0


def main(args: list[str]) -> None:
    """Do what the hook is for; whatever goes wrong, Codex is not disturbed."""
    with suppress(Exception):
        if args[:1] == [READ]:
            read(args[1:])
        else:
            nudge(args)
    if args[:1] != [READ]:
        _read_away()


def nudge(options: list[str]) -> None:
    """Let the logs be read in the background."""
    mark = _mark(options)
    owned.make_folder(os.path.dirname(mark))
    owned.write(mark, b"")
    with suppress(BusyError):  # the process that is at it finds the mark
        with refreshing(mark, 0.0):
            pass
        _start([*START, "codex_usage_tracker.plugin.nudge", READ, *options])


def read(options: list[str]) -> None:
    """Read the logs until nothing is new, unless another process is at it.

    The lock is given back before it is looked whether there is something new again, so that no nudge is lost.
    """
    import subprocess  # noqa: PLC0415  (the hook itself must be quick)

    mark = _mark(options)
    while os.path.exists(mark):
        with refreshing(mark, 0.0):
            time.sleep(SETTLE_SECONDS)
            with suppress(FileNotFoundError):
                os.unlink(mark)
            subprocess.run([*START, "codex_usage_tracker", "refresh", "--quiet", *options], check=False)  # noqa: S603
            time.sleep(PAUSE_SECONDS)


def _mark(options: list[str]) -> str:
    """Return the file that says that something is new, for the homes and the database that the options name."""
    return os.path.join(data_folder(), f"nudge-{zlib.crc32(repr(options).encode()):08x}")


def _start(command: list[str]) -> None:
    """Start a process that goes on when Codex ends this one and all that belong to it."""
    if os.name == "nt":
        import subprocess  # noqa: PLC0415  (as above)

        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP  # type: ignore[attr-defined, unused-ignore]
        null = subprocess.DEVNULL
        subprocess.Popen(command, stdin=null, stdout=null, stderr=null, creationflags=flags)  # noqa: S603
    elif os.fork() == 0:
        try:
            os.setsid()
            null = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(null, stream)
            os.execv(command[0], command)  # noqa: S606
        finally:
            os._exit(1)


def _read_away() -> None:
    """Take what Codex tells, so that it never writes into a pipe that nobody reads."""
    from select import select  # noqa: PLC0415

    with suppress(OSError, ValueError):
        while not os.isatty(0) and (os.name == "nt" or select([0], [], [], LONGEST_SILENCE_SECONDS)[0]):
            if not os.read(0, 1 << 16):
                return


if __name__ == "__main__":
    main(sys.argv[1:])
