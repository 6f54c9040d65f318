"""The page of a file answers each question as the registry does, for everything the page can ask."""

from pathlib import Path
from typing import Any

import pytest

from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.tracker import Tracker
from tests.static import asked
from tests.static.conftest import IN_A_BROWSER, Opens

pytestmark = IN_A_BROWSER


def test_answers_that_no_filter_changes(told: Tracker, opens: Opens) -> None:
    both = opens(told).both
    history = both.in_registry(("limits", {"history": 30}))["history"]
    courses = [("limits", {"history": 30, "course_at": one["starts_at"]}) for one in history[::4]]
    found = [
        (f"diagnostics/{name}", params) for name in asked.SECTIONS for params in ({}, {"include_archived": "false"})
    ]
    assert both.differences([*asked.UNFILTERED, *courses, *found]) == []


def test_every_filter_and_pairs_of_them_by_chance(told: Tracker, opens: Opens) -> None:
    both = opens(told).both
    chosen = [*asked.filters(both), *asked.pairs(both, 8)]
    assert both.differences([(name, params) for name in asked.FILTERED for params in chosen]) == []


def test_every_dimension_metric_and_order(told: Tracker, opens: Opens) -> None:
    both = opens(told).both
    splits = [*asked.DIMENSIONS, "model,project,day", "thread,source,nickname", "hour,effort"]
    sums: list[asked.Asked] = [
        ("summary", {"group_by": split, "limit": limit, "sort": metric})
        for split in splits for metric, limit in (("tokens", 0), ("cost", 5), ("calls", 5))
    ]  # fmt: skip
    pages: list[asked.Asked] = [
        (name, {"sort": sort, "direction": way, "limit": 40} | ({"offset": 37} if name != "diagnostics/facts" else {}))
        for name, sorts in asked.SORTS.items() for sort in sorts for way in ("asc", "desc")
    ]  # fmt: skip
    metrics = ["usd", "tokens", "calls", "credits", "output_tokens"]
    series: list[asked.Asked] = [
        ("series", {"by": name, "metric": metrics, "bucket": "week", "top": 3}) for name in asked.DIMENSIONS[:-4]
    ]
    assert both.differences([*sums, *pages, *series]) == []


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_ranges_and_times_where_clocks_change(told: Tracker, opens: Opens, zone: str) -> None:
    both = opens(told, zone=zone).both
    ranges: list[asked.Params] = [{"range": name} for name in asked.RANGES]
    ranges += [
        {"since": "2026-10-03", "until": "2026-11-02"}, {"until": "2026-10-25T02:30"},
        {"since": "2026-10-25T02:30:10", "until": "2026-11-01T01:30:00"},
        {"since": "2026-09-03T10:07:30Z", "until": "2026-10-25T02:30:00+05:30"},
    ]  # fmt: skip
    hours: list[asked.Asked] = [
        ("series", {"bucket": "hour", "by": "model", "since": since, "until": until})
        for since, until in (("2026-10-03", "2026-10-05"), ("2026-10-24", "2026-10-26"), ("2026-10-31", "2026-11-02"))
    ]
    buckets: list[asked.Asked] = [("series", {"bucket": name}) for name in ("day", "week", "month")]
    assert both.differences([*((name, params) for name in asked.FILTERED for params in ranges), *hours, *buckets]) == []


def test_threads_calls_and_facts(told: Tracker, opens: Opens) -> None:
    both = opens(told).both
    calls = both.in_registry(("calls", {"limit": 1200}))["rows"]
    facts = both.in_registry(("diagnostics/facts", {"limit": 0}))["rows"]
    threads = {call[name] for call in calls for name in ("thread_id", "root_thread_id") if call[name]}
    named = [name for name in both.values("thread") if name]
    assert both.differences([
        *(("call", {"record_id": call["record_id"]}) for call in calls[::15]),
        *(("thread", {"thread": one, "limit": 30}) for one in sorted(threads)[::5]),
        ("thread", {}), ("thread", {"thread": named[0][:13]}), ("thread", {"thread": named[0], "limit": 0}),
        *(
            ("diagnostics/fact-calls", {"fact_type": one["fact_type"], "fact_name": one["fact_name"], "sort": "tokens"})
            for one in facts
        ),
    ]) == []  # fmt: skip


def test_recorded_logs(corpus: Path, tmp_path: Path, opens: Opens) -> None:
    homes = [str(home) for home in sorted(corpus.glob("*/*")) if (home / "sessions").is_dir()]
    tracker = Tracker(str(tmp_path / "corpus.sqlite3"), homes, "Europe/Berlin")
    tracker.refresh()
    both = opens(tracker).both
    calls = both.in_registry(("calls", {"limit": 500, "range": "alltime"}))["rows"]
    assert both.differences([
        *asked.UNFILTERED,
        *((name, params) for name in asked.FILTERED for params in asked.filters(both)),
        *(("call", {"record_id": call["record_id"]}) for call in calls),
        *(("thread", {"thread": call["thread_id"]}) for call in calls),
    ]) == []  # fmt: skip


@pytest.mark.parametrize("mode", ["redacted", "strict"])
def test_hidden_names_are_those_of_the_server(told: Tracker, opens: Opens, mode: str) -> None:
    both = opens(told, mode=mode).both
    questions: list[asked.Asked] = [(name, {}) for name in asked.FILTERED]
    questions += [(name, {"project": both.values("project")[0]}) for name in asked.FILTERED]
    assert both.differences([*asked.UNFILTERED, *questions]) == []


def test_a_file_of_some_calls_tells_their_sums(told: Tracker, opens: Opens) -> None:
    with told.reader() as reader:
        since = reader.midnight(30)
    both = opens(told, Filter(since=since)).both
    questions = [(name, {"range": "last30days"}) for name in asked.FILTERED if name not in {"compare", "insights"}]
    assert both.differences(questions) == []
    (found,) = both.in_file([("compare", {"range": "last30days"})])
    assert found["before"] is None


def refused(both: asked.Both, name: str, params: dict[str, Any]) -> str:
    (found,) = both.in_file([(name, params)])
    return str(found["refused"])


def test_what_cannot_be_asked_is_refused_in_words(told: Tracker, opens: Opens) -> None:
    both = opens(told).both
    assert "no date" in refused(both, "summary", {"since": "yesterday-ish"})
    assert "is empty" in refused(both, "summary", {"since": "2026-10-02", "until": "2026-10-01"})
    assert "no way to split" in refused(both, "summary", {"group_by": "colour"})
    assert "no parameter" in refused(both, "summary", {"colour": "blue"})
    assert "no amount" in refused(both, "calls", {"min_cost": "much"})
    assert "no call" in refused(both, "call", {"record_id": "12"})
    assert "no thread" in refused(both, "thread", {"thread": "nobody's"})
    assert "not in this file" in refused(both, "context", {"record_id": "12"})
