"""`update-pricing`: newer prices from a public list; the one command that uses the network."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.figures import UNKNOWN, counted
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Column, table_of
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.config.reading import read
from codex_usage_tracker.config.writing import write
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.prices import PriceChange, PricingUpdate
from codex_usage_tracker.errors import FileAccessError, InvalidValueError, NamedFileMissingError
from codex_usage_tracker.pricing import sources, text, updates
from codex_usage_tracker.pricing.card import Card

DEFAULT = "litellm"
COLUMNS = (
    Column("Model", lambda one: one.model, right=False, shrinks=True),
    Column("Tier", lambda one: one.tier or "", right=False, leaves=1),
    Column("Price", lambda one: one.field.replace("_", " "), right=False),
    Column("Before", lambda one: one.before or UNKNOWN),
    Column("After", lambda one: one.after or UNKNOWN),
    Column("From", lambda one: one.from_day or "", right=False),
)


@options.command("update-pricing")
@click.option(
    "--source",
    type=click.Choice(list(sources.URLS)),
    default=DEFAULT,
    show_default=True,
    help="A list that is known.",
)
@click.option("--source-url", metavar="URL", help="Another address of such a list.")
@click.option("--source-file", metavar="FILE", help="A file of such a list; nothing is fetched.")
@click.option("--output", metavar="PATH", help="Where to write; by default where your prices are read from.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
def command(
    asked: Invocation, source: str, source_url: str | None, source_file: str | None, output: str | None, dry_run: bool,
) -> None:  # fmt: skip
    """Take in newer list prices from a public price list.

    This is the one command that uses the network. Rules of your own stay as they are; prices that changed hold from
    today on, so that earlier calls keep theirs.
    """
    if source_url and source_file:
        raise click.UsageError("give --source-url or --source-file, not both")
    path = os.path.expanduser(output) if output else asked.files.pricing
    asked.answer(updated(asked, path, source, source_url, source_file, dry_run=dry_run), _lines)


def updated(
    asked: Invocation, path: str, source: str = DEFAULT, source_url: str | None = None, source_file: str | None = None,
    *, dry_run: bool = False,
) -> PricingUpdate:  # fmt: skip
    """Take newer prices into a file, and return what changed."""
    before, day = own_card(asked, path), today()
    name = source_url or source_file or source
    data = file_bytes(source_file) if source_file else _fetched(asked, source_url or sources.URLS[source])
    listed = sources.listing(data)
    after = updates.updated(before, listed, day, f"{source if name == source else 'price list'}, {day}")
    written = after != before and not dry_run
    kept = write(path, text.text(after), replace=True) if written else None
    told = [
        PriceChange(
            model=one.model, tier=one.tier or None, field=one.field, before=one.before or None,
            after=one.after or None, from_day=one.since or None,
        )
        for one in updates.changes(before, after, day)
    ]  # fmt: skip
    return PricingUpdate(
        schema=SCHEMA.format("pricing-update"), source=name, path=path, written=written, backup_path=kept,
        listed_models=len({rule.pattern for rule in listed.rules}), changes=told,
    )  # fmt: skip


def own_card(asked: Invocation, path: str) -> Card:
    """Return the user's prices as a file says them."""
    found = read(path, Card)
    for warning in found.warnings:
        asked.narrate(warning)
    if found.value.complete:
        hint = "Name another file with --output; `complete` in the file says that nothing is looked up behind it."
        raise InvalidValueError(f"{path} holds pinned prices, which stay as they are", hint)
    return found.value


def today() -> str:
    """Return the present day, UTC, as prices are dated."""
    return datetime.fromtimestamp(time.time(), UTC).date().isoformat()


def file_bytes(path: str) -> bytes:
    """Return what is in a file that was named, unless it is larger than any price list."""
    from codex_usage_tracker.cli.download import LARGEST_BYTES  # noqa: PLC0415  (as below)

    try:
        with open(os.path.expanduser(path), "rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise NamedFileMissingError(f"there is no file {path}", "--source-file names a price list.") from None
    except (OSError, ValueError) as error:
        raise FileAccessError(f"{path} cannot be read: {getattr(error, 'strerror', error)}", "") from error
    if len(data) > LARGEST_BYTES:
        raise InvalidValueError(f"{path} is larger than {LARGEST_BYTES // 10**6} MB", "It is no price list.")
    return data


def _fetched(asked: Invocation, url: str) -> bytes:
    from codex_usage_tracker.cli.download import check, fetch  # noqa: PLC0415  (the network takes long to load)

    check(url)
    asked.narrate(f"Fetching {url} ...")
    return fetch(url)


def _lines(done: PricingUpdate, screen: Screen) -> Iterator[str]:
    if done.changes:
        yield from table_of(COLUMNS, done.changes).lines(screen)
        yield ""
    if done.written:
        yield f"Wrote {safe(done.path)}."
    else:
        yield "Nothing was written." if done.changes else f"Nothing changed: {_agreed(done)}"
    if done.backup_path:
        yield f"The file before is kept as {safe(done.backup_path)}."


def _agreed(done: PricingUpdate) -> str:
    return f"the list has {counted(done.listed_models, 'model')}, none with a price that is not known already."
