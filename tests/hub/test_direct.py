"""Statements that are asked on PostgreSQL's driver itself."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import bindparam, select

from codex_usage_tracker.hub.server import tables
from codex_usage_tracker.hub.server.direct import Among, Direct
from codex_usage_tracker.hub.server.store import Store

DAYS = select(tables.day.c.day).where(tables.day.c.account_id == bindparam("account"), Among(tables.day.c.day, "days"))


async def found(where: str, *asked: list[int]) -> list[list[int]]:
    """Return which of the days 0 to 9 are found among those asked, as both kinds of connections tell."""
    store = Store(where)
    await store.make()
    row = dict.fromkeys(tables.SUMS, 0) | {"account_id": 1, "model": "gpt-5.5"}
    told = []
    try:
        async with store.writing_often() as db:
            await store.put(db, tables.account, [{"id": 1, "name": "ada", "key": b"", "created_at": 0}])
            await store.put(db, tables.day, [row | {"day": day} for day in range(10)])
        for days in asked:
            async with store.reading_often() as often, store.reading() as db:
                told += [[one.day for one in (await often.execute(DAYS, {"account": 1, "days": days})).all()]]
                assert sorted(await db.scalars(DAYS, {"account": 1, "days": days})) == sorted(told[-1])
    finally:
        await store.close()
    return [sorted(days) for days in told]


def test_numbers_of_any_count_are_looked_for(database: Callable[[], str]) -> None:
    asked: tuple[list[int], ...] = ([], [3], [9, 0, 77], list(range(2_000)))
    assert asyncio.run(found(database(), *asked)) == [[], [3], [0, 9], list(range(10))]


@pytest.mark.parametrize("engine", ["postgresql"])
def test_what_a_row_has_not_is_told_as_any_other_missing_attribute(database: Callable[[], str]) -> None:
    async def read() -> None:
        store = Store(database())
        await store.make()
        try:
            async with store.reading_often() as db:
                assert isinstance(db, Direct)
                row = (await db.execute(select(tables.hub).where(tables.hub.c.name == "version"), {})).one_or_none()
                assert row is not None
                assert (row.name, row[1]) == ("version", row.value)
                assert not hasattr(row, "day")
        finally:
            await store.close()

    asyncio.run(read())
