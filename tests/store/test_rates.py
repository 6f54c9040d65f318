"""Stored costs: those of the prices that hold, however they came to be stored."""

import sqlite3
from importlib.resources import files
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest

from codex_usage_tracker.ingest import sync
from codex_usage_tracker.ingest.price_files import PriceState
from codex_usage_tracker.pricing import bundled
from codex_usage_tracker.pricing.card import Card
from codex_usage_tracker.pricing.prices import Prices
from codex_usage_tracker.query import run
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.store import database, rates, rollups
from codex_usage_tracker.tracker import Tracker
from tests.ingest.home import Home
from tests.ingest.lines import record, session_meta, thread, turn, turn_context, used
from tests.prices import BUNDLED

MAIN = thread(1)
COSTS = "SELECT count(*), count(usd), sum(usd), count(credits), sum(credits) FROM call"


def renamed(state: PriceState, name: str) -> PriceState:
    """Return the same prices under another fingerprint, so that all is priced again."""
    return PriceState(name, state.load)


def with_rule(**rule: Any) -> PriceState:
    """Return the bundled prices behind a rule of the user's."""
    own = msgspec.convert({"rules": [rule]}, Card)
    return PriceState("own", lambda: Prices((own, bundled.catalogue()), (bundled.rate_card(),), "own"))


def row(connection: apsw.Connection, sql: str) -> Any:
    return next(connection.execute(sql))


@pytest.fixture
def priced(corpus: Path, tmp_path: Path) -> apsw.Connection:
    """Return the database of the whole corpus."""
    path = str(tmp_path / "usage.sqlite3")
    sync.refresh(path, [str(home) for home in sorted(corpus.glob("*/*"))], BUNDLED)
    return database.open_writer(path)


def test_every_call_of_the_corpus_has_a_price_but_those_of_a_foreign_provider(priced: apsw.Connection) -> None:
    sql = "SELECT DISTINCT provider FROM call JOIN thread ON thread.id = call.thread_id JOIN client"
    sql += " ON client.id = client_id"
    assert priced.execute(f"{sql} WHERE usd IS NULL OR credits IS NULL").fetchall() == [("mock",)]
    assert ("openai",) in priced.execute(f"{sql} WHERE usd > 0 AND credits > 0").fetchall()


def test_pricing_all_at_once_and_call_by_call_agree(priced: apsw.Connection) -> None:
    before = row(priced, COSTS)
    assert before[2] > 0
    assert sync.bring_in_step(priced, renamed(BUNDLED, "again")) == 0
    assert row(priced, COSTS) == before
    priced.execute("UPDATE call SET rate_id = NULL, usd = NULL, credits = NULL")
    assert sync.bring_in_step(priced, renamed(BUNDLED, "and again")) == before[0]
    assert row(priced, COSTS) == before
    assert rollups.differences(priced) == 0


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ("UPDATE rollup SET output = output + 1 WHERE calls > 1", "SELECT count(*) FROM rollup WHERE calls > 1"),
        ("UPDATE rollup SET most_ppm = most_ppm + 1", "SELECT count(*) FROM rollup"),
        ("DELETE FROM rollup", "SELECT count(*) FROM rollup"),
        ("UPDATE rollup SET quarter = quarter + 1e6", "SELECT 2 * count(*) FROM rollup"),
        ("DELETE FROM call", "SELECT count(*) FROM rollup"),
    ],
)
def test_sums_that_differ_are_missing_or_stand_for_no_call_are_told(
    priced: apsw.Connection, change: str, wrong: str
) -> None:
    told = row(priced, wrong)[0]
    priced.pragma("foreign_keys", 0)
    priced.execute(change)
    assert rollups.differences(priced) == told > 0


def test_only_what_a_changed_price_concerns_is_priced_again(priced: apsw.Connection) -> None:
    of_model = "FROM call JOIN profile ON profile.id = profile_id WHERE model = 'gpt-5.4'"
    calls, tokens = row(priced, f"SELECT count(*), sum(input + output) {of_model}")
    others = "SELECT sum(usd) FROM call JOIN profile ON profile.id = profile_id WHERE model <> 'gpt-5.4'"
    before = row(priced, others)
    flat = with_rule(pattern="gpt-5.4", input=1, output=1, tiers={"priority": 1})
    assert sync.bring_in_step(priced, flat) == calls > 0
    assert row(priced, f"SELECT sum(usd) {of_model}") == (tokens * 10**6,)
    assert row(priced, others) == before
    assert rollups.differences(priced) == 0
    assert sync.bring_in_step(priced, flat) == 0


