"""`report`: tokens over time, with a picture."""

from collections.abc import Iterator

import click

from codex_usage_tracker.cli import groups, options, reading, words
from codex_usage_tracker.cli.filters import dimensions_of
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.money import remarks
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.contract import Summary
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.query import spans
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.reports.summary import summary

USUAL_RANGE = "30d"


@options.command("report")
@click.option("--last", metavar="N[hdw]", help="The last hours, or days or weeks with today: 24h, 7d, 4w; or all.")
@click.option("--today", is_flag=True, help="Today alone.")
@click.option("--from", "since", metavar="DAY", help="From this day or instant on.")
@click.option("--to", "until", metavar="DAY", help="Up to this day, the day included, or to this instant.")
@click.option(
    "--group", type=click.Choice(["hour", "day", "week", "month"]), default="day", show_default=True,
    help="The length of time that a row stands for.",
)  # fmt: skip
@click.option(
    "--by", metavar="DIM", multiple=True,
    help="Split further by model, directory, session, project or any other dimension.",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True,
    help="How to print it; --json is --format json.",
)  # fmt: skip
@click.option("--no-refresh", is_flag=True, help="Answer from what was read before.")
def command(
    asked: Invocation, last: str | None, today: bool, since: str | None, until: str | None, group: str,
    by: tuple[str, ...], form: str, no_refresh: bool,
) -> None:  # fmt: skip
    """Show tokens by hour, day, week or month, with a picture.

    Without a range it shows the last 30 days.
    """
    asked.json = asked.json or form == "json"
    span = _span(asked, last, since, until, today=today)
    with reading.questions(asked, fresh=not no_refresh) as reader:
        chosen = Filter(since=span.since, until=span.until)
        answer = summary(reader, chosen, [group, *dimensions_of(by)], name="report")
    if form == "csv" and not asked.json:
        from codex_usage_tracker.reports import csv_text  # noqa: PLC0415

        click.echo(csv_text.of_summary(asked.hidden(answer)), nl=False)
        return
    asked.answer(answer, _lines)
    if not (last or today or since or until) and not asked.json:
        asked.narrate("These are the last 30 days; --last 90d, --last all or --from 2026-01-01 show others.")


def _span(asked: Invocation, last: str | None, since: str | None, until: str | None, *, today: bool) -> spans.Span:
    """Return the range that was asked for in one of three ways."""
    if sum((bool(last), today, bool(since or until))) > 1:
        msg = "--last, --today and --from/--to are three ways to say one range"
        raise InvalidValueError(msg, "Give one of them.")
    now, zone = asked.tracker.now(), asked.tracker.zone()
    if today:
        return spans.preset("today", now, zone)
    if since or until:
        return spans.between(since, until, zone)
    if last in {"all", "total"}:
        return spans.Span()
    return spans.last(last or USUAL_RANGE, now, zone)


def _lines(answer: Summary, screen: Screen) -> Iterator[str]:
    if not answer.rows:
        yield "No calls in this range."
    else:
        yield from groups.table(answer, screen).lines(screen)
    yield from words.footer(answer.scope, screen, *remarks(answer.totals))
