"""`sync`: send what is new to the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from codex_usage_tracker.cli import options, reading
from codex_usage_tracker.cli.figures import counted
from codex_usage_tracker.cli.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.cli.screen import Screen
    from codex_usage_tracker.hub.client.syncing import Synced


@options.command("sync")
@click.option("--dry-run", is_flag=True, help="Print all that would be sent, as it would be, and send nothing.")
@click.option("--refresh/--no-refresh", default=True, help="Read what is new in the logs before.")
def command(asked: Invocation, dry_run: bool, refresh: bool) -> None:
    """Send token counts of what is new to the hub that this machine is linked to.

    By quarters of an hour and by model; calls carry keyed hashes, so that logs that lie on several machines count once.
    """
    from codex_usage_tracker.hub.client import collecting, ledger, links, syncing  # noqa: PLC0415
    from codex_usage_tracker.hub.client.sending import Line  # noqa: PLC0415

    link = links.read()
    if refresh:
        reading.refresh(asked, include_archived=True)
    with asked.tracker.reader() as reader:
        reader.take_time()
        if dry_run:
            known = ledger.read(links.ledger_path(), link.hub)
            for batch in collecting.batches(reader.db, link, known):
                asked.print_json(batch.upload)
            return
        done = syncing.sync(reader.db, link, Line(link.url, link.token))
    asked.answer(done, _lines)


def _lines(done: Synced, _screen: Screen) -> Iterator[str]:
    if not (done.accepted or done.rejected or done.unchanged):
        yield f"{safe(done.hub)} has everything already."
        return
    sent = counted(done.accepted, "bucket") + " of a quarter of an hour"
    yield f"Sent to {safe(done.hub)}: {sent}; {done.unchanged:,} were there already."
    for reason, count in done.reasons.items():
        yield f"Not taken: {counted(count, 'bucket')}: {safe(reason)}."
