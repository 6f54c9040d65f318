"""Counting an account again from what its devices sent: what differs is told, and mended where that is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, select, update

from codex_usage_tracker.hub.server import merging, ranking, tables, uploads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from codex_usage_tracker.hub.server.store import Store
    from codex_usage_tracker.pricing.prices import Prices

STEP = 1_000
Found = dict[tuple[Any, Any], tuple[int, ...]]


class Differing(NamedTuple):
    """A sum that is not what the buckets say: of which table, and its key."""

    account: str
    table: str
    key: str


async def check(
    store: Store, prices: Prices, *, account: int | None = None, mend: bool = False
) -> tuple[int, list[Differing]]:
    """Count one account again, or all; return how many, and what differs."""
    chosen = select(tables.account.c.id, tables.account.c.name).order_by(tables.account.c.id)
    async with store.reading() as db:
        rows = (await db.execute(chosen if account is None else chosen.where(tables.account.c.id == account))).all()
    found = []
    for row in rows:
        found += [Differing(row.name, *one) for one in await _account(store, row.id, prices, mend=mend)]
    return len(rows), found


async def _account(store: Store, account: int, prices: Prices, *, mend: bool) -> list[tuple[str, str]]:
    async with store.writing(account) as db:
        wanted = await _wanted(db, account, prices)
        differing = []
        for table, sums in wanted.items():
            differing += [(table.name, str(key)) for key in _differing(await _kept(db, table, account), sums)]
        if mend and differing:
            await _mend(store, db, account, wanted)
    return differing


def _differing(kept: Found, wanted: Found) -> list[tuple[Any, Any]]:
    """Return the keys whose sums differ; what is nothing need not stand there."""
    told, should = ({key: one for key, one in sums.items() if any(one)} for sums in (kept, wanted))
    return sorted(key for key in told.keys() | should.keys() if told.get(key) != should.get(key))


async def _wanted(db: AsyncConnection, account: int, prices: Prices) -> dict[Table, Found]:
    """Return what quarters, days and boards should say."""
    held = select(tables.bucket).where(tables.bucket.c.account_id == account)
    buckets = [uploads.held_of(row) for row in (await db.execute(held)).all()]
    quarters = merging.quarters(buckets, prices)
    _, days = merging.changes({}, quarters)
    boards = ranking.changes({}, ranking.by_day(days))
    return {tables.quarter: quarters, tables.day: days, tables.board: {key: tuple(one) for key, one in boards.items()}}


async def _kept(db: AsyncConnection, table: Table, account: int) -> Found:
    rows = (await db.execute(select(table).where(table.c.account_id == account))).all()
    end = -1 if table is tables.board else None
    return {(row[1], row[2]): tuple(row[3:end]) for row in rows}


async def _mend(store: Store, db: AsyncConnection, account: int, wanted: dict[Table, Found]) -> None:
    """Put in place of all sums what the buckets say."""
    known = tables.account.c
    changed = update(tables.account).where(known.id == account).values(generation=known.generation + 1)
    is_listed = (await db.execute(changed.returning(known.is_listed))).scalar_one()
    for table, sums in wanted.items():
        await db.execute(delete(table).where(table.c.account_id == account))
        rows = [_row(table, account, key, one, is_listed) for key, one in sums.items()]
        for first in range(0, len(rows), STEP):
            await store.put(db, table, rows[first : first + STEP])


def _row(table: Table, account: int, key: tuple[Any, Any], sums: tuple[int, ...], is_listed: int) -> Mapping[str, Any]:
    if table is tables.board:
        return ranking.row(account, key, list(sums), is_listed)
    return dict(zip((column.name for column in table.columns), (account, *key, *sums), strict=True))
