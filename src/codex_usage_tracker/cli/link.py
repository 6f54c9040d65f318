"""`link`: let this machine send its usage to a hub."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from codex_usage_tracker import owned, paths, privacy
from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.contract.sharing import LinkMade
from codex_usage_tracker.errors import FileAccessError, TrackerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.cli.screen import Screen
    from codex_usage_tracker.hub.client.links import Link


@options.command("link")
@click.argument("code")
@click.option("--hub", "url", metavar="URL", required=True, help="The hub's address.")
@click.option("--label", metavar="NAME", help="What the hub calls this machine; nothing tells it by default.")
def command(asked: Invocation, code: str, url: str, label: str | None) -> None:
    """Link this machine to an account of a hub, by a code that the hub gave.

    Only token counts, model names and times are ever sent; `sync --dry-run` shows all of it.
    """
    from codex_usage_tracker.hub.client import HubClient, links  # noqa: PLC0415  (few commands ask a hub)

    label = links.checked_label(None if asked.privacy_mode == privacy.STRICT else label)
    hub = HubClient(url)
    try:
        owned.make_folder(paths.data_folder())
    except OSError as error:  # told before the code is used up
        raise FileAccessError(f"{paths.data_folder()} cannot be made: {error.strerror}", "") from None
    before = None
    if links.exists():
        with suppress(FileAccessError):  # a damaged one is replaced
            before = links.read()
    made = links.make(hub.url, hub.link(code.strip(), label), label)
    if before:
        revoke(asked, before)
    asked.answer(LinkMade(hub=made.url, account=made.account, device=made.device, label=label), _lines)


def revoke(asked: Invocation, link: Link) -> bool:
    """Have a hub take nothing over a link any more, and say whether it knows."""
    from codex_usage_tracker.hub.client import HubClient  # noqa: PLC0415  (few commands ask a hub)
    from codex_usage_tracker.hub.client.sending import HubUnlinkedError  # noqa: PLC0415

    try:
        HubClient.of(link, tries=1).unlink()
    except HubUnlinkedError:
        return True
    except TrackerError as error:
        asked.narrate(f"{error.message}; device {link.device} can be revoked there.")
        return False
    return True


def _lines(made: LinkMade, _screen: Screen) -> Iterator[str]:
    yield f"This machine is linked to {safe(made.hub)} as {safe(made.account)}."
    yield "`codex-usage-tracker sync --dry-run` shows what would be sent, `sync` sends it, `unlink` ends it."
