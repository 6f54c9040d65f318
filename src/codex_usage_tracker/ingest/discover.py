"""Finding the rollouts of a Codex home: names and sizes only, one `stat` each."""

from __future__ import annotations

import os
from stat import S_ISREG
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ACTIVE = "sessions"
ARCHIVED = "archived_sessions"
MAX_DEPTH = 12
PREFIX = "rollout-"
SUFFIXES = (".jsonl", ".jsonl.zst")


class Found(NamedTuple):
    """A rollout on disk; `name` is without `.zst`, so that compressing a file does not make it another."""

    name: str
    path: str
    archived: bool
    size: int
    mtime_ns: int
    inode: int


class Problem(NamedTuple):
    """A file or folder that could not be read, and why."""

    path: str
    reason: str


def rollouts(home: str, problems: list[Problem]) -> dict[str, Found]:
    """Return the rollouts of a home by name: the plain file before the compressed, the active before the archived."""
    chosen: dict[str, Found] = {}
    for folder, archived in ((ACTIVE, False), (ARCHIVED, True)):
        for path, entry in _files(os.path.join(home, folder), problems):
            found = _found(path, entry, archived, problems)
            if found is not None:
                before = chosen.get(found.name)
                if before is None or _rank(found) < _rank(before):
                    chosen[found.name] = found
    return chosen


def _rank(found: Found) -> tuple[bool, bool, str]:
    return found.archived, found.path.endswith(".zst"), found.path


def _found(path: str, entry: os.DirEntry[str], archived: bool, problems: list[Problem]) -> Found | None:  # noqa: FBT001
    try:
        stat = entry.stat()
    except OSError as error:
        problems.append(Problem(path, error.strerror or "cannot be read"))
        return None
    if not S_ISREG(stat.st_mode):
        problems.append(Problem(path, "is no file"))
        return None
    name = entry.name.removesuffix(".zst")
    return Found(name, path, archived, stat.st_size, stat.st_mtime_ns, stat.st_ino)


def _files(root: str, problems: list[Problem]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Walk a folder without recursion; a folder reached twice through links is entered once."""
    folders, entered = [(root, 0)], set()
    while folders:
        folder, depth = folders.pop()
        for entry in _listed(folder, problems):
            if entry.name.startswith(PREFIX) and entry.name.endswith(SUFFIXES):
                yield entry.path, entry
            elif depth < MAX_DEPTH and _is_folder(entry):
                if entry.is_symlink():
                    real = os.path.realpath(entry.path)
                    if real in entered or f"{folder}{os.sep}".startswith(f"{real}{os.sep}"):
                        continue
                    entered.add(real)
                folders.append((entry.path, depth + 1))


def _listed(folder: str, problems: list[Problem]) -> list[os.DirEntry[str]]:
    """Return what a folder holds; nothing where it is not there."""
    found: list[os.DirEntry[str]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.isascii() or _is_text(entry.path, problems):
                    found.append(entry)
    except FileNotFoundError:
        pass
    except OSError as error:
        problems.append(Problem(folder, error.strerror or "cannot be read"))
    return found


def _is_text(path: str, problems: list[Problem]) -> bool:
    """Say whether a path is UTF-8: on Linux it may be any bytes, which no database takes."""
    try:
        path.encode()
    except UnicodeEncodeError:
        problems.append(Problem(os.fsencode(path).decode("utf-8", "backslashreplace"), "has a name that is no text"))
        return False
    return True


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
