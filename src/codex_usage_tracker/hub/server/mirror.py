"""One account as a database of the tracker's own form, in memory, so that the tracker's reports answer for it."""

from __future__ import annotations

import secrets
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import anyio
import apsw
import msgspec
from anyio import to_thread
from sqlalchemy import bindparam, select

from codex_usage_tracker.config.files import default_files
from codex_usage_tracker.errors import NotFoundError
from codex_usage_tracker.hub.server import tables
from codex_usage_tracker.query.reader import Reader
from codex_usage_tracker.query.zones import QUARTER_MS
from codex_usage_tracker.reports import registry
from codex_usage_tracker.store import migrate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codex_usage_tracker.hub.server.store import Store
    from codex_usage_tracker.reports.asks import Ask

PRICED, UNPRICED = 1, 2
FIXED = """
INSERT INTO home (id, path, label) VALUES (1, '', 'hub');
INSERT INTO source_file (id, home_id, name, path, archived, size, mtime_ns, inode, offset, lines, head, tail, version)
VALUES (1, 1, '', '', 0, 0, 0, 0, 0, 0, 0, 0, 1);
INSERT INTO thread (id, thread_id, root_id) VALUES (1, 'hub', 1);
INSERT INTO rate (id, model, status, confidence, assumed, source)
VALUES (1, '', 'priced', 'missing', '', ''), (2, '', 'unpriced', 'missing', '', '');
"""
PROFILE = "INSERT INTO profile VALUES (?, ?, '', '', 'turn', 'record', 'unknown', '', '')"
ROLLUP = (
    "INSERT INTO rollup (thread_id, quarter, profile_id, rate_id, calls, input, cached_input, cache_write, output,"
    " reasoning, usd, credits, unpriced_calls, unpriced_tokens, uncredited_tokens, estimated_usd)"
    " VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, 0)"
)
ENDS = (
    "INSERT INTO call (key, at, thread_id, profile_id, file_id, line, input, cached_input, cache_write, output,"
    " reasoning, estimated) SELECT row_number() OVER (), quarter * 900000, 1, profile_id, 1, 0, 0, 0, 0, 0, 0, 0"
    " FROM (SELECT min(quarter) AS quarter, profile_id FROM rollup UNION SELECT max(quarter), profile_id FROM rollup)"
    " WHERE quarter IS NOT NULL"
)
"""Reports learn from the calls when the first and the last one was; nothing else is asked of them here."""


AT_ONCE = 4
MOST_ROWS = 500_000
"""Quarters that are held in memory, of all accounts together."""
_QUARTER = tables.quarter.c
GENERATION = select(tables.account.c.generation).where(tables.account.c.id == bindparam("account"))
QUARTERS = select(_QUARTER.start, _QUARTER.model, *(_QUARTER[name] for name in tables.SUMS)).where(
    _QUARTER.account_id == bindparam("account"), _QUARTER.calls > 0
)
SETTINGS = registry.Settings(default_files(), lambda _, kind: kind())
"""A hub reads no settings of who serves it."""


class Mirror(NamedTuple):
    """An account in memory, as of a generation of its data."""

    generation: int
    db: apsw.Connection
    lock: threading.Lock
    rows: int


class Mirrors:
    """The accounts that asked lately, in memory."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._kept: dict[int, Mirror] = {}
        self._room: anyio.CapacityLimiter | None = None

    async def answer(self, account: int, question: registry.Question[Any], ask: Ask, now: int) -> bytes:
        """Return the answer to a question of an account as JSON; days are those of UTC unless a zone is asked."""
        mirror = await self._mirror(account, now)

        def work() -> bytes:
            with mirror.lock:
                return msgspec.json.encode(registry.answer(question, reader(mirror.db, now), ask, SETTINGS))

        return await to_thread.run_sync(work, limiter=self._limiter())

    async def _mirror(self, account: int, now: int) -> Mirror:
        async with self.store.moment() as db:
            generation = await db.scalar(GENERATION, {"account": account})
            if generation is None:
                raise NotFoundError("this account is no more", "")
            kept = self._kept.pop(account, None)
            if kept is None or kept.generation != generation:
                rows = (await db.execute(QUARTERS, {"account": account})).all()
                made = await to_thread.run_sync(mirrored, rows, generation, now, limiter=self._limiter())
                kept = Mirror(generation, made, threading.Lock(), len(rows))
        self._kept[account] = kept
        while sum(one.rows for one in self._kept.values()) > MOST_ROWS and len(self._kept) > 1:
            self._kept.pop(next(iter(self._kept)))
        return kept

    def _limiter(self) -> anyio.CapacityLimiter:
        self._room = self._room or anyio.CapacityLimiter(AT_ONCE)
        return self._room


def reader(db: apsw.Connection, now: int) -> Reader:
    """Return an account for reports, as of the quarter that runs: of less than a quarter nothing is known."""
    return Reader(db, ZoneInfo("UTC"), now - now % QUARTER_MS)


@cache
def _empty() -> bytes:
    """Return an empty database of the present schema."""
    db = apsw.Connection(":memory:")
    migrate.migrate(db, ":memory:")
    db.execute(FIXED)
    return db.serialize("main")


def mirrored(quarters: Iterable[Sequence[Any]], generation: int, taken_at: int) -> apsw.Connection:
    """Return a database of an account's quarters: start, model, and sums in the order of `tables.SUMS`."""
    db = apsw.Connection(":memory:")
    db.deserialize("main", _empty())
    told = {"generation": generation, "refreshed_at": taken_at, "changed_at": taken_at}
    meta = told | {"secret": secrets.token_bytes(32)}
    models: dict[str, int] = {}
    with db:
        db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())
        db.executemany(ROLLUP, (_row(one, models) for one in quarters))
        db.executemany(PROFILE, ((place, model) for model, place in models.items()))
        db.execute(ENDS)
    return db


def _row(one: Sequence[Any], models: dict[str, int]) -> tuple[int, ...]:
    start, model, *sums = one
    *told, unpriced, lost = sums
    rate = UNPRICED if unpriced == told[0] else PRICED
    place = models.setdefault(model, len(models) + 1)
    return (start // QUARTER_MS, place, rate, *told, unpriced, lost, told[1] + told[4])
