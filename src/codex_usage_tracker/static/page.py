"""Writing the file: the page as it was built, with its data in the place that is left for it."""

from __future__ import annotations

import base64
import os
import zlib
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker import owned
from codex_usage_tracker.errors import FileAccessError, FileExistsAlreadyError
from codex_usage_tracker.static.content import content

if TYPE_CHECKING:
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.reports.registry import Settings
    from codex_usage_tracker.static.content import Scope

TEMPLATE = os.path.join(os.path.dirname(__file__), "assets", "dashboard.html")
HTML, PLACE = b'<html lang="en">', b"<!--data-->"
OURS, HEAD_BYTES = b"<title>Codex usage</title>", 4_000
"""What the pages have near their beginning."""
LEVEL = 6
STEP = 3 * 2**16
"""Bytes that are written at a time: so many threes become so many fours, none of them padded."""


class Written(NamedTuple):
    """How many calls are in the file, how many of those asked for are not, and how large it is."""

    calls: int
    left_out: int
    bytes: int


def write(path: str, reader: Reader, scope: Scope, settings: Settings, language: str | None = None) -> Written:
    """Write the file whole, so that only its owner can read it; the data are of the instant at which logs were read.

    The page speaks the language that is told unless its reader chose one, else that of the browser.
    """
    _keep_others(path)
    before, _, after = _template().partition(PLACE)
    if language:
        before = before.replace(HTML, HTML[:-1] + f' data-language="{language}">'.encode(), 1)
    told = content(reader._replace(now=reader.meta("refreshed_at") or reader.now), scope, settings)
    data = memoryview(zlib.compress(told.data, LEVEL))
    try:
        with owned.replacing(path) as file:
            file.write(before)
            for begin in range(0, len(data), STEP):
                file.write(base64.b64encode(data[begin : begin + STEP]))
            file.write(after)
    except OSError as error:
        hint = "Check the folder, its permissions and the room on its disk, or name another file with --output."
        raise FileAccessError(f"{path} cannot be written: {error.strerror}", hint) from error
    return Written(told.calls, told.left_out, os.path.getsize(path))


def _keep_others(path: str) -> None:
    """Refuse to replace a file that is no such page."""
    try:
        with open(path, "rb") as file:
            is_ours = OURS in file.read(HEAD_BYTES)
    except FileNotFoundError:
        return
    except OSError as error:
        raise FileAccessError(f"{path} cannot be read: {error.strerror}", "Name another file with --output.") from error
    if not is_ours:
        raise FileExistsAlreadyError(f"{path} is there and is no dashboard", "Name another file with --output.")


def _template() -> bytes:
    try:
        with open(TEMPLATE, "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise FileAccessError("this installation has no dashboard", "Build it: python hatch_build.py") from None
