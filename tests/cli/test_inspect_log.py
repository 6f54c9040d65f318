"""`inspect-log`."""

import shutil
from pathlib import Path

import pytest

from tests.cli import goldens, history
from tests.cli.conftest import Run
from tests.ingest.zst import compress


@pytest.fixture
def log(codex_home: Path) -> Path:
    return next(codex_home.rglob(f"*{history.PARSER}.jsonl"))


def test_the_page(ask: Run, log: Path) -> None:
    goldens.check("inspect-log.txt", ask("inspect-log", str(log)).out)


def test_json(ask: Run, log: Path) -> None:
    goldens.check("inspect-log.json", ask("inspect-log", str(log), "--json").out)


def test_it_counts_as_a_refresh_does(ask: Run, log: Path) -> None:
    totals = ask("inspect-log", str(log), "--json").json["totals"]
    [row] = [row for row in ask("summary", "--json").json["rows"] if row["key"] == history.PARSER]
    assert totals == {name: row[name] for name in totals}


def test_it_writes_nothing(run_plain: Run, log: Path, tmp_path: Path) -> None:
    assert run_plain("inspect-log", str(log), "--db", str(tmp_path / "none.sqlite3")).code == 0
    assert list(tmp_path.iterdir()) == []


def test_a_compressed_log(ask: Run, log: Path, tmp_path: Path) -> None:
    packed = compress(Path(shutil.copy(log, tmp_path)))
    plain, answer = (ask("inspect-log", str(path), "--json").json for path in (log, packed))
    assert {**answer, "path": "", "bytes": 0} == {**plain, "path": "", "bytes": 0}


def test_odd_lines_are_told_with_their_place(ask: Run, tmp_path: Path) -> None:
    odd = tmp_path / "notes.txt"
    odd.write_text("not json\n" * 3, encoding="utf-8")
    ran = ask("inspect-log", str(odd))
    assert ran.code == 0
    assert "3 times a line that is no JSON · line 1 first" in ran.out


def test_a_log_that_is_not_there(ask: Run, tmp_path: Path) -> None:
    ran = ask("inspect-log", str(tmp_path / "no.jsonl"))
    assert ran.code == 1
    assert "[not_found]" in ran.err
    assert ask("inspect-log", str(tmp_path)).code == 1
