"""`budget check`: spending against what was set, with an exit code for scripts."""

import json
from pathlib import Path
from typing import Any

import pytest

from codex_usage_tracker.errors import ExitCode
from tests.cli import goldens
from tests.cli.conftest import Run


@pytest.fixture
def budgets(tmp_path: Path) -> Any:
    """Give a way to write the file of budgets."""

    def write(*several: dict[str, Any]) -> list[str]:
        path = tmp_path / "budgets.json"
        path.write_text(json.dumps({"budgets": several}), encoding="utf-8")
        return ["--budgets", str(path)]

    return write


def day(amount: object, unit: str = "usd", **fields: Any) -> dict[str, Any]:
    return {"unit": unit, "amount": amount, "per": "day", **fields}


def test_the_page(ask: Run, budgets: Any) -> None:
    file = budgets(
        day("0.30"),
        day("0.10", name="Tight day"),
        {"unit": "tokens", "amount": 20_000_000, "per": "week", "name": "Week of tokens"},
        {"unit": "credits", "amount": "600", "per": "month"},
        day("1", project="alpha-canary"),
        {"unit": "credits", "amount": 100, "per": "window", "limit": "5h"},
        {"unit": "credits", "amount": 100, "per": "window", "limit": "weekly"},
    )
    ran = ask("budget", "check", *file)
    assert ran.code == ExitCode.OVER_BUDGET
    goldens.check("budget.txt", ran.out)


def test_the_figures_are_those_of_the_reports(ask: Run, budgets: Any) -> None:
    today = ask("status", "--json").json["today"]
    file = budgets(day(today["usd"]), day(today["credits"], "credits"), day(today["total_tokens"], "tokens"))
    ran = ask("budget", "check", "--json", *file)
    assert ran.code == ExitCode.OK, "all of a budget may be used"
    assert [one["used_percent"] for one in ran.json["budgets"]] == [100.0] * 3
    assert [one["used"] for one in ran.json["budgets"]] == [today["usd"], today["credits"], str(today["total_tokens"])]
    assert {one["left"] for one in ran.json["budgets"]} == {"0"}
    assert {one["status"] for one in ran.json["budgets"]} == {"warn"}


@pytest.mark.parametrize(
    ("amount", "status", "code"), [("100", "ok", 0), ("0.30", "warn", 0), ("0.25", "over", 6)], ids=str
)
def test_the_exit_code_tells_an_exceeded_budget(ask: Run, budgets: Any, amount: str, status: str, code: int) -> None:
    ran = ask("budget", "check", "--json", *budgets(day(amount)))
    assert (ran.code, ran.json["status"]) == (code, status)
    strict = ask("budget", "--fail-on", "warn", *budgets(day(amount)))
    assert strict.code == (0 if status == "ok" else 6)


def test_status_tells_of_budgets_too(ask: Run, budgets: Any) -> None:
    file = budgets(day("100", name="Every day"))
    assert "Every day" in ask("status", *file).out
    assert [one["status"] for one in ask("status", "--json", *file).json["budgets"]] == ["ok"]
    assert ask("status", "--json").json["budgets"] == []


def test_without_budgets_nothing_is_exceeded(ask: Run) -> None:
    ran = ask("budget", "check")
    assert ran.code == 0
    assert "init-budgets" in ran.out


def test_calls_without_a_price_are_told_to_be_missing(ask: Run, budgets: Any) -> None:
    file = budgets({"unit": "usd", "amount": 1000, "per": "month"})
    (found,) = ask("budget", "--json", *file).json["budgets"]
    assert found["at_least"] is True
    (tokens,) = ask("budget", "--json", *budgets(day(10**9, "tokens"))).json["budgets"]
    assert tokens["at_least"] is False
