"""Questions asked from Python: typed methods, privacy modes, Arrow tables, kind errors."""

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from codex_usage_tracker import Tracker, TrackerError
from codex_usage_tracker.query.dimensions import DIMENSIONS
from codex_usage_tracker.questions import method_of
from codex_usage_tracker.reports.arrow import _is_list_of_structs
from codex_usage_tracker.reports.registry import QUESTIONS
from tests.cli import history
from tests.cli.conftest import ZONE, codex_home, database, run_plain, surroundings

__all__ = ["codex_home", "database", "run_plain", "surroundings"]


@pytest.fixture
def tracker(database: str, codex_home: Path) -> Tracker:
    return Tracker(database, [str(codex_home)], ZONE)


def test_importing_the_package_loads_nothing_of_it() -> None:
    code = "import codex_usage_tracker, sys; print([one for one in sys.modules if 'codex' in one or one == 'typing'])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "['codex_usage_tracker']"


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_is_a_method_with_its_parameters(tracker: Tracker, name: str) -> None:
    import inspect  # noqa: PLC0415

    method = getattr(tracker, method_of(name))
    assert tuple(inspect.signature(method).parameters) == QUESTIONS[name].ask.__struct_fields__
    assert (method.__doc__, method.__name__ in dir(tracker)) == (QUESTIONS[name].doc, True)


def test_values_are_asked_as_python_has_them(tracker: Tracker) -> None:
    day = dt.date(2026, 11, 20)
    found = tracker.summary(group_by=["model", "day"], since=day, model=("gpt-5.5",), include_archived=False)
    told = tracker.ask("summary", group_by="model,day", since="2026-11-20", model="gpt-5.5", include_archived="false")
    assert found == told
    assert found.scope.history == "active"
    assert found.totals.calls > 0
    assert tracker.calls(min_cost=Decimal("0.01")).totals.calls < tracker.calls().totals.calls


def test_the_last_days_are_whole_days_and_the_last_hours_are_not(tracker: Tracker) -> None:
    midnight = dt.datetime(2026, 11, 21, 23, tzinfo=dt.UTC)
    assert tracker.summary(last="1d").scope.since == midnight.timestamp() * 1000
    assert tracker.summary(last="24h").scope.since == history.NOW_MS - 86_400_000


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        (lambda one: one.ask("nothing"), "invalid_value", "no question 'nothing'"),
        (lambda one: one.summary(modle="gpt-5.5"), "invalid_value", "modle"),
        (lambda one: one.summary(group_by="colour"), "invalid_value", "colour"),
        (lambda one: one.summary(last="7d", since="2026-01-01"), "invalid_value", "together"),
        (lambda one: one.calls(limit=-1), "invalid_value", "limit"),
        (lambda one: one.call(record_id="none"), "not_found", "none"),
        (lambda one: one.call(), "invalid_value", "record_id"),
        (lambda one: one.calls(search="x", privacy_mode="loud"), "invalid_value", "loud"),
        (lambda one: one.to_arrow("status"), "invalid_value", "rows"),
        (lambda one: one.to_arrow("heatmap", rows="schema"), "invalid_value", "schema"),
    ],
)
def test_what_cannot_be_answered_is_an_error_with_code_and_hint(
    tracker: Tracker, asked: Callable[[Any], Any], code: str, words: str
) -> None:
    with pytest.raises(TrackerError) as caught:
        asked(tracker)
    assert (caught.value.code, words in caught.value.message) == (code, True)


def test_what_is_no_question_is_no_attribute(tracker: Tracker) -> None:
    with pytest.raises(AttributeError, match="summary"):
        tracker.sumary()  # type: ignore[attr-defined]
    assert not hasattr(tracker, "_repr_html_")


HIDDEN = {"redacted": ("/code/", *history.NAMES.values()), "strict": (history.CANARY, history.PARSER)}


@pytest.mark.parametrize("mode", ["redacted", "strict"])
def test_a_privacy_mode_holds_for_all_answers(
    database: str, codex_home: Path, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_name = Tracker(database, [str(codex_home)], ZONE, privacy_mode=mode)
    plain = Tracker(database, [str(codex_home)], ZONE)
    told = by_name.calls()
    assert plain.calls(privacy_mode=mode) == told  # type: ignore[arg-type]
    monkeypatch.setenv("CODEX_USAGE_TRACKER_PRIVACY_MODE", mode.upper())
    assert plain.calls() == told
    assert told.scope.privacy_mode == mode
    for shown in (repr(told), repr(pa.table(by_name.to_arrow()).to_pylist())):
        assert [one for one in HIDDEN[mode] if one in shown] == []
    label = next(row.project for row in told.rows if row.project)
    assert plain.calls(project=label).totals.calls > 0


def test_all_calls_are_an_arrow_table_with_exact_money(tracker: Tracker) -> None:
    table = pa.table(tracker.to_arrow(model="gpt-5.5"))
    totals = tracker.calls(model="gpt-5.5").totals
    assert (table.num_rows, sum(table["total_tokens"].to_pylist())) == (totals.calls, totals.total_tokens)
    assert sum(filter(None, table["usd"].to_pylist())) == Decimal(totals.usd or 0)
    assert str(table.schema.field("at").type) == "timestamp[ms, tz=UTC]"
    page = pa.table(tracker.to_arrow("calls", limit=2))
    assert (page.num_rows, page.schema) == (2, table.schema)


def test_groups_are_an_arrow_table_with_their_keys(tracker: Tracker) -> None:
    table = pa.table(tracker.to_arrow("summary", group_by=["model", "day"], limit=0))
    rows = tracker.summary(group_by=["model", "day"], limit=0).rows
    assert table.column_names[:2] == ["model", "day"]
    assert table["model"].to_pylist() == [row.keys["model"] for row in rows]
    assert table["usd"].to_pylist() == [row.usd and Decimal(row.usd) for row in rows]


@pytest.mark.parametrize("mode", ["normal", "strict"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_every_list_of_structs_is_a_table_in_every_mode(tracker: Tracker, name: str, mode: str) -> None:
    needed: dict[str, Any] = {
        "call": {"record_id": tracker.calls(limit=1).rows[0].record_id},
        "diagnostics/fact-calls": {"fact_type": "outcome", "fact_name": "task_complete"},
    }.get(name, {})
    answer = tracker.ask(name, privacy_mode=mode, **needed)
    for field in (one.name for one in msgspec.structs.fields(answer) if _is_list_of_structs(one.type)):
        table = pa.table(tracker.to_arrow(name, rows=field, privacy_mode=mode, **needed, **_page(name)))
        assert table.num_rows == len(getattr(answer, field))


def _page(name: str) -> dict[str, Any]:
    return {"limit": 100} if name == "calls" else {}


def test_no_way_to_group_has_the_name_of_a_number() -> None:
    from codex_usage_tracker.contract import Row  # noqa: PLC0415

    assert not set(DIMENSIONS) & {one.name for one in msgspec.structs.fields(Row)}
