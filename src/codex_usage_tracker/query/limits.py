"""Rate-limit windows as the logs showed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import apsw


def current(reader: apsw.Connection) -> list[tuple[object, ...]]:
    """Return the latest snapshot of each window: id, minutes, used percent, seen at, resets at, plan, credits."""
    return reader.execute(
        "SELECT limit_id, window_minutes, used_percent, max(at), resets_at, plan, credits FROM limit_snapshot"
        " GROUP BY limit_id, window_minutes ORDER BY limit_id <> 'codex', limit_id, window_minutes",
    ).fetchall()
