"""Thread names from `session_index.jsonl`, where the newest line of a thread holds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.ingest.decode import instant, named_thread
from codex_usage_tracker.store import files

if TYPE_CHECKING:
    from collections.abc import Iterable

    import apsw

    from codex_usage_tracker.store.writer import Writer

INDEX = "session_index.jsonl"
MAX_INDEX_LINE = 2**20


class Index(NamedTuple):
    """A home's index of names as it lies on disk."""

    home_id: int
    path: str
    size: int
    mtime_ns: int
    changed: bool


def index_of(connection: apsw.Connection, home_id: int, home: str) -> list[Index]:
    """Return the home's index, if it has one."""
    path = os.path.join(home, INDEX)
    try:
        stat = os.stat(path)
    except OSError:
        return []
    changed = files.index_cursor(connection, home_id) != (stat.st_size, stat.st_mtime_ns)
    return [Index(home_id, path, stat.st_size, stat.st_mtime_ns, changed)]


def apply(connection: apsw.Connection, writer: Writer, indexes: Iterable[Index]) -> None:
    """Name the threads that are known."""
    for index in indexes:
        for thread, (name, named_at) in _newest(index.path).items():
            writer.name_thread(thread, name, named_at)
        files.set_index_cursor(connection, index.home_id, index.size, index.mtime_ns)


def _newest(path: str) -> dict[str, tuple[str | None, int]]:
    found: dict[str, tuple[str | None, int]] = {}
    try:
        with open(path, "rb") as lines:
            for line in iter(lambda: lines.readline(MAX_INDEX_LINE), b""):
                named = named_thread(line)
                if named is not None:
                    at = instant((named.updated_at or "").encode()) or 0
                    found[named.id] = (named.thread_name or None, at)
    except OSError:
        return found
    return found
