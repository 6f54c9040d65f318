"""One question has one answer: as a command, over HTTP and as a function, in every zone, also where clocks change."""

import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import pytest

from codex_usage_tracker.cli.main import run
from codex_usage_tracker.reports.registry import QUESTIONS, Question
from codex_usage_tracker.tracker import Tracker
from tests.cli import history
from tests.cli.conftest import Run
from tests.ingest import lines
from tests.ingest.lines import used
from tests.store import dump
from tests.web.conftest import Served

STEP = timedelta(minutes=15)
CHANGES = {
    "UTC": "2026-10-25T01:00+00:00",
    "America/New_York": "2026-11-01T06:00+00:00",
    "Europe/Berlin": "2026-10-25T01:00+00:00",
    "Asia/Kolkata": "2026-10-25T01:00+00:00",
    "Australia/Lord_Howe": "2026-10-03T15:30+00:00",
}
MOMENTS = sorted(
    {datetime.fromisoformat(change) + STEP * step for change in CHANGES.values() for step in range(-120, 121)}
)
COMMANDS = {
    "status": ["status", "--no-refresh"],
    "summary": ["summary", "--group-by", "day,model", "--limit", "0"],
    "calls": ["query"],
    "pricing-coverage": ["pricing-coverage"],
    "recommendations": ["recommendations"],
    "blocks": ["blocks", "--no-refresh"],
    "limits": ["limits", "--no-refresh"],
    "budgets": ["budget", "check", "--no-refresh"],
    "thread": ["session"],
}
OWN = {
    "summary": {"group_by": "day,model", "limit": "0"},
    "diagnostics/fact-calls": {"fact_type": "outcome", "fact_name": "task_complete"},
}
FILTERED = ("summary", "calls", "pricing-coverage", "recommendations")


class Past(NamedTuple):
    """A history with a call every quarter of an hour around every change of clocks."""

    home: Path
    database: str


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    home = tmp_path_factory.mktemp("changes") / "codex"
    for index, model in enumerate(("gpt-5.5", "gpt-5.1-codex", "of-nobody")):
        mine = MOMENTS[index::3]
        log = history.Log(lines.thread(50 + index), mine[0], cwd=f"/code/project-{index}")
        for number, at in enumerate(mine):
            log.turn(number, at, used(1000 + number, 500, 0, 10 + index, 5), model=model)
        log.write(home / "sessions/2026/10/01")
    path = dump.new(tmp_path_factory.mktemp("changes-db") / "usage.sqlite3")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: history.NOW_MS / 1000)
        assert run(["refresh", "--quiet", "--db", path, "--codex-home", str(home)]) == 0
    return Past(home, path)


def days(zone: str) -> dict[str, str]:
    """Return a span that begins a day before the change of clocks there and ends with the day after it."""
    day = datetime.fromisoformat(CHANGES[zone]).astimezone(ZoneInfo(zone)).date()
    return {"since": str(day - timedelta(days=1)), "until": str(day + timedelta(days=1))}


def asked(name: str, past: Past) -> dict[str, str]:
    """Return what a question cannot do without, or is compared with."""
    if name == "call":
        found = Tracker(past.database, [str(past.home)]).calls(limit=1)
        return {"record_id": found.rows[0].record_id}
    return OWN.get(name, {})


def by_function(past: Past, question: Question[Any], params: dict[str, str], zone: str) -> Any:
    found = Tracker(past.database, [str(past.home)], zone).ask(question.name, **params)
    return json.loads(msgspec.json.encode(found))


def part_of(found: Any, told: Any) -> Any:
    """Return of an answer what another tells too: the server adds fields that programs of other trackers look for."""
    if isinstance(found, dict) and isinstance(told, dict):
        return {key: part_of(value, told[key]) for key, value in found.items() if key in told}
    if isinstance(found, list) and isinstance(told, list) and len(found) == len(told):
        return [part_of(one, other) for one, other in zip(found, told, strict=True)]
    return found


def by_command(run_plain: Run, past: Past, words: list[str], zone: str) -> Any:
    common = ["--db", past.database, "--codex-home", str(past.home), "--timezone", zone, "--json"]
    return run_plain(words[0], *words[1:], *common).json


@pytest.mark.parametrize("zone", CHANGES)
@pytest.mark.parametrize("name", QUESTIONS)
def test_same_answer(run_plain: Run, served: Served, past: Past, name: str, zone: str) -> None:
    question, params = QUESTIONS[name], asked(name, past)
    client = served(past.database, zone=zone, home=past.home)
    fields = {field.encode_name for field in msgspec.structs.fields(question.ask)}
    for filters in ({}, days(zone), {"model": "gpt-5.5"}, {"project": "project-1", "range": "last-30-days"}):
        if not filters.keys() <= fields:
            continue
        by_server = client.get(f"/api/{name}", params=params | filters)
        assert by_server.status_code == 200, by_server.text
        told = by_function(past, question, params | filters, zone)
        assert part_of(by_server.json(), told) == told
        if name in COMMANDS and (not filters or (name in FILTERED and "range" not in filters)):
            options = [word for field, value in filters.items() for word in (f"--{field}", value)]
            printed = by_command(run_plain, past, COMMANDS[name] + options, zone)
            assert part_of(by_server.json(), printed) == printed


@pytest.mark.parametrize("zone", CHANGES)
@pytest.mark.parametrize(("bucket", "form"), [("hour", "%Y-%m-%d %H:00"), ("day", "%Y-%m-%d"), ("month", "%Y-%m")])
def test_buckets_are_what_a_calendar_says(served: Served, past: Past, zone: str, bucket: str, form: str) -> None:
    local = [moment.astimezone(ZoneInfo(zone)) for moment in ends_of_calls()]
    span = days(zone)
    inside = [one for one in local if span["since"] <= f"{one:%Y-%m-%d}" <= span["until"]]
    expected = Counter(f"{one:{form}}" for one in inside)
    found = served(past.database, zone=zone, home=past.home).get(
        "/api/series", params={"bucket": bucket, "metric": "calls", **span}
    )
    labels = [one["label"].replace("T", " ") for one in found.json()["buckets"]]
    counted: Counter[str] = Counter()
    for label, value in zip(labels, found.json()["series"][0]["values"], strict=True):
        counted[label[: len(f"{local[0]:{form}}")]] += value
    assert +counted == expected
    assert found.json()["totals"]["calls"] == len(inside)


def ends_of_calls() -> list[datetime]:
    """Return when the calls ended: some seconds after their turns began."""
    return [moment + timedelta(seconds=5) for moment in MOMENTS]


def test_the_moments_cover_every_change() -> None:
    for zone, change in CHANGES.items():
        moment = datetime.fromisoformat(change)
        offsets = [(moment + STEP * step).astimezone(ZoneInfo(zone)).utcoffset() for step in (-1, 0)]
        assert (offsets[0] != offsets[1]) == (zone not in {"UTC", "Asia/Kolkata"})
        assert moment.astimezone(UTC) in MOMENTS
