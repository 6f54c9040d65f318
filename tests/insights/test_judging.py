"""Findings as they are stored: the same however a log came to be read, and by what holds."""

from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_usage_tracker.config.thresholds import Thresholds
from codex_usage_tracker.errors import BusyError
from codex_usage_tracker.ingest import sync
from codex_usage_tracker.ingest.price_files import PriceState
from codex_usage_tracker.insights import judging
from codex_usage_tracker.store import database, findings
from codex_usage_tracker.store.lock import refreshing
from codex_usage_tracker.tracker import Tracker
from tests.ingest.home import Home
from tests.ingest.lines import record, session_meta, spawned, thread, turn, turn_context, used
from tests.ingest.test_same_database import a_scenario, history
from tests.prices import BUNDLED

MAIN = thread(1)
STORED = (
    "SELECT call.key, rule, finding.stake, drawn, tokens, detail, attention.stake, attention.thread = call.thread_id"
    " FROM finding LEFT JOIN attention USING (call_id) LEFT JOIN call ON call.id = finding.call_id ORDER BY 1, 2"
)
COUNTS = "SELECT (SELECT count(*) FROM finding), (SELECT count(DISTINCT call_id) FROM finding),"
COUNTS += " (SELECT count(*) FROM attention)"


def judged(path: str, thresholds: Thresholds | None = None) -> int:
    connection = database.open_writer(path)
    try:
        return judging.judge_stored(connection, thresholds or Thresholds())
    finally:
        connection.close()


def stored(path: str) -> list[Any]:
    connection = database.open_reader(path)
    try:
        return connection.execute(STORED).fetchall()
    finally:
        connection.close()


def keys(path: str) -> set[str]:
    return {findings.KEYS[row[1]] for row in stored(path)}


LOG = [
    session_meta(MAIN),
    turn_context(turn(1)),
    record(MAIN, turn(1), used(120_000, 0, output=50), response="resp_1"),
    record(MAIN, turn(1), used(121_000, 119_000, output=900, reasoning=890), response="resp_2"),
    record(MAIN, turn(1), used(122_000, 10_000, output=900), response="resp_3"),
]


def test_every_finding_belongs_to_a_call_and_a_thread(home: Home) -> None:
    home.log(MAIN, *LOG)
    home.refresh()
    assert judged(home.database) == 1
    assert keys(home.database) == {"low-cache", "low-output", "large-thread", "reasoning-spike", "cache-break"}
    assert all(row[-1] for row in stored(home.database))
    found, calls, attention = home.ask(COUNTS)[0]
    assert found > calls == attention == 3


def test_what_is_judged_is_not_judged_again(home: Home) -> None:
    home.log(MAIN, *LOG)
    home.log(thread(2), *[line._replace() for line in LOG[:0]], session_meta(thread(2)), turn_context(turn(2)),
             record(thread(2), turn(2), used(500, output=5), response="resp_9"))  # fmt: skip
    home.refresh()
    assert judged(home.database) == 2
    assert judged(home.database) == 0
    home.log(MAIN, *LOG, record(MAIN, turn(1), used(123_000, 122_000, output=100), response="resp_4"))
    home.refresh()
    assert judged(home.database) == 1
    home.refresh()
    assert judged(home.database) == 0


def test_other_thresholds_and_other_prices_judge_all_again(home: Home) -> None:
    home.log(MAIN, *LOG)
    home.refresh()
    judged(home.database)
    assert judged(home.database, Thresholds(low_cache_ratio=0.0)) == 1
    assert "low-cache" not in keys(home.database)
    sync.reprice(home.database, PriceState("other", BUNDLED.load))
    assert judged(home.database, Thresholds(low_cache_ratio=0.0)) == 0
    other = BUNDLED.load()
    other.fingerprint = "other"
    sync.reprice(home.database, PriceState("other too", lambda: other))
    assert judged(home.database, Thresholds(low_cache_ratio=0.0)) == 1


def test_an_agent_that_joins_makes_a_swarm_of_its_siblings(home: Home) -> None:
    home.log(MAIN, *LOG)
    agents = [thread(10 + number) for number in range(8)]
    for number, agent in enumerate(agents):
        if number == 7:
            home.refresh()
            judged(home.database)
            assert "sub-agent-swarm" not in keys(home.database)
        home.log(
            agent, session_meta(agent, source=spawned(MAIN), session_id=MAIN), turn_context(turn(20 + number)),
            record(agent, turn(20 + number), used(5_000, 4_000, output=300), response=f"resp_{agent}"), minute=number,
        )  # fmt: skip
    home.refresh()
    assert judged(home.database) == 8
    swarm = findings.KEYS.index("sub-agent-swarm")
    assert [row[5] for row in stored(home.database) if row[1] == swarm] == [8] * 8


