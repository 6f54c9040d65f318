"""Where things lie on this machine."""

from __future__ import annotations

import os
import sys

DATABASE_NAME = "usage.sqlite3"
FOLDER_NAME = ".codex-usage-tracker"
SEPARATORS = os.sep + (os.altsep or "")


def data_folder() -> str:
    """Return the folder of the tracker's own files, `~/.codex-usage-tracker` unless the environment names another."""
    return os.environ.get("CODEX_USAGE_TRACKER_HOME") or os.path.join(os.path.expanduser("~"), FOLDER_NAME)


def default_database() -> str:
    """Return the path of the database that is used when none is named."""
    return os.environ.get("CODEX_USAGE_DB") or os.path.join(data_folder(), DATABASE_NAME)


def default_codex_homes() -> tuple[str, ...]:
    """Return the Codex homes to read: those of `CODEX_HOME` (parted by the platform's path separator) or `~/.codex`."""
    named = [part for part in os.environ.get("CODEX_HOME", "").split(os.pathsep) if part]
    return tuple(named) or (os.path.join(os.path.expanduser("~"), ".codex"),)


def named() -> list[str]:
    """Return the paths that the command line and the environment name, longest first."""
    words = [*sys.argv[1:], *(word.partition("=")[2] for word in sys.argv[1:])]
    places = {data_folder(), default_database(), *default_codex_homes(), os.path.expanduser("~"), *words}
    return sorted((place for place in places if os.path.dirname(place.rstrip(SEPARATORS))), key=len, reverse=True)
