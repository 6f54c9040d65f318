"""`demo`: a made-up history to try everything on."""

import os
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

from codex_usage_tracker import paths
from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.figures import counted, tokens
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.progress import counting
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.outcomes import DemoHistory
from codex_usage_tracker.demo import DemoHomeError, DemoPlan, Truth, write_history
from codex_usage_tracker.errors import FileAccessError, FileExistsAlreadyError

USUAL_RANGE = "30d"
COUNT = click.IntRange(min=1)


@options.command("demo")
@click.option(
    "--home", metavar="DIR", help="Where to write it; without this, a folder of the tracker's own is used and shown."
)
@click.option("--calls", metavar="N", type=COUNT, default=4_000, show_default=True, help="How many calls.")
@click.option(
    "--seed", metavar="N", type=int, default=1, show_default=True, help="The same seed and day give the same history."
)
@click.option("--days", metavar="N", type=COUNT, default=180, show_default=True, help="Over how many days, up to now.")
@click.option(
    "--bytes-per-call", metavar="N", type=COUNT, default=4_000, show_default=True, help="How long the logs are."
)
@click.option("--force", is_flag=True, help="Replace an earlier demo in DIR.")
def command(
    asked: Invocation, home: str | None, calls: int, seed: int, days: int, bytes_per_call: int, force: bool,
) -> None:  # fmt: skip
    """Write a made-up history of Codex sessions, to try every view without logs of one's own.

    A folder that is not an earlier demo's is never written into.
    """
    folder = home or os.path.join(paths.data_folder(), "demo")
    plan = DemoPlan(Path(folder), calls=calls, seed=seed, days=days, bytes_per_call=bytes_per_call)
    answer = _written(asked, plan, replace=force or home is None)
    if home is None and not asked.json:
        _show(asked, answer)
    asked.answer(answer, _lines)


def _written(asked: Invocation, plan: DemoPlan, *, replace: bool) -> DemoHistory:
    """Write the history, without the database of an earlier one beside it."""
    try:
        with counting(asked, "Writing", plan.calls) as progress:
            truth = write_history(plan, progress, replace=replace)
    except DemoHomeError as error:
        raise FileExistsAlreadyError(str(error), "An earlier demo is replaced with --force.") from error
    except OSError as error:
        msg = f"{plan.home} cannot be written: {error.strerror}"
        raise FileAccessError(msg, "Name another folder with --home.") from error
    beside = os.path.join(plan.home, paths.DATABASE_NAME)
    for name in (beside, f"{beside}-wal", f"{beside}-shm"):
        with suppress(FileNotFoundError):
            os.unlink(name)
    return _answer(truth, str(plan.home), asked.db or beside)


def _answer(truth: Truth, home: str, database: str) -> DemoHistory:
    following = f"codex-usage-tracker report --codex-home {shlex.quote(home)} --db {shlex.quote(database)}"
    return DemoHistory(
        schema=SCHEMA.format("demo"),
        home=home,
        db_path=database,
        calls=truth.calls,
        total_tokens=truth.tokens.input + truth.tokens.output,
        seed=truth.seed,
        next=following,
    )


def _lines(done: DemoHistory, _screen: Screen) -> Iterator[str]:
    yield f"Wrote {counted(done.calls, 'made-up call')} with {tokens(done.total_tokens)} tokens to {safe(done.home)}."
    yield "To look at them (or with status, summary, session in the place of report):"
    yield f"  {safe(done.next)}"


def _show(asked: Invocation, done: DemoHistory) -> None:
    """Show the report of what was written."""
    from codex_usage_tracker.cli import report  # noqa: PLC0415  (only where it is shown)

    asked.use(done.db_path, [done.home])
    click.get_current_context().invoke(report.command, last=USUAL_RANGE)
    click.echo()
