"""`serve-dashboard`: the dashboard in the browser."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import click
import msgspec

from codex_usage_tracker import paths, privacy
from codex_usage_tracker.cli import options

if TYPE_CHECKING:
    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.tracker import Tracker
    from codex_usage_tracker.web.server import Running

HOST = "127.0.0.1"
DEMO_CALLS, DEMO_BYTES_PER_CALL = 3_000, 1_600


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
@click.option(
    "--no-context-api", is_flag=True, help="Start with what calls were made of switched off; the page can switch it on."
)
def command(asked: Invocation, host: str, port: int, opens: bool, refresh: bool, no_context_api: bool) -> None:
    """Serve the dashboard to this machine alone, until Ctrl-C.

    Where it runs already, that one gives another link. The link that is printed lets one browser in, once. Programs
    send the token of CODEX_USAGE_TRACKER_TOKEN in the header X-Codex-Usage-Token; /api/openapi.json describes the
    answers.
    """
    serve(asked, host, port, opens=opens, refreshes=refresh, context_api=not no_context_api)


def serve(
    asked: Invocation, host: str, port: int, *, opens: bool, refreshes: bool = True, context_api: bool = True,
) -> None:  # fmt: skip
    """Serve until Ctrl-C, unless a server that was started with the same runs already."""
    from codex_usage_tracker.web import beside  # noqa: PLC0415  (no other command needs a server)
    from codex_usage_tracker.web.server import PORTS_TRIED, Running, bound, named  # noqa: PLC0415

    asked.tracker.keep_private()
    kind = beside.kind_of(_started_with(asked), refreshes, context_api)
    find = partial(beside.link, kind, named(host), port, PORTS_TRIED)
    if port and (link := find()):
        asked.narrate("It runs already, and Ctrl-C ends it where it was started.")
        _tell(asked, link, find() if opens else None)
        return
    made = bound(host, port)
    running = Running(
        _tracker(asked), made, asked.privacy_mode, refreshes=refreshes, context_api=context_api, demo=_write_demo
    )
    running.leave_note(kind)
    if port not in {0, running.port}:
        asked.narrate(f"Port {port} is taken; this is {running.port}.")
    if os.environ.get("CODEX_USAGE_TRACKER_DEBUG"):
        _log()
    running.run(partial(_ready, asked, running, opens=opens))


def _started_with(asked: Invocation) -> list[object]:
    """Return what tells servers of different data from another."""
    homes = [os.path.realpath(home) for home in asked.homes or paths.default_codex_homes()]
    own = asked.tracker
    return [os.path.realpath(own.database), homes, list(own.files), own.timezone, asked.privacy_mode]


def _tracker(asked: Invocation) -> Tracker:
    """Return a tracker that warns from any thread."""
    from codex_usage_tracker.tracker import Tracker  # noqa: PLC0415  (help needs no database)

    def warn(text: str) -> None:
        if not asked.quiet:
            click.echo(privacy.without_paths(text, asked.privacy_mode), err=True)

    one = asked.tracker
    return Tracker(one.database, asked.homes, one.timezone, files=one.files, warn=warn)


def _write_demo(home: str) -> None:
    """Write the made-up history that the page can show."""
    from pathlib import Path  # noqa: PLC0415  (only where it is asked for)

    from codex_usage_tracker.demo import DemoPlan, write_history  # noqa: PLC0415

    write_history(DemoPlan(Path(home), calls=DEMO_CALLS, bytes_per_call=DEMO_BYTES_PER_CALL))


def _ready(asked: Invocation, running: Running, *, opens: bool) -> None:
    """Say where the dashboard is."""
    _tell(asked, running.link(), running.link() if opens else None)
    if not asked.json:
        asked.narrate("The link lets one browser in, once, within ten minutes. Ctrl-C ends.")


def _tell(asked: Invocation, link: str, opened: str | None) -> None:
    """Print a link, and open one in the browser."""
    url = link[: link.index("open?")]
    language = "".join(f"&{urlencode({name: value})}" for name, value in asked.page_language.items())
    link += language
    port = int(url.rpartition(":")[2].rstrip("/"))
    told = {"schema": "codex-usage-tracker-server-v1", "url": url, "open_url": link, "port": port}
    click.echo(msgspec.json.encode(told) if asked.json else f"Dashboard: {link}")
    sys.stdout.flush()
    if opened:
        _open(opened + language)


def _open(link: str) -> None:
    import threading  # noqa: PLC0415  (only here)
    import webbrowser  # noqa: PLC0415

    threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()


def _log() -> None:
    """Log method, route, status and duration of each request."""
    import logging  # noqa: PLC0415  (only where something is looked for)

    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("codex_usage_tracker.web").setLevel(logging.INFO)
