"""`unlink`: send nothing to the hub any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.contract.server import Health
from codex_usage_tracker.errors import TrackerError

if TYPE_CHECKING:
    from codex_usage_tracker.cli.invocation import Invocation


@options.command("unlink")
def command(asked: Invocation) -> None:
    """End the link to the hub: its key here is deleted, and the hub takes nothing from it any more.

    What was sent stays there until it is deleted there.
    """
    from codex_usage_tracker.hub.client import links  # noqa: PLC0415  (few commands ask a hub)
    from codex_usage_tracker.hub.client.sending import Line  # noqa: PLC0415

    link = links.read()
    try:
        Line(link.url, link.token, tries=1).ask("POST", "/v1/unlink", Health, {})
    except TrackerError as error:
        asked.narrate(f"{safe(error.message)}; revoke the device there.")
    links.forget()
    asked.answer(Health(), lambda *_: [f"This machine is no longer linked to {safe(link.url)}."])
