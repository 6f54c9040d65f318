"""A database that cannot be used: an error says what to do, and nothing is lost."""

import os
import random
import sqlite3
from pathlib import Path

import apsw
import pytest

from codex_usage_tracker.errors import (
    BusyError,
    CorruptDatabaseError,
    DatabaseError,
    DiskFullError,
    FileAccessError,
    ForeignDatabaseError,
    NewerSchemaError,
    TrackerError,
)
from codex_usage_tracker.ingest import intake
from codex_usage_tracker.store import database
from tests.ingest.home import Home
from tests.ingest.lines import (
    Line,
    file_name,
    good_log,
    record,
    session_meta,
    thread,
    turn,
    used,
)

MAIN, OTHER = thread(0), thread(10)
C = used(2200, output=30)


# -- the database ------------------------------------------------------------------------------------------------------


def failure(home: Home, kind: type[TrackerError]) -> TrackerError:
    """Refresh, and return the error that this must end with: it names the file and says what to do."""
    with pytest.raises(kind) as caught:
        home.refresh()
    assert Path(home.database).name in caught.value.message
    assert caught.value.hint
    return caught.value


def test_a_database_of_a_newer_version_is_left_alone(home: Home) -> None:
    home.log(MAIN, *good_log(MAIN))
    connection = apsw.Connection(home.database)
    connection.pragma("user_version", 999)
    connection.close()
    before = Path(home.database).read_bytes()
    assert "999" in failure(home, NewerSchemaError).message
    assert Path(home.database).read_bytes() == before


@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_database_that_another_program_holds_is_waited_for(
    home: Home, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.setattr(database, "BUSY_MS", 50)
    home.log(MAIN, *good_log(MAIN))
    holder = apsw.Connection(home.database)
    holder.execute(statement)
    failure(home, BusyError)
    holder.execute("ROLLBACK")
    holder.close()
    assert home.refreshed_calls("input") == [1000, 1500]


@pytest.mark.parametrize(
    "data", [b"no database\n" * 1000, random.Random(6).randbytes(20_000), b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_file_that_is_no_database_is_left_alone(home: Home, data: bytes) -> None:
    home.log(MAIN, *good_log(MAIN))
    Path(home.database).write_bytes(data)
    failure(home, CorruptDatabaseError)
    assert Path(home.database).read_bytes() == data


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("table", ["meta (x)", "notes (x)"])
def test_a_database_of_another_program_is_left_alone(home: Home, tmp_path: Path, version: int, table: str) -> None:
    home.log(MAIN, *good_log(MAIN))
    home.database = str(tmp_path / "another.sqlite3")
    other = sqlite3.connect(home.database)
    other.execute(f"CREATE TABLE {table}")
    other.execute(f"PRAGMA user_version = {version}")
    other.close()
    failure(home, ForeignDatabaseError)
    other = sqlite3.connect(home.database)
    assert other.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (1,)
    other.close()


@pytest.mark.parametrize("seed", range(40))
def test_a_database_with_damaged_pages_gives_an_error_or_works(home: Home, seed: int) -> None:
    home.log(MAIN, *good_log(MAIN))
    home.log(thread(5), session_meta(thread(5), forked_from_id=OTHER), *good_log(OTHER))
    home.refresh()
    damage(Path(home.database), random.Random(seed))
    home.log(OTHER, *good_log(OTHER))
    home.log(MAIN, *good_log(MAIN), record(MAIN, turn(2), C, response="resp_3"))
    error = None
    try:
        home.refresh()
    except TrackerError as caught:
        error = caught
    assert error is None or (error.hint and Path(home.database).name in error.message)


def damage(path: Path, chance: random.Random) -> None:
    """Overwrite some of a database, but not its first bytes, by which it is known as one."""
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 12)):
        begin = chance.randrange(100, len(data) - 200)
        size = chance.randint(1, 200)
        data[begin : begin + size] = chance.randbytes(size)
    path.write_bytes(data)


@pytest.mark.parametrize("pages", [0, 1, 3, 6])
def test_a_full_disk_loses_nothing(home: Home, monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    """The database may grow by some pages only."""
    for minute in range(40):
        home.log(thread(minute), *good_log(thread(minute)), *[Line("novel", {})] * 3)
    opened = database.open_writer

    def small(path: str) -> apsw.Connection:
        connection = opened(path)
        connection.pragma("max_page_count", connection.pragma("page_count") + pages)
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(database, "open_writer", small)
        patch.setattr(intake, "COMMIT_SECONDS", -1.0)
        failure(home, DiskFullError)
    assert len(home.calls()) < 80
    assert len(home.refreshed_calls()) == 80


@pytest.mark.parametrize("refused", ["mkdir", "open"])
def test_a_folder_that_may_not_be_written_to_is_told_of(
    home: Home, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    home.log(MAIN, *good_log(MAIN))
    home.database = str(Path(home.database).parent / "new" / "usage.sqlite3")

    def refuse(*_given: object, **_named: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, refused, refuse)
    assert "Read-only" in failure(home, FileAccessError).message


def test_a_lock_that_cannot_be_made_is_told_of(home: Home) -> None:
    home.log(MAIN, *good_log(MAIN))
    Path(f"{home.database}.lock").mkdir()
    failure(home, FileAccessError)


@pytest.mark.parametrize("where", ["folder", "below a file"])
def test_a_path_that_can_be_no_database_is_told_of(home: Home, where: str) -> None:
    home.log(MAIN, *good_log(MAIN))
    home.database = str(home.sessions if where == "folder" else home.sessions / file_name(MAIN) / "usage.sqlite3")
    failure(home, TrackerError)


def test_a_database_that_may_only_be_read_is_told_of(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.log(MAIN, *good_log(MAIN))

    def read_only(path: str, **_named: object) -> apsw.Connection:
        return connect(path, flags=apsw.SQLITE_OPEN_READONLY)

    connect = apsw.Connection
    monkeypatch.setattr(apsw, "Connection", read_only)
    failure(home, DatabaseError)


def test_the_database_is_its_owners_alone(home: Home, tmp_path: Path) -> None:
    home.database = str(tmp_path / "private" / "deep" / "usage.sqlite3")
    home.log(MAIN, *good_log(MAIN))
    old_mask = os.umask(0)
    try:
        home.refresh()
    finally:
        os.umask(old_mask)
    folder = Path(home.database).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o077 for path in folder.iterdir()} == dict.fromkeys(
        (path.name for path in folder.iterdir()), 0,
    )  # fmt: skip
