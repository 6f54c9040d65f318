"""`summary`: how much was used, split by anything."""

from collections.abc import Iterator
from typing import Any

import click

from codex_usage_tracker.cli import filters, groups, options, reading, words
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.money import remarks
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.contract import Summary
from codex_usage_tracker.query import dimensions, spans
from codex_usage_tracker.reports.calls import expensive
from codex_usage_tracker.reports.summary import SPLITS, summary

RANGES = ("today", "last-7-days")
PRESETS = (*RANGES, *SPLITS, "expensive")


@options.command("summary")
@click.option(
    "--group-by", metavar="DIM[,DIM]", multiple=True,
    help=f"Any of {', '.join(dimensions.DIMENSIONS)}; thread where nothing is said.",
)  # fmt: skip
@click.option("--preset", metavar="NAME", type=click.Choice(PRESETS), help=f"Ready made: {', '.join(PRESETS)}.")
@options.limited(20, "rows")
@filters.with_filters
def command(asked: Invocation, group_by: tuple[str, ...], preset: str | None, limit: int, **chosen: Any) -> None:
    """Sum tokens by model, thread, project or anything else.

    Answers from what was read before; `refresh` reads what is new.
    """
    with reading.questions(asked, empty=asked.json, findings=bool(chosen["finding"])) as reader:
        span = spans.preset(preset, reader.now, reader.zone) if preset in RANGES else None
        calls = filters.filter_of(reader, chosen, span)
        if preset == "expensive":
            from codex_usage_tracker.cli import expensive as command_module  # noqa: PLC0415  (its table)

            asked.answer(expensive(reader, calls, limit=limit), command_module.lines)
            return
        asked.answer(summary(reader, calls, _split(asked, group_by, preset), limit=limit), _lines)


def _split(asked: Invocation, given: tuple[str, ...], preset: str | None) -> list[str]:
    """Return the dimensions that were asked for, the preset's, or else the thread; people see its project beside it."""
    split = filters.dimensions_of(given) or [SPLITS.get(preset or "", "thread")]
    return ["thread", "project"] if split == ["thread"] and not asked.json else split


def _lines(answer: Summary, screen: Screen) -> Iterator[str]:
    yield from groups.table(answer, screen).lines(screen)
    more = f"first {answer.row_count:,} rows, --limit 0 gives all" if answer.truncated else ""
    yield from words.footer(answer.scope, screen, more, *remarks(answer.totals))
