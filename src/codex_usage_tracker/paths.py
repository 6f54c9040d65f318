"""Where things lie on this machine."""

from __future__ import annotations

import os

DATABASE_NAME = "usage.sqlite3"
FOLDER_NAME = ".codex-usage-tracker"


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
