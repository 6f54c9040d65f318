"""What machines ask: to be linked and unlinked, to send, and to let a browser in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.contract.server import Health
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.hub.contract import Code
from codex_usage_tracker.hub.protocol import UPLOAD_SCHEMA, LinkAsk, Linked, Received, Upload
from codex_usage_tracker.hub.server import codes, devices, uploads
from codex_usage_tracker.hub.server.tasks import Task

if TYPE_CHECKING:
    from codex_usage_tracker.hub.server.tasks import Asked


async def _link(asked: Asked) -> Linked:
    made = await devices.link(asked.hub.store, asked.hub.secret, asked.body, asked.now)
    hub = await asked.hub.id()
    return Linked(account=made.name, device=made.device, key=made.key.hex(), token=made.token, hub=hub)


async def _unlink(asked: Asked) -> Health:
    await devices.revoke(asked.hub.store, asked.account, asked.asker.device or 0, asked.now)
    return Health()


async def _sync(asked: Asked) -> Received:
    if asked.body.schema != UPLOAD_SCHEMA:
        raise InvalidValueError(f"this hub reads {UPLOAD_SCHEMA}", "Use a version of the program that fits the hub's.")
    sender, hub = uploads.Sender(asked.account, asked.asker.device or 0, asked.asker.heard_at), asked.hub
    return await uploads.take(hub.store, sender, asked.body, hub.prices, asked.now)


async def _door(asked: Asked) -> Code:
    return await codes.make(asked.hub.store, codes.DOOR, asked.now, asked.account)


TASKS = (
    Task("POST", "/v1/link", "guesser", Linked, _link, "Link a device by a code.", LinkAsk),
    Task("POST", "/v1/unlink", "machine", Health, _unlink, "Let this device send no more."),
    Task("POST", "/v1/sync", "machine", Received, _sync, "Send buckets that are new or changed.", Upload),
    Task("POST", "/v1/door", "machine", Code, _door, "A code for /open?key=CODE, which signs one browser in."),
)
