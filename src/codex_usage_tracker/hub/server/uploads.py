"""Taking what a device sends: its buckets take the place of those it sent before, and all sums follow."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from sqlalchemy import BigInteger, Text, bindparam, case, delete, func, select, update

from codex_usage_tracker.errors import NotFoundError
from codex_usage_tracker.hub.protocol import Received, Rejected, SentBucket
from codex_usage_tracker.hub.server import flags, merging, ranking, tables
from codex_usage_tracker.hub.server.direct import Among
from codex_usage_tracker.hub.server.merging import DAY_MS, NOTHING, Held
from codex_usage_tracker.shapes import ready

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row, Table

    from codex_usage_tracker.hub.protocol import Upload
    from codex_usage_tracker.hub.server.direct import Db
    from codex_usage_tracker.hub.server.store import Store
    from codex_usage_tracker.pricing.prices import Prices

DIGEST_BYTES = 8
MOST_TOKENS = 10**12
"""In a quarter of an hour; more would be no usage, and sums stay within 64 bits."""


def _of(table: Table, name: str) -> Any:
    """Return the rows of an account by some values of a column."""
    return select(table).where(table.c.account_id == bindparam("account"), Among(table.c[name], "values"))


HELD = _of(tables.bucket, "start")
SUMS = {"start": _of(tables.quarter, "start"), "day": _of(tables.day, "day")}
MOMENT_MS = 60_000
"""By so much clocks of a hub may differ, or be set back: each upload of a device is later than the one before."""
_DEVICE = tables.device.c
_NOW = bindparam("now", type_=BigInteger)
SEEN = (
    update(tables.device)
    .where(_DEVICE.account_id == bindparam("account"), _DEVICE.id == bindparam("device"), _DEVICE.revoked_at.is_(None))
    .values(
        seen_at=case((_DEVICE.seen_at.between(_NOW, _NOW + MOMENT_MS), _DEVICE.seen_at + 1), else_=_NOW),
        collector=bindparam("told"),
        label=func.coalesce(bindparam("named", type_=Text), _DEVICE.label),
    )
    .returning(select(tables.hub.c.value).where(tables.hub.c.name == "id").scalar_subquery())
)
_ACCOUNT = tables.account.c
CHANGED = (
    update(tables.account)
    .where(_ACCOUNT.id == bindparam("account"))
    .values(generation=_ACCOUNT.generation + 1)
    .returning(_ACCOUNT.is_listed)
)
_BUCKET = tables.bucket.c
GONE = delete(tables.bucket).where(
    *(_BUCKET[name] == bindparam(name) for name in ("account_id", "device_id", "start", "model"))
)
Key = tuple[int, str]
"""Start of a quarter, or a day, and model."""


class Sender(NamedTuple):
    """The device that sends, when it was heard before, and how it counts."""

    account: int
    device: int
    heard_at: int = 0
    collector: str = ""
    data_version: int = 0


class Account(NamedTuple):
    """An account that is open for changes, and whether others see it."""

    id: int
    is_listed: int


class Taken(NamedTuple):
    """A bucket that was sent, as it is stored."""

    start: int
    model: str
    calls: bytes
    digest: bytes


async def take(store: Store, sender: Sender, upload: Upload, prices: Prices, now: int) -> Received:
    """Store an upload and what follows from it, all or nothing; return what became of it."""
    sender = sender._replace(collector=upload.collector, data_version=upload.data_version)
    read, rejected = _read(upload.buckets, now)
    async with store.writing_often() as db:
        account = await opened(db, sender.account)
        held = await _held(db, sender.account, {one.start for one, _ in read})
        before = {(row.start, row.model): row for row in held if row.device_id == sender.device}
        sent = [_kept(one, before.get((one.start, one.model)), sender) if keeps else one for one, keeps in read]
        changed = [one for one in sent if not _is_same(one, before.get((one.start, one.model)), sender)]
        told = {"account": sender.account, "device": sender.device, "now": now, "told": sender.collector}
        told |= {"named": upload.label}
        hub = (await db.execute(SEEN, told)).scalar_one_or_none()
        if hub is None:
            raise NotFoundError("this device is no more", "")
        if changed:
            await _keep(store, db, sender, changed, now)
            lowered = _lowered(sender, changed, before, now)
            await store.put(db, tables.correction, lowered)
            after = _after(sender, held, changed, now)
            days = await follow(store, db, account, {one.start for one in changed}, after, prices)
            await flags.note(store, db, flags.seen(sender, after, days, lowered), now)
    unchanged = len(sent) - len(changed)
    return Received(
        accepted=len(changed), unchanged=unchanged, rejected=rejected, hub=hub, heard_at=sender.heard_at,
    )  # fmt: skip


# -- what was sent ----------------------------------------------------------------------------------------------------


def _read(raw: Iterable[msgspec.Raw], now: int) -> tuple[list[tuple[Taken, bool]], list[Rejected]]:
    """Return the buckets that can be taken, each with whether it keeps what was sent before, and the others."""
    sent: dict[Key, tuple[Taken, bool]] = {}
    rejected = []
    for index, one in enumerate(raw):
        try:
            bucket = msgspec.json.decode(one, type=ready(SentBucket))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            rejected.append(Rejected(index, str(error)))
            continue
        trouble = bucket.trouble or _trouble(bucket, now)
        key = (bucket.start, bucket.model or "")
        if trouble or key in sent:
            rejected.append(Rejected(index, trouble or "this quarter and model were sent before in it"))
        else:
            calls = [(int(call.hash, 16), *msgspec.structs.astuple(call)[1:]) for call in bucket.calls]
            sent[key] = _taken(calls, key), bucket.keep
    return list(sent.values()), rejected


def _trouble(bucket: SentBucket, now: int) -> str:
    if bucket.start > now + DAY_MS:
        return "it lies in the future"
    return (
        "more tokens than anybody can use" if sum(one.input + one.output for one in bucket.calls) > MOST_TOKENS else ""
    )


def _taken(calls: list[merging.Call], key: Key) -> Taken:
    stored = merging.packed(calls)
    digest = hashlib.blake2b(stored, digest_size=DIGEST_BYTES).digest()
    return Taken(*key, stored if calls else b"", digest)


def _kept(one: Taken, before: Row[Any] | None, sender: Sender) -> Taken:
    """Return a bucket with the calls of the one before that it lacks, where both are counted by the same rules."""
    if before is None or before.data_version != sender.data_version:
        return one
    calls = {call[0]: call for stored in (before.calls, one.calls) if stored for call in merging.unpacked(stored)}
    return _taken(list(calls.values()), (one.start, one.model))


def _is_same(one: Taken, before: Row[Any] | None, sender: Sender) -> bool:
    if before is None:
        return not one.calls
    return bool(before.digest == one.digest and before.data_version == sender.data_version)


# -- what follows -----------------------------------------------------------------------------------------------------


async def opened(db: Db, account: int) -> Account:
    """Open an account for changes: until the transaction ends, nobody else changes it."""
    is_listed = (await db.execute(CHANGED, {"account": account})).scalar_one_or_none()
    if is_listed is None:
        raise NotFoundError("this account is no more", "")
    return Account(account, is_listed)


async def _held(db: Db, account: int, starts: set[int]) -> list[Row[Any]]:
    return list((await db.execute(HELD, {"account": account, "values": sorted(starts)})).all()) if starts else []


async def _keep(store: Store, db: Db, sender: Sender, changed: list[Taken], now: int) -> None:
    own = {"account_id": sender.account, "device_id": sender.device}
    told = {"data_version": sender.data_version, "taken_at": now}
    await store.put(db, tables.bucket, [{**own, **one._asdict(), **told} for one in changed if one.calls])
    gone = [{**own, "start": one.start, "model": one.model} for one in changed if not one.calls]
    if gone:
        await db.execute(GONE, gone)


def _lowered(sender: Sender, changed: list[Taken], before: dict[Key, Row[Any]], now: int) -> list[dict[str, Any]]:
    """Return a trace of each bucket that has fewer tokens than before."""
    rows: list[dict[str, Any]] = []
    for one in changed:
        old = before.get((one.start, one.model))
        was, is_now = (merging.all_tokens(calls) for calls in (old.calls if old else b"", one.calls))
        if is_now < was:
            rows.append({
                "account_id": sender.account, "id": now * 1000 + len(rows), "at": now, "device_id": sender.device,
                "start": one.start, "model": one.model, "tokens_before": was, "tokens_after": is_now,
                "data_version": sender.data_version, "collector": sender.collector,
            })  # fmt: skip
    return rows


def _after(sender: Sender, held: list[Row[Any]], changed: list[Taken], now: int) -> list[Held]:
    """Return all devices' buckets of the quarters that changed, as they are now."""
    own = {(one.start, one.model) for one in changed}
    starts = {one.start for one in changed}
    others = [
        held_of(row)
        for row in held
        if row.start in starts and (row.device_id != sender.device or (row.start, row.model) not in own)
    ]
    version = sender.data_version
    mine = [Held(one.start, one.model, sender.device, one.calls, version, now) for one in changed if one.calls]
    return [*others, *mine]


