"""`update-rate-card`: the prices in credits as a file of one's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.settings import SettingsFile
from codex_usage_tracker.errors import NamedFileMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.cli.screen import Screen
    from codex_usage_tracker.pricing.card import Card


@options.command("update-rate-card")
@click.option("--output", metavar="PATH", help="Where to write; by default where your rates are read from.")
@click.option("--source-file", metavar="FILE", help="A rate card to take instead of the bundled one.")
def command(asked: Invocation, output: str | None, source_file: str | None) -> None:
    """Write the rates in Codex credits to a file, where they can be edited.

    They are those that come with this version; nothing is fetched. A file that is there is kept beside the new one.
    """
    from codex_usage_tracker.config.writing import write  # noqa: PLC0415  (help needs no rates)
    from codex_usage_tracker.pricing.text import text  # noqa: PLC0415

    path = os.path.expanduser(output) if output else asked.files.rate_card
    rates = text(_card(asked, source_file))
    kept = None if _holds(path, rates) else write(path, rates, replace=True)
    asked.answer(
        SettingsFile(schema=SCHEMA.format("settings-file"), settings="rate_card", path=path, backup_path=kept), _lines
    )


def _card(asked: Invocation, source_file: str | None) -> Card:
    """Return the bundled rates as a card of the user's, or those of a file that was named."""
    from msgspec.structs import replace  # noqa: PLC0415

    from codex_usage_tracker.config.reading import read  # noqa: PLC0415
    from codex_usage_tracker.pricing import bundled  # noqa: PLC0415
    from codex_usage_tracker.pricing.card import Card  # noqa: PLC0415

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


def _lines(done: SettingsFile, _screen: Screen) -> Iterator[str]:
    yield f"{safe(done.path)} holds the rates."
    if done.backup_path:
        yield f"The file before is kept as {safe(done.backup_path)}."
