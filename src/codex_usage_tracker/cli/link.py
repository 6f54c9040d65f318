"""`link`: let this machine send its usage to a hub."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import click
import msgspec

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.contract import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.cli.screen import Screen


class LinkMade(msgspec.Struct, kw_only=True):
    """A machine that was linked to a hub."""

    schema: str = SCHEMA.format("link")
    hub: str
    account: str
    device: int
    label: str | None


@options.command("link")
@click.argument("code")
@click.option("--hub", "url", metavar="URL", required=True, help="The hub's address.")
@click.option("--label", metavar="NAME", help="What the hub calls this machine; nothing tells it by default.")
def command(asked: Invocation, code: str, url: str, label: str | None) -> None:
    """Link this machine to an account of a hub, by a code that the hub gave.

    Only token counts, model names and times are ever sent; `sync --dry-run` shows all of it.
    """
    from codex_usage_tracker.hub.client import links  # noqa: PLC0415  (few commands ask a hub)
    from codex_usage_tracker.hub.client.sending import Line  # noqa: PLC0415
    from codex_usage_tracker.hub.protocol import LinkAsk, Linked  # noqa: PLC0415

    line = Line(url)
    told = line.ask("POST", "/v1/link", Linked, LinkAsk(code=code, request=secrets.token_hex(16), label=label))
    made = links.keep(line.url, told, label)
    asked.answer(LinkMade(hub=made.url, account=made.account, device=made.device, label=label), _lines)


def _lines(made: LinkMade, _screen: Screen) -> Iterator[str]:
    yield f"This machine is linked to {safe(made.hub)} as {safe(made.account)}."
    yield "`codex-usage-tracker sync --dry-run` shows what would be sent, `sync` sends it, `unlink` ends it."
