"""What a hub has acknowledged, so that it is not sent again; a lost ledger costs time, never a call."""

from __future__ import annotations

import msgspec

from codex_usage_tracker import owned
from codex_usage_tracker.errors import FileAccessError
from codex_usage_tracker.query.sent import Source
from codex_usage_tracker.shapes import ready
from codex_usage_tracker.store.database import DATA_VERSION

UNKNOWN = -1
"""The mark of a quarter that is sent again, whatever is in it."""


class Entry(msgspec.Struct, array_like=True):
    """A quarter as it was sent: its mark and models; `keeps` where the hub may have calls that are here no more."""

    mark: int
    models: list[str]
    keeps: bool = False


class Ledger(msgspec.Struct, kw_only=True):
    """The quarters that a hub has, by number, and the database that they came from."""

    hub: str
    data_version: int = DATA_VERSION
    source: Source | None = None
    is_lost: bool = False
    synced_at: int | None = None
    heard_at: int = UNKNOWN
    """When the hub had taken an upload before the last one that it acknowledged."""
    quarters: dict[int, Entry] = {}

    def doubts(self, source: Source) -> bool:
        """Say whether a database may have lost calls: it is another one than sent them, or an older state of it."""
        known = self.source
        return self.is_lost or (
            known is not None and (known.name != source.name or known.generation > source.generation)
        )

    def is_ahead(self, heard_at: int) -> bool:
        """Say whether a hub lacks an upload that it acknowledged: its database is an older copy."""
        return heard_at <= self.heard_at

    def stale(self, hub: str) -> Ledger:
        """Return what is known where a hub has another database, or calls are counted otherwise: all is sent again."""
        quarters = {number: Entry(UNKNOWN, one.models, one.keeps) for number, one in self.quarters.items()}
        return msgspec.structs.replace(self, hub=hub, data_version=DATA_VERSION, quarters=quarters, heard_at=UNKNOWN)


def read(path: str, hub: str) -> Ledger:
    """Return what a hub has acknowledged."""
    try:
        with open(path, "rb") as file:
            found = msgspec.msgpack.decode(file.read(), type=ready(Ledger))
    except (OSError, msgspec.DecodeError):
        return Ledger(hub=hub, is_lost=True)
    return found if found.data_version == DATA_VERSION else found.stale(found.hub)


def keep(path: str, ledger: Ledger) -> None:
    """Write what a hub has acknowledged, whole."""
    try:
        with owned.replacing(path) as file:
            file.write(msgspec.msgpack.encode(ledger))
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise FileAccessError(message, "Make room on the disk or mend the permissions; nothing is lost.") from error
