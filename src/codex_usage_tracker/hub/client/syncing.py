"""Sending what a hub does not have: batch by batch, each noted once it is acknowledged."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker import privacy
from codex_usage_tracker.contract.sharing import Sync
from codex_usage_tracker.errors import BusyError
from codex_usage_tracker.hub.client import collecting, ledger, links
from codex_usage_tracker.hub.client.sending import HubError, HubTooLargeError
from codex_usage_tracker.query import sent
from codex_usage_tracker.store.lock import refreshing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import apsw

    from codex_usage_tracker.hub.client.asking import HubClient
    from codex_usage_tracker.hub.client.collecting import Quarter
    from codex_usage_tracker.hub.protocol import Received, Upload

    Progress = Callable[[int, int], None]

PATIENCE_SECONDS = 60.0


class Sending(NamedTuple):
    """What is sent from where: a database, its link, under which privacy mode, and whether it is the truth."""

    db: apsw.Connection
    link: links.Link
    mode: str = privacy.NORMAL
    replaces: bool = False

    @property
    def label(self) -> str | None:
        """What the hub calls this machine; strict mode tells it nothing."""
        return None if self.mode == privacy.STRICT else self.link.label


def uploads(what: Sending) -> Iterator[Upload]:
    """Give all that the next sync sends, as it is sent; an empty upload where nothing is new."""
    known = ledger.read(links.ledger_path(), what.link.hub)
    dues = collecting.due(what.db, known, replaces=what.replaces)
    told = False
    for batch in collecting.batches(what.db, bytes.fromhex(what.link.key), dues):
        made = collecting.upload(batch, what.label)
        if made.buckets:
            told = True
            yield made
    if not told:
        yield collecting.upload([], what.label)


def sync(what: Sending, hub: HubClient, progress: Progress | None = None) -> Sync:
    """Send what is new or changed since the hub acknowledged it, and note what it acknowledges."""
    with _alone():
        known = ledger.read(links.ledger_path(), what.link.hub)
        run = _Run(what, hub, known, progress)
        try:
            return run.all()
        except _OtherHub as other:
            run.known = run.known.stale(other.name)
            run.note()
        try:
            return run.all()
        except _OtherHub:
            message = f"{hub.url} answers as several hubs in turn"
            raise HubError(message, "Ask who runs it: all its servers need one database.") from None


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process sync at a time."""
    with ExitStack() as held:
        try:
            held.enter_context(refreshing(links.ledger_path(), PATIENCE_SECONDS))
        except BusyError:
            hint = "Wait for it and try again."
            raise BusyError("another sync is running and did not end in time", hint) from None
        yield


class _OtherHub(Exception):  # noqa: N818  (a finding, no error)
    """The hub has another database, or an older copy, than the one that acknowledged what is noted."""

    def __init__(self, name: str) -> None:
        self.name = name


class _Run:
    """One sync under way."""

    def __init__(self, what: Sending, hub: HubClient, known: ledger.Ledger, progress: Progress | None) -> None:
        self.what = what
        self.hub = hub
        self.known = known
        self.progress = progress
        self.told = Sync(hub=hub.url)
        self.has_asked = False

    def all(self) -> Sync:
        """Send all that is due; what a database that may have lost calls no longer has is noted as kept."""
        what, source = self.what, sent.source(self.what.db)
        dues = collecting.due(what.db, self.known, replaces=what.replaces)
        if not self.known.doubts(source):
            self.known.source = source
        done = 0
        for batch in collecting.batches(what.db, bytes.fromhex(what.link.key), dues):
            self._send(batch)
            done += len(batch)
            if self.progress:
                self.progress(done, len(dues))
        if not self.has_asked:  # the hub may be another one, and learns that this machine is well
            self._send([])
        self.known.source, self.known.is_lost, self.known.synced_at = source, False, int(time.time() * 1000)
        self.note()
        return self.told

    def _send(self, batch: list[Quarter]) -> None:
        """Send quarters together, or in halves where they are too many for the hub."""
        made = collecting.upload(batch, self.what.label)
        try:
            received = self.hub.sync(made) if made.buckets or not batch else None
        except HubTooLargeError:
            if len(batch) < 2:  # noqa: PLR2004  (nothing to part)
                raise
            half = len(batch) // 2
            self._send(batch[:half])
            self._send(batch[half:])
            return
        if received:
            self._received(received)
        self._acknowledged(batch, {one.index for one in received.rejected} if received else set())

    def _received(self, received: Received) -> None:
        self.has_asked = True
        if received.hub != self.known.hub or self.known.is_ahead(received.heard_at):
            raise _OtherHub(received.hub)
        self.known.heard_at = received.heard_at
        told = self.told
        told.accepted += received.accepted
        told.unchanged += received.unchanged
        told.rejected += len(received.rejected)
        for one in received.rejected:
            told.reasons[one.reason] = told.reasons.get(one.reason, 0) + 1

    def _acknowledged(self, batch: list[Quarter], refused: set[int]) -> None:
        place = 0
        for one in batch:
            own = range(place, place := place + len(one.buckets))
            if not refused.isdisjoint(own):
                continue
            entry = one.entry
            if entry is None:
                self.known.quarters.pop(one.due.number, None)
            else:
                self.known.quarters[one.due.number] = entry
        self.note()

    def note(self) -> None:
        """Write what is acknowledged."""
        ledger.keep(links.ledger_path(), self.known)
