"""Which files are the tracker's own, and whether anybody else can read them."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from codex_usage_tracker import owned, paths
from codex_usage_tracker.config.files import default_files
from codex_usage_tracker.store import database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.contract.checks import Exposure

SERVERS = "servers"
FILES = {
    "usage.sqlite3": "The database: the tables below.",
    "usage.sqlite3-wal": "What was written to the database last; SQLite moves it there.",
    "usage.sqlite3-shm": "SQLite's index of the file before, while the database is open.",
    "usage.sqlite3-journal": "What a change that was cut short has to take back; SQLite's, seldom there.",
    "usage.sqlite3.lock": "Empty. Held by the one process that refreshes.",
    "usage.sqlite3.scan.lock": "Empty. Held by the one process that searches all logs for diagnostics.",
    **{
        os.path.basename(path): f"Your settings: [{name.replace('_', '-')}](settings.md#{name.replace('_', '-')}json)."
        for name, path in default_files()._asdict().items()
    },
    "*.json.bak": "A file of settings as it was before the program last wrote it.",
    SERVERS: "A folder with a file for each server that runs: port, process, how it was started, a secret of its own.",
    "demo": "A folder with a made-up history and its database; the `demo` command writes it.",
    "dashboard*.html": "A page that `dashboard` wrote.",
    "installed.json": "What `install-plugin` and `install-hook` wrote elsewhere, so that it can be taken back.",
    "nudge-*": "Empty. Codex's hook told that there is something new, or (`.lock`) a process reads it.",
    "hub.json": "The link to a hub: its address, your account there, the token of this machine and the key of hashes.",
    "hub-ledger": "Which quarters of an hour the hub has acknowledged, so that they are not sent again.",
    "hub-ledger.lock": "Empty. Held by the one process that syncs.",
    "support-bundle*.json": "What `support-bundle` wrote.",
    f"{owned.BESIDE}*": "A file that is being written; it gets its name when it is whole.",
}
"""What may lie in the folder of the tracker's own files."""


def mend(database_path: str) -> int:
    """Take from others what they may do with the tracker's files; return with how many they could do something.

    A folder in which other things lie too stays as it is.
    """
    folder = paths.data_folder()
    return sum(owned.mend(path) for path in _own(database_path) if path != folder or _is_ours(folder))


def exposures(database_path: str) -> list[Exposure]:
    """Return what others can read of the tracker's files."""
    from codex_usage_tracker.contract.checks import Exposure  # noqa: PLC0415  (few commands tell)

    found = ((path, owned.exposed(path)) for path in dict.fromkeys(_own(database_path)))
    return [Exposure(path=path, what=_called(path, database_path), why=why) for path, why in found if why]


def _own(database_path: str) -> Iterator[str]:
    """Give the folder, what lies in it of our own, and the database wherever it lies."""
    folder = paths.data_folder()
    yield folder
    inside = _listed(folder)
    yield from (os.path.join(folder, name) for name in inside if _is_known(name))
    if SERVERS in inside:
        yield from (os.path.join(folder, SERVERS, name) for name in _listed(os.path.join(folder, SERVERS)))
    yield from database.beside(database_path)


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _is_known(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in FILES)


def _is_ours(folder: str) -> bool:
    """Say whether a folder is the usual one, or has nothing in it but our own."""
    return os.path.basename(folder.rstrip(os.sep)) == paths.FOLDER_NAME or all(map(_is_known, _listed(folder)))


def _called(path: str, database_path: str) -> str:
    """Return what a file is called in words that tell of no name that the user gave."""
    if path == paths.data_folder():
        return "the folder"
    return "the database" if path in database.beside(database_path) else os.path.basename(path)
