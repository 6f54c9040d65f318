"""Files and folders that nobody but their owner can read, from their first byte on; elsewhere than on POSIX, as is."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE, FOLDER = 0o600, 0o700
OTHERS = 0o077
BESIDE = ".codex-usage-tracker-"
"""How the name of a file begins that is being written."""
NOT_THROUGH_LINKS = getattr(os, "O_NOFOLLOW", 0)
OPEN, FOREIGN, LINK = "open", "foreign", "link"
"""Why others can read it: by its mode, as another user's, or through a link to what others can read."""


def make_folder(path: str) -> None:
    """Make a folder, and those above it that are not there; what is there stays as it is."""
    if os.path.isdir(path):
        return
    make_folder(os.path.dirname(os.path.abspath(path)))
    try:
        os.mkdir(path, FOLDER)
    except FileExistsError:  # another process was faster, or it is no folder
        if not os.path.isdir(path):
            raise


def write(path: str, content: bytes | bytearray) -> None:
    """Write a file that is no link."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | NOT_THROUGH_LINKS | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags, FILE), "wb") as file:
        file.write(content)


@contextmanager
def replacing(path: str) -> Iterator[IO[bytes]]:
    """Give a new file that takes a path's place, or a link's, once it is whole, and never where something fails."""
    import tempfile  # noqa: PLC0415  (few commands write files)

    handle, beside = tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(path)), prefix=BESIDE)
    try:
        with open(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(handle)
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise


def is_foreign(path: str) -> bool:
    """Say whether there is something of another user at a path."""
    return os.name == "posix" and os.path.exists(path) and os.stat(path).st_uid != os.geteuid()


def exposed(path: str) -> str | None:
    """Return why others can read a file or look into a folder, None where they cannot or it is not there."""
    if os.name != "posix":
        return None
    try:
        found, meant = os.lstat(path), os.stat(path)
    except OSError:
        return None
    if not meant.st_mode & OTHERS:
        return None
    if stat.S_ISLNK(found.st_mode):
        return LINK
    return OPEN if meant.st_uid == os.geteuid() else FOREIGN


def mend(path: str) -> bool:
    """Take from others what they may do with a file or folder of ours, and say whether there was anything to take."""
    if exposed(path) != OPEN:
        return False
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | NOT_THROUGH_LINKS)
    except OSError:
        return False
    try:
        found = os.fstat(handle)
        if found.st_uid != os.geteuid() or not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
            return False
        os.fchmod(handle, stat.S_IMODE(found.st_mode) & ~OTHERS)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True
