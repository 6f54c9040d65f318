"""A hub's database on PostgreSQL with many accounts and months of usage, put straight into its tables."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import asyncpg

from codex_usage_tracker.hub.server import merging, ranking, tables
from codex_usage_tracker.hub.server.hub import prices
from codex_usage_tracker.hub.server.merging import DAY_MS
from codex_usage_tracker.hub.server.store import Store
from codex_usage_tracker.query.zones import DAY_QUARTERS

if TYPE_CHECKING:
    from collections.abc import Iterable

MODELS = ("gpt-5.5", "gpt-5.4-mini", "gpt-5.4")
QUARTER_MS = 900_000
CLONES = 10
"""So many accounts have the same usage: the first of them is made here, the others are copied by the database."""
ACTIVE = 0.6
PRICES = prices()
SECRET = "0" * 64
VERSION = 1


class Usage(NamedTuple):
    """The calls of one model in a quarter of an hour."""

    model: str
    calls: bytes
    digest: bytes


def token(account: int) -> str:
    """Return the token of an account's device."""
    return f"{account}.1.{SECRET}"


def fill(where: str, accounts: int, days: int) -> int:
    """Fill an empty database; return how many buckets there are."""
    return asyncio.run(_fill(where, accounts // CLONES, days))


async def _fill(where: str, originals: int, days: int) -> int:
    store = Store(where)
    await store.make()
    await store.close()
    db: Any = await asyncpg.connect(where)
    try:
        await _people(db, originals * CLONES)
        dice = random.Random(1)
        usages = [_usage(dice) for _ in range(300)]
        today = int(time.time() * 1000) // DAY_MS
        for account in range(1, originals + 1):
            await _account(db, account, range(today - days + 1, today + 1), usages, dice)
        for table in ("bucket", "quarter", "day", "board"):
            await _clone(db, table, originals)
        await db.execute("VACUUM ANALYZE")
        return int(await db.fetchval("SELECT count(*) FROM bucket"))
    finally:
        await db.close()


async def _people(db: Any, count: int) -> None:
    everybody = range(1, count + 1)
    names = ("id", "name", "key", "created_at", "visibility", "is_listed")
    rows: Iterable[tuple[Any, ...]] = ((one, f"a{one}", bytes(32), 0, "public", 1) for one in everybody)
    await db.copy_records_to_table("account", records=rows, columns=names)
    rows = ((f"a{one}", one) for one in everybody)
    await db.copy_records_to_table("handle", records=rows, columns=("handle", "account_id"))
    rows = ((one, 1, hashlib.sha256(token(one).encode()).digest(), 0) for one in everybody)
    await db.copy_records_to_table("device", records=rows, columns=("account_id", "id", "token", "made_at"))
    await db.execute("SELECT setval(pg_get_serial_sequence('account', 'id'), $1)", count)


def _usage(dice: random.Random) -> Usage:
    calls = [call(dice) for _ in range(dice.randint(1, 10))]
    stored = merging.packed(calls)
    return Usage(dice.choice(MODELS), stored, hashlib.blake2b(stored, digest_size=8).digest())


def call(dice: random.Random) -> merging.Call:
    """Return a call as people make them."""
    given, output = dice.randint(2_000, 150_000), dice.randint(50, 4_000)
    return dice.getrandbits(64), given, given * dice.randint(0, 95) // 100, 0, output, output // 2


async def _account(db: Any, account: int, days: range, usages: list[Usage], dice: random.Random) -> None:
    """Put in one account as its uploads would have left it."""
    buckets, quarters, sums = [], [], dict[tuple[int, str], merging.Sums]()
    for day in days:
        if dice.random() > ACTIVE:
            continue
        for quarter in dice.sample(range(DAY_QUARTERS), dice.randint(4, 16)):
            place = dice.randrange(len(usages))
            usage, start = usages[place], day * DAY_MS + quarter * QUARTER_MS
            told = _summed(usage, day)
            buckets.append((account, start, 1, usage.model, usage.digest, usage.calls, VERSION, start))
            quarters.append((account, start, usage.model, *told))
            key = (day, usage.model)
            sums[key] = merging.plus(sums.get(key, merging.NOTHING), told)
    boards = ranking.changes({}, ranking.by_day(sums))
    await _copy(db, tables.bucket, buckets)
    await _copy(db, tables.quarter, quarters)
    await _copy(db, tables.day, [(account, *key, *one) for key, one in sums.items()])
    await _copy(db, tables.board, [(account, *key, *one, 1) for key, one in boards.items()])


@cache
def _summed(usage: Usage, day: int) -> merging.Sums:
    """Return the sums by the hub's own merging; prices are those of the day."""
    held = merging.Held(day * DAY_MS, usage.model, 1, usage.calls, VERSION, 0)
    return merging.quarters([held], PRICES)[held.start, usage.model]


async def _copy(db: Any, table: Any, rows: list[tuple[Any, ...]]) -> None:
    columns = [column.name for column in table.columns]
    await db.copy_records_to_table(table.name, records=rows, columns=columns)


async def _clone(db: Any, table: str, originals: int) -> None:
    columns = [column.name for column in tables.metadata.tables[table].columns if column.name != "account_id"]
    told = ", ".join(columns)
    await db.execute(
        f"INSERT INTO {table} (account_id, {told}) SELECT account_id + {originals} * copy, {told}"  # noqa: S608
        f" FROM {table}, generate_series(1, {CLONES - 1}) AS copy"
    )
