"""`rebuild-index`: read all logs again from their beginning."""

import click

from codex_usage_tracker.cli import options, reading, refresh
from codex_usage_tracker.cli.invocation import Invocation


@options.command("rebuild-index")
@click.option(
    "--include-archived/--no-archived", default=True, help="Read archived threads too, as always, or not.",
)  # fmt: skip
def command(asked: Invocation, include_archived: bool) -> int:
    """Read all logs that are there again from their beginning.

    Nothing is deleted: calls whose log is gone are kept, and every call is still counted once. To begin from nothing,
    use clear-db and then refresh.
    """
    return refresh.told(asked, reading.refresh(asked, include_archived=include_archived, again=True))
