"""Moments (milliseconds since 1970) and the text the client writes for them."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime.fromtimestamp(0, UTC)


@lru_cache(maxsize=4_096)
def day_of(moment: int) -> date:
    """Return the date of a midnight."""
    return (_EPOCH + timedelta(milliseconds=moment)).date()


@lru_cache(maxsize=64)
def _minute(minutes: int) -> str:
    return (_EPOCH + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:")


def stamp(moment: int) -> str:
    """Return the timestamp of a line, such as 2026-11-22T02:30:00.387Z."""
    minutes, rest = divmod(moment, MINUTE)
    return f"{_minute(minutes)}{rest // SECOND:02d}.{rest % SECOND:03d}Z"
