"""The files of settings: what each may hold, where they lie, and the examples to begin with."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from codex_usage_tracker.config import templates
from codex_usage_tracker.config.allowance import Allowance, Entry, entries, merged, text_of
from codex_usage_tracker.config.budgets import Budgets
from codex_usage_tracker.config.files import Files, default_files
from codex_usage_tracker.config.general import General
from codex_usage_tracker.config.projects import Projects
from codex_usage_tracker.config.reading import read
from codex_usage_tracker.config.thresholds import Thresholds
from codex_usage_tracker.errors import InvalidSettingsError
from codex_usage_tracker.pricing.card import Card

KINDS: dict[str, type[Any]] = {
    "pricing": Card,
    "rate_card": Card,
    "allowance": Allowance,
    "thresholds": Thresholds,
    "projects": Projects,
    "budgets": Budgets,
}
WEEKLY = {"remaining_percent": 33, "reset_at": "2026-06-07T00:00:00+02:00", "captured_at": "2026-06-03T10:00Z"}


def of(tmp_path: Path, kind: type[Any], document: object) -> Any:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    found = read(str(path), kind)
    assert found.warnings == []
    return found.value


def wrong(tmp_path: Path, kind: type[Any], document: object) -> str:
    with pytest.raises(InvalidSettingsError) as caught:
        of(tmp_path, kind, document)
    return f"{caught.value.message.partition('settings.json: ')[2]}. {caught.value.hint}"


def test_the_files_lie_in_the_folder_of_the_tracker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEX_USAGE_TRACKER_HOME", "/own")
    assert default_files().rate_card == str(Path("/own/rate-card.json"))
    assert set(Files._fields) == {*KINDS, "general"}


@pytest.mark.parametrize("name", KINDS)
def test_a_file_to_begin_with_changes_nothing(tmp_path: Path, name: str) -> None:
    document = json.loads(templates.template(name))
    of(tmp_path, KINDS[name], document)
    examples = document.pop("examples", None)
    assert (examples is None) == (name == "thresholds")
    assert of(tmp_path, KINDS[name], document) == KINDS[name]()


@pytest.mark.parametrize("name", KINDS)
def test_the_examples_hold_where_they_are_moved_to(tmp_path: Path, name: str) -> None:
    document = json.loads(templates.template(name))
    examples = document.pop("examples", {})
    moved = examples if isinstance(examples, dict) else {"budgets" if name == "budgets" else "rules": examples}
    assert (of(tmp_path, KINDS[name], {**document, **moved}) == KINDS[name]()) == (name == "thresholds")


def test_the_limits_that_were_typed_in_are_listed(tmp_path: Path) -> None:
    document = {"windows": {"weekly": WEEKLY}, "families": {"Spark": {"five_hour": {"remaining_percent": "12.5"}}}}
    assert entries(of(tmp_path, Allowance, document)) == [
        Entry(None, "weekly", Decimal(33), 1780783200000, 1780480800000, None, None),
        Entry("Spark", "five_hour", Decimal("12.5"), None, None, None, None),
    ]


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ({"remaining_percent": 0.79}, "`windows.weekly.remaining_percent` is 0.79. Write a percentage from 1 to 100"),
        ({"remaining_percent": 101}, "`windows.weekly.remaining_percent` is 101. A percentage is from 0 to 100."),
        ({"reset_at": "Jun 7"}, "`windows.weekly.reset_at` is 'Jun 7'. An instant names its zone, such as 2026-"),
        ({"captured_at": "2026-06-07T10:00"}, "`windows.weekly.captured_at` is '2026-06-07T10:00'. An instant names"),
        ({"total_credits": -1}, "`windows.weekly.total_credits` is -1. Nothing can be less than 0."),
    ],
)
def test_what_cannot_be_left_of_a_limit_is_refused(tmp_path: Path, window: dict[str, Any], said: str) -> None:
    assert wrong(tmp_path, Allowance, {"windows": {"weekly": window}}).startswith(said)


def test_what_is_typed_in_later_goes_before_what_was_typed_in_before(tmp_path: Path) -> None:
    windows = {"weekly": {**WEEKLY, "total_credits": 5000}, "five_hour": {"remaining_percent": 9}}
    before = of(tmp_path, Allowance, {"plan": "Pro", "windows": windows})
    after = of(tmp_path, Allowance, {"windows": {"weekly": {"remaining_percent": 20}}, "families": {"S": {}}})
    found = json.loads(text_of(merged(before, after)))
    assert found == {
        "plan": "Pro",
        "windows": {"five_hour": {"remaining_percent": 9}, "weekly": {"remaining_percent": 20, "total_credits": 5000}},
    }


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"high_context_percent": 60}, "`high_context_percent` is 60. A number from 0 to 1 belongs here."),
        ({"low_output_tokens": -1}, "`low_output_tokens` is -1. A whole number from 0 to"),
        ({"high_cost_usd": "-0.01"}, "`high_cost_usd` is -0.01. Nothing can be less than 0."),
        ({"high_context_percent": 0.1}, "`elevated_context_percent` (0.5) is above `high_context_percent` (0.1)"),
    ],
)
def test_thresholds_have_ranges(tmp_path: Path, document: dict[str, Any], said: str) -> None:
    assert wrong(tmp_path, Thresholds, document).startswith(said)


def test_a_threshold_of_money_is_exact(tmp_path: Path) -> None:
    assert of(tmp_path, Thresholds, {"high_cost_usd": 0.1}).high_cost_usd == Decimal("0.1")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"amount": 0}, "`budgets[0].amount` is 0. A budget is more than 0."),
        ({"amount": 0.5, "unit": "tokens"}, "`budgets[0].amount` is 0.5. Tokens are whole."),
        ({"per": "year"}, "`budgets[0].per` is the text 'year'. One of day, month, week, window belongs here."),
        ({"per": "window"}, '`budgets[0].limit` ("5h" or "weekly") goes with `per` "window", and only with it'),
        ({"limit": "5h"}, '`budgets[0].limit` ("5h" or "weekly") goes with `per` "window", and only with it'),
        ({"warn_at": 0}, "`budgets[0].warn_at` is 0. A whole number from 1 to 100 belongs here."),
    ],
)
def test_a_budget_that_cannot_be_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    budget = {"unit": "usd", "amount": "10", "per": "day"}
    assert of(tmp_path, Budgets, {"budgets": [budget]}).budgets[0].amount == 10
    assert wrong(tmp_path, Budgets, {"budgets": [{**budget, **change}]}).startswith(said)


def test_names_of_projects_are_not_empty(tmp_path: Path) -> None:
    assert wrong(tmp_path, Projects, {"aliases": {"a": ""}}).startswith("`aliases.a` is the text ''")
    assert wrong(tmp_path, Projects, {"aliases": {"": "a"}}).startswith("a key in `aliases` is wrong")


def test_homes_are_read_beside_the_usual_one_unless_they_are_left_out(tmp_path: Path) -> None:
    usual = (str(tmp_path / "usual"),)
    (tmp_path / "link").symlink_to(tmp_path / "usual", target_is_directory=True)
    assert General().read_homes(usual) == usual
    work = {"path": "~/work", "label": "Work"}
    found: General = of(tmp_path, General, {"homes": [work], "timezone": "Asia/Tokyo"})
    assert found.read_homes(usual) == (*usual, str(Path("~/work").expanduser()))
    left_out = of(tmp_path, General, {"homes": [work, {"path": str(tmp_path / "link"), "read": False}]})
    assert left_out.read_homes(usual) == (str(Path("~/work").expanduser()),)
    none = of(tmp_path, General, {"homes": [{"path": usual[0], "read": False}]})
    assert none.read_homes(usual) == usual


def test_a_language_that_is_none_of_ours_is_named_with_those_that_are(tmp_path: Path) -> None:
    assert "here is en, de" in wrong(tmp_path, General, {"language": "tlh"})
    found: General = of(tmp_path, General, {"language": "pt-BR"})
    assert found.language == "pt-BR"


@pytest.mark.parametrize("zone", ["Mars/Phobos", "../etc/passwd", "/etc/localtime", "a\u0000b"])
def test_a_zone_that_is_none_is_named(tmp_path: Path, zone: str) -> None:
    assert "a zone has a name such as Europe/Stockholm" in wrong(tmp_path, General, {"timezone": zone}).replace(
        "A z", "a z"
    )
