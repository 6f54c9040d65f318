"""Use over time on days of 25 and 23 hours, and what happened meanwhile."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from codex_usage_tracker.contract.pictures import Mark, Timeseries
from codex_usage_tracker.pricing import bundled
from codex_usage_tracker.pricing.card import Card, Rule
from codex_usage_tracker.pricing.prices import Prices
from codex_usage_tracker.query.dimensions import DIMENSIONS
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.query.reader import Reader
from codex_usage_tracker.query.spans import between
from codex_usage_tracker.reports.limits import limits
from codex_usage_tracker.reports.timeseries import timeseries
from tests.cli.history import NOW_MS
from tests.cli.limited import log, steady_weeks
from tests.reports.conftest import Reads

OTHER = "01999999-0000-7000-8000-00000000a003"
HOUR_MS = 3_600_000


def hours(reader: Reader, day: str, **options: object) -> Timeseries:
    since, until = between(day, day, reader.zone)
    return timeseries(reader, Filter(since=since, until=until), bucket="hour", metrics=["calls"], **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("zone", "day", "first"),
    [
        ("Europe/Berlin", "2026-10-25", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("America/New_York", "2026-11-01", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
    ],
)
def test_a_day_of_25_hours_tells_the_repeated_hour_twice(
    home: Path, reads: Reads, zone: str, day: str, first: datetime
) -> None:
    again = first + timedelta(hours=1)
    log(home, (first, None), (again, None), (again + timedelta(minutes=5), None), (again + timedelta(hours=1), None))
    log(home, (again, None), thread=OTHER, model="gpt-5.4")
    found = hours(reads(zone), day, by=DIMENSIONS["model"])
    assert len(found.buckets) == len({one.label for one in found.buckets}) == 25
    assert {one.ends_at - one.starts_at for one in found.buckets} == {HOUR_MS}
    place = next(index for index, one in enumerate(found.buckets) if "+" in one.label or one.label.count("-") > 2)
    assert found.buckets[place].starts_at == int(first.timestamp() * 1000) - HOUR_MS // 2
    values = {one.key: one.values[place : place + 3] for one in found.series}
    assert values == {"gpt-5.5": [1, 2, 1], "gpt-5.4": [0, 1, 0]}
    assert sum(int(one.total or 0) for one in found.series) == found.totals.calls == 5


def test_a_day_of_23_hours_leaves_out_the_hour_that_was_none(home: Path, reads: Reads) -> None:
    log(home, (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), None), (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), None))
    found = hours(reads(), "2026-03-29")
    assert len(found.buckets) == 23
    [series] = found.series
    assert [one.label[11:] for one, calls in zip(found.buckets, series.values, strict=True) if calls] == [
        "01:00",
        "03:00",
    ]


# -- what happened meanwhile ------------------------------------------------------------------------------------------


def dated(model: str, price: int, since: str | None = None, to: str | None = None) -> Rule:
    return Rule(pattern=model, input=Decimal(price), output=Decimal(10), from_=since, to=to)


def told(reader: Reader, *rules: Rule, chosen: Filter | None = None) -> list[Mark]:
    prices = Prices((Card(rules=rules), bundled.catalogue()), (Card(), bundled.rate_card()))
    chosen = chosen or Filter(since=NOW_MS - 30 * 24 * HOUR_MS)
    found = timeseries(reader, chosen, bucket="day", metrics=["usd"], prices=prices)
    return [one for one in found.marks if one.kind == "price"]


def test_a_price_that_changed_is_told_of_the_models_that_were_called(home: Path, reads: Reads) -> None:
    log(home, *steady_weeks(4))
    both = [dated(model, 4, to="2026-11-10") for model in ("gpt-5.5", "gpt-5.4")]
    both += [dated(model, 3, since="2026-11-10") for model in ("gpt-5.5", "gpt-5.4")]
    [mark] = told(reads(), *both)
    assert (mark.at, mark.model) == (int(datetime(2026, 11, 10, tzinfo=UTC).timestamp() * 1000), "gpt-5.5")
    changes = [(one.field, one.before, one.after) for one in mark.changes]
    assert changes == [("input", "4", "3"), ("cached input", "4", "3"), ("cache write", "4", "3")]


@pytest.mark.parametrize("days", ["2026-10-01", "2026-12-24"])
def test_a_price_that_changed_at_another_time_is_not_told(home: Path, reads: Reads, days: str) -> None:
    log(home, *steady_weeks(4))
    assert told(reads(), dated("gpt-5.5", 4, to=days), dated("gpt-5.5", 3, since=days)) == []


def test_a_price_of_calls_that_are_filtered_out_is_not_told(home: Path, reads: Reads) -> None:
    log(home, *steady_weeks(4))
    chosen = Filter(since=NOW_MS - 30 * 24 * HOUR_MS, model=("gpt-5.4",))
    rules = dated("gpt-5.5", 4, to="2026-11-10"), dated("gpt-5.5", 3, since="2026-11-10")
    assert told(reads(), *rules, chosen=chosen) == []


def test_weekly_resets_are_told_with_what_was_used(home: Path, reads: Reads) -> None:
    log(home, *steady_weeks(4))
    reader = reads()
    windows = limits(reader, history=0).history
    weeks = sorted((one.ends_at, one.used_percent) for one in windows if one.window_minutes == 10080)
    prices = Prices((Card(),), (Card(),))
    chosen = Filter(since=NOW_MS - 21 * 24 * HOUR_MS)
    found = timeseries(reader, chosen, bucket="day", metrics=["usd"], prices=prices)
    resets = [(one.at, one.used_percent) for one in found.marks]
    assert {one.kind for one in found.marks} == {"reset"}
    assert resets == [one for one in weeks if one[0] > found.buckets[0].starts_at]
    assert len(resets) == 3
