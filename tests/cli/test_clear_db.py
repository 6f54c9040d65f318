"""`clear-db` and `reset-db`."""

import io
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Run


class Keyboard(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def path(tmp_path: Path, database: str) -> Path:
    return Path(shutil.copy(database, tmp_path / "usage.sqlite3"))


@pytest.mark.parametrize("name", ["clear-db", "reset-db"])
def test_with_yes_it_deletes_and_says_what(run_plain: Run, path: Path, name: str) -> None:
    ran = run_plain(name, "--db", str(path), "--yes")
    assert ran.code == 0
    assert ran.out.startswith("Deleted 12 calls:\n")
    assert str(path) in ran.out
    assert not path.exists()
    assert run_plain(name, "--db", str(path), "--yes").out == "There is no database; nothing was deleted.\n"


def test_json(run_plain: Run, path: Path) -> None:
    answer = run_plain("clear-db", "--db", str(path), "--yes", "--json").json
    assert (answer["schema"], answer["deleted_calls"]) == ("codex-usage-tracker-deleted-v1", 12)
    assert str(path) in answer["deleted_paths"]


def test_where_nobody_can_be_asked_it_needs_yes(run_plain: Run, path: Path) -> None:
    ran = run_plain("clear-db", "--db", str(path))
    assert (ran.code, ran.out) == (2, "")
    assert "--yes" in ran.err
    assert path.exists()


@pytest.mark.parametrize(("typed", "code", "there"), [("delete\n", 0, False), ("yes\n", 130, True), ("", 130, True)])
def test_on_a_terminal_it_asks(
    run_plain: Run, path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, there: bool,  # noqa: FBT001
) -> None:  # fmt: skip
    monkeypatch.setattr("sys.stdin", Keyboard(typed))
    ran = run_plain("clear-db", "--db", str(path))
    assert (ran.code, path.exists()) == (code, there)
    assert "12 calls" in ran.err


def test_a_damaged_database_can_be_deleted_too(run_plain: Run, path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)
    assert run_plain("clear-db", "--db", str(path), "--yes").code == 0
    assert not path.exists()


def test_a_database_of_another_program_is_not_deleted(run_plain: Run, tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE hub (name TEXT)")
    ran = run_plain("clear-db", "--db", str(path), "--yes")
    assert (ran.code, path.exists()) == (5, True)
    assert "another program" in ran.err
