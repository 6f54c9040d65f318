"""Small ways to ask the database; SQLite's values have the types that the schema gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import apsw


def scalar(connection: apsw.Connection, sql: str, values: Sequence[Any] = ()) -> Any:
    """Return the first column of the first row, None if there is no row."""
    row = connection.execute(sql, values).fetchone()
    return None if row is None else row[0]


def rows(connection: apsw.Connection, sql: str, values: Sequence[Any] = ()) -> Iterator[Any]:
    """Give the rows as tuples."""
    return connection.execute(sql, values)
