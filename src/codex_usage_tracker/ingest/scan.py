"""Finding the lines that matter by their first bytes, before any JSON is decoded.

Codex writes `{"timestamp":"…","ordinal":N,"type":"…","payload":{"type":"…"` in this order and without spaces. A line of
that layout is told by one anchored match; any other layout is decoded as a whole, so the layout is never trusted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

MAX_LINE_BYTES = 16 * 2**20
"""Longer lines are stepped over and noted; the longest useful line seen is a `compacted` line of a few megabytes."""
PIECE_BYTES = 2**20
OVERSIZED_NOTE = "oversized_line"

HEADER = b'{"timestamp":"'
TYPE = b'"type":"'
INNER = b'","payload":{"type":"'
LAYOUT = re.compile(
    rb'\{"timestamp":"([^"\\]{20,40})",(?:"ordinal":\d+,)?"type":"(\w+(?:","payload":\{"type":"\w+(?="))?)"',
)
"""Timestamp and kind of a line in Codex's own layout."""


class Scanner:
    """Reads complete lines; `offset` and `lines` stand after the last one, `finished` says that no more are there."""

    def __init__(self, stream: BinaryIO, offset: int, lines: int, *, stop_after: int) -> None:
        self.stream = stream
        self.offset = offset
        self.lines = lines
        self.stop_at = offset + stop_after
        self.oversized: list[int] = []
        self.finished = False

    def take(self, line: bytes) -> bytes | None:
        """Count what was read as a line, joining a long one from its pieces; None at the end of the file."""
        if line[-1:] != b"\n":
            line = self._long_line(line)
            if not line:
                self.finished = True
                return None
        self.offset += len(line)
        self.lines += 1
        return line

    def _long_line(self, piece: bytes) -> bytes:
        """Join a line from its pieces; b"" where the file ends before the line does, a blank line if it is too long."""
        pieces, size = [piece], len(piece)
        while piece and piece[-1:] != b"\n":
            piece = self.stream.readline(PIECE_BYTES)
            size += len(piece)
            if size <= MAX_LINE_BYTES:
                pieces.append(piece)
        if not piece:
            return b""
        return b"".join(pieces) if size <= MAX_LINE_BYTES else self._step_over(size)

    def _step_over(self, size: int) -> bytes:
        """Note a line that is too long to be held, and stand in for it with a blank one."""
        self.oversized.append(self.lines + 1)
        self.offset += size - 1
        return b"\n"
