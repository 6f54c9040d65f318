"""What a person should look at: usage that can hardly be true. It is noted once, and no number is changed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from codex_usage_tracker.hub.server import merging, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codex_usage_tracker.hub.server.direct import Db
    from codex_usage_tracker.hub.server.merging import Held, Sums
    from codex_usage_tracker.hub.server.store import Store
    from codex_usage_tracker.hub.server.uploads import Sender

WINDOW_TOKENS = 2_000_000
"""No model's window is as large."""
DAY_TOKENS = 20_000_000_000
DROP_TOKENS = 100_000_000


class Doubt(NamedTuple):
    """A sort of doubt about something of a device, and the number that raised it."""

    account: int
    device: int
    kind: str
    subject: str
    value: int

    @property
    def id(self) -> int:
        """A number that a page can name it by."""
        told = f"{self.account} {self.kind} {self.subject}".encode()
        return int.from_bytes(hashlib.blake2b(told, digest_size=6).digest())


def seen(
    sender: Sender, after: list[Held], days: dict[tuple[int, str], Sums], lowered: Iterable[dict[str, Any]]
) -> Iterator[Doubt]:
    """Give what is doubtful of quarters and days as they are after an upload."""

    def doubt(kind: str, subject: object, value: int) -> Doubt:
        return Doubt(sender.account, sender.device, kind, str(subject), value)

    for one in after:
        largest = max((call[1] + call[4] for call in merging.unpacked(one.calls)), default=0)
        if one.device == sender.device and largest > WINDOW_TOKENS:
            yield doubt("large-call", one.start, largest)
    if len({one.device for one in after}) > 1:
        yield from (doubt("disputed-call", start, 1) for start in sorted(merging.disputed(after)))
    for (day, model), sums in days.items():
        if merging.tokens(sums) > DAY_TOKENS:
            yield doubt("large-day", day, merging.tokens(sums))
        if model and sums[7]:
            yield doubt("unknown-model", model, sums[7])
    for row in lowered:
        if row["tokens_before"] - row["tokens_after"] > DROP_TOKENS:
            yield doubt("dropped", row["start"], row["tokens_before"] - row["tokens_after"])


async def note(store: Store, db: Db, doubts: Iterable[Doubt], now: int) -> None:
    """Keep what is doubtful, once."""
    rows = {
        (one.account, one.kind, one.subject): {
            "account_id": one.account, "kind": one.kind, "subject": one.subject, "id": one.id, "at": now,
            "device_id": one.device, "value": one.value,
        }
        for one in doubts
    }  # fmt: skip
    await store.add(db, tables.flag, list(rows.values()))
