"""`blocks`: use by windows of five hours."""

from collections.abc import Iterator
from functools import partial
from zoneinfo import ZoneInfo

import click

from codex_usage_tracker.cli import bars, groups, levels, options, reading, words
from codex_usage_tracker.cli.figures import UNKNOWN, clock, exact, percent, roughly, share, tokens
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.money import cost_of, credits_figure, credits_of, dollars, remarks
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Column, table_of
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
        yield from table_of(_columns(answer, zone, now), answer.rows).lines(screen)
        for one in answer.rows:
            yield from _running(one, screen)
    derived = any(one.basis == "derived" for one in answer.rows)
    notes = [f"newest {answer.row_count:,} blocks, --limit 0 gives all"] if answer.truncated else []
    notes += ["~ derived from calls"] if derived else []
    notes += {note: None for one in answer.rows for note in remarks(one.used)} if len(answer.rows) == 1 else {}
    yield from words.footer(answer.scope, screen, *notes)


def _columns(answer: Blocks, zone: ZoneInfo, now: int) -> list[Column]:
    largest = max(one.used.total_tokens for one in answer.rows)
    observed = any(one.used_percent is not None for one in answer.rows)
    picture = groups.PICTURE_BESIDE_TEXTS._replace(leaves=1)
    return [
        Column("Block", lambda one: clock(one.starts_at, zone) + "~" * (one.basis == "derived"), right=False),
        Column("Ends", lambda one: _ends(one, zone, now), right=False, leaves=2),
        Column("Used", lambda one: _used(one.used_percent), leaves=0 if observed else 9),
        Column("Calls", lambda one: exact(one.used.calls), leaves=3),
        Column("Input", lambda one: tokens(one.used.input_tokens), leaves=7),
        Column(
            "Cached", lambda one: share(one.used.cached_input_tokens, one.used.input_tokens), leaves=5, style="cached"
        ),
        Column("Output", lambda one: tokens(one.used.output_tokens), leaves=6),
        Column("Total", lambda one: tokens(one.used.total_tokens), style="strong"),
        Column("Est. cost ", lambda one: cost_of(one.used)),
        Column("Credits ", lambda one: credits_of(one.used), leaves=4),
        picture._replace(cell=lambda one: bars.tokens_bar(one.used, largest)),
    ]


def _ends(one: Block, zone: ZoneInfo, now: int) -> str:
    return f"in {roughly(one.ends_at - now)}" if one.active else clock(one.ends_at, zone)[-5:]


def _used(used: float | None) -> str:
    return UNKNOWN if used is None else percent(used)


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
