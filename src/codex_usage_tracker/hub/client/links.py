"""The link to a hub, in a file that nobody else can read."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from codex_usage_tracker import owned, paths
from codex_usage_tracker.errors import FileAccessError, NotFoundError

if TYPE_CHECKING:
    from codex_usage_tracker.hub.protocol import Linked

NAME, LEDGER_NAME = "hub.json", "hub-ledger"


class Link(msgspec.Struct, kw_only=True):
    """Where the hub is, which account and device this machine is there, and what proves it."""

    url: str
    account: str
    device: int
    key: str
    token: str
    hub: str
    label: str | None = None


def path() -> str:
    """Return where the link is kept."""
    return os.path.join(paths.data_folder(), NAME)


def ledger_path() -> str:
    """Return where is kept what the hub acknowledged."""
    return os.path.join(paths.data_folder(), LEDGER_NAME)


def read() -> Link:
    """Return the link of this machine."""
    hint = "Ask the hub for a code, then run `codex-usage-tracker link CODE --hub URL`."
    try:
        with open(path(), "rb") as file:
            return msgspec.json.decode(file.read(), type=Link)
    except FileNotFoundError:
        raise NotFoundError("this machine is not linked to a hub", hint) from None
    except (OSError, msgspec.DecodeError) as error:
        raise FileAccessError(f"{path()} cannot be read: {type(error).__name__}", hint) from error


def keep(url: str, told: Linked, label: str | None) -> Link:
    """Keep the link that a hub made."""
    made = Link(url=url, label=label, **msgspec.structs.asdict(told))
    owned.make_folder(paths.data_folder())
    with suppress(FileNotFoundError):
        os.remove(ledger_path())
    with owned.replacing(path()) as file:
        file.write(msgspec.json.format(msgspec.json.encode(made), indent=2))
    return made


def forget() -> None:
    """Remove the link and what is known of the hub."""
    for one in (path(), ledger_path()):
        if os.path.lexists(one):
            os.remove(one)
