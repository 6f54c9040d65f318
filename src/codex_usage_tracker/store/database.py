"""Opening the database, and telling its failures in words."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import apsw

from codex_usage_tracker import owned
from codex_usage_tracker.errors import (
    BusyError,
    CorruptDatabaseError,
    DatabaseError,
    DiskFullError,
    FileAccessError,
)
from codex_usage_tracker.store import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY_MS = 10_000
RETRY_SECONDS = 0.02
CACHE_KIB = 32 * 1024
CHECKPOINT_PAGES = 8_000
"""A long refresh writes the same pages again and again: moving them into the database less often saves time."""
READER_SECONDS = 60.0
"""A query that runs longer is stopped: nothing the product asks takes a tenth of that."""

DATA_VERSION = 1
"""Raised when decoding or accounting changes, so that files still on disk are read again."""


@contextmanager
def told(path: str) -> Iterator[None]:
    """Turn SQLite's failures into errors that say what to do."""
    try:
        yield
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise damaged(path, error) from error
    except (apsw.FullError, apsw.IOError) as error:
        msg = f"{path} could not be written: {error}"
        raise DiskFullError(msg, "Make room on the disk, then run the command again; nothing is lost.") from error
    except (apsw.BusyError, apsw.LockedError) as error:
        msg = f"{path} is in use by another program"
        raise BusyError(msg, "Wait for it to end, or close the program that holds the file.") from error
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError, apsw.AuthError) as error:
        msg = f"{path} cannot be opened: {error}"
        raise DatabaseError(msg, "Check the path and its permissions, or name another with --db.") from error
    except apsw.InterruptError as error:
        msg = "the query took too long and was stopped"
        raise DatabaseError(msg, "Ask for a shorter range.") from error


def damaged(path: str, why: Exception) -> CorruptDatabaseError:
    """Return the error that tells of a damaged database."""
    hint = "Move the file away and run `codex-usage-tracker refresh`; the logs are read again."
    return CorruptDatabaseError(f"{path} is damaged or is no database: {why}", hint)


def open_writer(path: str, *, makes: bool = True) -> apsw.Connection:
    """Open the database for writing, made if it may be and migrated as needed, readable by its owner only."""
    if makes:
        _make_private(path)
    elif not os.path.exists(path):
        raise _missing(path)
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            return _opened(path)
        except BusyError:  # SQLite does not wait where two processes make the same database
            if time.monotonic() > deadline:
                raise
            time.sleep(RETRY_SECONDS)


def _missing(path: str) -> DatabaseError:
    return DatabaseError(f"{path} does not exist yet", "Run `codex-usage-tracker refresh` first.")


def _opened(path: str) -> apsw.Connection:
    with told(path):
        connection = apsw.Connection(path)
        connection.set_busy_timeout(BUSY_MS)
        migrate.check(connection, path)
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "normal")
        connection.pragma("cache_size", -CACHE_KIB)
        connection.pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        migrate.migrate(connection, path)
        _ensure_secret(connection)
    return connection


def open_reader(path: str, *, seconds: float = READER_SECONDS, locked_ms: int = BUSY_MS) -> apsw.Connection:
    """Open the database read-only, with limits on how long queries may run and wait for a lock."""
    if not os.path.exists(path):
        raise _missing(path)
    if os.path.isdir(path):
        msg = f"{path} is a folder"
        raise DatabaseError(msg, "Name the file of the database with --db.")
    with told(path):
        connection = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)
        connection.set_busy_timeout(locked_ms)
        migrate.check(connection, path)
        migrate.require_current(connection, path)
        connection.pragma("query_only", 1)
        connection.pragma("cache_size", -CACHE_KIB)
        connection.pragma("mmap_size", 2**28)
    limit_time(connection, seconds)
    return connection


def limit_time(connection: apsw.Connection, seconds: float) -> None:
    """Have queries that run longer stopped, from now on."""
    deadline = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 1_000_000)


def _make_private(path: str) -> None:
    """Make the folder 0700 and the file 0600 before anything is written into them."""
    try:
        owned.make_folder(os.path.dirname(os.path.abspath(path)))
        if not os.path.exists(path):
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, owned.FILE))
        owned.mend(path)
    except OSError as error:
        msg = f"{path} cannot be made: {error.strerror}"
        raise FileAccessError(msg, "Check the folder's permissions, or name another database with --db.") from error


def _ensure_secret(connection: apsw.Connection) -> None:
    """Keep a random key for hashing identifiers; it never leaves the database."""
    if connection.execute("SELECT 1 FROM meta WHERE name = 'secret'").fetchone() is None:
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('secret', ?)", (os.urandom(32),))


def secret_of(path: str) -> bytes:
    """Return a database's key for hashing; a key of the moment where there is no database, or none to read."""
    try:
        connection = open_reader(path)
        try:
            with told(path):
                row = connection.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone()
        finally:
            connection.close()
    except DatabaseError:
        return os.urandom(32)
    return bytes(row[0]) if row else os.urandom(32)


def generation(connection: apsw.Connection) -> int:
    """Return the number that grows with every refresh that changed something."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'generation'").fetchone()
    return int(row[0]) if row else 0


def priced_by(connection: apsw.Connection) -> str | None:
    """Return the fingerprint of the prices that the stored costs follow from."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'prices'").fetchone()
    return str(row[0]) if row else None


def beside(path: str) -> list[str]:
    """Return a database's file and those that lie beside it while it is used."""
    return [path, *(path + ending for ending in ("-wal", "-shm", "-journal", ".lock", ".scan.lock"))]


def remove(path: str) -> list[str]:
    """Delete the database with its side files; return what was there."""
    gone = []
    for name in beside(path):
        try:
            os.unlink(name)
        except FileNotFoundError:
            continue
        except OSError as error:
            msg = f"{name} cannot be deleted: {error.strerror}"
            raise FileAccessError(msg, "Close the programs that use it and try again.") from error
        gone.append(name)
    return gone
