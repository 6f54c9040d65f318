"""`serve-dashboard`: the dashboard in the browser."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

import click
import msgspec

from codex_usage_tracker import privacy
from codex_usage_tracker.cli import options

if TYPE_CHECKING:
    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.tracker import Tracker
    from codex_usage_tracker.web.server import Running

HOST = "127.0.0.1"


@options.command("serve-dashboard")
@click.option("--host", metavar="ADDRESS", default=HOST, show_default=True, help="127.0.0.1 or ::1.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True,
    help="The port, or the next one that is free; 0 takes any.",
)  # fmt: skip
@click.option("--open/--no-open", "opens", default=False, help="Open the browser.")
@click.option(
    "--refresh/--no-refresh", default=True, help="Read what is new, now and while it runs; as always, or not."
)
@click.option("--no-context-api", is_flag=True, help="Taken for scripts: nothing of a log's texts is served anyway.")
def command(asked: Invocation, host: str, port: int, opens: bool, refresh: bool, no_context_api: bool) -> None:  # noqa: ARG001
    """Serve the dashboard to this machine alone, until Ctrl-C.

    The link that is printed lets one browser in, once. Programs send the token of CODEX_USAGE_TRACKER_TOKEN in the
    header X-Codex-Usage-Token; /api/openapi.json describes the answers.
    """
    serve(asked, host, port, opens=opens, refreshes=refresh)


def serve(asked: Invocation, host: str, port: int, *, opens: bool, refreshes: bool = True) -> None:
    """Serve until Ctrl-C."""
    from codex_usage_tracker.web.server import Running, bound  # noqa: PLC0415  (no other command needs a server)

    made = bound(host, port)
    running = Running(_tracker(asked), made, asked.privacy_mode, refreshes=refreshes)
    if port not in {0, running.port}:
        asked.narrate(f"Port {port} is taken; this is {running.port}.")
    if os.environ.get("CODEX_USAGE_TRACKER_DEBUG"):
        _log()
    running.run(partial(_ready, asked, running, opens=opens))


def _tracker(asked: Invocation) -> Tracker:
    """Return a tracker that warns from any thread."""
    from codex_usage_tracker.tracker import Tracker  # noqa: PLC0415  (help needs no database)

    def warn(text: str) -> None:
        if not asked.quiet:
            click.echo(privacy.without_paths(text, asked.privacy_mode), err=True)

    one = asked.tracker
    return Tracker(one.database, one.homes, one.timezone, files=one.files, warn=warn)


def _ready(asked: Invocation, running: Running, *, opens: bool) -> None:
    """Say where the dashboard is."""
    link = running.link()
    if asked.json:
        told = {"schema": "codex-usage-tracker-server-v1", "url": running.url, "open_url": link, "port": running.port}
        click.echo(msgspec.json.encode(told))
    else:
        click.echo(f"Dashboard: {link}")
        asked.narrate("The link lets one browser in, once, within ten minutes. Ctrl-C ends.")
    sys.stdout.flush()
    if opens:
        _open(running.link())


def _open(link: str) -> None:
    import threading  # noqa: PLC0415  (only here)
    import webbrowser  # noqa: PLC0415

    threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()


def _log() -> None:
    """Log method, route, status and duration of each request."""
    import logging  # noqa: PLC0415  (only where something is looked for)

    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("codex_usage_tracker.web").setLevel(logging.INFO)
