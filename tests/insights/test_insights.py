"""What needs attention, where tokens were wasted and what changed: sums that hold."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_usage_tracker.demo import DemoPlan, write_history
from codex_usage_tracker.insights.rules import ORDER, RULES
from codex_usage_tracker.query import findings, roots
from codex_usage_tracker.query.dimensions import DIMENSIONS
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.query.reader import Reader
from codex_usage_tracker.query.run import CALL_SORTS
from codex_usage_tracker.reports import asks, changes, registry
from codex_usage_tracker.reports.insights import OF_THREADS, PRESETS, RULE_OF, SORTS
from codex_usage_tracker.store.findings import KEYS
from codex_usage_tracker.tracker import Tracker
from tests.cli.history import Log
from tests.demo.test_demo import END
from tests.ingest import lines
from tests.ingest.lines import used

NOW = int(END.timestamp() * 1000)
FILTERS: tuple[dict[str, list[str]], ...] = (
    {},
    {"include_archived": ["false"]},
    {"model": ["gpt-6.1-sol"]},
    {"range": ["last7days"]},
    {"finding": ["low-cache"]},
    {"min_tokens": ["50000"], "include_archived": ["false"]},
)


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Tracker:
    """A made-up history of some months."""
    folder = tmp_path_factory.mktemp("insights")
    write_history(DemoPlan(folder / "codex", calls=1_500, end=END))
    found = Tracker(str(folder / "usage.sqlite3"), [str(folder / "codex")], "Europe/Berlin", now=NOW)
    found.refresh()
    found.judge()
    return found


def ask(tracker: Tracker, name: str, given: dict[str, list[str]]) -> Any:
    question = registry.QUESTIONS[name]
    settings = registry.Settings(tracker.files, tracker.settings)
    with tracker.reader(findings=True) as reader:
        found = registry.answer(question, reader, asks.read(question.ask, given), settings)
    return msgspec.to_builtins(found)


def money(text: str | None) -> Decimal:
    return Decimal(text or 0)


@pytest.mark.parametrize("given", FILTERS, ids=str)
def test_sums_by_rule_are_those_of_the_calls(tracker: Tracker, given: dict[str, list[str]]) -> None:
    told = ask(tracker, "recommendations", given | {"limit": ["0"]})
    found = ask(tracker, "insights", given)
    by_rule: dict[str, list[Any]] = {}
    for row in told["rows"]:
        for one in row["findings"]:
            by_rule.setdefault(one["key"], []).append(one)
    assert found["findings"]
    assert {one["key"]: (one["calls"], one["tokens"]) for one in found["findings"]} == {
        key: (len(several), sum(one["tokens"] for one in several)) for key, several in by_rule.items()
    }
    for one in found["findings"]:
        assert money(one["stake"]) == sum(money(other["stake"]) for other in by_rule[one["key"]])
        assert money(one["credits"]) == sum(money(other["credits"]) for other in by_rule[one["key"]])
    assert money(found["score"]) == sum(money(row["score"]) for row in told["rows"])
    assert sum(money(row["score"]) for row in told["threads"]) == money(found["score"])


def test_waste_is_what_the_rules_of_waste_found_and_no_more_than_all_cost(tracker: Tracker) -> None:
    found = ask(tracker, "insights", {})
    waste = found["waste"]
    assert {one["key"] for one in waste["kinds"]} == {
        one["key"] for one in found["findings"] if RULES[one["key"]].waste
    }
    for name, of in (("usd", "stake"), ("credits", "credits")):
        assert money(waste[name]) == sum(money(one[of]) for one in waste["kinds"])
    assert 0 < money(waste["usd"]) < money(ask(tracker, "summary", {})["totals"]["usd"])
    assert 0 < money(waste["share"]) < 1


@pytest.mark.parametrize("given", [{}, {"include_archived": ["false"]}, {"model": ["gpt-6.1-sol"]}], ids=str)
def test_every_way_to_take_a_change_apart_comes_to_the_whole(tracker: Tracker, given: dict[str, list[str]]) -> None:
    change = ask(tracker, "insights", given)["change"]
    whole = Decimal(change["change_usd"])
    assert whole == Decimal(change["usd"]) - Decimal(change["before_usd"])
    assert {one["dimension"] for one in change["splits"]} >= {"model", "project", "kind"}
    for split in change["splits"]:
        assert sum(Decimal(part["change_usd"]) for part in split["parts"]) == whole


def test_a_week_is_set_beside_as_much_time_of_the_week_before(tracker: Tracker) -> None:
    change = ask(tracker, "insights", {})["change"]
    week = 7 * 86_400_000
    assert change["until"] - change["before_until"] - week in range(900_000)
    assert change["since"] - change["before_since"] == week


@given(
    st.tuples(*[st.integers(0, 10**9)] * 3).filter(any), st.tuples(*[st.integers(1, 10**9)] * 3),
    st.tuples(*[st.integers(0, 10**15)] * 3),
)  # fmt: skip
def test_causes_leave_nothing_where_only_prices_stayed(
    now: tuple[int, ...], before: tuple[int, ...], classes: tuple[int, ...],
) -> None:  # fmt: skip
    parts = changes.causes(now, before, classes)
    at_old_prices = sum(cost * tokens // of for cost, tokens, of in zip(classes, now, before, strict=True))
    assert abs(sum(classes) + sum(parts) - at_old_prices) <= 6
    assert changes.causes(before, before, classes) == [0, 0, 0]


def test_at_most_six_cards_the_most_at_stake_first(tracker: Tracker) -> None:
    cards = ask(tracker, "insights", {})["cards"]
    stakes = [money(one["stake"]) for one in cards]
    assert 3 <= len(cards) <= 6
    assert stakes == sorted(stakes, reverse=True)


def test_a_limit_that_may_get_tight_keeps_its_place_below_what_is_severer(tracker: Tracker) -> None:
    then = Tracker(tracker.database, tracker.homes, "Europe/Berlin", now=NOW - 60 * 3_600_000)
    cards = ask(then, "insights", {})["cards"]
    severities = [one["severity"] for one in cards]
    assert len(cards) == 6
    assert severities == ["high"] * severities.count("high") + ["medium"] * severities.count("medium")
    assert next(one["key"] for one in cards if one["severity"] == "medium") == "allowance"
    told = ask(then, "status", {})["windows"]
    (shown,) = [one for one in cards if one["key"] == "allowance"]
    assert shown["window"] in told
    assert shown["action"] == shown["window"]["forecast"]["sentence"]


@pytest.mark.parametrize("given", [one for one in FILTERS if "finding" not in one], ids=str)
def test_every_link_leads_to_as_many_calls_or_threads_as_are_told_of(
    tracker: Tracker, given: dict[str, list[str]]
) -> None:
    found = ask(tracker, "insights", given)
    for one in (*found["cards"], *found["presets"], *found["notices"]):
        link, count = one["link"], one.get("count", one.get("calls"))
        if one["key"] in {"thread", "allowance"}:
            continue
        shown = ask(tracker, link["view"], given | link["filters"] | {"sort": [link["sort"]], "limit": ["1"]})
        assert shown["total_matched_rows"] == count, one["key"]
        assert one.get("unit", "calls") == link["view"]
    assert {one["unit"] for one in found["presets"] if one["count"]} == {"calls", "threads"}


def test_re_reads_are_told_beside_the_waste_once_the_logs_were_searched(tmp_path: Path) -> None:
    write_history(DemoPlan(tmp_path / "codex", calls=300, end=END))
    own = Tracker(str(tmp_path / "usage.sqlite3"), [str(tmp_path / "codex")], "UTC", now=NOW)
    own.refresh()
    before = ask(own, "insights", {})["waste"]
    link = {"view": "diagnostics", "filters": {"section": ["file-reads"]}, "sort": "", "direction": "desc"}
    unknown = {"status": "missing", "computed_at": None, "re_reads": None, "re_read_tokens": None, "link": link}
    assert before["re_reads"] == unknown
    own.search_logs()
    after = ask(own, "insights", {"model": ["gpt-6.1-sol"], "range": ["today"]})["waste"]["re_reads"]
    summary = ask(own, "diagnostics/file-reads", {})["summary"]
    assert (after["status"], after["re_reads"], after["re_read_tokens"]) == (
        "fresh", summary["re_reads"], summary["re_read_tokens"],
    )  # fmt: skip
    assert summary["re_reads"] > 0
    assert ask(own, "insights", {})["waste"] == before | {"re_reads": after}


def test_notices_are_no_findings(tracker: Tracker) -> None:
    found = ask(tracker, "insights", {})
    assert {one["key"] for one in found["notices"]} <= {"pricing-gap", "estimated-pricing"}
    assert not {"pricing-gap", "estimated-pricing"} & {one["key"] for one in found["findings"]}


def test_a_call_and_a_thread_tell_what_the_stored_findings_tell(tracker: Tracker) -> None:
    told = ask(tracker, "recommendations", {"limit": ["12"]})
    for row in told["rows"]:
        found = ask(tracker, "call", {"record_id": [row["record_id"]]})
        assert found["attention"] == {name: row[name] for name in ("score", "severity", "findings", "action")}
        calls = ask(tracker, "thread", {"thread": [row["thread_id"]], "limit": ["0"]})["calls"]
        assert found["cache"]["state"] in {one["cache_state"] for one in calls if one["record_id"] == row["record_id"]}
    for row in told["threads"]:
        found = ask(tracker, "thread", {"thread": [row["thread_id"]], "limit": ["0"]})
        names = ("score", "severity", "flagged_calls", "findings", "action")
        assert found["attention"] == {name: row[name] for name in names}
        assert all(one["cache_state"] for one in found["calls"])
        assert {"largest_jump"} <= {one["key"] for one in found["lifecycle"]}


def test_names_that_several_places_list_are_the_same() -> None:
    assert list(KEYS) == [rule.key for rule in ORDER] == list(asks.FindingKey.__args__)  # type: ignore[attr-defined]
    assert set(RULE_OF.values()) | OF_THREADS | SORTS.keys() <= RULES.keys()
    assert [key for key, *_ in PRESETS] == list(RULE_OF)
    assert set(SORTS.values()) <= set(CALL_SORTS) & set(roots.SORTS) | {"context"}
    assert set(changes.SPLITS) <= set(DIMENSIONS)


def test_sums_without_the_archived_are_those_of_the_others(tracker: Tracker) -> None:
    with tracker.reader(findings=True) as reader:
        assert _sums(reader, Filter(archived=False)) == _sums(reader, Filter(archived=False, min_tokens=1))
        assert _sums(reader, Filter()) == _sums(reader, Filter(min_tokens=1))


def _sums(reader: Reader, chosen: Filter) -> list[findings.Sum]:
    return [one._replace(stake=one.stake or 0, drawn=one.drawn or 0) for one in findings.by_rule(reader.db, chosen)]


def test_what_is_at_stake_is_unknown_where_nothing_has_a_price(tmp_path: Path) -> None:
    log = Log(lines.uuid7(1, 0x11111), END - timedelta(hours=1))
    log.turn(1, END - timedelta(minutes=9), used(99_000, 90_000, 0, 900), used(120_000, 0, 0, 900), model="nobody-s")
    log.write(tmp_path / "codex/sessions/2026")
    own = Tracker(str(tmp_path / "usage.sqlite3"), [str(tmp_path / "codex")], "UTC", now=NOW)
    own.refresh()
    found = ask(own, "insights", {})
    waste = found["waste"]
    assert waste["kinds"]
    assert (found["score"], waste["usd"], waste["credits"], waste["share"]) == (None, None, None, None)
    assert {(one["stake"], one["severity"]) for one in found["cards"]} == {(None, "review")}
    assert "cache-break" in {one["key"] for one in found["cards"]}


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "codex" / "sessions").mkdir(parents=True)
    empty = Tracker(str(tmp_path / "usage.sqlite3"), [str(tmp_path / "codex")], "UTC")
    empty.refresh()
    found = ask(empty, "insights", {})
    assert (found["score"], found["cards"], found["threads"], found["notices"]) == ("0", [], [], [])
    assert found["change"]["change_usd"] == "0"
    assert ask(empty, "recommendations", {})["rows"] == []
