"""`pricing-coverage`: how much of the usage has a price, and by what it was priced."""

from collections.abc import Iterator
from typing import Any

from codex_usage_tracker.cli import filters, options, reading, words
from codex_usage_tracker.cli.figures import counted, exact, share, tokens
from codex_usage_tracker.cli.groups import UNKNOWN
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.money import credits_figure, dollars, percent_of, remarks
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Column, table_of
from codex_usage_tracker.contract import Coverage
from codex_usage_tracker.reports.coverage import coverage


@options.command("pricing-coverage")
@options.limited(20, "rows")
@filters.with_filters
def command(asked: Invocation, limit: int, **chosen: Any) -> None:
    """Show how much of the usage has a price, and how each model was priced."""
    with reading.questions(asked, empty=asked.json, findings=bool(chosen["finding"])) as reader:
        answer = coverage(reader, filters.filter_of(reader, chosen), limit=limit)
    asked.answer(answer, _lines)


def _lines(answer: Coverage, screen: Screen) -> Iterator[str]:
    totals = answer.totals
    yield (
        f"{percent_of(totals.priced_share)} of {tokens(totals.total_tokens)} tokens have a price in USD,"
        f" {percent_of(totals.credited_share)} a rate in Codex credits."
    )
    yield ""
    yield from table_of(_columns(totals.total_tokens), answer.rows).lines(screen)
    unpriced = sorted({row.model or UNKNOWN for row in answer.rows if row.usd is None})
    if unpriced:
        yield ""
        without = counted(len(unpriced), "model")
        yield f"{without} without a price; set one with `init-pricing`, or try `update-pricing`."
    more = f"first {answer.row_count:,} rows, --limit 0 gives all" if answer.truncated else ""
    yield from words.footer(answer.scope, screen, more, *remarks(totals))


def _columns(all_tokens: int) -> list[Column]:
    return [
        Column("Model", lambda row: row.model or UNKNOWN, right=False, shrinks=True),
        Column("Provider", lambda row: row.provider or UNKNOWN, right=False, leaves=5),
        Column("Calls", lambda row: exact(row.calls), leaves=6),
        Column("Tokens", lambda row: tokens(row.total_tokens)),
        Column("Share", lambda row: share(row.total_tokens, all_tokens), leaves=4),
        Column("USD", lambda row: row.pricing_status, right=False),
        Column("Est. cost", lambda row: dollars(row.usd), leaves=2),
        Column("Credits by", lambda row: row.credit_confidence, right=False, leaves=1),
        Column("Credits", lambda row: credits_figure(row.credits), leaves=3),
        Column(
            "Priced as", lambda row: "" if row.priced_as == row.model else row.priced_as or "", right=False, leaves=7
        ),
        Column("Assumed", lambda row: row.assumed or "", right=False, leaves=8),
    ]
