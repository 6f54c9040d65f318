"""The link to a hub, in a file that nobody else can read."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from codex_usage_tracker import owned, paths
from codex_usage_tracker.errors import FileAccessError, InvalidValueError, NotFoundError
from codex_usage_tracker.hub.client import ledger
from codex_usage_tracker.hub.protocol import LABEL, MOST_LABEL
from codex_usage_tracker.shapes import ready

if TYPE_CHECKING:
    from codex_usage_tracker.hub.protocol import Linked

NAME, LEDGER_NAME = "hub.json", "hub-ledger"
HINT = "Ask the hub for a code, then run `codex-usage-tracker link CODE --hub URL`."


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


def exists() -> bool:
    """Say whether this machine is linked to a hub."""
    return os.path.lexists(path())


def read() -> Link:
    """Return the link of this machine."""
    try:
        with open(path(), "rb") as file:
            return msgspec.json.decode(file.read(), type=ready(Link))
    except FileNotFoundError:
        raise NotFoundError("this machine is not linked to a hub", HINT) from None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FileAccessError(f"{path()} cannot be read: {type(error).__name__}", HINT) from error


def make(url: str, told: Linked, label: str | None) -> Link:
    """Keep the link that a hub made; a new device has sent nothing yet."""
    made = Link(url=url, label=label, **msgspec.structs.asdict(told))
    forget()
    ledger.keep(ledger_path(), ledger.Ledger(hub=made.hub))
    keep(made)
    return made


def imagined(label: str | None) -> Link:
    """Return a link to no hub, under a key of the moment, to show what would be sent to one."""
    key = secrets.token_hex(32)
    return Link(url="", account="", device=0, key=key, token="", hub="", label=checked_label(label))


def keep(link: Link) -> None:
    """Write the link, whole."""
    try:
        with owned.replacing(path()) as file:
            file.write(msgspec.json.format(msgspec.json.encode(link), indent=2))
    except OSError as error:
        raise FileAccessError(f"{path()} cannot be written: {error.strerror}", "Mend the permissions.") from error


def forget() -> None:
    """Remove the link and what is known of the hub."""
    for one in (path(), ledger_path()):
        with suppress(FileNotFoundError):
            os.remove(one)


def checked_label(text: str | None) -> str | None:
    """Return what a user calls this machine, if a machine can be called so."""
    if text is not None and (len(text) > MOST_LABEL or not re.fullmatch(LABEL, text)):
        hint = f"It has 1 to {MOST_LABEL} letters, none of them < > & \" or '."
        raise InvalidValueError(f"{text!a} cannot be a label", hint)
    return text
