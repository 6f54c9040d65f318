"""Machines that send: each is linked by a code, and known by a token of which only the hash is kept."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, func, insert, select, update

from codex_usage_tracker.errors import NotFoundError
from codex_usage_tracker.hub.contract import DeviceRow
from codex_usage_tracker.hub.server import codes, tables

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

    from codex_usage_tracker.hub.protocol import LinkAsk
    from codex_usage_tracker.hub.server.store import Store

_DEVICE = tables.device.c
DEVICE = select(_DEVICE.token, _DEVICE.revoked_at, _DEVICE.seen_at).where(
    _DEVICE.account_id == bindparam("account"), _DEVICE.id == bindparam("device")
)
DIGITS = 9


class Made(NamedTuple):
    """A device that was linked: its account, the key of the account's hashes, and the token that is told once."""

    account: int
    name: str
    device: int
    key: bytes
    token: str


async def link(store: Store, secret: bytes, asked: LinkAsk, now: int) -> Made:
    """Make a device by a code; until it sends, the same request is told the same: a lost answer loses no code."""
    async with store.writing() as db:
        row = await codes.use(db, codes.LINK, asked.code, asked.request, now)
        own = tables.account.c.id == row.account_id
        chosen = select(tables.account.c.name, tables.account.c.key).where(own).with_for_update()
        name, key = (await db.execute(chosen)).one()
        device = row.device_id or await _next(db, row.account_id)
        known = (await db.execute(DEVICE, {"account": row.account_id, "device": device})).one_or_none()
        if known and known.seen_at:
            raise codes.UnknownCodeError
        token = _token(secret, row.account_id, device, codes.bare(codes.LINK, asked.code), asked.request)
        if row.device_id is None:
            made = {"account_id": row.account_id, "id": device, "label": asked.label, "made_at": now}
            await db.execute(insert(tables.device).values(made | {"token": codes.hashed(token)}))
            await db.execute(update(tables.code).where(tables.code.c.hash == row.hash).values(device_id=device))
    return Made(row.account_id, name, device, key, token)


async def _next(db: AsyncConnection, account: int) -> int:
    latest = await db.scalar(select(func.max(_DEVICE.id)).where(_DEVICE.account_id == account))
    return (latest or 0) + 1


def _token(secret: bytes, account: int, device: int, code: str, request: str) -> str:
    """Return a device's token: whose it is stands before its secret, so that one row is looked at."""
    told = f"{account}.{device}.{code}.{request}".encode()
    return f"{account}.{device}.{hmac.new(secret, told, hashlib.sha256).hexdigest()}"


async def known(store: Store, token: str) -> tuple[int, int, int] | None:
    """Return the account and device that a token stands for, and when it was heard, 0 for never."""
    account, _, rest = token.partition(".")
    device, _, _ = rest.partition(".")
    if not all(one.isascii() and one.isdecimal() and len(one) <= DIGITS for one in (account, device)):
        return None
    async with store.reading_often() as db:
        row = (await db.execute(DEVICE, {"account": int(account), "device": int(device)})).one_or_none()
    told = hmac.compare_digest(row.token if row else b"\0" * 32, codes.hashed(token))
    if row is None or not told or row.revoked_at is not None:
        return None
    return int(account), int(device), row.seen_at or 0


async def rows(store: Store, account: int) -> list[DeviceRow]:
    """Return an account's devices, the latest first."""
    count = select(tables.bucket.c.device_id, func.count().label("buckets"))
    counted = count.where(tables.bucket.c.account_id == account).group_by(tables.bucket.c.device_id)
    async with store.reading() as db:
        found = (await db.execute(select(tables.device).where(_DEVICE.account_id == account))).all()
        buckets = {row.device_id: row.buckets for row in (await db.execute(counted)).all()}
    return [
        DeviceRow(
            id=row.id, label=row.label, linked_at=row.made_at, seen_at=row.seen_at, revoked_at=row.revoked_at,
            collector=row.collector, buckets=buckets.get(row.id, 0),
        )
        for row in sorted(found, key=lambda row: -row.id)
    ]  # fmt: skip


async def rename(store: Store, account: int, device: int, label: str | None) -> None:
    """Call a device otherwise."""
    await _change(store, account, _DEVICE.id == device, label=label)


async def revoke(store: Store, account: int, device: int, now: int) -> None:
    """Let a device send and ask no more; what it sent stays."""
    await _change(store, account, (_DEVICE.id == device) & _DEVICE.revoked_at.is_(None), revoked_at=now)


async def _change(store: Store, account: int, chosen: ColumnElement[bool], **values: object) -> None:
    async with store.writing(account) as db:
        done = await db.execute(update(tables.device).where(_DEVICE.account_id == account, chosen).values(values))
    if not done.rowcount:
        raise NotFoundError("there is no such device", "`codex-usage-tracker hub device list NAME` shows all.")
