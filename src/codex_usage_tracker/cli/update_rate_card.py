"""`update-rate-card`: the prices in credits as a file of one's own."""

import os

import click
from msgspec.structs import replace

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.init_settings import tell
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.config.reading import read
from codex_usage_tracker.config.writing import write
from codex_usage_tracker.errors import NamedFileMissingError
from codex_usage_tracker.pricing import bundled
from codex_usage_tracker.pricing.card import Card
from codex_usage_tracker.pricing.text import text


@options.command("update-rate-card")
@click.option("--output", metavar="PATH", help="Where to write; by default where your rates are read from.")
@click.option("--source-file", metavar="FILE", help="A rate card to take instead of the bundled one.")
def command(asked: Invocation, output: str | None, source_file: str | None) -> None:
    """Write the rates in Codex credits to a file, where they can be edited.

    They are those that come with this version; nothing is fetched. A file that is there is kept beside the new one.
    """
    path = os.path.expanduser(output) if output else asked.files.rate_card
    rates = text(_card(asked, source_file))
    kept = None if _holds(path, rates) else write(path, rates, replace=True)
    tell(asked, "rate_card", path, kept, "{} holds the rates.")


def _card(asked: Invocation, source_file: str | None) -> Card:
    """Return the bundled rates as a card of the user's, or those of a file that was named."""
    if source_file is None:
        return replace(bundled.rate_card(), bundled=False)
    found = read(os.path.expanduser(source_file), Card)
    if not found.exists:
        raise NamedFileMissingError(f"there is no file {source_file}", "--source-file names a rate card.")
    for warning in found.warnings:
        asked.narrate(warning)
    return replace(found.value, bundled=False)


def _holds(path: str, rates: str) -> bool:
    """Say whether a file is already what would be written; then its earlier copy stays too."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read() == rates
    except (OSError, ValueError):
        return False
