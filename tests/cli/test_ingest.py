"""`ingest` and the commands for one kind of log."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.ingest.lines import at, turn
from tests.ingest.printed.printing import ONE, Json, answered, began, exec_run, tell, text, tokens

TOTAL = "Token usage: total=3 input=2 output=1\nTo continue this session, run codex resume "
CARD = "/status\n\n >_ OpenAI Codex (v0.169.0)\n\n Session: x\n Weekly limit: [██] 12% left (resets 18:34)\n\n"


@pytest.fixture
def here(tmp_path: Path) -> list[str]:
    """Options for an empty home and a database that is not made yet."""
    return ["--codex-home", str(tmp_path / "codex"), "--db", str(tmp_path / "usage.sqlite3")]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "printed.log"


def test_what_a_terminal_showed_is_told_in_one_sentence(run_plain: Run, here: list[str], log: Path) -> None:
    log.write_text(CARD + TOTAL + ONE + "\n", encoding="utf-8")
    first, second = run_plain("ingest-cli", "--log", str(log), *here), run_plain("ingest-cli", str(log), *here)
    assert first.out.splitlines()[0] == "Ingested 9 lines: 1 status snapshot, 1 usage line."
    assert first.out.splitlines()[1].startswith("1 new call in printed.log; 1 limit noted. (")
    assert second.out.splitlines()[1].startswith("0 new calls in printed.log; 1 known before. (")


def test_what_the_app_server_did_is_told_in_one_sentence(run_plain: Run, here: list[str], log: Path) -> None:
    ran: Json = {"type": "commandExecution", "id": "item-1", "command": "git status", "exitCode": 0}
    web: Json = {"type": "web_search_call", "action": {"type": "open_page", "url": "https://example.com"}}
    found = [
        began("thread-1", "turn-1"),
        tell("item/started", threadId="thread-1", turnId="turn-1", item=ran),
        tell("item/commandExecution/outputDelta", itemId="item-1", delta="hello"),
        tell("item/completed", threadId="thread-1", turnId="turn-1", item=ran),
        tell("item/completed", threadId="thread-1", turnId="turn-1", item={"type": "webSearch", "id": "item-2"}),
        tell("rawResponseItem/completed", threadId="thread-1", turnId="turn-1", item=web),
    ]
    log.write_bytes(text(*found))
    ran_once = run_plain("ingest-app-server", "--log", str(log), *here)
    assert ran_once.out.splitlines()[0] == "Ingested 6 lines: 1 turn, 2 items, 1 web action."


def test_json_tells_what_became_of_each_call_and_line(run_plain: Run, here: list[str], log: Path) -> None:
    usage = tokens(100, 40, 10)
    log.write_bytes(text(answered(ONE, turn(1), "resp_1", usage, at(1))) + exec_run(ONE, 9, 0, 1) + b"{\nHello.\n")
    answer = run_plain("ingest", str(log), *here, "--json").json
    assert answer.pop("duration_ms") >= 0
    assert answer.pop("db_path").endswith("usage.sqlite3")
    assert answer.pop("generation") == 1
    answer.pop("privacy_mode", None)
    assert answer == {
        "schema": "codex-usage-tracker-ingest-v1",
        "files": ["printed.log"],
        "lines": 7,
        "kinds": {"app_server": 1, "exec": 4, "terminal": 1},
        "status_snapshots": 0,
        "usage_lines": 0,
        "turns": 1,
        "items": 1,
        "web_actions": 0,
        "threads": 1,
        "new_calls": 1,
        "known_calls": 0,
        "held_calls": 1,
        "superseded_calls": 0,
        "noted_limits": 0,
        "clocks": {"line": 1},
        "skipped": {"invalid_json": 1, "plain_text": 1},
        "interrupted": False,
    }


def test_only_the_kind_that_is_asked_for_is_read(run_plain: Run, here: list[str], log: Path) -> None:
    log.write_bytes(exec_run(ONE, 100, 40, 10))
    assert "4 of another kind than asked for" in run_plain("ingest-app-server", str(log), *here).out
    assert "1 new call" in run_plain("ingest-exec", str(log), *here, "--model", "gpt-5.5").out
    assert "gpt-5.5" in run_plain("query", *here).out


def test_doctor_finds_the_sums_right(run_plain: Run, here: list[str], log: Path) -> None:
    log.write_bytes(exec_run(ONE, 100, 40, 10) + exec_run(ONE, 250, 140, 30))
    run_plain("ingest", str(log), *here)
    checks = {check["name"]: check["status"] for check in run_plain("doctor", "--json", *here).json["checks"]}
    assert [checks[name] for name in ("sums", "costs", "references", "up to date")] == ["pass"] * 4


def test_names_of_logs_are_hidden_under_a_mode(run_plain: Run, here: list[str], log: Path) -> None:
    log.write_bytes(exec_run(ONE, 100, 40, 10))
    told = run_plain("ingest", str(log), *here, "--privacy-mode", "strict")
    assert "printed.log" not in told.out


def test_a_log_that_is_not_there_is_told(run_plain: Run, here: list[str]) -> None:
    told = run_plain("ingest", "nowhere.log", *here)
    assert told.code == 2
    assert "there is no file" in told.err
