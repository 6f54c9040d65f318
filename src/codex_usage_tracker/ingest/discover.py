"""Finding the rollouts of a Codex home: names and sizes only, one `stat` each."""

from __future__ import annotations

import os
from stat import S_ISREG
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def rollouts(home: str, problems: list[Problem], known: Mapping[str, Found] | None = None) -> dict[str, Found]:
    """Return the rollouts of a home by name: the plain file before the compressed, the active before the archived.

    A file that is as it was before is given back as the very value that `known` has for it.
    """
    search = _Search(problems, known or {})
    for folder, archived in ((ACTIVE, False), (ARCHIVED, True)):
        search.walk(os.path.join(home, folder), archived=archived)
    return search.chosen


class _Search:
    """A walk through the folders of a home, at one `stat` a file."""

    def __init__(self, problems: list[Problem], known: Mapping[str, Found]) -> None:
        self.problems = problems
        self.known = known
        self.chosen: dict[str, Found] = {}
        self.entered: set[str] = set()

    def walk(self, root: str, *, archived: bool) -> None:
        """Look at all that a folder holds; one that is reached twice through links is entered once."""
        folders = [(root, 0)]
        while folders:
            folder, depth = folders.pop()
            for entry in self._listed(folder):
                name = entry.name
                if name.startswith(PREFIX) and name.endswith(SUFFIXES):
                    self._take(name, entry, archived=archived)
                elif depth < MAX_DEPTH and _is_folder(entry) and self._enters(folder, entry):
                    folders.append((entry.path, depth + 1))

    def _listed(self, folder: str) -> list[os.DirEntry[str]]:
        """Return what a folder holds; nothing where it is not there."""
        try:
            with os.scandir(folder) as entries:
                return [one for one in entries if one.name.isascii() or _is_text(one.path, self.problems)]
        except FileNotFoundError:
            return []
        except OSError as error:
            self.problems.append(Problem(folder, error.strerror or "cannot be read"))
            return []

    def _enters(self, folder: str, entry: os.DirEntry[str]) -> bool:
        if not entry.is_symlink():
            return True
        real = os.path.realpath(entry.path)
        if real in self.entered or f"{folder}{os.sep}".startswith(f"{real}{os.sep}"):
            return False
        self.entered.add(real)
        return True

    def _take(self, name: str, entry: os.DirEntry[str], *, archived: bool) -> None:
        try:
            stat = entry.stat()
        except OSError as error:
            self.problems.append(Problem(entry.path, error.strerror or "cannot be read"))
            return
        if not S_ISREG(stat.st_mode):
            self.problems.append(Problem(entry.path, "is no file"))
            return
        name = name.removesuffix(".zst")
        now = (name, entry.path, archived, stat.st_size, stat.st_mtime_ns, stat.st_ino)
        was = self.known.get(name)
        found = was if was == now and was is not None else Found(*now)
        before = self.chosen.get(name)
        if before is None or _rank(found) < _rank(before):
            self.chosen[name] = found


def _rank(found: Found) -> tuple[bool, bool, str]:
    return bool(found[2]), found[1].endswith(".zst"), found[1]


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
