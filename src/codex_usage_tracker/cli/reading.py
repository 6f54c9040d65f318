"""Bringing the database up to date before a question, or as the task itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from codex_usage_tracker.cli import progress
from codex_usage_tracker.cli.figures import counted
from codex_usage_tracker.errors import BusyError, ExitCode, NoLogsError

if TYPE_CHECKING:
    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.ingest.sync import Refreshed
    from codex_usage_tracker.query.reader import Reader

PATIENCE_SECONDS = 5.0
"""How long a question waits for another refresh before it answers from what is there."""

KEPT = "Interrupted. What was read is kept, and the next refresh goes on from there."


def refresh(asked: Invocation, *, include_archived: bool = True, wait_seconds: float = 300.0) -> Refreshed:
    """Read what is new, with a bar where it takes long."""
    with progress.watching(asked) as watching:
        return asked.tracker.refresh(
            include_archived=include_archived, wait_seconds=wait_seconds, watching=watching,
        )  # fmt: skip


def refresh_first(asked: Invocation) -> None:
    """Read what is new before a question; what cannot be read is told beside the answer."""
    try:
        done = refresh(asked, wait_seconds=PATIENCE_SECONDS)
    except BusyError:
        asked.narrate("Another refresh is still running; this is what has been read so far.")
        return
    if done.interrupted:
        asked.narrate(KEPT)
        raise click.exceptions.Exit(ExitCode.INTERRUPTED)
    if done.problems:
        unread = counted(len(done.problems), "file")
        asked.narrate(f"{unread} could not be read; `codex-usage-tracker doctor` tells which and why.")


def require_calls(asked: Invocation, reader: Reader) -> None:
    """Refuse to answer from nothing: say where logs were looked for, and offer the demo."""
    from codex_usage_tracker.query import run  # noqa: PLC0415

    if run.is_empty(reader.db):
        places = " and ".join(f"{home}/sessions" for home in asked.tracker.homes)
        msg = f"there are no Codex logs in {places}"
        hint = (
            "Name another Codex home with --codex-home DIR, or try everything on a made-up history:"
            " `codex-usage-tracker demo`"
        )
        raise NoLogsError(msg, hint)
