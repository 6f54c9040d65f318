"""Limit windows as rows with a level: how much is left, until when, and whether it will last."""

import re
from collections.abc import Sequence
from functools import partial
from zoneinfo import ZoneInfo

from codex_usage_tracker.cli import bars, groups
from codex_usage_tracker.cli.figures import DAY, HOUR, MINUTE, UNKNOWN, age, clock, length, percent, roughly, soon
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Cell, Column, Table
from codex_usage_tracker.cli.text import pad
from codex_usage_tracker.contract.windows import Forecast, Window
from codex_usage_tracker.query import zones

TIGHT, SHORT = 25.0, 10.0
"""Percent left below which a level is told in the colour of a warning, and of an alarm."""
TITLE_CELLS = 13
UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"))
WEEK_MINUTES = 7 * 24 * 60
BETWEEN_WORDS = re.compile(r" (?!(?:d|h|min)\b)")
"""Spaces at which a line may end; a number and its unit stay together."""


def table(windows: Sequence[Window], zone: ZoneInfo, now: int) -> Table:
    """Return what is left of each limit, by what was seen last and when that was."""
    columns = (
        Column(pad("Limits", TITLE_CELLS - 2), right=False, style="faint"),
        Column("", right=False, least=8, most=24),
        Column("Left"),
        Column("Resets", right=False),
        Column("Used at reset", right=False, leaves=2),
        Column("Age", style="faint", leaves=1),
    )
    rows = [_row(window, zone, now) for window in windows]
    kept = [place for place in range(len(columns)) if place not in (1, 4) or not all(one.passed for one in windows)]
    return Table([columns[place] for place in kept], [[row[place] for place in kept] for row in rows])


def _row(window: Window, zone: ZoneInfo, now: int) -> list[Cell]:
    left, at = percent(window.left_percent), window.resets_at
    seen = age(window.observed_at, now).removesuffix(" ago")
    title = name(window.limit_id, window.window_minutes)
    if window.passed:
        return [title, "", f"was {left}", f"reset since {lately(at, zone, now)}", "", seen]
    resets = f"in {roughly(at - now)} ({soon(at, zone, now)})" if at else groups.UNKNOWN
    return [title, partial(level, window.left_percent), left, resets, outlook(window.forecast, now), seen]


def lately(at: int | None, zone: ZoneInfo, now: int) -> str:
    """Return an instant of the days that were: the weekday, unless it is today, and hour and minute."""
    if at is None or not 0 <= now - at < 6 * DAY:
        return clock(at, zone, now)
    today = zones.moment(now, zone).date() == zones.moment(at, zone).date()
    return zones.moment(at, zone).strftime("%H:%M" if today else "%a %H:%M")


def outlook(forecast: Forecast | None, now: int) -> str:
    """Return a forecast in a few words."""
    if forecast is None or forecast.percent_low is None or forecast.percent_high is None:
        return UNKNOWN
    if forecast.verdict == "full":
        return "used up"
    if forecast.full_at is not None:
        return f"full in {_coarse(forecast.full_at - now)}"
    return f"{between(forecast.percent_low, forecast.percent_high)}, {forecast.verdict}"


def _coarse(milliseconds: int) -> str:
    """Return a length of time to the hour where it is a day and more, else to the minute."""
    return length(milliseconds // HOUR * HOUR) if milliseconds >= DAY else roughly(milliseconds)


def between(low: float, high: float) -> str:
    """Return a range of percents: 41-62%."""
    return f"{low:.0f}%" if f"{low:.0f}" == f"{high:.0f}" else f"{low:.0f}-{high:.0f}%"


def name(limit_id: str, minutes: int) -> str:
    """Return what people call a limit: 5 h, Weekly; with its own name where it is not the usual one."""
    if minutes == WEEK_MINUTES:
        span = "Weekly"
    else:
        fitting = (f"{minutes * MINUTE // size} {unit}" for size, unit in UNITS if minutes * MINUTE % size == 0)
        span = next(fitting)
    return span if limit_id == "codex" else f"{limit_id} {span}"


def level(left: float, width: int, screen: Screen) -> str:
    """Draw how much is left, in the colour of a warning where it is little."""
    style = "bad" if left < SHORT else "warning" if left < TIGHT else "good"
    return bars.level(left, width, screen, style)


def folded(sentence: str, screen: Screen) -> list[str]:
    """Return a sentence without its full stop, in pieces that fit beside a title."""
    pieces: list[str] = []
    room = None if screen.width is None else screen.width - TITLE_CELLS
    for word in BETWEEN_WORDS.split(sentence.rstrip(".")):
        if pieces and (room is None or len(pieces[-1]) + 1 + len(word) <= room):
            pieces[-1] += f" {word}"
        else:
            pieces.append(word)
    return pieces
