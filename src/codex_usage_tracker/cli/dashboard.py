"""`dashboard`: the dashboard as one file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from codex_usage_tracker import paths
from codex_usage_tracker.cli import filters, options, reading
from codex_usage_tracker.cli.figures import counted, size
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.outcomes import DashboardFile
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.query import spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.cli.screen import Screen
    from codex_usage_tracker.query.reader import Reader

    Function = Callable[..., Any]

FILE = "dashboard.html"
MOST = 100_000


def with_scope(function: Function) -> Function:
    """Give a command the options that say what the file holds and where it is written."""
    decorators = [
        click.option("--output", "--out", metavar="FILE", help="The file; by default among the tracker's own files."),
        click.option(
            "--limit", metavar="N", type=click.IntRange(min=0), default=MOST, show_default=True,
            help="At most so many calls, the newest; 0 is all.",
        ),
        click.option("--last", metavar="N[hdw]", help="The last hours, days or weeks with today: 24h, 7d, 4w; or all."),
        filters.with_filters,
    ]  # fmt: skip
    for decorator in reversed(decorators):
        function = decorator(function)
    return function


@options.command("dashboard")
@click.option("--open/--no-open", "opens", default=False, help="Open it in the browser.")
@with_scope
def command(asked: Invocation, opens: bool, **scope: Any) -> None:
    """Write the dashboard with its calls as one HTML file, from what was read before.

    The file asks nothing of any network, and can be kept, sent and opened anywhere. Whoever has it can read all of it:
    --privacy-mode, a range and filters say what that is. Of some calls alone it tells no limits, blocks or budgets.
    """
    write(asked, scope, fresh=False, opens=opens)


def write(asked: Invocation, scope: dict[str, Any], *, fresh: bool, opens: bool) -> None:
    """Write the file, say so, and open it if asked to."""
    from codex_usage_tracker.reports.registry import Settings  # noqa: PLC0415  (help needs none)
    from codex_usage_tracker.static import page  # noqa: PLC0415
    from codex_usage_tracker.static.content import Scope  # noqa: PLC0415

    path, most, last = (scope.pop(name) for name in ("output", "limit", "last"))
    if path == "-":
        raise InvalidValueError("the dashboard is written to a file", "Name one with --output, such as usage.html.")
    path = os.path.abspath(os.path.expanduser(path or os.path.join(paths.data_folder(), FILE)))
    with reading.questions(asked, fresh=fresh or None, findings=True) as reader:
        chosen = filters.filter_of(reader, scope, _span(reader, last))
        settings = Settings(asked.tracker.files, asked.tracker.settings)
        language = next(iter(asked.page_language.values()), None)
        told = page.write(path, reader, Scope(chosen, most), settings, language)
        as_of = reader.meta("refreshed_at")
    done = DashboardFile(
        schema=SCHEMA.format("dashboard-file"), path=path, calls=told.calls, left_out_calls=told.left_out,
        bytes=told.bytes, as_of=as_of,
    )  # fmt: skip
    asked.answer(done, _lines)
    if opens:
        import webbrowser  # noqa: PLC0415  (only here)
        from pathlib import Path  # noqa: PLC0415

        webbrowser.open(Path(path).as_uri())


def _span(reader: Reader, last: str | None) -> spans.Span | None:
    return spans.last(last, reader.now, reader.zone) if last and last != "all" else None


def _lines(done: DashboardFile, _screen: Screen) -> Iterator[str]:
    yield f"Wrote {counted(done.calls, 'call')} to {done.path} ({size(done.bytes)})."
    if done.left_out_calls:
        yield f"{counted(done.left_out_calls, 'older call')} are not in it; --limit 0 takes all."