def test_a_sub_agent_has_no_parent_until_its_log_is_there(home: Home) -> None:
    agent = thread(3)
    home.log(agent, session_meta(agent, source=spawned(MAIN)), turn_context(turn(3)),
             record(agent, turn(3), used(5_000, 4_000, output=300), response="resp_a"))  # fmt: skip
    home.refresh()
    judged(home.database)
    assert keys(home.database) == {"subagent-attribution"}
    home.log(MAIN, *LOG)
    home.refresh()
    judged(home.database)
    assert "subagent-attribution" not in keys(home.database)


@given(a_scenario, st.data())
def test_findings_do_not_depend_on_how_a_log_grew(corpus: Path, scenario: str, data: st.DataObject) -> None:
    thresholds = Thresholds(
        low_cache_ratio=0.9, high_uncached_input_tokens=10, elevated_context_percent=0.0001, low_output_tokens=10**6,
        expensive_low_output_total_tokens=10, large_cumulative_tokens=100, retry_calls=2, tool_output_tokens=1,
        high_context_percent=0.01, runaway_calls=2,
    )  # fmt: skip
    with history(corpus / scenario) as growing:
        for name in growing.files:
            for part in sorted(data.draw(st.lists(st.integers(0, 100), max_size=3), label=str(name))):
                if name.suffix != ".zst":
                    growing.put(name, (growing.source / name).stat().st_size * part // 100)
                growing.refresh()
                judged(growing.database, thresholds)
            growing.put(name)
        growing.refresh()
        judged(growing.database, thresholds)
        assert stored(growing.database) == at_once(growing.source, thresholds)


def at_once(source: Path, thresholds: Thresholds) -> list[Any]:
    with history(source) as whole:
        whole.put_all()
        whole.refresh()
        judged(whole.database, thresholds)
        found = stored(whole.database)
    assert found
    return found


def test_the_rules_run_over_every_recorded_log(corpus: Path, tmp_path: Path) -> None:
    path = str(tmp_path / "usage.sqlite3")
    sync.refresh(path, [str(home) for home in sorted(corpus.glob("*/*"))], BUNDLED)
    assert judged(path) > 100
    with pytest.MonkeyPatch.context():
        connection = apsw.Connection(path)
        worst = "SELECT count(*) FROM attention JOIN call ON call.id = call_id WHERE stake > ifnull(usd, 4 * credits)"
        assert connection.execute(worst).fetchall() == [(0,)]
        connection.close()


def test_thresholds_of_a_named_file_hold_for_that_time_alone(home: Home, tmp_path: Path) -> None:
    home.log(MAIN, *LOG)
    home.refresh()
    usual = Tracker(home.database, [str(home.path)], "UTC")
    (tmp_path / "own.json").write_text('{"low_cache_ratio": 0.0}', encoding="utf-8")
    named = Tracker(
        home.database, [str(home.path)], "UTC", files=usual.files._replace(thresholds=str(tmp_path / "own.json"))
    )
    low = f"SELECT count(*) FROM finding WHERE rule = {findings.KEYS.index('low-cache')}"
    for tracker, count in ((usual, 2), (named, 0), (usual, 2)):
        with tracker.reader(findings=True) as reader:
            assert reader.db.execute(low).fetchall() == [(count,)]


def test_a_question_does_not_wait_for_a_refresh_to_be_judged(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.log(MAIN, *LOG)
    home.refresh()
    monkeypatch.setattr("codex_usage_tracker.tracker.PATIENCE_SECONDS", 0.0)
    tracker = Tracker(home.database, [str(home.path)], "UTC")
    with refreshing(home.database, 1):
        with pytest.raises(BusyError):
            tracker.judge(wait_seconds=0)
        with tracker.reader(findings=True) as reader:
            assert reader.db.execute("SELECT count(*) FROM finding").fetchall() == [(0,)]
    with tracker.reader(findings=True) as reader:
        assert reader.db.execute("SELECT count(*) > 0 FROM finding").fetchall() == [(1,)]


def test_judging_tells_how_far_it_is(home: Home) -> None:
    home.log(MAIN, *LOG)
    home.refresh()
    told: list[tuple[int, int]] = []
    Tracker(home.database, [str(home.path)], "UTC").judge(progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 1)]
