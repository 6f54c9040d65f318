"""Putting together what is sent: the calls of quarters that changed, under keyed hashes, and nothing else."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker import __version__
from codex_usage_tracker.hub.client.ledger import Entry
from codex_usage_tracker.hub.protocol import (
    MODEL,
    MOST_BUCKETS,
    MOST_CALLS,
    QUARTER_MS,
    UPLOAD_SCHEMA,
    SentBucket,
    SentCall,
    Upload,
)
from codex_usage_tracker.privacy import SECRET
from codex_usage_tracker.query import sent
from codex_usage_tracker.store.database import DATA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import apsw

    from codex_usage_tracker.hub.client.ledger import Ledger

GONE = -2
"""The mark of a quarter that has no calls any more."""


class Due(NamedTuple):
    """A quarter of which the hub has something else, with its mark; `keeps` where it shall drop nothing."""

    number: int
    mark: int
    keeps: bool
    models: tuple[str, ...]
    """Those of which the hub has calls."""


class Quarter(NamedTuple):
    """A quarter with what is sent of it."""

    due: Due
    buckets: list[SentBucket]

    @property
    def entry(self) -> Entry | None:
        """What the ledger says once the hub has it."""
        if self.due.mark == GONE and not self.due.keeps:
            return None
        models = {one.model or "" for one in self.buckets if one.calls}
        return Entry(self.due.mark, sorted(models.union(self.due.models if self.due.keeps else ())), self.due.keeps)


def due(db: apsw.Connection, known: Ledger, *, replaces: bool = False) -> list[Due]:
    """Return the quarters that are to be sent or noted, the newest first.

    Where the database may have lost calls, the hub keeps what it has, unless what is here `replaces` it.
    """
    marks, doubts = sent.marks(db), known.doubts(sent.source(db))
    found = []
    for number in sorted(marks.keys() | known.quarters, reverse=True):
        entry, mark = known.quarters.get(number), marks.get(number, GONE)
        kept = bool(entry and entry.keeps)
        if entry is None or entry.mark != mark or (kept and replaces):
            keeps = not replaces and (kept or (doubts and (known.is_lost or entry is not None)))
            found.append(Due(number, mark, keeps, tuple(entry.models) if entry else ()))
    return found


def batches(db: apsw.Connection, key: bytes, dues: Iterable[Due]) -> Iterator[list[Quarter]]:
    """Give quarters in such numbers as are sent together."""
    batch: list[Quarter] = []
    buckets = calls = 0
    for one in dues:
        quarter = _quarter(db, key, one)
        count = sum(len(bucket.calls) for bucket in quarter.buckets)
        if batch and (buckets + len(quarter.buckets) > MOST_BUCKETS or calls + count > MOST_CALLS):
            yield batch
            batch, buckets, calls = [], 0, 0
        batch.append(quarter)
        buckets, calls = buckets + len(quarter.buckets), calls + count
    if batch:
        yield batch


def _quarter(db: apsw.Connection, key: bytes, one: Due) -> Quarter:
    """Return a quarter with a bucket for each model, an empty one for a model that the hub shall drop."""
    found: dict[str, list[SentCall]] = {} if one.keeps else {model: [] for model in one.models}
    for model, calls in sent.calls(db, one.number):
        told = found.setdefault(_told(model), [])
        told += [SentCall(_hash(key, call.key), *call.usage) for call in calls]
    buckets = [
        SentBucket(start=one.number * QUARTER_MS, model=model or None, keep=one.keeps, calls=calls)
        for model, calls in sorted(found.items())
    ]
    return Quarter(one, buckets)


def _told(model: str) -> str:
    """Return a model's name if it is one."""
    return model if re.fullmatch(MODEL, model) and not SECRET.search(model) else ""


def _hash(key: bytes, call: int) -> str:
    return hmac.digest(key, call.to_bytes(8), "sha256")[:8].hex()


def upload(batch: Sequence[Quarter], label: str | None) -> Upload:
    """Return what is sent of quarters."""
    return Upload(
        schema=UPLOAD_SCHEMA, collector=__version__, data_version=DATA_VERSION, label=label,
        buckets=[msgspec.Raw(msgspec.json.encode(bucket)) for one in batch for bucket in one.buckets],
    )  # fmt: skip
