"""The memory of a process and of all that it started, looked at while they run."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
PAUSE_SECONDS = 0.005
PROC = Path("/proc")


class Watch:
    """Looks at a process tree until left; `peak` is the most memory that it held at one moment, in bytes.

    Pages that several processes share count for each of them. Without /proc the peak stays 0.
    """

    def __init__(self, root: int) -> None:
        self.peak = 0
        self._root = root
        self._ended = Event()
        self._thread = Thread(target=self._look)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, _type: type[BaseException] | None, _value: object, _trace: TracebackType | None) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(PAUSE_SECONDS):
            self.peak = max(self.peak, sum(map(resident, tree(self._root))))


def resident(process: int) -> int:
    """Return the memory that a process holds, 0 if it has ended."""
    with suppress(OSError, IndexError):
        return int((PROC / str(process) / "statm").read_text(encoding="ascii").split()[1]) * PAGE_BYTES
    return 0


def tree(root: int) -> list[int]:
    """Return a process and all below it."""
    found = [root]
    for process in found:
        found += _children(process)
    return found


def _children(process: int) -> list[int]:
    """Return the processes that the threads of a process started."""
    children: list[int] = []
    with suppress(OSError):
        for task in (PROC / str(process) / "task").iterdir():
            with suppress(OSError):
                children += map(int, (task / "children").read_text(encoding="ascii").split())
    return children
