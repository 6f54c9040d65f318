"""`web` and `ui`: the dashboard, opened at once."""

import click

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.serve_dashboard import HOST, serve


@options.command("web")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=3000, show_default=True,
    help="The port, or the next one that is free; 0 takes any.",
)  # fmt: skip
@click.option("--no-open", is_flag=True, help="Only print the link.")
def command(asked: Invocation, port: int, no_open: bool) -> None:
    """Serve the dashboard to this machine alone and open it in the browser, until Ctrl-C."""
    serve(asked, HOST, port, opens=not no_open)
