"""What is found in the recorded logs is what a slow and obvious count finds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codex_usage_tracker.contract import diagnostics as contract
from codex_usage_tracker.diagnostics import snapshots
from codex_usage_tracker.ingest.sync import refresh
from codex_usage_tracker.query import zones
from codex_usage_tracker.query.reader import Reader
from codex_usage_tracker.reports.diagnostics import SECTIONS, section
from codex_usage_tracker.store import database
from tests.corpus.logs import SCENARIOS
from tests.diagnostics.recount import Recount
from tests.prices import BUNDLED


@pytest.fixture(scope="module", params=SCENARIOS)
def scenario(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def told(scenario: str, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    path = str(tmp_path_factory.mktemp("database") / "usage.sqlite3")
    refresh(path, [str(corpus / scenario)], BUNDLED)
    snapshots.refresh(path)
    connection = database.open_reader(path)
    reader = Reader(connection, zones.zone_of("UTC"), 0)
    found = {name: section(reader, name, archived=True) for name in SECTIONS}
    connection.close()
    return found.__getitem__


@pytest.fixture(scope="module")
def counted(scenario: str, corpus: Path) -> Recount:
    return Recount(corpus / scenario)


def test_outputs_of_tools(told: Callable[[str], contract.ToolOutput], counted: Recount) -> None:
    found = told("tool-output")
    assert {
        row.function: [row.calls, row.outputs, row.counted_outputs, row.output_tokens] for row in found.functions
    } == counted.functions
    summary = found.summary
    assert summary is not None
    calls, outputs, with_count, tokens = (sum(row[place] for row in counted.functions.values()) for place in range(4))
    assert (summary.function_calls, summary.function_outputs) == (calls, outputs)
    assert (summary.outputs_with_token_count, summary.output_tokens) == (with_count, tokens)
    assert sum(row.outputs for row in found.missing_reasons) == outputs - with_count
    assert sum(row.output_tokens for row in found.command_roots) == summary.command_output_tokens


def test_commands(told: Callable[[str], contract.Commands], counted: Recount) -> None:
    found = told("commands")
    names = ("commands", "counted_outputs", "output_tokens", "failed")
    assert {(row.program, row.verb, row.effect): [getattr(row, name) for name in names] for row in found.commands} == {
        key: [row[name] for name in names] for key, row in counted.commands.items()
    }
    assert found.summary is not None
    for name in ("shell_calls", "failed_calls", "retries"):
        assert getattr(found.summary, name) == counted.totals[name]


def test_git(told: Callable[[str], contract.GitInteractions], counted: Recount) -> None:
    found = told("git-interactions")
    wanted = {key[1]: row["commands"] for key, row in counted.commands.items() if key[0] == "git"}
    assert {f"git {row.operation}": row.interactions for row in found.interactions} == wanted
    assert found.summary is not None
    assert found.summary.read_only == found.summary.git_command_calls == sum(wanted.values())


def test_files_that_were_read(told: Callable[[str], contract.FileReads], counted: Recount) -> None:
    found = told("file-reads")
    assert found.summary is not None
    assert found.summary.read_events == sum(row.read_events for row in found.by_reader) == counted.reads["events"]
    assert found.summary.output_tokens == sum(row.output_tokens for row in found.top_paths) == counted.reads["tokens"]
    assert found.summary.re_reads == counted.reads["again"]
    assert {row.path.partition(" #")[0] for row in found.top_paths} <= {"README.md"}


def test_files_that_were_changed(told: Callable[[str], contract.FileModifications], counted: Recount) -> None:
    found = told("file-modifications")
    assert found.summary is not None
    assert found.summary.added == found.summary.events == len(counted.added)
    assert sorted({row.path.partition(" #")[0] for row in found.top_paths}) == sorted(set(counted.added))
    assert (found.summary.lines_added, found.summary.lines_removed) == (2 * len(counted.added), 0)
    assert [(row.extension, row.events) for row in found.by_extension] == (
        [(".txt", len(counted.added))] if counted.added else []
    )


def test_reads_before_changes(told: Callable[[str], contract.ReadProductivity], counted: Recount) -> None:
    found = told("read-productivity")
    assert found.summary is not None
    assert (found.summary.read_events, found.summary.modified_later) == (counted.reads["events"], 0)


def test_every_log_was_read(told: Callable[[str], contract.Snapshot], corpus: Path, scenario: str) -> None:
    found = told("commands")
    assert (found.status, found.missing_logs, found.new_calls) == ("fresh", 0, 0)
    assert found.logs == len(list((corpus / scenario).rglob("rollout-*")))
