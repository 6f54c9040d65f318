"""Moments (milliseconds since 1970) and the text the client writes for them."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MINUTES = 1440
_MANY = 20_000
_KNOWN: dict[int, str] = {}
_SECONDS = [f"{second:02d}." for second in range(60)]
_MILLIS = [f"{milli:03d}Z" for milli in range(SECOND)]
_MINUTES = [f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in range(1440)]


@lru_cache(maxsize=4096)
def date_text(day: int) -> str:
    """Return the ISO date of a day number."""
    return (_EPOCH + timedelta(days=day)).date().isoformat()


def stamp(moment: int) -> str:
    """Return the timestamp of a line, such as 2026-11-22T02:30:00.387Z."""
    minute, rest = divmod(moment, MINUTE)
    text = _KNOWN.get(minute)
    if text is None:
        if len(_KNOWN) > _MANY:
            _KNOWN.clear()
        text = _KNOWN[minute] = f"{date_text(minute // _DAY_MINUTES)}{_MINUTES[minute % _DAY_MINUTES]}"
    return text + _SECONDS[rest // SECOND] + _MILLIS[rest % SECOND]


def file_stamp(moment: int) -> str:
    """Return the time in a rollout's file name, such as 2026-11-22T02-30-00."""
    return stamp(moment)[:19].replace(":", "-")


def weekday(moment: int) -> int:
    """Return the day of the week, Monday is 0."""
    return (moment // DAY + 3) % 7
