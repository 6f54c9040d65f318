"""Bringing a database to the present schema, each step in one transaction with its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.errors import ForeignDatabaseError, NewerSchemaError, OutdatedSchemaError

if TYPE_CHECKING:
    import apsw

MIGRATIONS = "codex_usage_tracker.store"


def scripts() -> list[tuple[int, str]]:
    """Return the migrations as (version, SQL), in order."""
    from importlib.resources import files  # noqa: PLC0415  (a database that is up to date needs no scripts)

    folder = files(MIGRATIONS) / "migrations"
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return sorted((int(entry.name[:4]), entry.read_text(encoding="utf-8")) for entry in found)


LATEST = 7
"""Version of the newest migration; a test compares it with the folder, so that opening need not list it."""


def version_of(connection: apsw.Connection) -> int:
    """Return the schema version that a database says it has; 0 for a new one."""
    return int(connection.pragma("user_version"))


def check(connection: apsw.Connection, path: str) -> None:
    """Refuse a database of another program, and one that a newer version of this program has written."""
    version = version_of(connection)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    if (tables or version) and "source_file" not in tables and version <= LATEST:
        msg = f"{path} is a database of another program"
        raise ForeignDatabaseError(msg, "Name another file with --db.")
    if version > LATEST:
        msg = f"{path} has schema {version}; this version knows schemas up to {LATEST}"
        raise NewerSchemaError(msg, "Update codex-usage-tracker, or name another database with --db.")


def require_current(connection: apsw.Connection, path: str) -> None:
    """Refuse to ask a database that lacks migrations; reading brings none."""
    if version_of(connection) < LATEST:
        msg = f"{path} is empty or was written by an older version"
        raise OutdatedSchemaError(msg, "Run `codex-usage-tracker refresh` first.")


def migrate(connection: apsw.Connection, path: str) -> None:
    """Apply the migrations that are missing."""
    check(connection, path)
    if version_of(connection) == LATEST:
        return
    for version, script in scripts():
        with connection:
            if version > version_of(connection):
                connection.execute(script)
                connection.pragma("user_version", version)
