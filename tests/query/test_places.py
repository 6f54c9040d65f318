"""Every page of calls is a slice of all of them in plain order, whatever the order, the filter and the place."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from codex_usage_tracker.ingest import sync
from codex_usage_tracker.query import places, run
from codex_usage_tracker.query.filters import Filter, threads, where
from codex_usage_tracker.store import database
from tests.prices import BUNDLED

FILTERS = {
    "all": Filter(),
    "model": Filter(model=("gpt-5.5",)),
    "active": Filter(archived=False),
    "search": Filter(search="e"),
    "large": Filter(min_tokens=10_000),
    "odd instants": Filter(since=1_760_000_000_001, until=1_900_000_000_001),
    "nothing": Filter(project=("no such project",)),
}
LIMIT = 7


@pytest.fixture(scope="module")
def reader(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[apsw.Connection]:
    path = str(tmp_path_factory.mktemp("places") / "usage.sqlite3")
    sync.refresh(path, [str(home) for home in sorted(corpus.glob("*/*"))], BUNDLED)
    connection = database.open_reader(path)
    yield connection
    connection.close()


def plain(reader: apsw.Connection, chosen: Filter, sort: str, down: str) -> list[int]:
    built = where(chosen, threads(reader, chosen), of_calls=True)
    order = f"{places.SORTS[sort]}{down}, at{down}, line{down}, key"
    return [row[0] for row in reader.execute(f"SELECT id FROM call{built.sql} ORDER BY {order}", built.values)]


@pytest.mark.parametrize("near", [0, 5_000], ids=["far", "near"])
@pytest.mark.parametrize("chosen", FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("sort", places.SORTS)
def test_pages_are_slices(
    reader: apsw.Connection, monkeypatch: pytest.MonkeyPatch, sort: str, chosen: Filter, near: int
) -> None:
    monkeypatch.setattr(places, "NEAR", near)
    for ascending, down in ((False, " DESC"), (True, "")):
        told = plain(reader, chosen, sort, down)
        assert list(places.page(reader, chosen, sort=sort, ascending=ascending, limit=0, offset=0)) == told
        for offset in {*range(0, len(told) + LIMIT, max(1, len(told) // 12)), max(0, len(told) - 1)}:
            found = places.page(reader, chosen, sort=sort, ascending=ascending, limit=LIMIT, offset=offset)
            assert list(found) == told[offset : offset + LIMIT], (ascending, offset)


def test_the_calls_of_a_page_stand_in_its_order(reader: apsw.Connection) -> None:
    everything = list(run.calls(reader, Filter(), sort="tokens"))
    assert list(run.calls(reader, Filter(), sort="tokens", limit=5, offset=3)) == everything[3:8]


def test_an_order_is_made_anew_when_the_data_change(corpus: Path, tmp_path: Path) -> None:
    path, homes = str(tmp_path / "usage.sqlite3"), [str(home) for home in sorted(corpus.glob("*/*"))]
    for count in (2, len(homes)):
        sync.refresh(path, homes[:count], BUNDLED)
        connection = database.open_reader(path)
        far = places.page(connection, Filter(), sort="cost", ascending=False, limit=places.NEAR + 1, offset=0)
        assert list(far) == plain(connection, Filter(), "cost", " DESC")
        connection.close()


def test_a_handful_of_orders_is_kept(reader: apsw.Connection) -> None:
    for sort in places.SORTS:
        places.page(reader, Filter(min_tokens=1), sort=sort, ascending=True, limit=1, offset=places.NEAR)
    assert len(places.ORDERS) == places.KEPT_ORDERS
