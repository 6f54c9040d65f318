"""`blocks`: use by windows of five hours."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.cli import goldens
from tests.cli.conftest import ZONE, Ran, Run
from tests.cli.history import NOW, NOW_MS
from tests.cli.limited import ago, limits, log, steady_weeks, window
from tests.ingest import lines

HOUR_MS = 3_600_000


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "codex"


@pytest.fixture
def told(run_plain: Run, home: Path, tmp_path: Path) -> Run:
    """Give a way to ask a command of the home that the test has written."""

    def tells(*args: str) -> Ran:
        common = ("--db", str(tmp_path / "own.sqlite3"), "--codex-home", str(home), "--timezone", ZONE, "--quiet")
        return run_plain(args[0], *common, *args[1:])

    return tells


def rows(ran: Ran) -> list[dict[str, Any]]:
    assert ran.code == 0, ran.err
    found: list[dict[str, Any]] = ran.json["rows"]
    return found


def bounds(ran: Ran) -> list[tuple[float, float, str, int]]:
    """Return the hours of each block from now, how it is known, and its calls."""
    return [
        (
            (one["starts_at"] - NOW_MS) / HOUR_MS,
            (one["ends_at"] - NOW_MS) / HOUR_MS,
            one["basis"],
            one["used"]["calls"],
        )
        for one in rows(ran)
    ]


def test_the_page(told: Run, home: Path) -> None:
    log(home, *steady_weeks())
    goldens.check("blocks.txt", told("blocks", "--limit", "4").out)


def test_derived_blocks_on_the_page(ask: Run) -> None:
    goldens.check("blocks-derived.txt", ask("blocks").out)


def test_json(told: Run, home: Path) -> None:
    log(home, *steady_weeks())
    goldens.check("blocks.json", told("blocks", "--limit", "2", "--json").out)


def test_a_derived_block_begins_on_the_hour_of_its_first_call_and_lasts_five(told: Run, home: Path) -> None:
    log(home, *((ago(hours=hours), None) for hours in (30.5, 26.4, 25.9, 3.5, 1)))
    assert bounds(told("blocks", "--json")) == [
        (-4, 1, "derived", 2),
        (-26, -21, "derived", 1),
        (-31, -26, "derived", 2),
    ]


def test_observed_windows_are_blocks_and_the_rest_is_derived(told: Run, home: Path) -> None:
    seen = limits(window(30, ago(hours=5)))
    log(home, (ago(hours=12.5), None), (ago(hours=9), seen), (ago(hours=5.5), None), (ago(hours=4.5), None))
    assert bounds(told("blocks", "--json")) == [
        (-5, 0, "derived", 1),
        (-10, -5, "observed", 2),
        (-13, -10, "derived", 1),
    ]


def test_calls_are_counted_once(told: Run, home: Path) -> None:
    log(home, *steady_weeks(2), thread=lines.uuid7(1, 1))
    log(home, *((ago(hours=hours), None) for hours in range(60, 0, -1)), thread=lines.uuid7(2, 2))
    ran = told("blocks", "--last", "all", "--json")
    spans = sorted((one["starts_at"], one["ends_at"]) for one in rows(ran))
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert sum(one["used"]["calls"] for one in rows(ran)) == told("summary", "--json").json["totals"]["calls"]


def test_the_running_block_tells_its_pace_and_where_it_leads(told: Run, home: Path) -> None:
    log(home, (ago(hours=26), None), (ago(hours=2.5), None), (ago(hours=1), None))
    [block] = rows(told("blocks", "--active", "--json"))
    assert block["active"]
    assert block["projection"]["tokens_per_hour"] == 200_000 // 3
    assert block["projection"]["total_tokens"] == 200_000 * 5 // 3
    assert float(block["projection"]["usd"]) == pytest.approx(float(block["used"]["usd"]) * 5 / 3)
    assert block["forecast"] is None, "no log told of a limit"
    assert "at this pace 333k tokens" in told("blocks", "--active").out


def test_a_block_that_has_just_begun_has_no_pace(told: Run, home: Path) -> None:
    log(home, (NOW - timedelta(minutes=1), None))
    [block] = rows(told("blocks", "--json"))
    assert block["projection"] is not None, "it began on the hour"
    log(
        home,
        (NOW - timedelta(minutes=1), limits(window(1, NOW + timedelta(hours=4, minutes=58)))),
        thread=lines.uuid7(9, 9),
    )
    [block] = rows(told("blocks", "--active", "--json"))
    assert (block["basis"], block["projection"]) == ("observed", None)


def test_no_block_runs_now(told: Run, home: Path) -> None:
    log(home, (ago(hours=30), None))
    assert "No block is running now." in told("blocks", "--active").out
    assert rows(told("blocks", "--active", "--json")) == []


def test_ranges(told: Run, home: Path) -> None:
    log(home, *steady_weeks(3))
    assert len(rows(told("blocks", "--json"))) == 12
    assert len(rows(told("blocks", "--recent", "--json"))) == 3
    assert len(rows(told("blocks", "--last", "5d", "--json"))) == 5
    assert len(rows(told("blocks", "--last", "5d", "--limit", "2", "--json"))) == 2
    assert len(rows(told("blocks", "--limit", "0", "--json"))) == len(rows(told("blocks", "--last", "all", "--json")))
    assert told("blocks", "--recent", "--last", "5d").code == 2
    assert told("blocks", "--last", "soon").code == 2


def test_spark_has_no_part_in_the_usual_limit(told: Run, home: Path) -> None:
    resets = NOW + timedelta(hours=2)
    log(home, (ago(hours=1), limits(window(30, resets))))
    log(home, (ago(hours=1), None), thread=lines.uuid7(2, 2), model="gpt-5.3-codex-spark")
    assert [one["used"]["calls"] for one in rows(told("blocks", "--json"))] == [1]
