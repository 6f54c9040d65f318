"""`status`: where things stand now."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from codex_usage_tracker.cli import bars, groups, options, reading, words
from codex_usage_tracker.cli.figures import DAY, HOUR, MINUTE, age, clock, percent, roughly, soon, tokens
from codex_usage_tracker.cli.money import remarks
from codex_usage_tracker.cli.table import Column, Table
from codex_usage_tracker.cli.text import cells, cut, pad, safe
from codex_usage_tracker.reports.status import status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.cli.screen import Screen
    from codex_usage_tracker.cli.table import Cell
    from codex_usage_tracker.contract import Status, Window

LEVEL_CELLS = 24
TIGHT, SHORT = 25.0, 10.0
"""Percent left below which a level is told in the colour of a warning, and of an alarm."""
TITLE_CELLS = 13
UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"))
WEEK_MINUTES = 7 * 24 * 60


@options.command("status")
@click.option("--no-refresh", is_flag=True, help="Answer from what was read before.")
def command(asked: Invocation, no_refresh: bool) -> None:
    """Show the latest call, the context and limits that are left, and today's tokens."""
    with reading.questions(asked, fresh=not no_refresh) as reader:
        answer, now = status(reader), reader.now
    asked.answer(answer, partial(_lines, now=now))


def _lines(answer: Status, screen: Screen, *, now: int) -> Iterator[str]:
    zone = ZoneInfo(answer.scope.timezone)
    yield from _latest(answer, screen, now)
    if answer.windows:
        yield ""
        yield from _limits(answer.windows, zone, now).lines(screen)
    yield ""
    rows = (("Today", answer.today), ("Last 7 days", answer.week), ("All time", answer.all_time))
    largest = answer.week.total_tokens
    table = Table(
        [Column(pad("Used", TITLE_CELLS - 2), right=False, style="faint"), *groups.NUMBERS, groups.PICTURE],
        [
            [title, *groups.number_cells(numbers), bars.tokens_bar(numbers, largest) if title != "All time" else ""]
            for title, numbers in rows
        ],
    )
    yield from table.lines(screen)
    yield from words.footer(answer.scope, screen, *remarks(answer.all_time))


def _latest(answer: Status, screen: Screen, now: int) -> Iterator[str]:
    call = answer.latest
    if call is None:
        return
    dot = f" {screen.glyphs.dot} "
    model = " ".join(filter(None, (call.model or groups.UNKNOWN, call.effort)))
    thread = call.thread_name or groups.short_id(call.thread_id)
    told = dot.join(filter(None, (age(call.at, now), model, safe(call.project or ""), safe(thread))))
    room = cells(told) if screen.width is None else max(screen.width - TITLE_CELLS, 1)
    yield _titled("Latest call", cut(told, room, screen.glyphs.more), screen)
    left = answer.context_left_percent
    if left is not None:
        window = f"{tokens(call.context_used)} of {tokens(call.context_window)} used"
        yield _titled("Context", f"{_level(left, LEVEL_CELLS, screen)} {percent(left):>5} left{dot}{window}", screen)


def _limits(windows: list[Window], zone: ZoneInfo, now: int) -> Table:
    """Return what is left of each limit, by what was seen last and when that was."""
    columns = (
        Column(pad("Limits", TITLE_CELLS - 2), right=False, style="faint"),
        Column("", right=False, least=8, most=24),
        Column("Left"),
        Column("Resets", right=False),
        Column("Age", style="faint", leaves=1),
    )
    rows = [_limit(window, zone, now) for window in windows]
    if all(window.passed for window in windows):
        return Table(columns[:1] + columns[2:], [row[:1] + row[2:] for row in rows])
    return Table(columns, rows)


def _limit(window: Window, zone: ZoneInfo, now: int) -> list[Cell]:
    left, at = percent(window.left_percent), window.resets_at
    seen = age(window.observed_at, now).removesuffix(" ago")
    if window.passed:
        return [_name(window), "", f"was {left}", f"reset since {clock(at, zone, now)}", seen]
    resets = f"in {roughly(at - now)} ({soon(at, zone, now)})" if at else groups.UNKNOWN
    return [_name(window), partial(_level, window.left_percent), left, resets, seen]


def _name(window: Window) -> str:
    """Return what people call a window: 5 hours, Weekly; the limit's own name where it is not the usual one."""
    minutes = window.window_minutes
    if minutes == WEEK_MINUTES:
        span = "Weekly"
    else:
        fitting = (f"{minutes * MINUTE // size} {name}" for size, name in UNITS if minutes * MINUTE % size == 0)
        span = next(fitting)
    return span if window.limit_id == "codex" else f"{window.limit_id} {span}"


def _level(left: float, width: int, screen: Screen) -> str:
    """Draw how much is left, in the colour of a warning where it is little."""
    style = "bad" if left < SHORT else "warning" if left < TIGHT else "good"
    return bars.level(left, width, screen, style)


def _titled(title: str, text: str, screen: Screen) -> str:
    return screen.style(pad(safe(title), TITLE_CELLS), "faint") + text
