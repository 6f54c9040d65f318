"""`doctor`: whether everything is in order."""

from collections.abc import Iterator

import click

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.text import cells, pad, safe
from codex_usage_tracker.contract.checks import Check, Doctor
from codex_usage_tracker.errors import ExitCode

STYLES = {"pass": "good", "warn": "warning", "fail": "bad"}
VERDICTS = {
    "pass": "All is in order.",
    "warn": "It works; some things could be better.",
    "fail": "Something is broken.",
}


@options.command("doctor")
@click.option("--suggest-repair", is_flag=True, help="Name a command that repairs, where there is one.")
@click.option("--mcp", is_flag=True, help="Start the MCP server of the plugin too, and ask what tools it has.")
def command(asked: Invocation, suggest_repair: bool, mcp: bool) -> int:
    """Check the program, the logs, the database, the plugin, the hub and the machine, and say what to do.

    The exit code is 1 only where something fails.
    """
    from codex_usage_tracker.hub.client import checking  # noqa: PLC0415  (help needs no hub)

    asked.doubt()
    hub = checking.checks(asked.tracker.database)
    found = asked.tracker.doctor(suggest=suggest_repair, start=mcp, more=hub)
    asked.answer(found, lines)
    return ExitCode.FAILED if found.status == "fail" else ExitCode.OK


def lines(found: Doctor, screen: Screen) -> Iterator[str]:
    """Draw all verdicts, and the worst of them in words."""
    width = max(cells(check.name) for check in found.checks)
    for check in found.checks:
        yield from _check(check, width, screen)
    yield ""
    yield screen.style(VERDICTS[found.status], STYLES[found.status])


def _check(check: Check, width: int, screen: Screen) -> Iterator[str]:
    """Draw a verdict, and beneath it what to do."""
    yield f"{screen.style(check.status, STYLES[check.status])}  {pad(check.name, width)}  {safe(check.message)}"
    indent = " " * (width + 8)
    if check.detail:
        yield indent + safe(check.detail)
    if check.hint:
        yield indent + screen.style(safe(check.hint), "faint")
    if check.repair:
        yield indent + screen.style("$ " + safe(check.repair), "strong")
