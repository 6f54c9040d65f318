"""`expensive`: the calls that cost most."""

from collections.abc import Iterator
from typing import Any

import click

from codex_usage_tracker.cli import calls, filters, options, reading
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.contract import Calls
from codex_usage_tracker.query import spans
from codex_usage_tracker.reports.calls import expensive

MEASURE = "costliest first, those without a price last"


@options.command("expensive")
@options.limited(20, "calls")
@click.option("--preset", type=click.Choice(["today", "last-7-days"]), help="A ready range.")
@filters.with_filters
def command(asked: Invocation, limit: int, preset: str | None, **chosen: Any) -> None:
    """List the calls that cost most."""
    with reading.questions(asked, empty=asked.json, findings=bool(chosen["finding"])) as reader:
        span = spans.preset(preset, reader.now, reader.zone) if preset else None
        answer = expensive(reader, filters.filter_of(reader, chosen, span), limit=limit)
    asked.answer(answer, lines)


def lines(answer: Calls, screen: Screen) -> Iterator[str]:
    """Draw the calls, and say by what they are measured."""
    return calls.lines(answer, screen, MEASURE)
