"""`mcp`: usage told to agents."""

import sys

import click

from codex_usage_tracker import privacy
from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.tracker import Tracker


@options.command("mcp")
def command(asked: Invocation) -> None:
    """Serve the Model Context Protocol to an agent, on standard input and output.

    `codex mcp add usage -- codex-usage-tracker mcp` tells Codex of it.
    """
    from codex_usage_tracker.mcp.server import serve  # noqa: PLC0415  (help needs no server)

    def warn(text: str) -> None:
        if not asked.quiet:
            click.echo(privacy.without_paths(text, asked.safe_mode), err=True)

    one = asked.tracker
    tracker = Tracker(
        one.database, asked.homes, one.timezone, files=one.files, warn=warn, privacy_mode=asked.named_mode
    )
    serve(tracker, [sys.executable, "-m", "codex_usage_tracker", *_options(asked)])


def _options(asked: Invocation) -> list[str]:
    """Return the options of every command as this one was given them, the privacy mode apart."""
    told = {"db": asked.tracker.database, "timezone": asked.timezone, **asked.named_files}
    homes = [f"--codex-home={home}" for home in asked.homes]
    return [*homes, *(f"--{name.replace('_', '-')}={value}" for name, value in told.items() if value)]
