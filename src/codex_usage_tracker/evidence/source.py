"""Some lines of a log that may be large: found by counting line ends from the nearer of two known places."""

from __future__ import annotations

import io
import sys
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, cast

from codex_usage_tracker.errors import FileAccessError, NotFoundError

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdError, ZstdFile
else:
    from backports.zstd import ZstdError, ZstdFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

BLOCK_BYTES = BUFFER_BYTES = 2**18
MAX_LINE_BYTES = 2**26
"""Of longer lines the beginning is read."""
MOST_BYTES = 2**27
"""Of more than this, the last lines are read."""


class SourceMissingError(NotFoundError):
    """The log of a call is no longer there."""

    code = "source_missing"


class SourceChangedError(NotFoundError):
    """The log of a call is there, but the call is not where it was."""

    code = "source_changed"


class Line(NamedTuple):
    """A line of a log: its number from 1 on, its bytes, and how many there are where not all were read."""

    number: int
    data: bytes
    size: int


class Known(NamedTuple):
    """A place that is known of a log: so many bytes hold so many lines."""

    offset: int = 0
    lines: int = 0


def lines(path: str, first: int, last: int, known: Known) -> list[Line]:
    """Return lines of a log by their numbers, as many as are there, and the last of them if they are too large."""
    try:
        with io.BufferedReader(io.FileIO(path), BUFFER_BYTES) as file:
            if path.endswith(".zst"):
                return _compressed(file, first, last)
            start = _start(file, first, known)
            if start is None:
                return []
            file.seek(start)
            return _latest(_read(file, first, last))
    except FileNotFoundError:
        raise SourceMissingError("the log of this call is no longer there", "") from None
    except OSError as error:
        raise FileAccessError(f"the log of this call cannot be read: {error.strerror}", "") from error


def _compressed(file: BinaryIO, first: int, last: int) -> list[Line]:
    """Return lines of a compressed log, up to where it is damaged."""
    stream = io.BufferedReader(cast("io.RawIOBase", ZstdFile(file)), BUFFER_BYTES)
    return _latest(line for line in _undamaged(_read(stream, 1, last)) if line.number >= first)


def _undamaged(found: Iterator[Line]) -> Iterator[Line]:
    with suppress(EOFError, ZstdError):
        yield from found


def _latest(found: Iterable[Line]) -> list[Line]:
    kept: deque[Line] = deque()
    size = 0
    for line in found:
        kept.append(line)
        size += len(line.data)
        while size > MOST_BYTES and len(kept) > 1:
            size -= len(kept.popleft().data)
    return list(kept)


def _read(stream: BinaryIO, first: int, last: int) -> Iterator[Line]:
    for number in range(first, last + 1):
        data = stream.readline(MAX_LINE_BYTES)
        size, piece = len(data), data
        while piece and piece[-1:] != b"\n":
            piece = stream.readline(BLOCK_BYTES)
            size += len(piece)
        if not data:
            return
        yield Line(number, data, size)


def _start(file: io.BufferedReader[io.FileIO], line: int, known: Known) -> int | None:
    """Return where a line begins, None where the file ends before it."""
    if 0 < known.lines - line + 1 < line - 1 and _ends_at(file, known.offset):
        return _back(file, known.offset, known.lines - line + 1)
    return _on(file, line - 1)


def _ends_at(file: io.BufferedReader[io.FileIO], offset: int) -> bool:
    """Say whether a line ends right before a place: where none does, the log is not the one that is known."""
    file.seek(offset - 1)
    if file.read(1) == b"\n":
        return True
    file.seek(0)
    return False


def _on(file: io.BufferedReader[io.FileIO], ends: int) -> int | None:
    """Return the place behind so many line ends from the beginning."""
    block, offset = bytearray(BLOCK_BYTES), 0
    while ends:
        size, at = file.readinto(block), -1
        while ends and (at := block.find(b"\n", at + 1, size)) >= 0:
            ends -= 1
        if not size:
            return None
        offset += size if ends else at + 1
    return offset


def _back(file: BinaryIO, offset: int, ends: int) -> int | None:
    """Return the place from which on there are so many line ends up to a place behind one."""
    ends += 1
    while offset > 0:
        start = max(0, offset - BLOCK_BYTES)
        file.seek(start)
        block = file.read(offset - start)
        at = len(block)
        while (at := block.rfind(b"\n", 0, at)) >= 0:
            ends -= 1
            if not ends:
                return start + at + 1
        offset = start
    return 0 if ends == 1 else None
