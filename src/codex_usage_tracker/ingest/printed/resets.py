"""When a limit is reset, from the words that Codex and people write: `18:34`, `6:50 PM`, `12:00 on 16 Jan`, `Jun 7`."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from codex_usage_tracker.query import zones

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
MONTH = rf"(?P<month>{'|'.join(MONTHS)})[a-z]*\.?"
CLOCKS = (
    re.compile(r"(?<![\d:])(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?::\d{2})?\s?(?P<half>[ap])\.?m\b", re.IGNORECASE),
    re.compile(r"(?<![\d:])(?P<hour>\d{1,2}):(?P<minute>\d{2})(?P<half>)(?!\d)"),
)
DAYS = (
    re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)"),
    re.compile(rf"(?<![\d:])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+{MONTH}(?:,?\s+(?P<year>\d{{4}}))?", re.IGNORECASE),
    re.compile(
        rf"\b{MONTH}\s+(?P<day>\d{{1,2}})(?![\d:])(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{{4}})(?!\d))?", re.IGNORECASE
    ),
)
LEAP_CYCLE_YEARS = 8


class Reset(NamedTuple):
    """The next instant (milliseconds UTC) that some words can mean; `by_day` says that they tell no hour."""

    at: int
    by_day: bool


def reset(words: str, now: int, zone: ZoneInfo) -> Reset | None:
    """Return the first such instant from now on, or None where the words tell none that exists."""
    clock, day = _first(CLOCKS, words), _first(DAYS, words)
    hour = _hour(clock) if clock else time()
    if hour is None or not (clock or day):
        return None
    today = zones.moment(now, zone).date()
    try:
        days = list(_days(day, today)) if day else [today, today + timedelta(days=1)]
        found = [zones.milliseconds(datetime.combine(one, hour, zone)) for one in days]
    except (ValueError, OverflowError):
        return None
    if not days:
        return None
    if day and day["year"]:
        return Reset(found[0], not clock)
    if not clock and days[0] == today:
        return Reset(zones.midnight(today + timedelta(days=1), zone), by_day=True)
    return next((Reset(at, not clock) for at in found if at > now), None)


def _first(patterns: tuple[re.Pattern[str], ...], words: str) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := pattern.search(words))), None)


def _hour(found: re.Match[str]) -> time | None:
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (half == "p")
    try:
        return time(hour, minute)
    except ValueError:
        return None


def _days(found: re.Match[str], today: date) -> Iterator[date]:
    """Return the days that may be meant, today's year first; the 29th of February is not in every year."""
    month, day = found["month"].lower()[:3], int(found["day"])
    number = MONTHS.index(month) + 1 if month in MONTHS else int(month)
    if found["year"]:
        yield date(int(found["year"]), number, day)
        return
    for year in range(today.year, today.year + LEAP_CYCLE_YEARS + 1):
        try:
            candidate = date(year, number, day)
        except ValueError:
            continue
        if candidate >= today:
            yield candidate
