"""`query`: the calls themselves."""

from typing import Any

import click

from codex_usage_tracker.cli import calls, filters, options, reading
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.query.run import CALL_SORTS
from codex_usage_tracker.reports.calls import calls as ask


@options.command("query")
@filters.with_filters
@click.option("--sort", type=click.Choice(list(CALL_SORTS)), default="time", show_default=True, help="What to sort by.")
@click.option("--ascending", is_flag=True, help="The oldest or smallest first.")
@options.limited(100, "calls")
@click.option("--offset", metavar="N", type=click.IntRange(min=0), default=0, help="Leave out so many first.")
def command(asked: Invocation, sort: str, ascending: bool, limit: int, offset: int, **chosen: Any) -> None:
    """List calls, filtered and sorted, the newest first."""
    with reading.questions(asked, empty=asked.json, findings=bool(chosen["finding"])) as reader:
        meant = filters.filter_of(reader, chosen)
        answer = ask(reader, meant, sort=sort, ascending=ascending, limit=limit, offset=offset)
    asked.answer(answer, calls.lines)
