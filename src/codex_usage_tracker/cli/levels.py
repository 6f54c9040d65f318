"""Limit windows as rows with a level: how much is left, until when, and whether it will last."""

import re
from collections.abc import Sequence
from functools import partial
from zoneinfo import ZoneInfo

from codex_usage_tracker.cli import bars, groups
from codex_usage_tracker.cli.figures import DAY, HOUR, MINUTE, UNKNOWN, age, lately, length, percent, roughly, soon
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Column, Table, table_of
from codex_usage_tracker.cli.text import pad
from codex_usage_tracker.contract.windows import Forecast, Window

TIGHT, SHORT = 25.0, 10.0
"""Percent left below which a level is told in the colour of a warning, and of an alarm."""
TITLE_CELLS = 13
UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"))
WEEK_MINUTES = 7 * 24 * 60
BETWEEN_WORDS = re.compile(r" (?!(?:d|h|min)\b)")
"""Spaces at which a line may end; a number and its unit stay together."""


def table(windows: Sequence[Window], zone: ZoneInfo, now: int) -> Table:
    """Return what is left of each limit, by what was seen last and when that was."""
    columns = [
        titled("Limits"),
        Column("", lambda one: "" if one.passed else partial(level, one.left_percent), right=False, least=8, most=24),
        Column("Left", lambda one: "was " * one.passed + percent(one.left_percent)),
        Column("Resets", lambda one: _resets(one, zone, now), right=False),
        Column("Used at reset", lambda one: "" if one.passed else outlook(one.forecast, now), right=False, leaves=2),
        Column("Age", lambda one: age(one.observed_at, now).removesuffix(" ago"), style="faint", leaves=1),
    ]
    if all(one.passed for one in windows):
        del columns[4], columns[1]
    return table_of(columns, windows)


def titled(title: str) -> Column:
    """Return the column of what limits are called."""
    head = pad(title, TITLE_CELLS - 2)
    return Column(head, lambda one: name(one.limit_id, one.window_minutes), right=False, style="faint")


def _resets(window: Window, zone: ZoneInfo, now: int) -> str:
    at = window.resets_at
    if window.passed:
        return f"reset since {lately(at, zone, now)}"
    return f"in {roughly(at - now)} ({soon(at, zone, now)})" if at else groups.UNKNOWN


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