def held_of(row: Row[Any]) -> Held:
    """Return a stored bucket."""
    return Held(row.start, row.model, row.device_id, row.calls, row.data_version, row.taken_at)


async def follow(
    store: Store, db: Db, account: Account, starts: set[int], after: list[Held], prices: Prices
) -> dict[Key, merging.Sums]:
    """Bring quarters, days and boards in step with the buckets of some quarters; return the days that changed."""
    before = await _sums(db, "start", account.id, starts)
    differing, by_day = merging.changes(before, merging.quarters(after, prices))
    await _put(store, db, tables.quarter, account.id, differing)
    days = await _sums(db, "day", account.id, {day for day, _ in by_day})
    new = {key: merging.plus(days.get(key, NOTHING), by) for key, by in by_day.items()}
    await _put(store, db, tables.day, account.id, new)
    await ranking.follow(store, db, account.id, ranking.by_day(days), ranking.by_day(days | new), account.is_listed)
    return new


async def _sums(db: Db, name: str, account: int, values: set[int]) -> dict[Key, merging.Sums]:
    found = (await db.execute(SUMS[name], {"account": account, "values": sorted(values)})).all() if values else []
    return {(row[1], row[2]): tuple(row[3:]) for row in found}


async def _put(store: Store, db: Db, table: Table, account: int, sums: dict[Key, merging.Sums]) -> None:
    """Store sums by key; a table's second column has the first part of it, its third one the model."""
    names = [column.name for column in table.columns]
    await store.put(db, table, [dict(zip(names, (account, *key, *one), strict=True)) for key, one in sums.items()])
