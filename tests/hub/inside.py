"""A hub on SQLite within the test's process, and machines that send to it without a network."""

import asyncio
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from codex_usage_tracker.contract.sharing import Sync
from codex_usage_tracker.hub.client import links, syncing
from codex_usage_tracker.hub.client.asking import HubClient
from codex_usage_tracker.hub.client.sending import HubTooLargeError, HubUnreachableError
from codex_usage_tracker.hub.protocol import LinkAsk, Linked, Received, Upload
from codex_usage_tracker.hub.server import accounts, codes, devices, sums, uploads
from codex_usage_tracker.hub.server.hub import Hub
from codex_usage_tracker.hub.server.store import Store
from codex_usage_tracker.store import database
from tests.ingest.home import Home

T = TypeVar("T")
ME = "ada"
REQUEST = "0" * 32


class Inside:
    """A hub with one account."""

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self.hub = Hub(Store(str(folder / "hub.sqlite3")))
        self.do(self.hub.open())
        self.account = self.do(accounts.create(self.hub.store, ME, self.now))

    @property
    def now(self) -> int:
        return int(time.time() * 1000)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def link(self) -> Linked:
        """Make a device."""
        code = self.do(codes.make(self.hub.store, codes.LINK, self.now, self.account)).code
        made = self.do(devices.link(self.hub.store, self.hub.secret, LinkAsk(code=code, request=REQUEST), self.now))
        return Linked(account=ME, device=made.device, key=made.key.hex(), token=made.token, hub=self.do(self.hub.id()))

    def totals(self) -> tuple[int, ...]:
        """Return calls and tokens of the account."""
        told = self.do(sums.totals(self.hub.store, self.account))
        return (
            told.calls, told.input_tokens, told.cached_input_tokens, told.cache_write_input_tokens,
            told.output_tokens, told.reasoning_output_tokens,
        )  # fmt: skip

    def close(self) -> None:
        self.do(self.hub.store.close())
        self.loop.close()


class Wire(HubClient):
    """The way to a hub within the process: it notes what is sent, may lose answers, and may take little at a time."""

    def __init__(self, inside: Inside, token: str) -> None:
        super().__init__("http://127.0.0.1:1")
        self.inside = inside
        self.token = token
        self.sent: list[Upload] = []
        self.most_buckets = 10**6
        self.answers = 10**6
        """After so many uploads nothing is answered."""
        self.loses_uploads = False

    @property
    def buckets(self) -> int:
        """How many buckets the hub answered."""
        return sum(len(one.buckets) for one in self.sent)

    def sync(self, upload: Upload) -> Received:
        hub = self.inside.hub
        known = self.inside.do(devices.known(hub.store, self.token)) or (self.inside.account, 1, 0)
        read = msgspec.json.decode(msgspec.json.encode(upload), type=Upload)
        if len(read.buckets) > self.most_buckets:
            raise HubTooLargeError("too many", "")
        lost = self.answers <= 0
        self.answers -= 1
        if lost and self.loses_uploads:
            raise HubUnreachableError("gone", "")
        told = self.inside.do(uploads.take(hub.store, uploads.Sender(*known), read, hub.prices, self.inside.now))
        if lost:
            raise HubUnreachableError("gone", "")
        self.sent.append(read)
        return told


class Sender:
    """A machine: a home, a database, and a folder of its own with the link."""

    def __init__(self, inside: Inside, folder: Path, patch: pytest.MonkeyPatch) -> None:
        folder.mkdir()
        self.home = Home(folder)
        self.folder = folder / "own"
        self.folder.mkdir()
        self.patch = patch
        self.inside = inside
        self.link_again()

    def link_again(self) -> None:
        """Link the machine as a new device."""
        self.here()
        told = self.inside.link()
        self.link = links.make("http://127.0.0.1:1", told, None)
        self.wire = Wire(self.inside, told.token)

    def here(self) -> None:
        """Have commands run on this machine."""
        self.patch.setenv("CODEX_USAGE_TRACKER_HOME", str(self.folder))

    @contextmanager
    def sending(self, **options: Any) -> Iterator[syncing.Sending]:
        self.here()
        db = database.open_reader(self.home.database)
        try:
            db.execute("BEGIN")
            yield syncing.Sending(db, self.link, **options)
        finally:
            db.close()

    def sync(self, *, refreshes: bool = True, **options: Any) -> Sync:
        if refreshes:
            self.home.refresh()
        with self.sending(**options) as what:
            return syncing.sync(what, self.wire)

    def totals(self) -> tuple[int, ...]:
        """Return calls and tokens as the machine's own tracker counts them."""
        columns = ("input", "cached_input", "cache_write", "output", "reasoning")
        summed = ", ".join(f"coalesce(sum({name}), 0)" for name in columns)
        db = database.open_reader(self.home.database)
        try:
            return tuple(db.execute(f"SELECT count(*), {summed} FROM call").fetchone() or ())
        finally:
            db.close()
