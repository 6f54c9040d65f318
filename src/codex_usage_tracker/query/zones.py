"""Local time: instants to days of an IANA zone and back, in Python and in SQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from codex_usage_tracker.errors import InvalidValueError

QUARTER_MS = 900_000
DAY_QUARTERS = 96
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def zone_of(name: str | None) -> ZoneInfo:
    """Return an IANA zone, the machine's own if none is named."""
    if name is None:
        return _own_zone()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = f"there is no time zone {name!r}"
        raise InvalidValueError(msg, "Use an IANA name such as Europe/Berlin or UTC.") from error


def _own_zone() -> ZoneInfo:
    import tzlocal  # noqa: PLC0415  (only where no zone is named)

    try:
        return ZoneInfo(tzlocal.get_localzone_name() or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def milliseconds(moment: datetime) -> int:
    """Return an aware instant as milliseconds UTC."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def moment(at: int, zone: ZoneInfo) -> datetime:
    """Return milliseconds UTC as a local time."""
    return (EPOCH + timedelta(milliseconds=at)).astimezone(zone)


def midnight(day: date, zone: ZoneInfo) -> int:
    """Return the instant (milliseconds) at which a local day begins."""
    return milliseconds(datetime(day.year, day.month, day.day, tzinfo=zone))


@lru_cache(maxsize=16)
def offsets(zone: ZoneInfo, first: int, last: int) -> tuple[tuple[int, int], ...]:
    """Return (from quarter, offset in quarters) for each stretch of one UTC offset between two quarters."""
    found = [(first, _offset(zone, first))]
    step = DAY_QUARTERS * 7
    for quarter in range(first, last, step):
        end = min(quarter + step, last)
        if _offset(zone, end) != found[-1][1]:
            found.append((_change(zone, quarter, end), _offset(zone, end)))
    return tuple(found)


def _offset(zone: ZoneInfo, quarter: int) -> int:
    moved = moment(quarter * QUARTER_MS, zone).utcoffset() or timedelta()
    return int(moved.total_seconds()) // 900


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """Return the first quarter of the new offset, which lies in (low, high]."""
    before = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def local_quarter(zone: ZoneInfo, first: int, last: int) -> str:
    """Return SQL for `quarter` counted in local time, for quarters between two."""
    stretches = offsets(zone, first, last)
    if len(stretches) == 1:
        return f"(quarter + {stretches[0][1]})"
    cases = " ".join(f"WHEN quarter < {begin} THEN {stretches[i][1]}" for i, (begin, _) in enumerate(stretches[1:]))
    return f"(quarter + CASE {cases} ELSE {stretches[-1][1]} END)"


def bucket(dimension: str, zone: ZoneInfo, first: int, last: int) -> str:
    """Return SQL for the local hour, day, week or month of `quarter`, as a number that `bucket_label` can read."""
    local = local_quarter(zone, first, last)
    return {
        "hour": f"{local} / 4",
        "day": f"{local} / {DAY_QUARTERS}",
        "week": f"({local} / {DAY_QUARTERS} + 3) / 7",
        "month": f"cast(strftime('%Y%m', {local} * 900, 'unixepoch') AS INTEGER)",
    }[dimension]


def bucket_label(dimension: str, number: int) -> str:
    """Return the ISO text of a bucket: `2026-06-10T14:00`, `2026-06-10` (a week's Monday too) or `2026-06`."""
    if dimension == "hour":
        return (EPOCH + timedelta(hours=number)).strftime("%Y-%m-%dT%H:00")
    if dimension == "month":
        return f"{number // 100}-{number % 100:02}"
    days = number * 7 - 3 if dimension == "week" else number
    return (EPOCH + timedelta(days=days)).strftime("%Y-%m-%d")
