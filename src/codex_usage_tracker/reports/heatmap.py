"""Use by local day and by hour of the week, with streaks."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import starmap
from typing import TYPE_CHECKING, Any

from codex_usage_tracker.contract.pictures import Day, Heatmap
from codex_usage_tracker.query import run, zones
from codex_usage_tracker.query.dimensions import DIMENSIONS
from codex_usage_tracker.reports.scope import NUMBER_NAMES, named, schema, scope_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.query.run import Numbers

CALLS, TOKENS = NUMBER_NAMES.index("calls"), NUMBER_NAMES.index("total_tokens")
ONE_DAY = timedelta(days=1)


def heatmap(reader: Reader, chosen: Filter) -> Heatmap:
    """Return days and hours of the week with calls, and how many days were in a row."""
    groups = run.groups(reader.db, chosen, [DIMENSIONS["hour"]], reader.zone)
    by_day: dict[str, Numbers] = {}
    hours = [defaultdict[int, int](int) for _ in range(2)]
    for (label,), told in groups:
        day, hour = (label or "")[:10], int((label or "")[11:13])
        before = by_day.get(day)
        by_day[day] = tuple(map(sum, zip(before, told, strict=True))) if before else told
        place = date.fromisoformat(day).weekday() * 24 + hour
        hours[0][place] += told[CALLS]
        hours[1][place] += told[TOKENS]
    longest, first_day = _longest(sorted(by_day))
    return Heatmap(
        schema=schema("heatmap"),
        scope=scope_of(reader, chosen),
        days=list(starmap(_day, sorted(by_day.items()))),
        active_days=len(by_day),
        current_streak_days=_current(by_day, zones.moment(reader.now, reader.zone).date()),
        longest_streak_days=longest,
        longest_streak_from_day=first_day,
        busiest_day=max(by_day, key=lambda day: by_day[day][TOKENS], default=None),
        hours=_week(hours[0]),
        hour_tokens=_week(hours[1]),
    )


def _day(day: str, told: Numbers) -> Day:
    values = named(told)
    return Day(day=day, **{name: values[name] for name in ("calls", "total_tokens", "usd", "credits")})


def _week(hours: dict[int, int]) -> list[list[int]]:
    return [[hours.get(day * 24 + hour, 0) for hour in range(24)] for day in range(7)]


def _current(days: dict[str, Any], today: date) -> int:
    """Return how many days in a row end today, or yesterday where there is none today yet."""
    day = today if today.isoformat() in days else today - ONE_DAY
    count = 0
    while day.isoformat() in days:
        day, count = day - ONE_DAY, count + 1
    return count


def _longest(days: Sequence[str]) -> tuple[int, str | None]:
    """Return the length of the longest row of days and its first day; the latest of equal ones."""
    best, best_first = 0, None
    count, first, after = 0, None, None
    for text in days:
        day = date.fromisoformat(text)
        count, first = (count + 1, first) if day == after else (1, text)
        after = day + ONE_DAY
        if count >= best:
            best, best_first = count, first
    return best, best_first
