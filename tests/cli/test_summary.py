"""`summary`."""

import pytest

from codex_usage_tracker.query.dimensions import NAMES
from tests.cli import goldens, history
from tests.cli.conftest import Run


def test_the_table_by_thread(ask: Run) -> None:
    goldens.check("summary.txt", ask("summary").out)


def test_json_by_model(ask: Run) -> None:
    goldens.check("summary.json", ask("summary", "--group-by", "model", "--json").out)


@pytest.mark.parametrize("name", NAMES)
def test_every_dimension_adds_up(ask: Run, name: str) -> None:
    answer = ask("summary", "--group-by", name, "--limit", "0", "--json").json
    assert sum(row["calls"] for row in answer["rows"]) == answer["totals"]["calls"] == 12
    assert ask("summary", "--group-by", name).code == 0


def test_dimensions_may_be_parted_by_commas_or_given_several_times(ask: Run) -> None:
    one = ask("summary", "--group-by", "project,model", "--json").json
    assert one == ask("summary", "--group-by", "project", "--group-by", "model", "--json").json
    assert one["rows"][0]["keys"] == {"project": "=cmd|calc", "model": "gpt-5.5"}


@pytest.mark.parametrize(
    ("preset", "calls"),
    [("today", 1), ("last-7-days", 10), ("by-model", 12), ("by-subagent-type", 12), ("by-thread", 12)],
)
def test_presets(ask: Run, preset: str, calls: int) -> None:
    assert ask("summary", "--preset", preset, "--json").json["totals"]["calls"] == calls


def test_the_preset_expensive_gives_calls(ask: Run) -> None:
    assert ask("summary", "--preset", "expensive", "--json").json == ask("expensive", "--json").json
    assert ask("summary", "--preset", "expensive").out == ask("expensive").out


@pytest.mark.parametrize(
    ("args", "calls"),
    [
        (["--model", "GPT-5.5-MINI"], 2),
        (["--model", "gpt-5.5", "--model", "gpt-5.5-mini"], 10),
        (["--effort", "HIGH"], 12),
        (["--kind", "subagent"], 2),
        (["--origin", "codex"], 7),
        (["--project", "ALPHA-CANARY"], 8),
        (["--directory", "/home/canary/beta"], 2),
        (["--thread", history.PARSER], 8),
        (["--thread", history.AGENT[-8:]], 2),
        (["--thread", "fix the canary PARSER"], 8),
        (["--thread", "nothing like it"], 0),
        (["--search", "experiment"], 2),
        (["--min-tokens", "100000"], 3),
        (["--since", "2026-11-21"], 3),
        (["--until", "2026-11-18"], 5),
        (["--active-only"], 10),
        (["--include-archived"], 12),
    ],
)
def test_filters(ask: Run, args: list[str], calls: int) -> None:
    assert ask("summary", "--json", *args).json["totals"]["calls"] == calls


def test_the_limit_is_said(ask: Run) -> None:
    answer = ask("summary", "--limit", "1", "--json").json
    assert (answer["row_count"], answer["truncated"], answer["totals"]["calls"]) == (1, True, 12)
    assert "--limit 0 gives all" in ask("summary", "--limit", "1").out


def test_an_empty_history_has_no_rows_as_json_and_an_explanation_for_people(run_plain: Run) -> None:
    answer = run_plain("summary", "--json")
    assert (answer.code, answer.json["rows"], answer.json["totals"]["calls"]) == (0, [], 0)
    assert run_plain("summary").code == 3
