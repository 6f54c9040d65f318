"""What a hub is asked often: on PostgreSQL each statement is put into words once, and the driver is asked itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

import asyncpg
from sqlalchemy import BigInteger, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sqlalchemy import Column, Dialect
    from sqlalchemy.ext.asyncio import AsyncConnection
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.sql.expression import Executable
    from sqlalchemy.types import TypeEngine

    Db: TypeAlias = "AsyncConnection | Direct"
    Values: TypeAlias = Mapping[str, Any]

LINES = 8
LAST_SECONDS = 5
FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError)
"""What a database that does not do what it should raises here, besides what the system does."""


# -- numbers of any count in a statement that stays the same ----------------------------------------------------------


class _Numbers(TypeDecorator[list[int]]):
    """Whole numbers: an array, or JSON where there are none."""

    impl = ARRAY
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(BigInteger)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return what the engine knows."""
        return Text() if dialect.name == "sqlite" else self.impl_instance

    def process_bind_param(self, value: list[int] | None, dialect: Dialect) -> Any:
        """Return numbers as they are sent."""
        return f"[{','.join(map(str, value or ()))}]" if dialect.name == "sqlite" else value


class Among(FunctionElement[Any]):
    """Whether a column is one of the numbers of a parameter."""

    name = "among"
    inherit_cache = True

    def __init__(self, column: Column[int], parameter: str) -> None:
        super().__init__(column, bindparam(parameter, type_=_Numbers()))


@compiles(Among)
def _array(among: Among, compiler: SQLCompiler, **words: Any) -> str:
    column, numbers = (compiler.process(one, **words) for one in among.clauses)
    return f"{column} = ANY ({numbers})"


@compiles(Among, "sqlite")
def _json(among: Among, compiler: SQLCompiler, **words: Any) -> str:
    column, numbers = (compiler.process(one, **words) for one in among.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608  (names of ours)


# -- the driver -------------------------------------------------------------------------------------------------------


class Row(asyncpg.Record):  # type: ignore[misc]
    """A row whose columns are attributes, as those of SQLAlchemy are."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Answer:
    """What a statement found, to be taken as answers of SQLAlchemy are."""

    rowcount = -1

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows

    def all(self) -> list[Row]:
        """Return all rows."""
        return self.rows

    def one_or_none(self) -> Row | None:
        """Return the row, if there is one."""
        return self.rows[0] if self.rows else None

    def scalar_one_or_none(self) -> Any:
        """Return what the row says, if there is one."""
        return self.rows[0][0] if self.rows else None


class _Words(NamedTuple):
    """A statement as the driver is told it: its parameters by their order, and those that are always the same."""

    text: str
    names: tuple[str, ...]
    fixed: dict[str, Any]

    def values(self, told: Values) -> list[Any]:
        """Return what is sent with it."""
        return [told[name] if name in told else self.fixed[name] for name in self.names]


class Direct:
    """A connection that is asked without what SQLAlchemy does at each execution; statements are made by it still."""

    def __init__(self, connection: Any, pool: Pool) -> None:
        self.connection = connection
        self.pool = pool

    async def execute(self, statement: Executable, told: Values | Sequence[Values]) -> Answer:
        """Ask a statement with values, or have it done with each of many."""
        if isinstance(told, Mapping):
            words = self.pool.words(statement, told)
            return Answer(await self.connection.fetch(words.text, *words.values(told)))
        words = self.pool.words(statement, told[0])
        await self.connection.executemany(words.text, list(map(words.values, told)))
        return Answer([])

    async def scalar(self, statement: Executable, told: Values) -> Any:
        """Return what the first row says."""
        return (await self.execute(statement, told)).scalar_one_or_none()


class Pool:
    """Connections of the driver, and the statements that were put into words."""

    def __init__(self, address: str, dialect: Dialect) -> None:
        self.address = address
        self.dialect = dialect
        self._lines: Any = None
        self._words: WeakKeyDictionary[Executable, _Words] = WeakKeyDictionary()

    @asynccontextmanager
    async def transaction(self, **kind: Any) -> AsyncIterator[Direct]:
        """Give a connection with an open transaction."""
        async with self.line() as db, db.connection.transaction(**kind):
            yield db

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Direct]:
        """Give a connection."""
        if self._lines is None:
            self._lines = asyncpg.create_pool(self.address, min_size=0, max_size=LINES, record_class=Row, reset=_as_is)
        async with (await self._lines).acquire() as connection:
            yield Direct(connection, self)

    def words(self, statement: Executable, told: Values) -> _Words:
        """Return a statement as the driver is told it, for values of the same names each time."""
        if statement not in self._words:
            made: Any = statement.compile(dialect=self.dialect, column_keys=list(told))  # type: ignore[attr-defined]
            self._words[statement] = _Words(made.string, tuple(made.positiontup), made.params)
        return self._words[statement]

    async def close(self) -> None:
        """Let all connections go."""
        lines, self._lines = self._lines, None
        if lines is not None:
            with suppress(TimeoutError):  # what is still asked then is broken off
                await asyncio.wait_for(lines.close(), LAST_SECONDS)


async def _as_is(_connection: Any) -> None:
    """Leave a connection as it is: nothing is set in it that a transaction does not end."""
