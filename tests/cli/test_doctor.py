"""`doctor`."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from codex_usage_tracker.store.migrate import LATEST
from tests.cli import history
from tests.cli.conftest import Run


@pytest.fixture
def here(tmp_path: Path, run_plain: Run) -> list[str]:
    """Options for a history of its own, which is read."""
    home = history.write(tmp_path / "codex")
    options = ["--codex-home", str(home), "--db", str(tmp_path / "tracker" / "usage.sqlite3"), "--timezone", "UTC"]
    assert run_plain("refresh", *options).code == 0
    return options


def checks(run_plain: Run, here: list[str], *args: str) -> dict[str, tuple[str, str | None]]:
    answer = run_plain("doctor", *here, *args, "--json").json
    return {check["name"]: (check["status"], check["repair"]) for check in answer["checks"]}


def test_all_is_in_order(run_plain: Run, here: list[str]) -> None:
    ran = run_plain("doctor", *here)
    assert ran.code == 0
    assert ran.out.endswith("\nAll is in order.\n")
    assert set(checks(run_plain, here).values()) == {("pass", None)}
    assert "4 logs, 1 archived and 0 compressed among them" in ran.out
    assert f"12 calls, schema {LATEST}" in ran.out


def test_json(run_plain: Run, here: list[str]) -> None:
    answer = run_plain("doctor", *here, "--json").json
    assert (answer["schema"], answer["status"]) == ("codex-usage-tracker-doctor-v1", "pass")
    assert answer["homes"][0]["active_files"] == 3
    assert answer["database"]["calls"] == 12


def test_logs_that_are_new_or_gone(run_plain: Run, here: list[str]) -> None:
    home = Path(here[1])
    [log] = home.rglob(f"*{history.ODD}.jsonl")
    shutil.copy(log, log.with_name(log.name.replace("0000", "1111")))
    next((home / "archived_sessions").iterdir()).unlink()
    found = checks(run_plain, here, "--suggest-repair")
    assert found["up to date"] == ("warn", "codex-usage-tracker refresh")
    assert found["kept"] == ("pass", None)
    ran = run_plain("doctor", *here, "--suggest-repair")
    assert ran.code == 0
    assert "$ codex-usage-tracker refresh\n" in ran.out
    assert "It works; some things could be better." in ran.out


def test_nothing_is_there(run_plain: Run, tmp_path: Path) -> None:
    ran = run_plain("doctor", "--codex-home", str(tmp_path / "none"))
    assert ran.code == 0
    assert "there is no such folder" in ran.out
    assert "there is none yet" in ran.out


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_others_can_read_it(run_plain: Run, here: list[str]) -> None:
    Path(here[3]).chmod(0o644)
    status, repair = checks(run_plain, here, "--suggest-repair")["permissions"]
    assert (status, str(repair).split()[:2]) == ("warn", ["chmod", "600"])
    assert here[3] in str(repair).split()


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        ("UPDATE rollup SET input = input + 1 WHERE rowid_of = 0", "sums"),
        ("INSERT INTO unsettled VALUES ('x')", "up to date"),
        ("UPDATE thread SET project_id = 99", "references"),
        ("UPDATE call SET usd = usd + 1 WHERE usd > 0", "costs"),
        ("UPDATE call SET rate_id = NULL", "costs"),
        ("INSERT INTO note SELECT id, 'unknown_type', 3, 7 FROM source_file LIMIT 1", "log format"),
    ],
)
def test_what_is_wrong_in_the_database_is_found(run_plain: Run, here: list[str], damage: str, name: str) -> None:
    with sqlite3.connect(here[3]) as connection:
        connection.execute(damage.replace(" WHERE rowid_of = 0", ""))
    connection.close()
    status, repair = checks(run_plain, here, "--suggest-repair")[name]
    expected = {"sums": "fail", "references": "fail", "costs": "fail"}.get(name, "warn")
    assert (status, run_plain("doctor", *here).code) == (expected, int(expected == "fail"))
    assert (repair is not None) == (name != "log format")


def test_a_file_that_is_no_database(run_plain: Run, here: list[str]) -> None:
    Path(here[3]).write_bytes(b"something else entirely " * 100)
    ran = run_plain("doctor", *here, "--suggest-repair")
    assert ran.code == 1
    assert "Something is broken." in ran.out
    assert f"mv {here[3]}" in ran.out


def test_an_empty_file_is_filled_by_a_refresh(run_plain: Run, here: list[str]) -> None:
    Path(here[3]).write_bytes(b"")
    assert checks(run_plain, here, "--suggest-repair")["database"] == ("warn", "codex-usage-tracker refresh")
    refused = run_plain("summary", *here)
    assert refused.code == 5
    assert "[outdated_schema]" in refused.err
    assert run_plain("refresh", *here).code == 0
    assert run_plain("summary", *here).code == 0


def test_uncounted_compactions_are_a_note_and_no_warning(run_plain: Run, here: list[str]) -> None:
    with sqlite3.connect(here[3]) as connection:
        connection.execute("INSERT INTO note SELECT id, 'compaction_without_usage', 2, 7 FROM source_file LIMIT 1")
    connection.close()
    ran = run_plain("doctor", *here)
    assert "2 compactions were billed of which the logs tell no tokens" in ran.out
    assert ran.out.endswith("All is in order.\n")


def test_a_time_zone_that_is_none(run_plain: Run, here: list[str]) -> None:
    ran = run_plain("doctor", *here[:4], "--timezone", "Mars/Olympus")
    assert ran.code == 1
    assert "no time zone" in ran.out


def test_wrong_costs_are_mended_by_reading_again(run_plain: Run, here: list[str]) -> None:
    with sqlite3.connect(here[3]) as connection:
        connection.execute("UPDATE call SET usd = usd + 1, credits = NULL WHERE usd > 0")
    connection.close()
    assert run_plain("rebuild-index", *here).code == 0
    assert checks(run_plain, here)["costs"][0] == "pass"
    assert checks(run_plain, here)["sums"][0] == "pass"


@pytest.mark.parametrize(
    ("text", "status", "told"),
    [
        ('{"rules": []}', "pass", "understood"),
        ('{"rulez": []}', "warn", "did you mean `rules`"),
        ('{"rules": [{"pattern": "x", "input": -1, "output": 1}]}', "fail", "rules[0].input"),
        ("{", "fail", "no JSON"),
    ],
)
def test_files_of_settings_are_looked_at(
    run_plain: Run, here: list[str], tmp_path: Path, text: str, status: str, told: str
) -> None:
    file = tmp_path / "tracker" / "pricing.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    assert checks(run_plain, here)["pricing.json"][0] == status
    assert told in run_plain("doctor", *here).out
