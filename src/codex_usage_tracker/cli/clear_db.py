"""`clear-db`, also called `reset-db`: delete the database."""

import sys
from collections.abc import Iterator

import click

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.figures import counted
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.outcomes import Deletion
from codex_usage_tracker.errors import ForeignDatabaseError, TrackerError

CONFIRMATION = "delete"


@options.command("clear-db")
@click.option("--yes", is_flag=True, help="Delete without asking.")
def command(asked: Invocation, yes: bool) -> None:
    """Delete the database with all that was read.

    Codex's own logs are not touched, so a refresh reads again what is still there; what is there no more is lost.
    """
    calls = _calls(asked)
    if asked.tracker.has_database() and not yes:
        _ask(asked, calls)
    gone = asked.tracker.remove() if asked.tracker.has_database() else []
    asked.answer(Deletion(schema=SCHEMA.format("deleted"), deleted_paths=gone, deleted_calls=calls), _lines)


def _ask(asked: Invocation, calls: int) -> None:
    """Let a person confirm, and nobody else."""
    if asked.json or not sys.stdin.isatty():
        msg = "deleting needs --yes where nobody can be asked"
        raise click.UsageError(msg)
    click.echo(f"This deletes {safe(asked.tracker.database)} with {counted(calls, 'call')}.", err=True)
    if click.prompt(f"Type {CONFIRMATION} to go on", default="", show_default=False, err=True).strip() != CONFIRMATION:
        raise click.Abort


def _calls(asked: Invocation) -> int:
    """Return how many calls there are, as far as the database can tell; one of another program is not deleted."""
    from codex_usage_tracker.query import run  # noqa: PLC0415
    from codex_usage_tracker.query.filters import Filter  # noqa: PLC0415

    try:
        with asked.tracker.reader() as reader:
            return run.totals(reader.db, Filter())[0]
    except ForeignDatabaseError:
        raise
    except TrackerError:
        return 0


def _lines(done: Deletion, _screen: Screen) -> Iterator[str]:
    if not done.deleted_paths:
        yield "There is no database; nothing was deleted."
        return
    yield f"Deleted {counted(done.deleted_calls, 'call')}:"
    for path in done.deleted_paths:
        yield f"  {safe(path)}"
