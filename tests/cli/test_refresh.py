"""`refresh` and `rebuild-index`."""

import shutil
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from codex_usage_tracker import tracker
from codex_usage_tracker.cli import progress
from codex_usage_tracker.ingest import jobs
from codex_usage_tracker.store.lock import refreshing
from tests.cli import history
from tests.cli.conftest import Run


@pytest.fixture
def here(tmp_path: Path, codex_home: Path) -> list[str]:
    """Options for a copy of the history, and a database that is not made yet."""
    home = shutil.copytree(codex_home, tmp_path / "codex")
    return ["--codex-home", str(home), "--db", str(tmp_path / "tracker" / "usage.sqlite3")]


def test_json_says_what_was_done(run_plain: Run, here: list[str]) -> None:
    answer = run_plain("refresh", *here, "--include-archived", "--json").json
    assert answer.pop("duration_ms") >= 0
    assert answer.pop("read_bytes") > 10_000
    assert answer == {
        "schema": "codex-usage-tracker-refresh-v1",
        "scanned_files": 4,
        "read_files": 4,
        "new_calls": 12,
        "parsed_events": 12,
        "inserted_or_updated_events": 12,
        "rewritten_files": 0,
        "repriced_calls": 0,
        "parser_diagnostics": {},
        "problems": [],
        "waited": False,
        "interrupted": False,
        "generation": 1,
        "db_path": here[3],
    }


def test_a_sentence_says_what_was_done(run_plain: Run, here: list[str]) -> None:
    first = run_plain("refresh", *here)
    assert first.out.startswith("Looked at 4 files, read 4 (")
    assert first.out.endswith(": 12 new calls.\n")
    assert "nothing new" in run_plain("refresh", *here).out
    assert first.err == ""


def test_archived_threads_can_be_left_unread(run_plain: Run, here: list[str]) -> None:
    assert run_plain("refresh", *here, "--no-archived", "--json").json["new_calls"] == 10
    assert run_plain("refresh", *here, "--json").json["new_calls"] == 2


def test_options_stand_before_and_after_the_command(run_plain: Run, here: list[str]) -> None:
    before = run_plain(*here, "--json", "refresh")
    after = run_plain("refresh", *here, "--json")
    assert before.json["new_calls"] == 12
    assert after.json["db_path"] == before.json["db_path"]


def test_the_folder_of_rollouts_names_its_home(run_plain: Run, here: list[str]) -> None:
    sessions = str(Path(here[1], "sessions"))
    assert run_plain("refresh", "--rollouts", sessions, *here[2:], "--json").json["new_calls"] == 12


