"""`open-dashboard`: the dashboard as one file, written anew and opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.dashboard import with_scope, write

if TYPE_CHECKING:
    from codex_usage_tracker.cli.invocation import Invocation


@options.command("open-dashboard")
@click.option("--refresh/--no-refresh", default=True, help="Read what is new before; as always, or not.")
@with_scope
def command(asked: Invocation, refresh: bool, **scope: Any) -> None:
    """Read what is new, write the dashboard as one HTML file, and open it in the browser.

    It shows what was there when it was written; `serve-dashboard` goes on showing what is new.
    """
    write(asked, scope, fresh=refresh, opens=True)
