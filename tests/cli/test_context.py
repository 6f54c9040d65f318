"""`context` shows what a call was made of, to people and to programs."""

import json
from pathlib import Path

import pytest

from tests.cli import goldens, history
from tests.cli.conftest import Run


@pytest.fixture
def record(ask: Run) -> str:
    """The second call of the history's main thread, which follows a tool's output."""
    rows = ask("query", "--thread", history.PARSER, "--ascending", "--json").json["rows"]
    return str(rows[1]["record_id"])


def test_people_see_what_a_call_was_made_of(ask: Run, record: str) -> None:
    ran = ask("context", record, "--include-tool-output")
    assert ran.code == 0
    goldens.check("context.txt", ran.out)


def test_programs_get_the_same(ask: Run, record: str) -> None:
    told = ask("context", record, "--json").json
    assert told["schema"] == "codex-usage-tracker-context-v1"
    assert (told["context_mode"], told["include_tool_output"], told["raw_context_persisted"]) == ("quick", False, False)
    assert [one["text"] for one in told["entries"] if one["label"] == "tool output"] == [None]
    assert told["omitted"]["tool_outputs"] == 1
    assert told["record"]["record_id"] == record
    full = ask("context", record, "--json", "--mode", "full").json["serialized_evidence"]
    assert full["raw_json_token_estimate"] == sum(one["tokens"] for one in full["buckets"]) > 0


def test_limits_and_the_cursor_are_those_that_are_asked_for(ask: Run, record: str) -> None:
    told = ask("context", record, "--json", "--max-entries", "1", "--max-chars", "3").json
    assert len(told["entries"]) == 1
    older = ask("context", record, "--json", "--before", str(told["before"]), "--max-entries", "1").json
    assert older["entries"][0]["line_number"] < told["entries"][0]["line_number"]
    assert f"--before {told['before']}" in ask("context", record, "--max-entries", "1").out


@pytest.mark.parametrize("mode", ["redacted", "strict"])
def test_the_privacy_modes_show_no_texts(ask: Run, record: str, mode: str) -> None:
    ran = ask(
        "context", record, "--include-tool-output", "--include-compaction-history", "--json", "--privacy-mode", mode
    )
    assert ran.code == 0
    assert {one["text"] for one in ran.json["entries"]} == {None}
    assert history.CANARY not in ran.out.replace(f"feature/{history.CANARY}", "" if mode == "redacted" else "canary")
    assert "not shown" in ask("context", record, "--include-tool-output", "--privacy-mode", mode).out


@pytest.mark.parametrize(
    ("args", "code", "word"),
    [
        (("ffff",), 1, "there is no call"),
        (("no such id",), 1, "there is no call"),
        ((), 2, "RECORD"),
        (("ffff", "--mode", "slow"), 2, "--mode"),
        (("ffff", "--max-chars", "-1"), 2, "--max-chars"),
        (("ffff", "--before", "0"), 2, "--before"),
    ],
)
def test_what_cannot_be_answered_is_explained(ask: Run, args: tuple[str, ...], code: int, word: str) -> None:
    ran = ask("context", *args)
    assert (ran.code, ran.out) == (code, "")
    assert word in ran.err


def test_a_log_that_went_is_explained(record: str, run_plain: Run, database: str, tmp_path: Path) -> None:
    import apsw  # noqa: PLC0415  (only here)

    copy = tmp_path / "usage.sqlite3"
    copy.write_bytes(Path(database).read_bytes())
    connection = apsw.Connection(str(copy))
    connection.execute("UPDATE source_file SET path = '/nowhere/' || name, name = 'gone-' || name")
    connection.close()
    ran = run_plain("context", record, "--db", str(copy), "--codex-home", str(tmp_path), "--json")
    assert (ran.code, json.loads(ran.out)["error"]["code"]) == (1, "source_missing")
