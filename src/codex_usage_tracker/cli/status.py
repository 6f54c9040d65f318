"""`status`: where things stand now."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from codex_usage_tracker.cli import bars, groups, levels, options, reading, words
from codex_usage_tracker.cli.figures import age, percent, tokens
from codex_usage_tracker.cli.levels import TITLE_CELLS
from codex_usage_tracker.cli.money import remarks
from codex_usage_tracker.cli.table import Column, Table
from codex_usage_tracker.cli.text import cells, cut, pad, safe
from codex_usage_tracker.reports.status import status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.cli.screen import Screen
    from codex_usage_tracker.config.budgets import Budget
    from codex_usage_tracker.contract import Status

LEVEL_CELLS = 24


@options.command("status")
@click.option("--no-refresh", is_flag=True, help="Answer from what was read before.")
def command(asked: Invocation, no_refresh: bool) -> None:
    """Show the latest call, the context and limits that are left, and today's tokens."""
    with reading.questions(asked, fresh=not no_refresh) as reader:
        answer, now = status(reader, _budgets(asked)), reader.now
    asked.answer(answer, partial(_lines, now=now))


def _budgets(asked: Invocation) -> Sequence[Budget]:
    if not os.path.exists(asked.tracker.files.budgets):
        return ()
    from codex_usage_tracker.cli import budget  # noqa: PLC0415  (few people have budgets)

    return budget.settings(asked)


def _lines(answer: Status, screen: Screen, *, now: int) -> Iterator[str]:
    zone = ZoneInfo(answer.scope.timezone)
    yield from _latest(answer, screen, now)
    if answer.windows:
        yield ""
        yield from levels.table(answer.windows, zone, now).lines(screen)
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
    if answer.budgets:
        from codex_usage_tracker.cli import budget  # noqa: PLC0415  (few people have budgets)

        yield ""
        yield from budget.table(answer.budgets, now).lines(screen)
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
        yield _titled(
            "Context", f"{levels.level(left, LEVEL_CELLS, screen)} {percent(left):>5} left{dot}{window}", screen
        )


def _titled(title: str, text: str, screen: Screen) -> str:
    return screen.style(pad(safe(title), TITLE_CELLS), "faint") + text
