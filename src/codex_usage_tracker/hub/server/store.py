"""The hub's database: a file of SQLite, or PostgreSQL by its address."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, event, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import create_async_engine

from codex_usage_tracker import owned, paths
from codex_usage_tracker.hub.server import tables

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from sqlalchemy import Insert, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    Rows = Sequence[Mapping[str, Any]]

NAME = "hub.sqlite3"
POOL = 8
BUSY_SECONDS = 30
LOCK = select(tables.account.c.id).where(tables.account.c.id == bindparam("account")).with_for_update()


def default() -> str:
    """Return the file that is used when none is named."""
    return os.path.join(paths.data_folder(), NAME)


class Store:
    """The database of a hub; what is written of one account is written in turn."""

    def __init__(self, where: str) -> None:
        if "://" not in where:
            owned.make_folder(os.path.dirname(os.path.abspath(where)))
        url = where if "://" in where else f"sqlite+aiosqlite:///{where}"
        url = url.replace("postgresql://", "postgresql+asyncpg://").replace("postgres://", "postgresql+asyncpg://")
        self.is_sqlite = url.startswith("sqlite")
        self._upserts: dict[str, Insert] = {}
        settings: dict[str, Any] = (
            {"connect_args": {"timeout": BUSY_SECONDS}} if self.is_sqlite else {"pool_size": POOL}
        )
        self.engine = create_async_engine(url, **settings)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare)

    async def make(self) -> None:
        """Make the tables that are missing."""
        async with self.engine.begin() as db:
            await db.run_sync(tables.metadata.create_all)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that sees one moment."""
        async with self.engine.connect() as db:
            yield db

    @asynccontextmanager
    async def writing(self, account: int | None = None) -> AsyncIterator[AsyncConnection]:
        """Give a transaction; of one account only one is open at a time."""
        async with self.engine.begin() as db:
            if self.is_sqlite:
                await db.execute(text("BEGIN IMMEDIATE"))
            elif account is not None:
                await db.execute(LOCK, {"account": account})
            yield db

    async def put(self, db: AsyncConnection, table: Table, rows: Rows) -> None:
        """Insert rows, or put them in the place of those with their keys."""
        if rows:
            await db.execute(self._upsert(table), rows)

    def _upsert(self, table: Table) -> Insert:
        found = self._upserts.get(table.name)
        if found is None:
            insert = sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)
            keys = [column.name for column in table.primary_key]
            others = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in keys}
            found = self._upserts[table.name] = insert.on_conflict_do_update(index_elements=keys, set_=others)
        return found

    async def close(self) -> None:
        """Let all connections go."""
        await self.engine.dispose()


def _prepare(connection: Any, _record: object) -> None:
    """Have SQLite keep our own transactions, and wait for each other."""
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
