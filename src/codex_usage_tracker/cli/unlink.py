"""`unlink`: send nothing to the hub any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.link import revoke
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.contract.sharing import Unlinked

if TYPE_CHECKING:
    from codex_usage_tracker.cli.invocation import Invocation


@options.command("unlink")
def command(asked: Invocation) -> None:
    """End the link to the hub: its key here is deleted, and the hub takes nothing from it any more.

    What was sent stays there until it is deleted there. A schedule of `sync` ends too.
    """
    from codex_usage_tracker.hub.client import links, scheduling  # noqa: PLC0415  (few commands ask a hub)

    link = links.read()
    told = Unlinked(hub=link.url, revoked=revoke(asked, link))
    scheduling.end()
    links.forget()
    asked.answer(told, lambda *_: [f"This machine is no longer linked to {safe(link.url)}."])
