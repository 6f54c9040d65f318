"""The hub's database: a file of SQLite, or PostgreSQL by its address."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, event, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from codex_usage_tracker import owned, paths
from codex_usage_tracker.errors import DatabaseError, InvalidValueError, NotFoundError
from codex_usage_tracker.hub.server import migrating, tables
from codex_usage_tracker.hub.server.direct import Pool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy import Insert, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from codex_usage_tracker.hub.server.direct import Db

    Rows = Sequence[Mapping[str, Any]]

NAME = "hub.sqlite3"
POOL = 8
BUSY_SECONDS = 30
LOCK = select(tables.account.c.id).where(tables.account.c.id == bindparam("account")).with_for_update()
KINDS = frozenset({"postgres", "postgresql", "sqlite"})
UNCLEAR = "the address of the database is not understood"
ADDRESSES = "A database is a file, or an address such as postgresql://user:password@host/name."


def default() -> str:
    """Return the file that is used when none is named."""
    return os.path.join(paths.data_folder(), NAME)


class Store:
    """The database of a hub; what is written of one account is written in turn."""

    def __init__(self, where: str) -> None:
        kind, _, rest = where.partition("://") if "://" in where else ("sqlite", "", "/" + os.path.abspath(where))
        kind = kind.partition("+")[0]  # some programs' addresses name a driver
        if kind not in KINDS:
            raise InvalidValueError(f"a hub cannot be kept in {kind}", ADDRESSES)
        self.is_sqlite = kind == "sqlite"
        self.path = rest[1:] if self.is_sqlite else ""
        self._turn = asyncio.Lock()
        self._upserts: dict[str, Insert] = {}
        settings: dict[str, Any] = (
            {"connect_args": {"timeout": BUSY_SECONDS}}
            if self.is_sqlite
            else {"pool_size": POOL, "connect_args": {"dsn": f"postgresql://{rest}"}}
        )
        # PostgreSQL's address goes to the driver as it is, which knows `sslmode` and the like
        address = f"sqlite+aiosqlite://{rest}" if self.is_sqlite else "postgresql+asyncpg://"
        try:
            self.engine = create_async_engine(address, **settings)
        except (ArgumentError, ValueError):
            raise InvalidValueError(UNCLEAR, ADDRESSES) from None
        self._pool = None if self.is_sqlite else Pool(f"postgresql://{rest}", self.engine.dialect)
        self._alone = self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare)

    async def make(self) -> None:
        """Make the database ready: a file that nobody else can read, and the tables of this version."""
        if self.is_sqlite:
            owned.make_folder(os.path.dirname(self.path))
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, owned.FILE))
            owned.mend(self.path)
        try:
            async with self.writing() as db:
                await migrating.migrate(db, is_sqlite=self.is_sqlite)
        except (DBAPIError, OSError) as error:
            raise unanswered(error) from None
        except ValueError:  # as the driver reads it
            raise InvalidValueError(UNCLEAR, ADDRESSES) from None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection for questions, each of a moment of its own."""
        async with self._alone.connect() as db:
            yield db

    @asynccontextmanager
    async def moment(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection whose questions all see one moment."""
        async with self.engine.connect() as db:
            if self.is_sqlite:
                await db.execute(text("BEGIN"))
            else:
                await db.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            yield db

    @asynccontextmanager
    async def writing(self, account: int | None = None) -> AsyncIterator[AsyncConnection]:
        """Give a transaction; of one account, which must be there still, only one is open at a time."""
        async with self._turn if self.is_sqlite else nullcontext(), self.engine.begin() as db:
            if self.is_sqlite:
                await db.execute(text("BEGIN IMMEDIATE"))
            if account is not None and await db.scalar(LOCK, {"account": account}) is None:
                raise NotFoundError("this account is no more", "")
            yield db

    # What is asked often is asked with constant statements; otherwise these three are as those above.

    def reading_often(self) -> AbstractAsyncContextManager[Db]:
        """Give a connection for questions, each of a moment of its own."""
        return self._pool.line() if self._pool else self.reading()

    def moment_often(self) -> AbstractAsyncContextManager[Db]:
        """Give a connection whose questions all see one moment."""
        return self._pool.transaction(isolation="repeatable_read", readonly=True) if self._pool else self.moment()

    def writing_often(self) -> AbstractAsyncContextManager[Db]:
        """Give a transaction, which must first change the account it is of, so that only one is open at a time."""
        return self._pool.transaction() if self._pool else self.writing()

    async def put(self, db: Db, table: Table, rows: Rows) -> None:
        """Insert rows, or put them in the place of those with their keys."""
        if rows:
            await db.execute(self._upsert(table, renews=True), rows)

    async def add(self, db: Db, table: Table, rows: Rows) -> int:
        """Insert rows unless there are some with their keys; return how many are new, of one row."""
        return (await db.execute(self._upsert(table, renews=False), rows)).rowcount if rows else 0

    def _upsert(self, table: Table, *, renews: bool) -> Insert:
        key = f"{table.name} {renews}"
        if key not in self._upserts:
            insert = sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)
            keys = [column.name for column in table.primary_key]
            others = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in keys}
            self._upserts[key] = (
                insert.on_conflict_do_update(index_elements=keys, set_=others)
                if renews
                else insert.on_conflict_do_nothing(index_elements=keys)
            )
        return self._upserts[key]

    async def close(self) -> None:
        """Let all connections go."""
        if self._pool:
            await self._pool.close()
        await self.engine.dispose()


def unanswered(error: SQLAlchemyError | OSError) -> DatabaseError:
    """Return what is told of a database that does not do what it should: no address, and so no password."""
    cause = getattr(error, "orig", None) or error
    return DatabaseError(f"the hub's database cannot be used: {cause}", ADDRESSES)


def _prepare(connection: Any, _record: object) -> None:
    """Have SQLite keep our own transactions, and keep on the disk what was acknowledged."""
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
