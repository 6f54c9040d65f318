"""What a hub has acknowledged, so that it is not sent again; a lost ledger costs time, never a call."""

from __future__ import annotations

import msgspec

from codex_usage_tracker import owned
from codex_usage_tracker.store.database import DATA_VERSION

Entry = tuple[int, list[str]]
"""The mark of a quarter as it was sent, and its models."""


class Ledger(msgspec.Struct, kw_only=True):
    """The quarters that a hub has, by number; worthless for another hub or another way of counting."""

    hub: str
    data_version: int = DATA_VERSION
    quarters: dict[int, Entry] = {}

    def models(self, quarter: int) -> list[str]:
        """Return the models of which the hub has calls in a quarter."""
        entry = self.quarters.get(quarter)
        return entry[1] if entry else []

    def note(self, quarter: int, mark: int | None, models: list[str]) -> None:
        """Note what the hub has of a quarter now."""
        if mark is None:
            self.quarters.pop(quarter, None)
        else:
            self.quarters[quarter] = (mark, models)

    def changed(self, marks: dict[int, int]) -> list[int]:
        """Return the quarters of which the hub has something else, the newest first."""
        known = {quarter: entry[0] for quarter, entry in self.quarters.items()}
        return sorted((one for one in marks.keys() | known if marks.get(one) != known.get(one)), reverse=True)


def read(path: str, hub: str) -> Ledger:
    """Return what a hub has acknowledged; nothing, of the hub that is linked, where that is not known."""
    try:
        with open(path, "rb") as file:
            found = msgspec.msgpack.decode(file.read(), type=Ledger)
    except (OSError, msgspec.DecodeError):
        return Ledger(hub=hub)
    return found if found.data_version == DATA_VERSION else Ledger(hub=hub)


def keep(path: str, ledger: Ledger) -> None:
    """Write what a hub has acknowledged, whole."""
    with owned.replacing(path) as file:
        file.write(msgspec.msgpack.encode(ledger))
