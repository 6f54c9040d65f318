"""Putting together what is sent: the calls of quarters that changed, under keyed hashes, and nothing else."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker import __version__
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
from codex_usage_tracker.query import sent
from codex_usage_tracker.store.database import DATA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    import apsw

    from codex_usage_tracker.hub.client.ledger import Ledger
    from codex_usage_tracker.hub.client.links import Link

STEP = 64
"""So many quarters are read at a time."""


class Batch(NamedTuple):
    """Quarters that are sent together: their marks and models, and the upload."""

    quarters: dict[int, tuple[int | None, list[str]]]
    upload: Upload
    places: list[int]
    """The quarter of each bucket of the upload."""


def batches(db: apsw.Connection, link: Link, ledger: Ledger) -> Iterator[Batch]:
    """Give what the hub does not have yet, the newest first."""
    marks, key = sent.marks(db), bytes.fromhex(link.key)
    quarters: dict[int, tuple[int | None, list[str]]] = {}
    buckets: list[SentBucket] = []
    for quarter, found in _changed(db, ledger, marks, key):
        count = sum(len(one.calls) for one in (*buckets, *found))
        if buckets and (len(buckets) + len(found) > MOST_BUCKETS or count > MOST_CALLS):
            yield _batch(quarters, buckets, link)
            quarters, buckets = {}, []
        quarters[quarter] = (marks.get(quarter), [one.model or "" for one in found if one.calls])
        buckets += found
    if quarters:
        yield _batch(quarters, buckets, link)


def _batch(quarters: dict[int, tuple[int | None, list[str]]], buckets: list[SentBucket], link: Link) -> Batch:
    upload = Upload(
        schema=UPLOAD_SCHEMA, collector=__version__, data_version=DATA_VERSION, label=link.label,
        buckets=[msgspec.Raw(msgspec.json.encode(one)) for one in buckets],
    )  # fmt: skip
    return Batch(quarters, upload, [one.start // QUARTER_MS for one in buckets])


def _changed(
    db: apsw.Connection, ledger: Ledger, marks: dict[int, int], key: bytes,
) -> Iterator[tuple[int, list[SentBucket]]]:  # fmt: skip
    """Give quarters that changed, each with its buckets; those that the hub shall drop are empty."""
    changed = ledger.changed(marks)
    for first in range(0, len(changed), STEP):
        step = changed[first : first + STEP]
        found: dict[int, dict[str, list[SentCall]]] = {one: {name: [] for name in ledger.models(one)} for one in step}
        for quarter, model, calls in sent.calls(db, step):
            told = found[quarter].setdefault(model if re.match(MODEL, model) else "", [])
            told += [SentCall(_hash(key, call.key), *call.usage) for call in calls]
        for quarter in step:
            yield (
                quarter,
                [
                    SentBucket(start=quarter * QUARTER_MS, model=model or None, calls=calls)
                    for model, calls in sorted(found[quarter].items())
                ],
            )


def _hash(key: bytes, call: int) -> str:
    return hmac.digest(key, call.to_bytes(8), "sha256")[:8].hex()
