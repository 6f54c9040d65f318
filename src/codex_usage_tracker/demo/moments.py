"""Moments (milliseconds since 1970) and the text the client writes for them."""

from datetime import date
from functools import lru_cache

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = date(1970, 1, 1).toordinal()
_SECONDS = [f"{second // 60:02d}:{second % 60:02d}." for second in range(3_600)]
_MILLIS = [f"{milli:03d}Z" for milli in range(SECOND)]


@lru_cache(maxsize=4_096)
def day_of(moment: int) -> date:
    """Return the date of a midnight."""
    return date.fromordinal(_EPOCH + moment // DAY)


class _Hours(dict[int, str]):
    """The text of each hour since 1970, made when it is asked for."""

    def __missing__(self, hour: int) -> str:
        self[hour] = text = f"{day_of(hour // 24 * DAY)}T{hour % 24:02d}:"
        return text


_HOURS = _Hours()


def stamp(moment: int) -> str:
    """Return the timestamp of a line, such as 2026-11-22T02:30:00.387Z."""
    hour, rest = divmod(moment, HOUR)
    return _HOURS[hour] + _SECONDS[rest // SECOND] + _MILLIS[rest % SECOND]
