"""A total is the sum of its parts, whatever the parts are."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

import apsw
import pytest

from codex_usage_tracker.ingest import sync
from codex_usage_tracker.query import run
from codex_usage_tracker.query.dimensions import DIMENSIONS
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.query.metrics import ALL
from codex_usage_tracker.store import database
from tests.prices import BUNDLED

PAIRS = list(combinations(DIMENSIONS, 2))
ZONES = ("UTC", "Asia/Kathmandu", "America/St_Johns")
FILTERS = {
    "all": Filter(),
    "model": Filter(model=("gpt-5.5",)),
    "large": Filter(min_tokens=10_000),
    "dear": Filter(min_usd=10**9),
    "unpriced": Filter(pricing_status=("unpriced",)),
    "estimated": Filter(pricing_status=("estimated",), archived=False),
    "inferred": Filter(credit_confidence=("inferred", "missing")),
}


@pytest.fixture(scope="module")
def reader(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[apsw.Connection]:
    path = str(tmp_path_factory.mktemp("sums") / "usage.sqlite3")
    sync.refresh(path, [str(home) for home in sorted(corpus.glob("*/*"))], BUNDLED)
    connection = database.open_reader(path)
    yield connection
    connection.close()


def parts(reader: apsw.Connection, chosen: Filter, names: tuple[str, ...], zone: str) -> tuple[int, ...]:
    found = run.groups(reader, chosen, [DIMENSIONS[name] for name in names], ZoneInfo(zone))
    assert len({group.keys for group in found}) == len(found), "a group stands there once"
    return tuple(map(sum, zip(*(group.numbers for group in found), strict=True))) or (0,) * len(ALL)


@pytest.mark.parametrize("chosen", FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("name", DIMENSIONS)
def test_the_parts_of_one_dimension(reader: apsw.Connection, name: str, chosen: Filter) -> None:
    assert parts(reader, chosen, (name,), "Europe/Stockholm") == run.totals(reader, chosen)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("name", ["hour", "day", "week", "month"])
def test_the_parts_of_time_in_odd_zones(reader: apsw.Connection, name: str, zone: str) -> None:
    assert parts(reader, Filter(), (name,), zone) == run.totals(reader, Filter())


@pytest.mark.parametrize("names", PAIRS, ids=" ".join)
def test_the_parts_of_two_dimensions(reader: apsw.Connection, names: tuple[str, str]) -> None:
    assert parts(reader, Filter(), names, "Europe/Stockholm") == run.totals(reader, Filter())


@pytest.mark.parametrize("chosen", FILTERS.values(), ids=FILTERS)
def test_the_calls_themselves(reader: apsw.Connection, chosen: Filter) -> None:
    names = list(run.CALL_FIELDS)
    usd, tokens = names.index("usd"), names.index("total_tokens")
    calls = list(run.calls(reader, chosen))
    told = dict(zip((metric.name for metric in ALL), run.totals(reader, chosen), strict=True))
    assert (len(calls), sum(call[tokens] for call in calls)) == (told["calls"], told["total_tokens"])  # type: ignore[misc]
    assert sum(call[usd] or 0 for call in calls) == told["usd"]  # type: ignore[misc]
    assert sum(call[usd] is None for call in calls) == told["unpriced_calls"]


def test_the_largest_threads_are_those_that_all_threads_have(reader: apsw.Connection) -> None:
    split = [DIMENSIONS["thread"], DIMENSIONS["project"]]
    everything = run.groups(reader, Filter(), split, ZoneInfo("UTC"))
    largest = run.groups(reader, Filter(), split, ZoneInfo("UTC"), limit=5)
    assert [group.numbers for group in largest] == [group.numbers for group in everything[:5]]
    assert set(largest) <= set(everything)
