"""Running the hub until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import TYPE_CHECKING

import uvicorn

from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.hub.server.app import Hub

if TYPE_CHECKING:
    from collections.abc import Callable

    from codex_usage_tracker.hub.server.store import Store

MOST_CONNECTIONS = 1_000
IDLE_SECONDS = 30


def run(store: Store, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve a hub at an address."""
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())
    logging.getLogger("uvicorn").propagate = False
    made = _bound(host, port)
    name = f"[{host}]" if ":" in host else host
    config = uvicorn.Config(
        Hub(store).app(), ws="none", lifespan="on", log_config=None, access_log=False, server_header=False,
        proxy_headers=False, limit_concurrency=MOST_CONNECTIONS, timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    server = _Server(config, lambda: ready(f"http://{name}:{made.getsockname()[1]}"))
    asyncio.run(server.serve([made]))


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


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(MOST_CONNECTIONS)
    except OSError as error:
        made.close()
        raise InvalidValueError(
            f"{host}:{port} cannot be used: {error.strerror}", "Name others with --host, --port."
        ) from error
    return made
