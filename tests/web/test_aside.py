"""Prices of a file that is named: all calls are priced by them once, not for every question."""

import json
import shutil
import sqlite3
import threading
from pathlib import Path

import apsw
import pytest

from codex_usage_tracker.config.files import default_files
from codex_usage_tracker.pricing.prices import Prices
from codex_usage_tracker.query import run
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.query.metrics import ALL
from codex_usage_tracker.store import rates
from codex_usage_tracker.tracker import Tracker

USD = [metric.name for metric in ALL].index("usd")


@pytest.fixture
def named(database: str, tmp_path: Path) -> Tracker:
    """A tracker that is told other prices for this time alone."""
    path = tmp_path / "prices.json"
    path.write_text(json.dumps({"rules": [{"pattern": "*", "provider": "*", "input": 1, "output": 1}]}))
    copy = str(shutil.copy(database, tmp_path / "usage.sqlite3"))
    return Tracker(copy, files=default_files()._replace(pricing=str(path)))


def usd(tracker: Tracker) -> int:
    with tracker.reader() as reader:
        return run.totals(reader.db, Filter())[USD]


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    made: list[int] = []
    real = rates.shadow

    def shadow(connection: apsw.Connection, prices: Prices) -> None:
        made.append(1)
        real(connection, prices)

    monkeypatch.setattr(rates, "shadow", shadow)
    return made


def test_many_who_ask_at_once_wait_for_one_pricing(named: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    made, found = counted(monkeypatch), list[int]()
    threads = [threading.Thread(target=lambda: found.append(usd(named))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(set(found)) == 1
    assert found[0] != usd(Tracker(named.database))


def test_what_was_written_since_is_priced_too(named: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    made = counted(monkeypatch)
    before = usd(named)
    with sqlite3.connect(named.database) as other:
        other.execute("UPDATE call SET input = input + 1000000 WHERE id = (SELECT min(id) FROM call)")
    other.close()
    assert usd(named) > before
    assert len(made) == 2


def test_another_file_of_prices_or_projects_is_noticed(named: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    made = counted(monkeypatch)
    before = usd(named)
    path = Path(named.files.pricing)
    path.write_text(path.read_text().replace('"input": 1', '"input": 2'))
    assert usd(named) > before
    Path(named.files.projects).parent.mkdir(exist_ok=True)
    Path(named.files.projects).write_text("{}")
    usd(named)
    assert len(made) == 3


def test_another_database_in_its_place_is_the_one_that_is_asked(named: Tracker) -> None:
    before = usd(named)
    other = f"{named.database}.other"
    shutil.copy(named.database, other)
    connection = sqlite3.connect(other)
    connection.execute("DELETE FROM rollup")
    connection.execute("DELETE FROM call")
    connection.commit()
    connection.close()
    Path(other).replace(named.database)
    assert usd(named) == 0 < before
