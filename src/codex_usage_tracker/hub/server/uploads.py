"""Taking what a device sends: its buckets take the place of those it sent before, and all sums follow."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, delete, or_, select, tuple_, update

from codex_usage_tracker.hub.protocol import Received, Rejected, SentBucket
from codex_usage_tracker.hub.server import merging, tables
from codex_usage_tracker.hub.server.merging import DAY_MS, NOTHING, Held

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from codex_usage_tracker.hub.protocol import Upload
    from codex_usage_tracker.hub.server.store import Store
    from codex_usage_tracker.pricing.prices import Prices

EPOCH = date(1970, 1, 1)
DIGEST_BYTES = 8


def _of(table: Any, name: str) -> Any:
    """Return the rows of an account by some values of a column."""
    chosen = table.c[name].in_(bindparam("values", expanding=True))
    return select(table).where(table.c.account_id == bindparam("account"), chosen)


HELD = _of(tables.bucket, "start")
SUMS = {"start": _of(tables.quarter, "start"), "day": _of(tables.day, "day")}
_BOARD = tables.board.c
RANKS = select(tables.board).where(
    _BOARD.account_id == bindparam("account"),
    tuple_(_BOARD.period, _BOARD.start_day).in_(bindparam("values", expanding=True)),
)
_DEVICE = tables.device.c
SEEN = (
    update(tables.device)
    .where(_DEVICE.account_id == bindparam("account"), _DEVICE.id == bindparam("device"))
    .values(seen_at=bindparam("now"), collector=bindparam("told"))
)
Key = tuple[int, str]
"""Start of a quarter, and model."""


class Sender(NamedTuple):
    """The device that sends."""

    account: int
    device: int


class Taken(NamedTuple):
    """A bucket that was sent, as it is stored."""

    start: int
    model: str
    calls: bytes
    digest: bytes


async def take(store: Store, sender: Sender, upload: Upload, prices: Prices, now: int, hub: str) -> Received:
    """Store an upload and what follows from it, all or nothing; return what became of it."""
    sent, rejected = _read(upload.buckets, now)
    async with store.writing(sender.account) as db:
        held = await _held(db, sender.account, {one.start for one in sent})
        before = {(row.start, row.model): row for row in held if row.device_id == sender.device}
        changed = [one for one in sent if not _is_same(one, before.get((one.start, one.model)), upload.data_version)]
        await _note(db, sender, upload, now)
        if changed:
            await _store(store, db, sender, upload, changed, now)
            await _correct(
                store, db, sender, upload, [(one, before.get((one.start, one.model))) for one in changed], now
            )
            await _follow(store, db, sender, held, changed, prices, upload, now)
    return Received(accepted=len(changed), unchanged=len(sent) - len(changed), rejected=rejected, hub=hub)


def _read(raw: Iterable[msgspec.Raw], now: int) -> tuple[list[Taken], list[Rejected]]:
    sent: dict[Key, Taken] = {}
    rejected = []
    for index, one in enumerate(raw):
        try:
            bucket = msgspec.json.decode(one, type=SentBucket)
        except msgspec.ValidationError as error:
            rejected.append(Rejected(index, str(error)))
            continue
        trouble = bucket.trouble or ("it lies in the future" if bucket.start > now + DAY_MS else "")
        if trouble:
            rejected.append(Rejected(index, trouble))
            continue
        calls = merging.packed((int(call.hash, 16), *msgspec.structs.astuple(call)[1:]) for call in bucket.calls)
        model = bucket.model or ""
        sent[bucket.start, model] = Taken(
            bucket.start,
            model,
            calls if bucket.calls else b"",
            hashlib.blake2b(calls, digest_size=DIGEST_BYTES).digest(),
        )
    return list(sent.values()), rejected


def _is_same(one: Taken, before: Row[Any] | None, data_version: int) -> bool:
    if before is None:
        return not one.calls
    return bool(before.digest == one.digest and before.data_version == data_version)


async def _held(db: AsyncConnection, account: int, starts: set[int]) -> list[Row[Any]]:
    return list((await db.execute(HELD, {"account": account, "values": sorted(starts)})).all()) if starts else []


async def _note(db: AsyncConnection, sender: Sender, upload: Upload, now: int) -> None:
    told = {"account": sender.account, "device": sender.device, "now": now, "told": upload.collector}
    await db.execute(SEEN, told)


async def _store(
    store: Store, db: AsyncConnection, sender: Sender, upload: Upload, changed: list[Taken], now: int
) -> None:
    own = {"account_id": sender.account, "device_id": sender.device}
    told = {"data_version": upload.data_version, "taken_at": now}
    await store.put(db, tables.bucket, [{**own, **one._asdict(), **told} for one in changed if one.calls])
    columns = tables.bucket.c
    gone = [and_(columns.start == one.start, columns.model == one.model) for one in changed if not one.calls]
    if gone:
        mine = and_(columns.account_id == sender.account, columns.device_id == sender.device)
        await db.execute(delete(tables.bucket).where(mine, or_(*gone)))


async def _correct(
    store: Store, db: AsyncConnection, sender: Sender, upload: Upload, changes: list[tuple[Taken, Row[Any] | None]], now: int,
) -> None:  # fmt: skip
    """Keep a trace of what was another number before."""
    rows = []
    for one, before in changes:
        was, now_is = (
            sum(call[1] + call[4] for call in merging.unpacked(calls)) if calls else 0
            for calls in (before.calls if before else b"", one.calls)
        )
        if before is not None and now_is < was:
            rows.append(
                {
                    "account_id": sender.account,
                    "id": now * 1000 + len(rows),
                    "at": now,
                    "device_id": sender.device,
                    "start": one.start,
                    "model": one.model,
                    "tokens_before": was,
                    "tokens_after": now_is,
                    "data_version": upload.data_version,
                    "collector": upload.collector,
                }
            )
    await store.put(db, tables.correction, rows)


async def _follow(
    store: Store, db: AsyncConnection, sender: Sender, held: list[Row[Any]], changed: list[Taken], prices: Prices,
    upload: Upload, now: int,
) -> None:  # fmt: skip
    """Bring quarters, days and boards in step with the buckets."""
    starts = {one.start for one in changed}
    own = {(one.start, one.model) for one in changed}
    others = [
        Held(row.start, row.model, row.device_id, row.calls, row.data_version, row.taken_at)
        for row in held
        if row.start in starts and (row.device_id != sender.device or (row.start, row.model) not in own)
    ]
    mine = [
        Held(one.start, one.model, sender.device, one.calls, upload.data_version, now) for one in changed if one.calls
    ]
    after = merging.quarters([*others, *mine], prices)
    before = await _sums(db, "start", sender.account, starts)
    differing, by_day = merging.changes(before, after)
    await _put_sums(store, db, tables.quarter, sender.account, "start", differing)
    days = await _sums(db, "day", sender.account, {day for day, _ in by_day})
    new = {key: merging.plus(days.get(key, NOTHING), by) for key, by in by_day.items()}
    await _put_sums(store, db, tables.day, sender.account, "day", new)
    await _rank(store, db, sender.account, days, days | new)


async def _sums(db: AsyncConnection, name: str, account: int, values: set[int]) -> dict[Key, merging.Sums]:
    found = (await db.execute(SUMS[name], {"account": account, "values": sorted(values)})).all() if values else []
    return {(row[1], row[2]): tuple(row[3:]) for row in found}


async def _put_sums(
    store: Store, db: AsyncConnection, table: Any, account: int, name: str, sums: dict[Key, merging.Sums]
) -> None:
    rows = [
        {"account_id": account, name: key[0], "model": key[1], **dict(zip(tables.SUMS, one, strict=True))}
        for key, one in sums.items()
    ]
    await store.put(db, table, rows)


async def _rank(
    store: Store, db: AsyncConnection, account: int, before: dict[Key, merging.Sums], after: dict[Key, merging.Sums]
) -> None:
    """Bring the boards in step with days that changed."""
    was, is_now = _by_day(before), _by_day(after)
    wanted: dict[tuple[str, int], list[int]] = {}
    for day in is_now:
        old, new = was.get(day, (0, 0)), is_now[day]
        by = (new[0] - old[0], new[1] - old[1], (new[0] > 0) - (old[0] > 0))
        for period in periods(day):
            wanted[period] = [one + more for one, more in zip(wanted.get(period, [0, 0, 0]), by, strict=True)]
    found = (await db.execute(RANKS, {"account": account, "values": sorted(wanted)})).all() if wanted else []
    have = {(row.period, row.start_day): (row.tokens, row.usd, row.active_days) for row in found}
    rows = []
    for (period, start), by in wanted.items():
        told, usd, active = (one + more for one, more in zip(have.get((period, start), (0, 0, 0)), by, strict=True))
        rows.append(
            {
                "account_id": account,
                "period": period,
                "start_day": start,
                "tokens": told,
                "usd": usd,
                "active_days": active,
            }
        )
    await store.put(db, tables.board, rows)


def _by_day(sums: dict[Key, merging.Sums]) -> dict[int, tuple[int, int]]:
    days: dict[int, tuple[int, int]] = {}
    for (day, _), one in sums.items():
        old = days.get(day, (0, 0))
        days[day] = (old[0] + merging.tokens(one), old[1] + one[6])
    return days


def periods(day: int) -> list[tuple[str, int]]:
    """Return the periods that a day lies in, by the day they begin: the day, its week, its month, all."""
    when = EPOCH + timedelta(days=day)
    return [("day", day), ("week", day - when.weekday()), ("month", day - when.day + 1), ("all", 0)]