def test_several_homes(run_plain: Run, here: list[str], tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    ran = run_plain("--codex-home", str(tmp_path / "other"), "refresh", *here, "--json")
    assert ran.json["new_calls"] == 12


def test_what_cannot_be_read_is_named(run_plain: Run, here: list[str]) -> None:
    blocked = Path(here[1], "sessions", "2026", "rollout-2026-11-22T00-00-00-blocked.jsonl")
    blocked.symlink_to("nowhere")
    answer = run_plain("refresh", *here, "--json")
    assert answer.code == 0
    assert answer.json["problems"] == [{"path": str(blocked), "reason": "No such file or directory"}]
    assert f"Not read: {blocked} No such file" in run_plain("refresh", *here).out
    assert "1 file could not be read" in run_plain("report", *here).err


def interrupted(*_args: object, **_options: object) -> Any:
    raise KeyboardInterrupt


def test_an_interrupted_refresh_says_that_nothing_is_lost(
    run_plain: Run, here: list[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "read_all", interrupted)
        ran = run_plain("refresh", *here)
        assert ran.code == 130
        assert "kept" in ran.out
        assert run_plain("report", *here).code == 130
        assert run_plain("refresh", *here, "--json").json["interrupted"] is True
    assert run_plain("refresh", *here, "--json").json["new_calls"] == 12


def test_rebuild_reads_all_again_and_keeps_what_is_gone(run_plain: Run, here: list[str]) -> None:
    run_plain("refresh", *here)
    before = run_plain("summary", *here, "--group-by", "thread", "--json").json
    next(Path(here[1], "archived_sessions").iterdir()).unlink()
    rebuilt = run_plain("rebuild-index", *here, "--json")
    assert (rebuilt.code, rebuilt.json["read_files"], rebuilt.json["new_calls"]) == (0, 3, 0)
    after = run_plain("summary", *here, "--group-by", "thread", "--json").json
    assert (after["rows"], after["totals"]) == (before["rows"], before["totals"])


def test_a_long_refresh_draws_a_bar(
    run_plain: Run, here: list[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The bar tells bytes and files, and is on standard error alone."""
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0)
    monkeypatch.setattr(progress, "REDRAW_SECONDS", 0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    ran = run_plain("refresh", *here)
    assert "Reading logs" in ran.err
    assert "4/4 files" in ran.err
    assert "Reading logs" not in ran.out
    assert "Reading" not in run_plain("rebuild-index", *here, "--quiet").err


def test_history_is_what_the_tests_take_it_for(ask: Run) -> None:
    rows = ask("summary", "--group-by", "thread", "--json").json["rows"]
    assert {row["key"]: row["calls"] for row in rows} == {
        history.PARSER: 6, history.AGENT: 2, history.ARCHIVED: 2, history.ODD: 2,
    }  # fmt: skip


def test_costs_follow_when_prices_change(run_plain: Run, here: list[str], tmp_path: Path) -> None:
    run_plain("refresh", *here)
    before = run_plain("summary", *here, "--json").json["totals"]
    own = tmp_path / "tracker" / "pricing.json"
    own.write_text('{"rules": [{"pattern": "gpt-5.5", "input": 1000, "output": 1000}]}', encoding="utf-8")
    ran = run_plain("summary", *here, "--json")
    assert Decimal(ran.json["totals"]["usd"]) > 100 * Decimal(before["usd"])
    assert "the costs of" in ran.err
    assert run_plain("summary", *here, "--json").err == ""
    own.unlink()
    assert "Prices have changed" in run_plain("refresh", *here).out
    assert run_plain("summary", *here, "--json").json["totals"] == before


def test_a_price_file_named_for_one_question_changes_nothing(run_plain: Run, here: list[str], tmp_path: Path) -> None:
    run_plain("refresh", *here)
    before = run_plain("summary", *here, "--json").json["totals"]
    other = tmp_path / "other.json"
    other.write_text('{"complete": true, "rules": [{"pattern": "*", "input": 1, "output": 1}]}', encoding="utf-8")
    told = run_plain("summary", *here, "--json", "--pricing", str(other)).json["totals"]
    assert told["usd"] == str(Decimal(told["total_tokens"]) / 10**6)
    assert (told["unpriced_calls"], told["credits"]) == (0, before["credits"])
    assert run_plain("refresh", *here, "--pricing", str(other), "--json").json["repriced_calls"] == 0
    assert run_plain("summary", *here, "--json").json["totals"] == before


def test_a_question_prices_for_itself_while_another_process_refreshes(
    run_plain: Run, here: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_plain("refresh", *here)
    before = run_plain("summary", *here, "--json").json["totals"]["usd"]
    own = tmp_path / "tracker" / "pricing.json"
    own.write_text('{"rules": [{"pattern": "gpt-5.5", "input": 1000, "output": 1000}]}', encoding="utf-8")
    monkeypatch.setattr(tracker, "PATIENCE_SECONDS", 0.0)
    with refreshing(here[3], 0.0):
        during = run_plain("summary", *here, "--json").json["totals"]["usd"]
    own.unlink()
    assert Decimal(during) > 100 * Decimal(before)
    assert run_plain("refresh", *here, "--json").json["repriced_calls"] == 0, "nothing was stored meanwhile"
