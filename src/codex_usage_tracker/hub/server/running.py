"""Running the hub until it is told to stop."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import socket
from typing import TYPE_CHECKING

import uvicorn

from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.hub.server.app import LOG, application
from codex_usage_tracker.hub.server.hub import Choices, Hub
from codex_usage_tracker.web.patience import Patient
from codex_usage_tracker.web.security import HEAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from codex_usage_tracker.hub.server.store import Store

MOST_CONNECTIONS = 1_000
IDLE_SECONDS = 30
LAST_SECONDS = 5


def run(store: Store, host: str, port: int, choices: Choices, ready: Callable[[str], None], *, logs: bool) -> None:
    """Serve a hub at an address; `ready` is told where."""
    for log in (logging.getLogger("uvicorn"), logging.getLogger("asyncio"), LOG):
        log.addHandler(logging.NullHandler())  # without any, warnings go to standard error
        log.propagate = False
    if logs:
        _log()
    asyncio.run(_prepared(store))  # what is wrong with the database is told before anybody asks
    made = _bound(host, port)
    config = uvicorn.Config(
        application(Hub(store, choices)), http=Patient, ws="none", lifespan="on", log_config=None, access_log=False,
        server_header=False, proxy_headers=False, limit_concurrency=MOST_CONNECTIONS, timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=LAST_SECONDS, h11_max_incomplete_event_size=HEAD_BYTES,
    )  # fmt: skip
    name = f"[{host}]" if ":" in host else host
    server = _Server(config, lambda: ready(f"http://{name}:{made.getsockname()[1]}"))
    asyncio.run(server.serve([made]))


async def _prepared(store: Store) -> None:
    """Make the database ready, and let go of connections that belong to this loop."""
    try:
        await store.make()
    finally:
        await store.close()


def _log() -> None:
    """Write a line of each request to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)


class _Server(uvicorn.Server):
    """A server that tells when it is there."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and tell so."""
        await super().startup(sockets)
        if self.started:
            self.ready()


def is_open(host: str) -> bool:
    """Say whether other machines can reach an address."""
    try:
        return not ipaddress.ip_address({"localhost": "127.0.0.1"}.get(host.lower(), host.strip("[]"))).is_loopback
    except ValueError:
        return True


def _bound(host: str, port: int) -> socket.socket:
    bare = host.strip("[]")
    made = socket.socket(socket.AF_INET6 if ":" in bare else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((bare, port))
        made.listen(MOST_CONNECTIONS)
    except OSError as error:
        made.close()
        told = f"{host}:{port} cannot be used: {error.strerror}"
        raise InvalidValueError(told, "Name others with --host and --port.") from error
    return made
