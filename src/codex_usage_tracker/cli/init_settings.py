"""`init-pricing` and the other commands that write a file of settings to begin with."""

import os
from collections.abc import Iterator, Sequence
from functools import partial

import click

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.config.templates import template
from codex_usage_tracker.config.writing import write
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.settings import SettingsFile

NEXT = {
    "pricing": "It holds no price yet: move the example from `examples` to `rules` and change it.",
    "rate_card": "It holds no rate yet: move the example from `examples` to `rules` and change it.",
    "allowance": "Fill it in as `examples` shows, or let `codex-usage-tracker parse-allowance` read what you paste.",
    "thresholds": "It holds the values that are used anyway: change those you want otherwise.",
    "projects": "It names no project yet: fill it in as `examples` shows.",
    "budgets": "It holds no budget yet: move one from `examples` to `budgets` and change it.",
}


@options.command("init-settings")
@click.option("--output", metavar="PATH", help="Where to write it; by default where it is read from.")
@click.option("--force", is_flag=True, help="Replace the file that is there, and keep a copy of it beside it.")
def command(asked: Invocation, output: str | None, force: bool) -> None:
    """Write a file of settings to begin with.

    It changes nothing until it is edited, and shows by examples what may stand in it.
    """
    name = str(click.get_current_context().info_name).removeprefix("init-").replace("-", "_")
    path = os.path.expanduser(output) if output else getattr(asked.files, name)
    kept = write(path, template(name), replace=force)
    tell(asked, name, path, kept, "Wrote {}.", NEXT[name])


def tell(asked: Invocation, name: str, path: str, kept: str | None, *said: str) -> None:
    """Answer which file of settings was written, where, and where the one before is kept."""
    done = SettingsFile(schema=SCHEMA.format("settings-file"), settings=name, path=path, backup_path=kept)
    asked.answer(done, partial(_lines, said=said))


def _lines(done: SettingsFile, _screen: Screen, *, said: Sequence[str]) -> Iterator[str]:
    yield said[0].format(safe(done.path))
    if done.backup_path:
        yield f"The file before is kept as {safe(done.backup_path)}."
    yield from said[1:]
