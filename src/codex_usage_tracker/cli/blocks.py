"""`blocks`: use by windows of five hours."""

from collections.abc import Iterator
from functools import partial
from zoneinfo import ZoneInfo

import click

from codex_usage_tracker.cli import bars, groups, levels, options, reading, words
from codex_usage_tracker.cli.figures import UNKNOWN, clock, exact, percent, roughly, tokens
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.money import credits_figure, dollars, remarks
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Cell, Column, Table
from codex_usage_tracker.contract.limits import Block, Blocks
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.query import spans
from codex_usage_tracker.reports.blocks import blocks

USUAL_BLOCKS = 12
RECENT = "3d"


@options.command("blocks")
@click.option("--active", is_flag=True, help="Only the block that runs now, with its pace and where it leads.")
@click.option("--recent", is_flag=True, help="The blocks of the last three days.")
@click.option("--last", metavar="N[hdw]", help="The blocks of the last hours, days or weeks: 24h, 7d, 4w; or all.")
@click.option(
    "--limit", metavar="N", type=click.IntRange(min=0),
    help=f"At most so many blocks, 0 is all; {USUAL_BLOCKS} where no range is given.",
)  # fmt: skip
@click.option("--no-refresh", is_flag=True, help="Answer from what was read before.")
def command(
    asked: Invocation, active: bool, recent: bool, last: str | None, limit: int | None, no_refresh: bool,
) -> None:  # fmt: skip
    """Show use by windows of five hours, the newest first.

    Where the logs told of no such window, blocks are derived from the calls, as other trackers do: one begins on the
    hour of the first call after the one before.
    """
    chosen = RECENT if recent else last
    if recent and last:
        raise InvalidValueError("--recent and --last are two ways to say one range", "Give one of them.")
    with reading.questions(asked, fresh=not no_refresh) as reader:
        span = spans.last(chosen, reader.now, reader.zone) if chosen and chosen != "all" else spans.Span()
        most = limit if limit is not None else 0 if chosen else USUAL_BLOCKS
        answer, now = blocks(reader, since=span.since or 0, active=active, limit=most), reader.now
    asked.answer(answer, partial(_lines, now=now))


def _lines(answer: Blocks, screen: Screen, *, now: int) -> Iterator[str]:
    zone = ZoneInfo(answer.scope.timezone)
    if not answer.rows:
        yield "No block is running now." if answer.scope.since is None else "No blocks in this range."
    else:
        largest = max(one.used.total_tokens for one in answer.rows)
        yield from Table(_columns(answer), [_row(one, zone, now, largest) for one in answer.rows]).lines(screen)
        for one in answer.rows:
            yield from _running(one, screen)
    derived = any(one.basis == "derived" for one in answer.rows)
    notes = [f"newest {answer.row_count:,} blocks, --limit 0 gives all"] if answer.truncated else []
    notes += ["~ derived from calls"] if derived else []
    notes += {note: None for one in answer.rows for note in remarks(one.used)} if len(answer.rows) == 1 else {}
    yield from words.footer(answer.scope, screen, *notes)


def _columns(answer: Blocks) -> list[Column]:
    observed = any(one.used_percent is not None for one in answer.rows)
    return [
        Column("Block", right=False),
        Column("Ends", right=False, leaves=2),
        Column("Used", leaves=0 if observed else 9),
        Column("Calls", leaves=3),
        Column("Input", leaves=7),
        Column("Cached", leaves=5, style="cached"),
        Column("Output", leaves=6),
        Column("Total", style="strong"),
        Column("Est. cost "),
        Column("Credits ", leaves=4),
        groups.PICTURE_BESIDE_TEXTS._replace(leaves=1),
    ]


def _row(one: Block, zone: ZoneInfo, now: int, largest: int) -> list[Cell]:
    used = one.used
    mark = "~" if one.basis == "derived" else ""
    ends = f"in {roughly(one.ends_at - now)}" if one.active else clock(one.ends_at, zone)[-5:]
    calls, into, cached, *_, output, _, total, usd, credit = groups.number_cells(used)
    level = UNKNOWN if one.used_percent is None else percent(one.used_percent)
    bar = bars.tokens_bar(used, largest)
    return [clock(one.starts_at, zone) + mark, ends, level, calls, into, cached, output, total, usd, credit, bar]


def _running(one: Block, screen: Screen) -> Iterator[str]:
    """Say where a running block leads."""
    if not one.active:
        return
    yield ""
    said = levels.folded(one.forecast.sentence, screen) if one.forecast else []
    ahead = one.projection
    if ahead:
        money = [dollars(ahead.usd)] if ahead.usd is not None else []
        money += [f"{credits_figure(ahead.credits)} credits"] if ahead.credits is not None else []
        whole = ", ".join([f"{tokens(ahead.total_tokens)} tokens", *money])
        said += [f"{tokens(ahead.tokens_per_hour)} tokens an hour", f"at this pace {whole} at its end"]
    yield from words.hanging(
        "Running", said or [f"{exact(one.used.calls)} calls so far"], levels.TITLE_CELLS - 2, screen
    )
