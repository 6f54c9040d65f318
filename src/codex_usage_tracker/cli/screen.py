"""What the output is drawn on: how wide it is, whether it shows colours, and which characters it knows."""

import os
from typing import IO, NamedTuple

STYLES = {
    "": "",
    "strong": "1",
    "faint": "2",
    "cached": "36",
    "uncached": "34",
    "output": "35",
    "good": "32",
    "warning": "33",
    "bad": "31",
}
"""Meanings and their colours, of the sixteen that every terminal theme sets itself."""


class Glyphs(NamedTuple):
    """The characters of pictures; `eighths` fill a cell from the left."""

    cached: str
    uncached: str
    eighths: str
    track: str
    rule: str
    more: str
    dot: str


UNICODE = Glyphs("░", "▓", "▏▎▍▌▋▊▉█", "─", "─", "…", "·")
ASCII = Glyphs("-", "=", "#", ".", "-", "~", "-")


class Screen(NamedTuple):
    """A terminal of so many columns, or (None) a file or pipe that is as wide as need be."""

    width: int | None
    colour: bool
    glyphs: Glyphs

    def style(self, text: str, meaning: str) -> str:
        """Return a text in the colour of its meaning."""
        code = STYLES[meaning]
        return f"\x1b[{code}m{text}\x1b[0m" if code and self.colour and text.strip() else text


def screen_of(stream: IO[str], *, colour: bool) -> Screen:
    """Return what a stream is drawn on."""
    terminal = stream.isatty()
    shown = colour and terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Screen(_width(stream, terminal=terminal), shown, UNICODE if knows_unicode(stream) else ASCII)


def knows_unicode(stream: IO[str]) -> bool:
    """Say whether a stream can show the characters that pictures are made of."""
    try:
        "".join(UNICODE).encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _width(stream: IO[str], *, terminal: bool) -> int | None:
    """Return the columns of a terminal; `COLUMNS` goes before, for pipes too."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    if not terminal:
        return None
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
