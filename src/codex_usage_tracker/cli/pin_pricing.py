"""`pin-pricing`: all prices that hold now in one file."""

import os

import click

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.init_settings import tell
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.update_pricing import today
from codex_usage_tracker.config.writing import write
from codex_usage_tracker.pricing import bundled, pinned, text
from codex_usage_tracker.pricing.card import Card


@options.command("pin-pricing")
@click.option("--output", metavar="PATH", required=True, help="The file to write.")
@click.option("--force", is_flag=True, help="Replace a file that is there, and keep a copy of it beside it.")
def command(asked: Invocation, output: str, force: bool) -> None:
    """Write all prices in USD that hold now to one file.

    With --pricing FILE, every later answer has the amounts of today, whatever prices have changed since.
    """
    tracker, path = asked.tracker, os.path.expanduser(output)
    card = pinned.pinned((tracker.settings(tracker.files.pricing, Card), bundled.catalogue()), today())
    kept = write(path, text.text(card), replace=force)
    tell(asked, "pricing", path, kept, "Wrote {}. --pricing with this file gives the amounts of today.")
