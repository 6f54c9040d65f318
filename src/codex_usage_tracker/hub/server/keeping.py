"""A copy of a hub's database, and what a copy must know that takes the hub's place."""

from __future__ import annotations

import os
import secrets
import sqlite3
from typing import TYPE_CHECKING

from sqlalchemy import update

from codex_usage_tracker import owned
from codex_usage_tracker.errors import FileExistsAlreadyError, InvalidValueError
from codex_usage_tracker.hub.server import tables

if TYPE_CHECKING:
    from codex_usage_tracker.hub.server.store import Store

FORGET = "DELETE FROM hub WHERE name = 'id'"
"""A hub with another id is told everything anew by all machines: what they sent since is not lost."""


def backup(store: Store, path: str) -> int:
    """Write a copy of the database as it is now, while the hub runs; return its size in bytes."""
    if not store.is_sqlite:
        hint = "Use `pg_dump`; after a restore run `codex-usage-tracker hub restored --db URL`."
        raise InvalidValueError("a PostgreSQL database is copied by its own tools", hint)
    if os.path.lexists(path):
        raise FileExistsAlreadyError(f"{path} exists already", "Name another file.")
    owned.write(path, b"")
    source, copy = sqlite3.connect(f"file:{store.path}?mode=ro", uri=True), sqlite3.connect(path)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute(FORGET)
        copy.commit()
    finally:
        source.close()
        copy.close()
    return os.path.getsize(path)


async def renew(store: Store) -> None:
    """Take another id, after the database was restored from an older copy; servers that run tell it from now on."""
    async with store.writing() as db:
        await db.execute(update(tables.hub).where(tables.hub.c.name == "id").values(value=secrets.token_hex(8)))
