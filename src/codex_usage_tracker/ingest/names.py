"""Thread names from `session_index.jsonl`, where the newest line of a thread holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.ingest.decode import instant, named_thread
from codex_usage_tracker.store import files

if TYPE_CHECKING:
    from collections.abc import Iterable

    import apsw

    from codex_usage_tracker.store.writer import Writer

MAX_INDEX_LINE = 2**20


def apply(connection: apsw.Connection, writer: Writer, indexes: Iterable[files.Index]) -> None:
    """Name the threads that are known."""
    for index in indexes:
        newest = _newest(index.path)
        if newest is None:
            continue
        for thread, (name, named_at) in newest.items():
            writer.name_thread(thread, name, named_at)
        files.set_index_cursor(connection, index.home_id, index.size, index.mtime_ns)


def _newest(path: str) -> dict[str, tuple[str | None, int]] | None:
    """Return the newest name of each thread and since when it has it; None where the index cannot be read now."""
    found: dict[str, tuple[str | None, int]] = {}
    try:
        with open(path, "rb") as lines:
            for line in iter(lambda: lines.readline(MAX_INDEX_LINE), b""):
                named = named_thread(line)
                if named is not None:
                    at = instant((named.updated_at or "").encode()) or 0
                    found[named.id] = (named.thread_name or None, at)
    except OSError:
        return None
    return found