def test_other_prices_for_one_question_leave_the_database_as_it_is(priced: apsw.Connection) -> None:
    path = priced.filename
    before = row(priced, COSTS)
    asking = database.open_reader(path)
    rates.shadow(asking, with_rule(pattern="*", provider="*", input=1, output=1, tiers={"priority": 1}).load())
    tokens = row(asking, "SELECT sum(input + output) FROM call")[0]
    assert row(asking, "SELECT count(*) - count(usd), sum(usd) FROM call") == (0, tokens * 10**6)
    assert row(asking, "SELECT sum(usd) FROM rollup") == (tokens * 10**6,)
    assert row(asking, "SELECT id FROM call INDEXED BY call_at ORDER BY at LIMIT 1")
    with pytest.raises(apsw.ReadOnlyError):
        asking.execute("DELETE FROM main.call")
    asking.close()
    assert row(priced, COSTS) == before


def test_rates_that_no_call_has_any_more_are_dropped(priced: apsw.Connection) -> None:
    sync.bring_in_step(priced, with_rule(pattern="*", provider="*", input=1, output=1, tiers={"priority": 1}))
    sync.bring_in_step(priced, BUNDLED)
    unused = "SELECT count(*) FROM rate WHERE id NOT IN (SELECT rate_id FROM call)"
    assert row(priced, unused) == (0,)


def test_a_failure_midway_leaves_the_costs_and_their_prices_as_they_were(priced: apsw.Connection) -> None:
    before, fingerprint = row(priced, COSTS), database.priced_by(priced)

    def fail() -> Prices:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync.bring_in_step(priced, PriceState("other", fail))
    assert (row(priced, COSTS), database.priced_by(priced)) == (before, fingerprint)


def test_calls_of_absurd_size_have_no_price_by_either_way(home: Home) -> None:
    first, second = turn(1), turn(2)
    home.log(
        MAIN,
        session_meta(MAIN),
        turn_context(first),
        record(MAIN, first, used(10**9, 0, 10)),
        record(MAIN, second, used(1000, 0, 10), response="resp_2"),
    )
    home.refresh()
    assert home.ask("SELECT usd IS NULL FROM call ORDER BY input") == [0, 1]
    connection = database.open_writer(home.database)
    assert sync.bring_in_step(connection, renamed(BUNDLED, "again")) == 0
    connection.close()


def test_a_database_of_the_first_schema_gets_its_costs(priced: apsw.Connection, tmp_path: Path) -> None:
    old = old_schema(priced, tmp_path / "old.sqlite3")
    before = row(priced, COSTS)
    migrated = database.open_writer(old)
    assert row(migrated, "SELECT count(*), count(usd) FROM call") == (before[0], 0)
    sync.bring_in_step(migrated, BUNDLED)
    assert row(migrated, COSTS) == before
    assert rollups.differences(migrated) == 0


def old_schema(new: apsw.Connection, path: Path) -> str:
    """Write the calls of a database as the first version of the program kept them."""
    first = (files("codex_usage_tracker.store") / "migrations" / "0001_first.sql").read_text(encoding="utf-8")
    with sqlite3.connect(path) as old:
        old.executescript(first)
        old.execute("ATTACH ? AS new", (new.filename,))
        for table in ("meta", "home", "project", "client", "thread", "source_file", "profile", "turn", "call"):
            names = ", ".join(row[1] for row in old.execute(f"PRAGMA main.table_info({table})"))
            old.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM new.{table}")
        old.execute("DELETE FROM meta WHERE name = 'prices'")
        old.execute("PRAGMA user_version = 1")
    old.close()
    return str(path)


def test_an_answer_sees_one_moment_while_a_refresh_goes_on(home: Home) -> None:
    first, second = turn(1), turn(2)
    calls = [session_meta(MAIN), turn_context(first), record(MAIN, first, used(1000, 0, 10))]
    home.log(MAIN, *calls)
    home.refresh()
    with Tracker(home.database, [str(home.path)]).reader() as reader:
        before = run.totals(reader.db, Filter())
        home.log(MAIN, *calls, record(MAIN, second, used(2000, 0, 10), response="resp_2"))
        assert home.refresh().new_calls == 1
        assert run.totals(reader.db, Filter()) == before
    with Tracker(home.database, [str(home.path)]).reader() as reader:
        assert run.totals(reader.db, Filter())[0] == 2
