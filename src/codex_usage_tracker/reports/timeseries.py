"""Use over time: every bucket of a range, for each of the largest groups."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from operator import sub
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker.contract.pictures import Bucket, Series, Timeseries
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.query import run, zones
from codex_usage_tracker.query.dimensions import DIMENSIONS
from codex_usage_tracker.reports.marks import marks
from codex_usage_tracker.reports.scope import NUMBER_NAMES, named, numbers, schema, scope_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codex_usage_tracker.pricing.prices import Prices
    from codex_usage_tracker.query.dimensions import Dimension
    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.query.run import Numbers

HOUR_MS = 3_600_000
MOST_BUCKETS = 10_000
NOTHING = (0,) * len(NUMBER_NAMES)


class _Whole(NamedTuple):
    """The numbers of one group by bucket; `others` are the smaller groups together."""

    key: str | None
    others: bool
    by_bucket: dict[str, Numbers]

    def size(self, place: int) -> int:
        """Return how much of a metric it is in all."""
        return sum(one[place] for one in self.by_bucket.values())


def timeseries(
    reader: Reader, chosen: Filter, *, bucket: str, metrics: Sequence[str], by: Dimension | None = None, top: int = 8,
    prices: Prices | None = None,
) -> Timeseries:  # fmt: skip
    """Return metrics by bucket, split by a dimension into its largest groups and the others together."""
    split = [DIMENSIONS[bucket], *([by] if by else [])]
    groups = run.groups(reader.db, chosen, split, reader.zone)
    labels = sorted(one.keys[0] for one in groups if one.keys[0])
    buckets = list(_buckets(reader, chosen, bucket, labels))
    for one in [one for one in buckets if bucket == "hour" and one.ends_at - one.starts_at > HOUR_MS]:
        halves = _halves(reader, one)
        place = buckets.index(one)
        buckets[place : place + 1] = halves
        groups = _parted(
            groups, one.label, halves, run.groups(reader.db, _within(chosen, halves[1]), split, reader.zone)
        )
    wholes = _wholes(groups, by, top, NUMBER_NAMES.index(metrics[0]))
    return Timeseries(
        schema=schema("series"),
        scope=scope_of(reader, chosen),
        bucket=bucket,
        buckets=buckets,
        series=[_series(one, name, buckets, by) for one in wholes for name in metrics],
        totals=numbers(run.totals(reader.db, chosen)),
        marks=marks(reader, chosen, buckets[0].starts_at, buckets[-1].ends_at, prices) if buckets and prices else [],
    )


def _wholes(groups: Sequence[run.Group], by: Dimension | None, top: int, place: int) -> list[_Whole]:
    found: dict[str | None, _Whole] = {}
    for (label, *keys), told in groups:
        key = keys[0] if keys else None
        found.setdefault(key, _Whole(key, others=False, by_bucket={})).by_bucket[label or ""] = told
    if not found and by is None:
        return [_Whole(None, others=False, by_bucket={})]
    largest = sorted(found.values(), key=lambda one: (-one.size(place), one.key or ""))
    if not top or len(largest) <= top:
        return largest
    return [*largest[:top], _together(largest[top:])]


def _together(wholes: Sequence[_Whole]) -> _Whole:
    by_bucket: dict[str, Numbers] = {}
    for one in wholes:
        for label, told in one.by_bucket.items():
            by_bucket[label] = _plus(by_bucket.get(label, NOTHING), told)
    return _Whole(None, others=True, by_bucket=by_bucket)


def _plus(one: Numbers, other: Numbers) -> Numbers:
    return tuple(map(sum, zip(one, other, strict=True)))


def _series(one: _Whole, metric: str, buckets: Sequence[Bucket], by: Dimension | None) -> Series:
    whole = NOTHING
    for told in one.by_bucket.values():
        whole = _plus(whole, told)
    return Series(
        metric=metric,
        key=one.key,
        keys={by.name: one.key} if by else {},
        others=one.others,
        values=[_value(one.by_bucket.get(bucket.label), metric) for bucket in buckets],
        total=_value(whole, metric),
    )


def _value(told: Numbers | None, metric: str) -> int | str | None:
    if told is None:
        return "0" if metric in {"usd", "credits"} else 0
    if metric in {"usd", "credits"}:
        return named(told)[metric]  # type: ignore[no-any-return]
    return told[NUMBER_NAMES.index(metric)]


# -- an hour that the clocks tell twice -------------------------------------------------------------------------------


def _halves(reader: Reader, hour: Bucket) -> list[Bucket]:
    """Return a local hour that lasts longer as the hour and the one told again, named with their offsets."""
    edges = (hour.starts_at, hour.starts_at + HOUR_MS, hour.ends_at)
    return [
        Bucket(label=zones.moment(at, reader.zone).isoformat(timespec="minutes"), starts_at=at, ends_at=end)
        for at, end in pairwise(edges)
    ]


def _within(chosen: Filter, half: Bucket) -> Filter:
    since, until = max(chosen.since or 0, half.starts_at), min(chosen.until or half.ends_at, half.ends_at)
    return msgspec.structs.replace(chosen, since=since, until=max(since, until))


def _parted(
    groups: Sequence[run.Group], label: str, halves: Sequence[Bucket], later: Sequence[run.Group]
) -> list[run.Group]:
    """Return groups with the calls of one label parted between two."""
    after = {one.keys[1:]: one.numbers for one in later}
    found = []
    for one in groups:
        if one.keys[0] != label:
            found.append(one)
            continue
        second = after.get(one.keys[1:], NOTHING)
        first = tuple(map(sub, one.numbers, second))
        told = zip(halves, (first, second), strict=True)
        found += [run.Group((half.label, *one.keys[1:]), numbers) for half, numbers in told if any(numbers)]
    return found


# -- buckets ----------------------------------------------------------------------------------------------------------


def _buckets(reader: Reader, chosen: Filter, bucket: str, labels: Sequence[str]) -> Iterator[Bucket]:
    """Give all buckets of a range; where it is open, from the first call or to now."""
    if chosen.since is None and not labels:
        return
    start = _start(labels[0], bucket) if chosen.since is None else _floor(reader, chosen.since, bucket)
    until = chosen.until or max(reader.now, reader.midnight() + 1)
    last = max(_start(labels[-1], bucket), start) if labels else start
    count = 0
    while start <= last or zones.milliseconds(start.replace(tzinfo=reader.zone)) < until:
        after = _next(start, bucket)
        first, end = (zones.milliseconds(one.replace(tzinfo=reader.zone)) for one in (start, after))
        if end > first:  # an hour that the clocks leap over is none
            yield Bucket(label=_label(start, bucket), starts_at=first, ends_at=end)
        start, count = after, count + 1
        if count > MOST_BUCKETS:
            hint = "Ask for larger buckets, or for a shorter range."
            raise InvalidValueError(f"the range has more than {MOST_BUCKETS:,} buckets", hint)


def _floor(reader: Reader, at: int, bucket: str) -> datetime:
    local = zones.moment(at, reader.zone).replace(tzinfo=None, minute=0, second=0, microsecond=0)
    if bucket == "hour":
        return local
    day = local.replace(hour=0)
    if bucket == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if bucket == "month" else day


def _next(start: datetime, bucket: str) -> datetime:
    if bucket == "month":
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    return start + {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}[bucket]


def _start(label: str, bucket: str) -> datetime:
    """Return the local time at which a bucket begins, by its label."""
    if bucket == "hour":
        return datetime.fromisoformat(label)
    day = date.fromisoformat(f"{label}-01" if bucket == "month" else label)
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001  (local, as labels are)


def _label(start: datetime, bucket: str) -> str:
    return start.strftime({"hour": "%Y-%m-%dT%H:00", "month": "%Y-%m"}.get(bucket, "%Y-%m-%d"))
