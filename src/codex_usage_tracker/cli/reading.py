"""Bringing the database up to date before a question, or as the task itself."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

from codex_usage_tracker.cli import progress
from codex_usage_tracker.cli.figures import counted
from codex_usage_tracker.errors import BusyError, DatabaseError, ExitCode, FileAccessError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.ingest.sync import Refreshed
    from codex_usage_tracker.query.reader import Reader

PATIENCE_SECONDS = 5.0
"""How long a question waits for another refresh before it answers from what is there."""

KEPT = "Interrupted. What was read is kept, and the next refresh goes on from there."


def refresh(
    asked: Invocation, *, include_archived: bool = True, again: bool = False, wait_seconds: float = 300.0,
) -> Refreshed:  # fmt: skip
    """Read what is new, with a bar where it takes long."""
    with progress.watching(asked) as watching:
        return asked.tracker.refresh(
            include_archived=include_archived, again=again, wait_seconds=wait_seconds, watching=watching,
        )  # fmt: skip


def _refresh_first(asked: Invocation) -> None:
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


def _judge_first(asked: Invocation) -> None:
    """Judge what changed, with a bar where it takes long; without a database of one's own, the question does it."""
    with progress.counting(asked, "Judging threads") as told, suppress(BusyError, DatabaseError, FileAccessError):
        if not asked.named_files:
            asked.tracker.judge(wait_seconds=PATIENCE_SECONDS, progress=told)


@contextmanager
def questions(
    asked: Invocation, *, fresh: bool | None = None, empty: bool = False, findings: bool = False,
) -> Iterator[Reader]:  # fmt: skip
    """Open the database for questions, after a refresh if `fresh`, or (None) if nothing was read before.

    With `findings`, all threads are judged before. Unless it may be `empty`, a database without calls is an error that
    says where logs were looked for.
    """
    if fresh or (fresh is None and not asked.tracker.has_database()):
        _refresh_first(asked)
    if findings:
        _judge_first(asked)
    with asked.tracker.reader(findings=findings) as found:
        from codex_usage_tracker.query import run  # noqa: PLC0415  (a refresh alone asks nothing)

        reader = found._replace(hiding=asked.hiding)
        if not empty and run.is_empty(reader.db):
            from codex_usage_tracker.reports.failures import no_logs  # noqa: PLC0415  (seldom)

            raise no_logs(asked.tracker.homes)
        yield reader
