"""`sync`: send what is new to the hub."""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import msgspec

from codex_usage_tracker.cli import options, progress, reading
from codex_usage_tracker.cli.figures import counted
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.errors import BusyError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.cli.screen import Screen
    from codex_usage_tracker.contract.sharing import Schedule, Sync
    from codex_usage_tracker.hub.client.links import Link
    from codex_usage_tracker.hub.client.syncing import Sending

MINUTES = click.IntRange(1, 1440)


@options.command("sync")
@click.option("--hub", "url", metavar="URL", help="The hub, which must be the linked one.")
@click.option("--label", metavar="NAME", help="What the hub calls this machine from now on.")
@click.option("--dry-run", is_flag=True, help="Print all that would be sent, as it would be, and send nothing.")
@click.option("--watch", metavar="[MINUTES]", type=MINUTES, is_flag=False, flag_value=5, help="Go on until Ctrl-C.")
@click.option(
    "--schedule", metavar="[MINUTES]", type=MINUTES, is_flag=False, flag_value=30,
    help="Have this system's scheduler do it from now on.",
)  # fmt: skip
@click.option("--unschedule", is_flag=True, help="Have it do so no more.")
@click.option("--replace", "replaces", is_flag=True, help="Drop there what this database has no more.")
@click.option("--refresh/--no-refresh", default=True, help="Read what is new in the logs before.")
def command(
    asked: Invocation, url: str | None, label: str | None, dry_run: bool, watch: int | None, schedule: int | None,
    unschedule: bool, replaces: bool, refresh: bool,
) -> None:  # fmt: skip
    """Send token counts of what is new to the hub that this machine is linked to.

    By quarters of an hour and by model; calls carry keyed hashes, so that logs that lie on several machines count once.
    What cannot be sent now is sent the next time. MINUTES are 5 for --watch and 30 for --schedule unless told.
    """
    if unschedule or schedule:
        _schedule(asked, schedule)
        return
    link = _link(asked, url, label, dry_run=dry_run)
    with _sending(asked, link, refreshes=refresh, replaces=replaces or not link.hub) as what:
        if dry_run:
            _print_uploads(what)
            return
        done = None if watch else _sync(asked, what)
    if done:
        asked.answer(done, _lines)
    if watch:
        _watch(asked, watch, lambda: _once(asked, link, refreshes=refresh))


def _link(asked: Invocation, url: str | None, label: str | None, *, dry_run: bool) -> Link:
    """Return the link, which must lead to the hub that was named; a label is kept with it, unless nothing is sent."""
    from codex_usage_tracker.hub.client import links  # noqa: PLC0415  (few commands ask a hub)
    from codex_usage_tracker.hub.client.sending import checked  # noqa: PLC0415

    if dry_run and not links.exists():
        asked.narrate("This machine is not linked to a hub; calls will have other hashes once it is.")
        return links.imagined(label)
    link = links.read()
    if url and checked(url) != link.url:
        hint = f"`codex-usage-tracker link CODE --hub {url}` links it to that one instead."
        raise InvalidValueError(f"this machine is linked to {link.url}", hint)
    if label and label != link.label:
        link = msgspec.structs.replace(link, label=links.checked_label(label))
        if not dry_run:
            links.keep(link)
    return link


@contextmanager
def _sending(asked: Invocation, link: Link, *, refreshes: bool, replaces: bool = False) -> Iterator[Sending]:
    """Give what is sent, all of one moment."""
    from codex_usage_tracker.hub.client.syncing import Sending  # noqa: PLC0415

    if refreshes:
        reading.refresh(asked)
    with asked.tracker.reader() as reader:
        reader.take_time()
        yield Sending(reader.db, link, asked.privacy_mode, replaces)


def _print_uploads(what: Sending) -> None:
    """Print all that would be sent, byte for byte but for blanks."""
    from codex_usage_tracker.hub.client import syncing  # noqa: PLC0415

    click.echo(msgspec.json.format(msgspec.json.encode(list(syncing.uploads(what))), indent=2))


def _sync(asked: Invocation, what: Sending) -> Sync:
    from codex_usage_tracker.hub.client import HubClient, syncing  # noqa: PLC0415

    with progress.counting(asked, "Sending quarters of an hour") as told:
        return syncing.sync(what, HubClient.of(what.link), told)


def _once(asked: Invocation, link: Link, *, refreshes: bool) -> Sync:
    with _sending(asked, link, refreshes=refreshes) as what:
        return _sync(asked, what)


def _watch(asked: Invocation, minutes: int, once: Callable[[], Sync]) -> None:
    """Sync again and again; a hub that cannot be reached is told of once, and when it is there again."""
    from codex_usage_tracker.hub.client.sending import HubUnreachableError  # noqa: PLC0415

    asked.narrate(f"About every {counted(minutes, 'minute')}, until Ctrl-C.")
    is_first, is_away = True, False
    while True:
        try:
            done = once()
            if is_first or is_away or done.accepted or done.rejected:
                asked.answer(done, _lines)
            is_first = is_away = False
        except (HubUnreachableError, BusyError) as error:
            if not is_away:
                asked.narrate(f"{error.message}; it is tried again until it goes.")
            is_away = True
        time.sleep(minutes * 60 * random.uniform(0.8, 1.2))  # noqa: S311  (so that not all machines come at once)


def _lines(done: Sync, _screen: Screen) -> Iterator[str]:
    if not (done.accepted or done.rejected or done.unchanged):
        yield f"{safe(done.hub)} has everything already."
        return
    sent = counted(done.accepted, "bucket") + " of a quarter of an hour"
    yield f"Sent to {safe(done.hub)}: {sent}; {done.unchanged:,} were there already."
    for reason, count in done.reasons.items():
        yield f"Not taken: {counted(count, 'bucket')}: {safe(reason)}."


# -- the system's scheduler -------------------------------------------------------------------------------------------


def _schedule(asked: Invocation, minutes: int | None) -> None:
    """Have the system's scheduler sync, or do so no more."""
    from codex_usage_tracker.hub.client import links, scheduling  # noqa: PLC0415

    if minutes is None:
        asked.answer(scheduling.end(), _schedule_lines)
        return
    links.read()
    options_kept = [word for home in asked.homes for word in ("--codex-home", home)]
    options_kept += ["--db", asked.db] if asked.db else []
    options_kept += ["--privacy-mode", asked.named_mode] if asked.named_mode else []
    asked.answer(scheduling.begin(minutes, options_kept), _schedule_lines)


def _schedule_lines(done: Schedule, _screen: Screen) -> Iterator[str]:
    if not (done.files or done.commands):
        yield "Nothing was scheduled."
        return
    yield from (f"{'Wrote' if done.minutes else 'Removed'} {safe(path)}" for path in done.files)
    yield from (f"Ran {safe(command)}" for command in done.commands)
    if done.minutes:
        yield f"{done.scheduler} syncs about every {counted(done.minutes, 'minute')}; {done.undo} ends that."
    else:
        yield f"{done.scheduler} syncs no more."
