"""`pricing-coverage`: how much of the usage has a price, and by what it was priced."""

from collections.abc import Iterator
from typing import Any

from codex_usage_tracker.cli import filters, options, reading, words
from codex_usage_tracker.cli.figures import counted, exact, share, tokens
from codex_usage_tracker.cli.groups import UNKNOWN
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.money import credits_figure, dollars, percent_of, remarks
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Cell, Column, Table
from codex_usage_tracker.contract import Coverage, CoverageRow
from codex_usage_tracker.reports.coverage import coverage

COLUMNS = (
    Column("Model", right=False, shrinks=True),
    Column("Provider", right=False, leaves=5),
    Column("Calls", leaves=6),
    Column("Tokens"),
    Column("Share", leaves=4),
    Column("USD", right=False),
    Column("Est. cost", leaves=2),
    Column("Credits by", right=False, leaves=1),
    Column("Credits", leaves=3),
    Column("Priced as", right=False, leaves=7),
    Column("Assumed", right=False, leaves=8),
)


@options.command("pricing-coverage")
@options.limited(20, "rows")
@filters.with_filters
def command(asked: Invocation, limit: int, **chosen: Any) -> None:
    """Show how much of the usage has a price, and how each model was priced."""
    with reading.questions(asked, empty=asked.json) as reader:
        answer = coverage(reader, filters.filter_of(asked, reader, chosen), limit=limit)
    asked.answer(answer, _lines)


def _lines(answer: Coverage, screen: Screen) -> Iterator[str]:
    totals = answer.totals
    yield (
        f"{percent_of(totals.priced_share)} of {tokens(totals.total_tokens)} tokens have a price in USD,"
        f" {percent_of(totals.credited_share)} a rate in Codex credits."
    )
    yield ""
    yield from Table(COLUMNS, [_cells(row, answer) for row in answer.rows]).lines(screen)
    unpriced = sorted({row.model or UNKNOWN for row in answer.rows if row.usd is None})
    if unpriced:
        yield ""
        without = counted(len(unpriced), "model")
        yield f"{without} without a price; set one with `init-pricing`, or try `update-pricing`."
    more = f"first {answer.row_count:,} rows, --limit 0 gives all" if answer.truncated else ""
    yield from words.footer(answer.scope, screen, more, *remarks(totals))


def _cells(row: CoverageRow, answer: Coverage) -> list[Cell]:
    return [
        row.model or UNKNOWN,
        row.provider or UNKNOWN,
        exact(row.calls),
        tokens(row.total_tokens),
        share(row.total_tokens, answer.totals.total_tokens),
        row.pricing_status,
        dollars(row.usd),
        row.credit_confidence,
        credits_figure(row.credits),
        row.priced_as if row.priced_as and row.priced_as != row.model else "",
        row.assumed or "",
    ]
