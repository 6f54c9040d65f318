"""`inspect-log`: what is in one log."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import click

from codex_usage_tracker.cli import bars, groups, options, words
from codex_usage_tracker.cli.figures import clock, counted, percent, size
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Column, Table
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.contract.logs import LogInspection
from codex_usage_tracker.query import zones

TITLE_CELLS = 9


@options.command("inspect-log")
@click.argument("path", help="The log.")
def command(asked: Invocation, path: str) -> None:
    """Read one log (.jsonl or .jsonl.zst) and say what is in it; nothing is written."""
    zone = zones.zone_of(asked.timezone)
    asked.answer(asked.tracker.inspect_log(path), lambda answer, screen: _lines(answer, screen, zone))


def _lines(log: LogInspection, screen: Screen, zone: ZoneInfo) -> Iterator[str]:
    yield screen.style(safe(log.path), "strong")
    yield from words.joined(list(_about(log, zone)), screen)
    yield ""
    yield from _models(log).lines(screen)
    yield ""
    for title, counts in (
        ("basis", log.bases), ("kind", log.kinds), ("repeated", log.claims), ("facts", log.facts),
    ):  # fmt: skip
        if counts:
            told = [f"{safe(name)} {count:,}" for name, count in counts.items()]
            yield from words.hanging(title, told, TITLE_CELLS, screen)
    for limit in log.limits:
        told = [f"{limit.limit_id} {limit.window_minutes} min", f"{percent(limit.used_percent)} used"]
        yield from words.hanging("limit", [*told, f"seen {clock(limit.observed_at, zone)}"], TITLE_CELLS, screen)
    for note in log.notes:
        told = [f"{note.count:,} times {note.meaning}", f"line {note.first_line:,} first"]
        yield from words.hanging("note" if note.expected else "odd", told, TITLE_CELLS, screen)


def _about(log: LogInspection, zone: ZoneInfo) -> Iterator[str]:
    """Say what file it is and whose."""
    yield f"{size(log.bytes)}, {counted(log.lines, 'line')}"
    yield f"thread {safe(log.thread_id)}"
    if log.thread_name:
        yield f"named {safe(log.thread_name)}"
    if log.forked_from_id or log.parent_thread_id:
        yield f"from {safe(log.forked_from_id or log.parent_thread_id or '')}"
    yield f"by {safe(log.originator or groups.UNKNOWN)} {safe(log.client_version or '')}".rstrip()
    if log.first_at is not None:
        yield f"{clock(log.first_at, zone)} to {clock(log.last_at, zone)}"
    yield counted(log.turns, "turn")


def _models(log: LogInspection) -> Table:
    """Return the numbers by model."""
    largest = max((numbers.total_tokens for numbers in log.models.values()), default=0)
    rows = [
        [model, *groups.number_cells(numbers, groups.TOKENS), bars.tokens_bar(numbers, largest)]
        for model, numbers in log.models.items()
    ]
    columns = [Column("Model", right=False), *groups.TOKENS, groups.PICTURE]
    return Table(columns, rows, ["Total", *groups.number_cells(log.totals, groups.TOKENS), ""])
