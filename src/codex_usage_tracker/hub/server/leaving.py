"""To join a hub, to take everything along, and to take it away."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import delete, func, select, update

from codex_usage_tracker import __version__
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.errors import InvalidValueError, NotFoundError
from codex_usage_tracker.hub.server import accounts, codes, merging, tables, uploads
from codex_usage_tracker.hub.server.tasks import MOST_NUMBER
from codex_usage_tracker.web.security import RefusedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from codex_usage_tracker.hub.contract import Joining
    from codex_usage_tracker.hub.server.hub import Hub
    from codex_usage_tracker.hub.server.store import Store
    from codex_usage_tracker.pricing.prices import Prices

STEP = 1_000
PART_BYTES = 65_536
SECRET = frozenset({"key", "token", "hash", "digest", "account_id", "id"})
"""Columns that tell nothing of usage, and what others could ask with."""
EXPORTED = (tables.device, tables.member, tables.flag, tables.correction, tables.day, tables.bucket)
DERIVED = (tables.quarter, tables.day, tables.board, tables.correction, tables.flag)


async def join(hub: Hub, asked: Joining, now: int) -> int:
    """Make an account as the hub's policy lets one; an invitation is used up with it."""
    if hub.choices.join == "code":
        raise RefusedError("those who look after this hub make its accounts", "Ask one of them for a link code.")
    if hub.choices.join == "invite" and not asked.invite:
        raise InvalidValueError("`invite` is missing", "Ask a member for an invitation.")
    async with hub.store.writing() as db:
        if hub.choices.join == "invite":
            await codes.use(db, codes.INVITE, str(asked.invite), codes.USED, now)
        return await accounts.make(hub.store, db, asked.name, now)


# -- to take along ----------------------------------------------------------------------------------------------------


async def export(store: Store, account: int) -> AsyncIterator[bytes]:
    """Give everything that is kept of an account as one JSON document, part by part.

    All is read before anything is sent: who takes it slowly keeps no connection of the database from others.
    """
    with TemporaryFile() as file:
        async with store.moment() as db:
            async for part in _document(db, account):
                file.write(part)
        file.seek(0)
        while part := file.read(PART_BYTES):
            yield part


async def _document(db: AsyncConnection, account: int) -> AsyncIterator[bytes]:
    row = (await db.execute(select(tables.account).where(tables.account.c.id == account))).one()
    head = {"schema": SCHEMA.format("hub-export"), "version": __version__, "account": _told(row._asdict())}
    yield msgspec.json.encode(head)[:-1]
    for table in EXPORTED:
        yield b',\n"' + table.name.encode() + b'":['
        async for part in _rows(db, table, account):
            yield part
        yield b"]"
    yield b"}\n"


async def _rows(db: AsyncConnection, table: Table, account: int) -> AsyncIterator[bytes]:
    order = list(table.primary_key)
    found = await db.stream(select(table).where(table.c.account_id == account).order_by(*order))
    before = b"\n"
    async for rows in found.partitions(STEP):
        yield before + b",\n".join(msgspec.json.encode(_told(row._asdict())) for row in rows)
        before = b",\n"


def _told(row: Any) -> dict[str, Any]:
    """Return a row by the names of its columns; calls by the hash that a device sent."""
    told = {name: value for name, value in row.items() if name not in SECRET or (name == "id" and "token" in row)}
    if "calls" in told and isinstance(told["calls"], bytes):
        told["calls"] = [[f"{call[0]:016x}", *call[1:]] for call in merging.unpacked(told["calls"])]
    return told


# -- to take away -----------------------------------------------------------------------------------------------------


async def count(store: Store, account: int) -> int:
    """Return how many buckets there are of an account."""
    async with store.reading() as db:
        chosen = select(func.count()).where(tables.bucket.c.account_id == account)
        return int(await db.scalar(chosen) or 0)


async def clear(store: Store, account: int, device: int | None, prices: Prices, now: int) -> int:
    """Delete what devices sent; they must be linked again to send anew, else they would not know what is gone."""
    if device is not None and not 0 < device <= MOST_NUMBER:
        raise NotFoundError("there is no such device", "")
    async with store.writing(account) as db:
        known, devices = tables.bucket.c, tables.device.c
        own, these = known.account_id == account, devices.account_id == account
        if device is not None:
            own, these = own & (known.device_id == device), these & (devices.id == device)
        starts = list((await db.scalars(select(known.start).where(own).distinct())).all())
        gone = (await db.execute(delete(tables.bucket).where(own))).rowcount
        revoked = await db.execute(
            update(tables.device).where(these).values(label=None, collector=None, revoked_at=now)
        )
        if device is not None and not revoked.rowcount:
            raise NotFoundError("there is no such device", "")
        await _follow(store, db, account, device, starts, prices)
    return int(gone)


async def _follow(
    store: Store, db: AsyncConnection, account: int, device: int | None, starts: list[int], prices: Prices
) -> None:
    opened = await uploads.opened(db, account)
    if device is None:
        for table in DERIVED:
            await db.execute(delete(table).where(table.c.account_id == account))
        return
    for first in range(0, len(starts), STEP):
        some = starts[first : first + STEP]
        held = (await db.execute(uploads.HELD, {"account": account, "values": some})).all()
        await uploads.follow(store, db, opened, set(some), [uploads.held_of(row) for row in held], prices)
    for table in (tables.correction, tables.flag):
        chosen: ColumnElement[bool] = (table.c.account_id == account) & (table.c.device_id == device)
        await db.execute(delete(table).where(chosen))
