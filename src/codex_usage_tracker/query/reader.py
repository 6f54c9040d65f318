"""A read-only view of the database with what every answer needs: the zone and the present instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.privacy import Hiding
from codex_usage_tracker.query import zones

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import apsw


class Reader(NamedTuple):
    """A connection, a zone, now in milliseconds UTC, and what is hidden from whoever asks."""

    db: apsw.Connection
    zone: ZoneInfo
    now: int
    hiding: Hiding = Hiding()

    def meta(self, name: str) -> int | None:
        """Return a whole number that the database keeps of itself."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else None

    @property
    def mark(self) -> int:
        """Return 16 bits that tell this database from another one."""
        from zlib import crc32  # noqa: PLC0415  (only a server asks)

        secret = self.db.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone()
        return crc32(secret[0]) & 0xFFFF if secret else 0

    def state(self) -> tuple[object, ...]:
        """Return what tells this state of this database from any other one."""
        names = "('secret', 'generation', 'changed_at', 'judgements')"
        return tuple(self.db.execute(f"SELECT value FROM meta WHERE name IN {names} ORDER BY name").fetchall())

    def sort(self, name: str) -> str:
        """Return an order that tells nothing of hidden names: threads are sorted by their ids instead."""
        hides = self.hiding.hides and not self.hiding.thread_names
        return "thread_id" if hides and name in {"thread", "name"} else name

    def take_time(self) -> None:
        """Lift the limit on a query's time, and hold little of the file in memory: all calls are asked for."""
        self.db.set_progress_handler(None)
        self.db.pragma("mmap_size", 0)

    def midnight(self, days_ago: int = 0) -> int:
        """Return the instant at which today, or a day before it, began in the zone."""
        from datetime import timedelta  # noqa: PLC0415

        return zones.midnight(zones.moment(self.now, self.zone).date() - timedelta(days=days_ago), self.zone)
