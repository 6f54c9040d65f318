"""Sending what a hub does not have: batch by batch, each noted once it is acknowledged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.hub.client import collecting, ledger, links
from codex_usage_tracker.hub.protocol import Received

if TYPE_CHECKING:
    from collections.abc import Callable

    import apsw

    from codex_usage_tracker.hub.client.sending import Line


class Synced(msgspec.Struct, kw_only=True):
    """What became of a sync: buckets that the hub took, had already, or refused with reasons."""

    schema: str = SCHEMA.format("sync")
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0
    reasons: dict[str, int] = {}
    calls: int = 0
    hub: str = ""


def sync(
    db: apsw.Connection, link: links.Link, line: Line, progress: Callable[[int], None] = lambda _: None,
) -> Synced:  # fmt: skip
    """Send what is new or changed since the hub acknowledged it, and note what it acknowledges."""
    path, done = links.ledger_path(), Synced(hub=link.url)
    known = ledger.read(path, link.hub)
    while True:
        for batch in collecting.batches(db, link, known):
            told = line.ask("POST", "/v1/sync", Received, batch.upload)
            if told.hub != known.hub:
                break
            _note(done, known, batch, told)
            ledger.keep(path, known)
            progress(done.accepted + done.unchanged)
        else:
            return done
        known = ledger.Ledger(hub=told.hub)


def _note(done: Synced, known: ledger.Ledger, batch: collecting.Batch, told: Received) -> None:
    refused = {batch.places[one.index] for one in told.rejected}
    for quarter, (mark, models) in batch.quarters.items():
        if quarter not in refused:
            known.note(quarter, mark, models)
    for one in told.rejected:
        done.reasons[one.reason] = done.reasons.get(one.reason, 0) + 1
    done.accepted += told.accepted
    done.unchanged += told.unchanged
    done.rejected += len(told.rejected)
