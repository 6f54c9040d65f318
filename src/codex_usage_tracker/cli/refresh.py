"""`refresh`: read what is new in the logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from codex_usage_tracker.cli import options, reading
from codex_usage_tracker.cli.figures import counted, length, size
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.cli.screen import Screen
    from codex_usage_tracker.contract.outcomes import Refresh
    from codex_usage_tracker.ingest.sync import Refreshed

SHOWN_PROBLEMS = 5


@options.command("refresh")
@click.option(
    "--include-archived/--no-archived", default=True, help="Read archived threads too, as always, or not.",
)  # fmt: skip
def command(asked: Invocation, include_archived: bool) -> int:
    """Read what is new in the Codex logs.

    Files that did not change cost one look; files that grew are read from where they ended.
    """
    return told(asked, reading.refresh(asked, include_archived=include_archived))


def told(asked: Invocation, done: Refreshed) -> int:
    """Answer what a refresh did, and return its exit code."""
    asked.answer(done.answer(asked.tracker.database), _lines)
    return ExitCode.INTERRUPTED if done.interrupted else ExitCode.OK


def _lines(done: Refresh, _screen: Screen) -> Iterator[str]:
    """Say in a sentence what was read."""
    if done.interrupted:
        yield f"{reading.KEPT} New calls so far: {done.new_calls:,}."
    elif done.read_files:
        yield (
            f"Looked at {counted(done.scanned_files, 'file')}, read {done.read_files:,} ({size(done.read_bytes)})"
            f" in {length(done.duration_ms)}: {counted(done.new_calls, 'new call')}."
        )
    else:
        yield f"Looked at {counted(done.scanned_files, 'file')} in {length(done.duration_ms)}: nothing new."
    if done.repriced_calls:
        yield f"Prices have changed: the costs of {counted(done.repriced_calls, 'call')} follow."
    for problem in done.problems[:SHOWN_PROBLEMS]:
        yield f"Not read: {safe(problem.path)} {problem.reason}"
    if len(done.problems) > SHOWN_PROBLEMS:
        yield f"And {len(done.problems) - SHOWN_PROBLEMS:,} more."
