"""Calls as a table: what `query`, `expensive` and `session` draw."""

from collections.abc import Iterator, Sequence
from functools import partial
from zoneinfo import ZoneInfo

from codex_usage_tracker.cli import bars, words
from codex_usage_tracker.cli.figures import clock, length, share, tokens
from codex_usage_tracker.cli.groups import UNKNOWN, short_id
from codex_usage_tracker.cli.money import cost_of_call, credits_figure, remarks
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Column, Table, table_of
from codex_usage_tracker.contract import CallRow, Calls

THREAD = Column("Thread", lambda row: row.thread_name or short_id(row.thread_id), right=False, shrinks=True, leaves=2)
COLUMNS = (
    Column("Model", lambda row: row.model or UNKNOWN, right=False, leaves=4),
    Column("Effort", lambda row: row.effort or "", right=False, leaves=7),
    Column("Kind", lambda row: row.kind, right=False, leaves=6),
    Column("Input", lambda row: tokens(row.input_tokens), leaves=8),
    Column("Cached", lambda row: share(row.cached_input_tokens, row.input_tokens), leaves=3, style="cached"),
    Column("Uncached", lambda row: tokens(row.uncached_input_tokens), leaves=9),
    Column("Output", lambda row: tokens(row.output_tokens), leaves=1),
    Column("Reasoning", lambda row: tokens(row.reasoning_output_tokens), leaves=10),
    Column("Total", lambda row: tokens(row.total_tokens), style="strong"),
    Column("Est. cost ", cost_of_call),
    Column("Credits", lambda row: credits_figure(row.credits), leaves=4),
    Column("Length", lambda row: length(row.duration_ms), leaves=12),
    Column("Context", lambda row: partial(_context, row), right=False, leaves=5, least=15, most=15),
)
CONTEXT_FULL, CONTEXT_TIGHT = 90.0, 70.0


def table(rows: Sequence[CallRow], zone: ZoneInfo, *, with_threads: bool = True) -> Table:
    """Return the table of some calls."""
    time = Column("Time", lambda row: clock(row.at, zone), right=False)
    return table_of([time, *([THREAD] if with_threads else []), *COLUMNS], rows)


def _context(row: CallRow, width: int, screen: Screen) -> str:
    """Draw how much of the context window a call used."""
    if not row.context_window:
        return " " * width
    used = row.context_used / row.context_window * 100
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
