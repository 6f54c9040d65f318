"""`pin-pricing`: all prices that hold now in one file."""

import os
from collections.abc import Iterator

import click

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.settings import SettingsFile


@options.command("pin-pricing")
@click.option("--output", metavar="PATH", required=True, help="The file to write.")
@click.option("--force", is_flag=True, help="Replace a file that is there, and keep a copy of it beside it.")
def command(asked: Invocation, output: str, force: bool) -> None:
    """Write all prices in USD that hold now to one file.

    With --pricing FILE, every later answer has the amounts of today, whatever prices have changed since.
    """
    from codex_usage_tracker.cli.update_pricing import today  # noqa: PLC0415  (help needs no prices)
    from codex_usage_tracker.config.writing import write  # noqa: PLC0415
    from codex_usage_tracker.pricing import bundled, pinned, text  # noqa: PLC0415
    from codex_usage_tracker.pricing.card import Card  # noqa: PLC0415

    tracker, path = asked.tracker, os.path.expanduser(output)
    card = pinned.pinned((tracker.settings(tracker.files.pricing, Card), bundled.catalogue()), today())
    kept = write(path, text.text(card), replace=force)
    asked.answer(
        SettingsFile(schema=SCHEMA.format("settings-file"), settings="pricing", path=path, backup_path=kept), _lines
    )


def _lines(done: SettingsFile, _screen: Screen) -> Iterator[str]:
    yield f"Wrote {safe(done.path)}. --pricing with this file gives the amounts of today."
    if done.backup_path:
        yield f"The file before is kept as {safe(done.backup_path)}."
