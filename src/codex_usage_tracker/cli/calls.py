"""Calls as a table: what `query`, `expensive` and `session` draw."""

from collections.abc import Iterator, Sequence
from functools import partial
from zoneinfo import ZoneInfo

from codex_usage_tracker.cli import bars, words
from codex_usage_tracker.cli.figures import clock, length, share, tokens
from codex_usage_tracker.cli.groups import UNKNOWN, short_id
from codex_usage_tracker.cli.money import cost_of_call, credits_figure, remarks
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Cell, Column, Table
from codex_usage_tracker.contract import CallRow, Calls

TIME = Column("Time", right=False)
THREAD = Column("Thread", right=False, shrinks=True, leaves=2)
COLUMNS = (
    Column("Model", right=False, leaves=4),
    Column("Effort", right=False, leaves=7),
    Column("Kind", right=False, leaves=6),
    Column("Input", leaves=8),
    Column("Cached", leaves=3, style="cached"),
    Column("Uncached", leaves=9),
    Column("Output", leaves=1),
    Column("Reasoning", leaves=10),
    Column("Total", style="strong"),
    Column("Est. cost "),
    Column("Credits", leaves=4),
    Column("Length", leaves=12),
    Column("Context", right=False, leaves=5, least=15, most=15),
)
CONTEXT_FULL, CONTEXT_TIGHT = 90.0, 70.0


def table(rows: Sequence[CallRow], zone: ZoneInfo, *, with_threads: bool = True) -> Table:
    """Return the table of some calls."""
    columns = [TIME, *([THREAD] if with_threads else []), *COLUMNS]
    return Table(columns, [_cells(row, zone, with_threads=with_threads) for row in rows])


def _cells(row: CallRow, zone: ZoneInfo, *, with_threads: bool) -> list[Cell]:
    thread = [row.thread_name or short_id(row.thread_id)] if with_threads else []
    return [
        clock(row.at, zone),
        *thread,
        row.model or UNKNOWN,
        row.effort or "",
        row.kind,
        tokens(row.input_tokens),
        share(row.cached_input_tokens, row.input_tokens),
        tokens(row.uncached_input_tokens),
        tokens(row.output_tokens),
        tokens(row.reasoning_output_tokens),
        tokens(row.total_tokens),
        cost_of_call(row),
        credits_figure(row.credits),
        length(row.duration_ms),
        partial(_context, row) if row.context_window else "",
    ]


def _context(row: CallRow, width: int, screen: Screen) -> str:
    """Draw how much of the context window a call used."""
    used = row.context_used / (row.context_window or 1) * 100
    style = "bad" if used >= CONTEXT_FULL else "warning" if used >= CONTEXT_TIGHT else ""
    return f"{bars.level(used, width - 5, screen, style)} {used:3.0f}%"


def lines(answer: Calls, screen: Screen, *first: str) -> Iterator[str]:
    """Draw a page of calls."""
    if answer.rows:
        yield from table(answer.rows, ZoneInfo(answer.scope.timezone)).lines(screen)
    else:
        yield "No calls match."
    yield from words.footer(answer.scope, screen, *first, _page(answer), *remarks(answer.totals))


def _page(answer: Calls) -> str:
    """Say which of how many calls are shown."""
    if not answer.rows or answer.row_count == answer.total_matched_rows:
        return f"{answer.total_matched_rows:,} calls"
    last = answer.offset + answer.row_count
    return f"calls {answer.offset + 1:,} to {last:,} of {answer.total_matched_rows:,}"
