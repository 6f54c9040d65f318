"""`diagnostics`."""

import json
import re
import shutil
from pathlib import Path

import pytest

from codex_usage_tracker.errors import ExitCode
from tests.cli import goldens, history
from tests.cli.conftest import Ran, Run
from tests.ingest import lines
from tests.store import dump

FOUND = ("tool-output", "commands", "git-interactions", "file-reads", "file-modifications", "read-productivity")


def log() -> bytes:
    """Return a thread that read a file twice, changed it, failed and tried again."""
    own = lines.thread(9)
    publish = "git push; gh pr create"
    commands = [("cat plan-canary.md", 0), ("cat plan-canary.md", 0), (publish, 1), (publish, 0)]
    told = [lines.session_meta(own), lines.turn_context(lines.turn(9))]
    for number, (command, code) in enumerate(commands):
        head = f"Wall time: 1.0 seconds\nProcess exited with code {code}\nOriginal token count: {number + 5}\n"
        told.append(lines.function_call(f"c{number}", arguments=json.dumps({"cmd": command})))
        told.append(lines.function_output(f"c{number}", f"{head}Output:\n"))
    patch = "*** Begin Patch\n*** Update File: plan-canary.md\n-a\n+b\n*** End Patch"
    done = "Exit code: 0\nWall time: 0 seconds\nOutput:\n"
    told.append(lines.item("custom_tool_call", name="apply_patch", call_id="p", input=patch))
    told.append(lines.item("custom_tool_call_output", call_id="p", output=done))
    return lines.rollout(*told, lines.record(own, lines.turn(9), lines.used(1000)))


@pytest.fixture
def searched(run_plain: Run, codex_home: Path, tmp_path: Path) -> Run:
    """Give a way to run a command on a history of its own whose logs have been searched."""
    home = shutil.copytree(codex_home, tmp_path / "home")
    (home / "sessions" / lines.file_name(lines.thread(9))).write_bytes(log())
    database = dump.new(tmp_path / "own" / "usage.sqlite3")
    common = ("--db", database, "--codex-home", str(home), "--timezone", "UTC")

    def asks(*args: str) -> Ran:
        return run_plain(args[0], *common, *args[1:])

    ran = asks("diagnostics", "refresh")
    assert (ran.code, ran.out) == (
        0, "Searched 5 logs. `diagnostics commands` and the like tell what was found.\n",
    )  # fmt: skip
    return asks


@pytest.mark.parametrize("view", ["summary", "facts", "compactions", "tools", "overview", "concentration"])
def test_what_the_database_tells(ask: Run, view: str) -> None:
    goldens.check(f"diagnostics-{view}.txt", ask("diagnostics", view).out)
    found = ask("diagnostics", view, "--json").json
    assert found["schema"] == f"codex-usage-tracker-diagnostics-{view}-v1"


def test_the_calls_behind_a_fact(ask: Run) -> None:
    rows = ask("diagnostics", "facts", "--json").json["rows"]
    for row in rows:
        chosen = ("--fact-type", row["fact_type"], "--fact-name", row["fact_name"])
        behind = ask("diagnostics", "fact-calls", *chosen, "--json").json
        assert behind["total_matched_rows"] == len(behind["rows"]) == row["calls"]
        assert sum(call["total_tokens"] for call in behind["rows"]) == row["total_tokens"]
    assert rows


def test_filters_leave_fewer_calls(ask: Run) -> None:
    assert ask("diagnostics", "overview", "--model", "no such", "--json").json["calls"] == 0
    assert ask("diagnostics", "facts", "--since", "2027-01-01").out.startswith("No call has such a fact.")


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_in_logs(searched: Run, name: str) -> None:
    goldens.check(f"diagnostics-{name}.txt", re.sub(r"#[0-9a-f]{8}", "#00000000", searched("diagnostics", name).out))
    found = searched("diagnostics", name, "--json").json
    assert (found["section"], found["status"], found["logs"]) == (name, "fresh", 5)


def test_what_was_never_searched_for_is_told(ask: Run) -> None:
    ran = ask("diagnostics", "file-reads")
    assert ran.out.startswith("The logs have not been searched yet; --refresh does so.")
    assert ask("diagnostics", "file-reads", "--json").json["summary"] is None


def test_refresh_searches_before(searched: Run) -> None:
    assert searched("diagnostics", "commands", "--refresh", "--json").json["status"] == "fresh"


@pytest.mark.parametrize(
    "args",
    [
        ("facts", "--sort", "nonsense"), ("facts", "--fact-type", "nonsense"), ("facts", "--offset", "3"),
        ("fact-calls",), ("fact-calls", "--fact-type", "tool"), ("commands", "--model", "gpt-5.5"),
        ("commands", "--limit", "3"), ("nonsense",), ("facts", "--direction", "up"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told_in_words(ask: Run, args: tuple[str, ...]) -> None:
    ran = ask("diagnostics", *args)
    assert (ran.code, ran.out) == (ExitCode.USAGE, "")
    assert "Traceback" not in ran.err
    assert ran.err


def test_no_hidden_name_is_printed(searched: Run) -> None:
    for name in (*FOUND, "facts", "concentration"):
        for mode in ("redacted", "strict"):
            ran = searched("diagnostics", name, "--json", "--privacy-mode", mode)
            assert json.loads(ran.out)["scope"]["privacy_mode"] == mode
            assert mode == "redacted" or "0000c0de" not in ran.out
            assert history.CANARY not in ran.out.replace(f"feature/{history.CANARY}", "")
    assert "plan-canary.md #" in searched("diagnostics", "file-reads").out
