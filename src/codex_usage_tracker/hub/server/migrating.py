"""Bringing the hub's tables to this version: what is new is made whole, what is older step by step, all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, inspect, select, text, update

from codex_usage_tracker.errors import ForeignDatabaseError, NewerSchemaError
from codex_usage_tracker.hub.server import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection

STEPS: tuple[tuple[str, ...], ...] = ()
"""Statements for both engines; each step leads from a version to the next one, and a released one never changes."""
ONE_AT_A_TIME = 0x636F646578  # any number, the same for all


async def migrate(db: AsyncConnection, *, is_sqlite: bool) -> None:
    """Bring the tables to this version within an open transaction."""
    if not is_sqlite:
        await db.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    await db.run_sync(_migrate, STEPS)


def _check(db: Connection) -> None:
    """Refuse a file of another program, such as the tracker's own, and tables of others that have our names."""
    there = inspect(db).get_table_names()
    if there if db.dialect.name == "sqlite" else not tables.metadata.tables.keys().isdisjoint(there):
        raise ForeignDatabaseError("this is a database of another program", "Name another one with --db.")


def _migrate(db: Connection, steps: Sequence[tuple[str, ...]]) -> None:
    version = len(steps) + 1
    if not inspect(db).has_table("hub"):
        _check(db)
        tables.metadata.create_all(db)
        db.execute(insert(tables.hub).values(name="version", value=str(version)))
        return
    chosen = tables.hub.c.name == "version"
    found = int(db.scalar(select(tables.hub.c.value).where(chosen)) or 1)
    if found > version:
        raise NewerSchemaError(f"the hub's database has version {found}, newer than {version}", "Upgrade this program.")
    for step in steps[found - 1 :]:
        for statement in step:
            db.execute(text(statement))
    if found < version:
        db.execute(update(tables.hub).where(chosen).values(value=str(version)))
