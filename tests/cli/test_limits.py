"""`limits`: what is said of limits, and what is not."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli import goldens
from tests.cli.conftest import ZONE, Ran, Run
from tests.cli.history import NOW_MS
from tests.cli.limited import FIVE_HOURS, WEEK, ago, limits, log, steady_weeks, window
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


def windows(ran: Ran) -> list[tuple[str, int, float]]:
    assert ran.code == 0, ran.err
    return [(one["limit_id"], one["window_minutes"], one["used_percent"]) for one in ran.json["windows"]]


def verdicts(ran: Ran) -> list[str]:
    return [one["forecast"]["verdict"] for one in ran.json["windows"]]


def test_the_page(told: Run, home: Path) -> None:
    log(home, *steady_weeks())
    goldens.check("limits.txt", told("limits", "--history", "3").out)


def test_the_wide_page(told: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    log(home, *steady_weeks())
    goldens.check("limits-140.txt", told("limits", "--history", "3").out)


def test_json(told: Run, home: Path) -> None:
    log(home, *steady_weeks(2))
    goldens.check("limits.json", told("limits", "--history", "1", "--json").out)


def test_a_steady_habit_is_foretold_and_measured(told: Run, home: Path) -> None:
    log(home, *steady_weeks())
    answer = told("limits", "--json").json
    five_hours, weekly = answer["windows"]
    assert five_hours["forecast"]["percent_low"] <= 18 <= five_hours["forecast"]["percent_high"] < 40
    assert weekly["forecast"]["verdict"] == "safe"
    assert weekly["forecast"]["percent_low"] <= 42 <= weekly["forecast"]["percent_high"]
    assert weekly["used"]["calls"] == weekly["used_percent"] / 2
    [of_five_hours, of_week] = answer["quotas"]
    worth = {one["unit"]: one for one in of_week["worth"]}
    assert worth["tokens"]["n"] == 7, "the present week counts as far as it has come"
    assert worth["tokens"]["whole"]["median"] == "5000000"
    assert of_week["last"]["whole_tokens"] == 5_000_000
    assert {one["unit"]: one["n"] for one in of_five_hours["worth"]} == {"credits": 8, "usd": 8, "tokens": 8}
    assert five_hours["credits_per_percent"] is None or float(five_hours["credits_per_percent"]) > 0


def test_with_an_api_key_there_are_no_limits(told: Run, home: Path) -> None:
    log(home, (ago(hours=1), None))
    ran = told("limits")
    assert ran.code == 0
    assert "tell of no limits" in ran.out
    answer = told("limits", "--history", "--json").json
    assert (answer["windows"], answer["history"], answer["quotas"]) == ([], [], [])


def test_a_single_snapshot_is_shown_and_nothing_is_made_of_it(told: Run, home: Path) -> None:
    log(home, (ago(hours=1), limits(window(40, ago(hours=-2)))))
    ran = told("limits", "--json")
    assert windows(ran) == [("codex", 300, 40)]
    assert verdicts(ran) == ["unknown"]
    [quota] = ran.json["quotas"]
    assert quota["worth"] == []
    assert "in no window of this plan" in quota["reason"]
    assert "not enough data" in told("limits").out


def test_an_account_that_has_weekly_limits_alone_now(told: Run, home: Path) -> None:
    week = window(10, ago(days=-3), WEEK)
    both = limits(window(90, ago(days=1)), week)
    log(home, (ago(days=1, hours=2), both), (ago(hours=1), limits(window(12, ago(days=-3), WEEK))))
    assert windows(told("limits", "--json")) == [("codex", 10080, 12)]


def test_an_account_that_has_five_hours_alone_now(told: Run, home: Path) -> None:
    both = limits(window(90, ago(days=1)), window(10, ago(hours=20), WEEK))
    log(home, (ago(days=1, hours=2), both), (ago(hours=1), limits(window(5, ago(hours=-3)))))
    assert windows(told("limits", "--json")) == [("codex", 300, 5)]


def test_a_limit_whose_reset_has_passed_is_not_told_as_of_now(told: Run, home: Path) -> None:
    log(home, (ago(hours=6), limits(window(90, ago(hours=2)))))
    ran = told("limits")
    assert "was 10%" in ran.out
    assert "reset since" in ran.out
    assert "at this pace" not in ran.out
    [one] = told("limits", "--json").json["windows"]
    assert (one["passed"], one["burn"]) == (True, None)


@pytest.mark.parametrize("command", ["limits", "status"])
def test_limits_that_were_last_seen_long_ago_are_still_told(told: Run, home: Path, command: str) -> None:
    log(home, (ago(days=200), limits(window(90, ago(days=199, hours=20)))))
    assert "was 10%" in told(command).out
    assert windows(told(command, "--json")) == [("codex", 300, 90)]


def test_a_clock_that_is_ahead_tells_nothing_of_now(told: Run, home: Path) -> None:
    log(home, (ago(hours=1), limits(window(20, ago(hours=-3)))))
    wrong = [(ago(hours=-20), limits(window(90, ago(hours=-24))))]
    log(home, *wrong, thread=lines.uuid7(2, 0x22222))
    assert windows(told("limits", "--json")) == [("codex", 300, 20)]


def test_a_state_told_again_by_another_thread_changes_nothing(told: Run, home: Path) -> None:
    resets = ago(hours=-3)
    log(home, (ago(hours=1), limits(window(20, resets))), (ago(minutes=50), limits(window(30, resets))))
    again = (ago(minutes=40), limits(window(25, resets)))
    older = (ago(minutes=30), limits(window(80, ago(minutes=31))))
    log(home, again, older, thread=lines.uuid7(2, 0x22222))
    assert windows(told("limits", "--json")) == [("codex", 300, 30)]


def test_an_early_reset_leaves_two_windows_and_no_worth(told: Run, home: Path) -> None:
    turns = [(ago(hours=5 - index), limits(window(percent, ago(hours=-days * 24), WEEK)))
             for index, (percent, days) in enumerate([(10, 2), (60, 2), (1, 6.87), (3, 6.87)])]  # fmt: skip
    log(home, *turns)
    answer = told("limits", "--history", "--json").json
    assert [one["used_percent"] for one in answer["windows"]] == [3]
    [earlier] = answer["history"]
    assert (earlier["used_percent"], earlier["reset_early"], earlier["credits_per_percent"]) == (60, True, None)
    assert (earlier["passed"], earlier["forecast"]) == (True, None)
    assert earlier["used"]["calls"] == 2
    assert "was reset before its time" in told("limits", "--history").out


def test_plans_are_kept_apart(told: Run, home: Path) -> None:
    def turns(weeks_ago: int, plan: str, most: int) -> list[Any]:
        ends = ago(days=7 * weeks_ago - 1)
        return [
            (ends - timedelta(days=4 - day), limits(window(day * most / 2, ends, WEEK), plan_type=plan))
            for day in range(3)
        ]

    log(home, *turns(2, "plus", 80), *turns(1, "pro", 20), *turns(0, "pro", 10)[:3])
    answer = told("limits", "--json").json
    [quota] = answer["quotas"]
    assert quota["plan"] == "pro"
    tokens = next(one for one in quota["worth"] if one["unit"] == "tokens")
    assert tokens["n"] == 2
    assert not answer["windows"][0]["plan_changed"]


def test_accounts_have_limits_and_use_of_their_own(told: Run, home: Path) -> None:
    resets = ago(hours=-2)
    for number, (account, percent) in enumerate([("one", 20), ("two", 70)]):
        turns = [(ago(hours=2), limits(window(percent, resets)))] * (number + 1)
        log(home, *turns, thread=lines.uuid7(number, 0x33), creator_account_id=account)
    answer = told("limits", "--json").json
    assert len({one["account"] for one in answer["windows"]}) == 2
    assert sorted((one["used_percent"], one["used"]["calls"]) for one in answer["windows"]) == [(20, 1), (70, 2)]


def test_of_several_accounts_an_unknown_one_has_use_of_its_own_too(told: Run, home: Path) -> None:
    resets = ago(hours=-2)
    for number, account in enumerate(["one", "two", None]):
        named = {"creator_account_id": account} if account else {}
        turns = [(ago(hours=2), limits(window(20 + number, resets)))] * (number + 1)
        log(home, *turns, thread=lines.uuid7(number, 0x33), **named)
    answer = told("limits", "--json").json
    assert sorted((one["used_percent"], one["used"]["calls"]) for one in answer["windows"]) == [
        (20, 1),
        (21, 2),
        (22, 3),
    ]
    assert sum(one["used"]["calls"] for one in told("blocks", "--json").json["rows"]) == 6


def test_each_model_draws_on_its_own_limit_and_foreign_providers_on_none(told: Run, home: Path) -> None:
    resets = ago(hours=-2)
    at = ago(hours=1)
    log(home, (at, limits(window(20, resets))))
    spark = limits(window(9, resets), limit_id="codex_bengalfox")
    log(home, *[(at, spark)] * 2, thread=lines.uuid7(2, 0x2), model="gpt-5.3-codex-spark")
    log(home, *[(at, limits(window(5, resets), limit_id="novel"))] * 3, thread=lines.uuid7(3, 0x3))
    log(home, *[(at, None)] * 5, thread=lines.uuid7(4, 0x4), model_provider="ollama")
    told_of = {one["limit_id"]: one["used"] for one in told("limits", "--json").json["windows"]}
    assert told_of["codex"]["calls"] == 4
    assert told_of["codex_bengalfox"]["calls"] == 2
    assert told_of["novel"] is None


def test_what_is_typed_in_stands_beside_what_was_seen(told: Run, home: Path, tmp_path: Path) -> None:
    log(home, (ago(hours=1), limits(window(40, ago(hours=-2)))))
    path = tmp_path / "allowance.json"
    typed = {"remaining_percent": 79, "reset_at": "2026-11-22T14:30:00Z", "captured_at": "2026-11-22T11:00:00Z"}
    path.write_text(json.dumps({"windows": {"five_hour": typed}}), encoding="utf-8")
    shown = told("limits", "--allowance", str(path)).out
    assert "Typed in" in shown
    assert "79%" in shown
    [entry] = told("limits", "--allowance", str(path), "--json").json["allowance"]
    assert (entry["window"], entry["remaining_percent"], entry["captured_at"]) == ("five_hour", 79, NOW_MS - HOUR_MS)


def test_the_setting_of_the_weekly_reset_is_for_logs_that_do_not_tell(
    told: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(home, (ago(days=1), limits(window(40, None, WEEK), window(10, None, FIVE_HOURS))))
    assert [one["resets_at"] for one in told("limits", "--json").json["windows"]] == [None, None]
    monkeypatch.setenv("CODEX_USAGE_WEEKLY_RESET", "mon 13:00")
    _, weekly = told("limits", "--json").json["windows"]
    assert (weekly["resets_at"], weekly["reset_assumed"]) == (NOW_MS + 24 * HOUR_MS, True)


@pytest.mark.parametrize("command", ["limits", "status", "blocks"])
def test_a_setting_that_cannot_be_read_is_an_error_that_names_it(
    told: Run, home: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(home, (ago(days=1), limits(window(40, None, WEEK))))
    monkeypatch.setenv("CODEX_USAGE_WEEKLY_RESET", "someday")
    ran = told(command)
    assert ran.code == 2
    assert "CODEX_USAGE_WEEKLY_RESET" in ran.err


@pytest.mark.parametrize("command", [["limits", "--history", "0"], ["status"], ["blocks"], ["limits", "--json"]])
def test_absurd_limits_do_no_harm(told: Run, home: Path, command: list[str]) -> None:
    absurd = [
        (10**12, ago(hours=-1).timestamp()),
        (300, 9 * 10**10),
        (300, 10**300),
        (7, 1),
        (1, 0),
        (5 * 10**6, 10**10),
    ]
    turns = [
        (ago(minutes=40 - number), limits(lines.window(999_999.5, minutes, resets_at=resets)))
        for number, (minutes, resets) in enumerate(absurd)
    ]
    log(home, *turns)
    ran = told(*command)
    assert (ran.code, ran.err) == (0, "")


def test_history_has_a_length(told: Run, home: Path) -> None:
    log(home, *steady_weeks(2))
    assert len(told("limits", "--json").json["history"]) == 0
    assert len(told("limits", "--history", "1", "--json").json["history"]) == 2
    assert len(told("limits", "--history", "--json").json["history"]) == 10 + 2
    assert len(told("limits", "--history", "0", "--json").json["history"]) == 14 + 2
    assert told("limits", "--history", "-1").code == 2


@pytest.mark.parametrize("columns", ["50", "80"])
def test_sentences_are_folded_where_there_is_little_room(
    told: Run, home: Path, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    log(home, *steady_weeks(2))
    lines_ = told("limits").out.splitlines()
    said = lines_[lines_.index("") + 1 :]
    assert max(map(len, said[: said.index("")])) <= int(columns)


def test_all_surfaces_foretell_the_same(told: Run, home: Path) -> None:
    log(home, *steady_weeks(14))
    asked = (["status"], ["limits"], ["limits", "--history", "3"], ["limits", "--history", "0"])
    forecasts = [[one["forecast"] for one in told(*args, "--json").json["windows"]] for args in asked]
    assert forecasts[0] == forecasts[1] == forecasts[2] == forecasts[3]
    assert any(one and one["percent_expected"] is not None for one in forecasts[0])
