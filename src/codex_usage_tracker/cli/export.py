"""`export`: all calls in a file."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from codex_usage_tracker import owned
from codex_usage_tracker.cli import filters, options, reading
from codex_usage_tracker.cli.figures import counted, size
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.outcomes import Export
from codex_usage_tracker.errors import FileAccessError, FileExistsAlreadyError, InvalidValueError
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.query.reader import Reader
from codex_usage_tracker.reports.export import Hiding, Order

Writer = Callable[[Reader, Filter, Hiding, IO[bytes], Order], int]

FORMATS = ("csv", "json", "parquet")
STDOUT = "-"


@options.command("export")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="The format; told by the file's ending where it can be."
)
@click.option("--out", "--output", metavar="PATH", required=True, help="The file to write; - is standard output.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--no-refresh", is_flag=True, help="Export what was read before.")
@click.option(
    "--limit", metavar="N", type=click.IntRange(min=0), default=0, help="At most so many calls, the newest; 0 is all."
)
@filters.with_filters
def command(
    asked: Invocation, form: str | None, out: str, force: bool, no_refresh: bool, limit: int, **chosen: Any,
) -> None:  # fmt: skip
    """Write all calls to a file as CSV, JSON or Parquet, one row a call, the oldest first."""
    form = form or _told_by(out)
    if out == STDOUT and form == "parquet":
        msg = "Parquet cannot be written to standard output"
        raise InvalidValueError(msg, "Name a file with --out.")
    if os.path.lexists(out) and not force:
        msg = f"{out} is already there"
        raise FileExistsAlreadyError(msg, "Give --force to replace it, or another name.")
    with reading.questions(asked, fresh=not no_refresh or None, findings=bool(chosen["finding"])) as reader:
        calls = filters.filter_of(reader, chosen)
        with _opened(out) as file:
            rows = _writer(form)(reader, calls, asked.hiding, file, Order(newest=limit))
    if out != STDOUT:
        size_of = os.path.getsize(out)
        done = Export(schema=SCHEMA.format("exported"), path=out, format=form, rows=rows, bytes=size_of)
        asked.answer(done, _lines)


def _told_by(path: str) -> str:
    """Return the format that a file's ending tells."""
    ending = os.path.splitext(path)[1].lower().removeprefix(".")
    if path != STDOUT and ending in FORMATS:
        return ending
    msg = "the format is not known"
    raise InvalidValueError(msg, f"Give --format {', '.join(FORMATS[:-1])} or {FORMATS[-1]}.")


def _writer(form: str) -> Writer:
    """Return what writes a format; the library behind Parquet is loaded for it alone."""
    if form == "parquet":
        from codex_usage_tracker.reports.parquet import write_calls  # noqa: PLC0415

        return write_calls
    if form == "csv":
        from codex_usage_tracker.reports import csv_text  # noqa: PLC0415

        return csv_text.write_calls
    from codex_usage_tracker.reports.export import write_json  # noqa: PLC0415

    return write_json


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    """Open standard output, or a new file that takes its place only when it is complete; only its owner can read it."""
    if path == STDOUT:
        yield sys.stdout.buffer
        return
    try:
        with owned.replacing(path) as file:
            yield file
    except OSError as error:
        hint = "Check the folder, its permissions and the room on its disk."
        raise FileAccessError(f"{path} cannot be written: {error.strerror}", hint) from error


def _lines(done: Export, _screen: Screen) -> Iterator[str]:
    yield f"Wrote {counted(done.rows, 'call')} to {done.path} ({done.format}, {size(done.bytes)})."
