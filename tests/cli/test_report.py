"""`report`."""

import csv
import io
from pathlib import Path

import pytest

from tests.cli import goldens
from tests.cli.conftest import Run


def test_the_table(ask: Run) -> None:
    goldens.check("report.txt", ask("report").out)


def test_the_table_fits_other_widths(ask: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for columns in (160, 60, 40, 20):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = ask("report", "--by", "model").out.splitlines()
        assert max(map(len, lines)) <= max(columns, 28), columns
        goldens.check(f"report-{columns}.txt", "\n".join(lines) + "\n")


def test_in_a_pipe_nothing_is_cut(ask: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS")
    goldens.check("report-pipe.txt", ask("report", "--last", "all", "--by", "directory").out)


def test_json(ask: Run) -> None:
    goldens.check("report.json", ask("report", "--by", "model", "--json").out)
    assert ask("report", "--format", "json").json == ask("report", "--json").json


def test_csv(ask: Run) -> None:
    goldens.check("report.csv", ask("report", "--by", "model", "--by", "thread", "--format", "csv").out)


def test_without_a_range_it_shows_the_last_30_days_and_says_so(ask: Run) -> None:
    ran = ask("report")
    assert "--last 90d" in ran.err
    assert ask("report", "--json").json["rows"][0]["key"] == "2026-11-18"
    assert ask("report", "--quiet").err == ""
    assert ask("report", "--json").err == ""
    assert ask("report", "--last", "30d").err == ""


@pytest.mark.parametrize(
    ("args", "days"),
    [
        (["--today"], ["2026-11-22"]),
        (["--last", "2d"], ["2026-11-21", "2026-11-22"]),
        (["--last", "4h"], ["2026-11-22"]),
        (["--last", "all"], ["2026-10-13", "2026-11-18", "2026-11-19", "2026-11-21", "2026-11-22"]),
        (["--from", "2026-11-19", "--to", "2026-11-21"], ["2026-11-19", "2026-11-21"]),
        (["--to", "2026-11-18"], ["2026-10-13", "2026-11-18"]),
        (["--from", "2026-11-22T11:00"], ["2026-11-22"]),
        (["--from", "2026-11-22T12:00"], []),
    ],
)
def test_ranges(ask: Run, args: list[str], days: list[str]) -> None:
    """The last day is within the range; instants are local time."""
    assert [row["key"] for row in ask("report", *args, "--json").json["rows"]] == days


@pytest.mark.parametrize("group", ["hour", "day", "week", "month"])
def test_every_length_of_time_has_the_same_total(ask: Run, group: str) -> None:
    answer = ask("report", "--last", "all", "--group", group, "--json").json
    assert sum(row["total_tokens"] for row in answer["rows"]) == answer["totals"]["total_tokens"]
    assert answer["totals"]["calls"] == 12


def test_table_json_and_csv_tell_the_same(ask: Run) -> None:
    rows = ask("report", "--by", "model", "--json").json["rows"]
    read = list(csv.DictReader(io.StringIO(ask("report", "--by", "model", "--format", "csv").out)))
    assert [(line["period"], line["model"], int(line["total_tokens"])) for line in read] == [
        (row["keys"]["day"], row["keys"]["model"], row["total_tokens"]) for row in rows
    ]
    table = ask("report", "--by", "model").out
    assert "9.12M" in table
    assert {"9120957"} == {line["total_tokens"] for line in read if line["period"] == "2026-11-21"}


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--last", "7"], "no length of time"),
        (["--last", "7d", "--today"], "three ways"),
        (["--from", "yesterday"], "no date"),
        (["--from", "2026-11-20", "--to", "2026-11-19"], "empty"),
        (["--by", "colour"], "no way to group"),
        (["--timezone", "Europe/Atlantis"], "no time zone"),
    ],
)
def test_what_cannot_be_understood_is_refused(ask: Run, args: list[str], told: str) -> None:
    ran = ask("report", *args)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_without_logs_it_says_where_it_looked(run_plain: Run, tmp_path: Path) -> None:
    ran = run_plain("report", "--codex-home", str(tmp_path / "nowhere"))
    assert ran.code == 3
    assert str(tmp_path / "nowhere") in ran.err
    assert "`codex-usage-tracker demo`" in ran.err
    assert "`codex-track demo`" in run_plain("report", name="codex-track").err
    assert run_plain("report", "--json").json["error"]["code"] == "no_logs"


def test_an_empty_range_is_said(ask: Run) -> None:
    assert ask("report", "--from", "2026-11-23").out.startswith("No calls in this range.\n")


def test_it_reads_what_is_new_unless_told_not_to(run_plain: Run, codex_home: Path, tmp_path: Path) -> None:
    here = ("--db", str(tmp_path / "new.sqlite3"), "--codex-home", str(codex_home))
    assert run_plain("report", *here, "--no-refresh").code == 5
    assert run_plain("report", *here, "--json").json["totals"]["calls"] == 10
