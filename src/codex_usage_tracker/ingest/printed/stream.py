"""Lines of a file or pipe as they come, however long they are."""

from __future__ import annotations

import io
import os
import select
import sys
import time
from stat import S_ISREG
from typing import TYPE_CHECKING, BinaryIO

from codex_usage_tracker.errors import FileAccessError, InvalidValueError, NamedFileMissingError
from codex_usage_tracker.ingest.printed.log import Source
from codex_usage_tracker.ingest.scan import MAX_LINE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIECE_BYTES = 2**18
STDIN = "-"


def opened(path: str) -> tuple[BinaryIO, Source]:
    """Open a log; `-` is the standard input."""
    try:
        stream = _stdin() if path == STDIN else open(path, "rb")  # noqa: SIM115  (closed by whoever reads it)
        stat = os.fstat(stream.fileno())
    except FileNotFoundError:
        raise NamedFileMissingError(f"there is no file {path}", "`-` reads from a pipe.") from None
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise FileAccessError(message, "Name a file that Codex printed into, or - for a pipe.") from error
    live = not S_ISREG(stat.st_mode)
    at = int(time.time() * 1000) if live else stat.st_mtime_ns // 10**6
    return stream, Source("stdin" if path == STDIN else os.path.basename(path), at, live)


def _stdin() -> BinaryIO:
    if sys.stdin is None or sys.stdin.isatty():
        raise InvalidValueError(
            "nothing is piped in", "Name a file, or pipe: codex exec --json ... | codex-usage-tracker ingest -"
        )
    return sys.stdin.buffer


def batches(stream: BinaryIO, passed: Callable[[bytes], object]) -> Iterator[tuple[list[bytes | None], bool]]:
    """Give lines without their ends as they come, and whether more is waiting; None is a line that is too long.

    What comes is passed on, before anything else is done with it.
    """
    rest, too_long = bytearray(), False
    read = stream.read1 if isinstance(stream, io.BufferedReader) else stream.read
    while piece := read(PIECE_BYTES):
        passed(piece)
        first, *others = piece.split(b"\n")
        rest += first
        lines: list[bytes | None] = []
        for other in others:
            lines.append(None if too_long else bytes(rest))
            rest, too_long = bytearray(other), False
        if len(rest) > MAX_LINE_BYTES:
            rest, too_long = bytearray(), True
        yield lines, _is_waiting(stream)
    if rest or too_long:
        yield [None if too_long else bytes(rest)], False


def _is_waiting(stream: BinaryIO) -> bool:
    """Say whether there is more to read at once; where that cannot be told, that there is not."""
    try:
        return bool(select.select([stream], [], [], 0)[0])
    except (OSError, ValueError):
        return False
