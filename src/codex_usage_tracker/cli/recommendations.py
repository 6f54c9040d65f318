"""`recommendations`: what is most worth a look."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import click

from codex_usage_tracker.cli import bars, filters, groups, options, reading, words
from codex_usage_tracker.cli.figures import clock, counted, exact
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.money import cost_of, cost_of_call, dollars
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Cell, Column, Picture, Table
from codex_usage_tracker.cli.text import cells, cut_list
from codex_usage_tracker.contract.findings import Finding, FindingSum
from codex_usage_tracker.contract.insights import FlaggedCall, FlaggedThread, Recommendations
from codex_usage_tracker.reports import asks
from codex_usage_tracker.reports.recommendations import recommendations

STYLES = {"high": "bad", "medium": "warning", "review": ""}
AT_STAKE = Column("At stake", style="strong")
PICTURE = Column("", right=False, leaves=3, least=8, most=24)
WHY = Column("Why", right=False, shrinks=True, shorten=cut_list)
COST = Column("Est. cost ", leaves=4)
THREADS = (Column("Thread", right=False, shrinks=True), AT_STAKE, PICTURE, COST, Column("Calls", leaves=5), WHY)
CALLS = (
    Column("Call", right=False, leaves=6, style="faint"), Column("Time", right=False), AT_STAKE, PICTURE, COST,
    Column("Model", right=False, leaves=5), WHY,
)  # fmt: skip
ADVISED = 3
MOST_REASONS = 3


@options.command("recommendations")
@click.option("--min-score", metavar="USD", help="Only calls with so much at stake.")
@options.limited(20, "threads and calls")
@filters.with_filters
def command(asked: Invocation, min_score: str | None, limit: int, **chosen: Any) -> None:
    """Show the threads and calls with most at stake, why, and what to do.

    At stake is what the tokens cost that a rule points at; no token is counted twice.
    """
    least = asks.units("--min-score", min_score)
    with reading.questions(asked, empty=asked.json, findings=True) as reader:
        meant = filters.filter_of(reader, chosen)
        answer = recommendations(reader, meant, asked.tracker.thresholds(), min_score=least, limit=limit)
    asked.answer(answer, _lines)


def _lines(answer: Recommendations, screen: Screen) -> Iterator[str]:
    if answer.rows:
        yield from _threads(answer.threads).lines(screen)
        yield ""
        yield from _calls(answer.rows, ZoneInfo(answer.scope.timezone)).lines(screen)
        yield ""
        yield from _advice(answer.threads, screen)
    else:
        yield "Nothing needs attention."
    more = f"first {answer.row_count:,}, --limit 0 gives all" if answer.truncated else ""
    yield from words.footer(answer.scope, screen, counted(answer.total_matched_rows, "call") + " worth a look", more)


def _threads(rows: Sequence[FlaggedThread]) -> Table:
    largest = max((_amount(row.score) for row in rows), default=Decimal(0))
    drawn: list[list[Cell]] = [
        [
            row.name or groups.short_id(row.thread_id),
            dollars(row.score),
            _bar(row, largest),
            cost_of(row),
            exact(row.flagged_calls),
            _reasons(row.findings),
        ]
        for row in rows
    ]
    return Table(THREADS, drawn)


def _calls(rows: Sequence[FlaggedCall], zone: ZoneInfo) -> Table:
    largest = max((_amount(row.score) for row in rows), default=Decimal(0))
    drawn: list[list[Cell]] = [
        [
            row.record_id,
            clock(row.at, zone),
            dollars(row.score),
            _bar(row, largest),
            cost_of_call(row),
            row.model or groups.UNKNOWN,
            _reasons(row.findings),
        ]
        for row in rows
    ]
    return Table(CALLS, drawn)


def _bar(row: FlaggedThread | FlaggedCall, largest: Decimal) -> Picture:
    percent = float(_amount(row.score) / largest * 100) if largest else 0.0
    return partial(_level, percent, STYLES[row.severity])


def _level(percent: float, style: str, width: int, screen: Screen) -> str:
    return bars.level(percent, width, screen, style)


def _amount(text: str | None) -> Decimal:
    return Decimal(text or 0)


def _reasons(found: Sequence[Finding | FindingSum]) -> str:
    told = ", ".join(one.title.lower() if place else one.title for place, one in enumerate(found[:MOST_REASONS]))
    return told + (f" +{len(found) - MOST_REASONS}" if len(found) > MOST_REASONS else "")


def _advice(threads: Sequence[FlaggedThread], screen: Screen) -> Iterator[str]:
    """Say what to do about what was found most."""
    stakes: dict[str, Decimal] = {}
    actions = {}
    for one in (finding for thread in threads for finding in thread.findings):
        stakes[one.title] = stakes.get(one.title, Decimal(0)) + _amount(one.stake)
        actions[one.title] = one.action
    most = sorted(stakes, key=lambda name: -stakes[name])[:ADVISED]
    for title in most:
        yield from words.hanging_text(title, actions[title], max(map(cells, most)), screen)
