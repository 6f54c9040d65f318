"""Running the server on this machine's own address, until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any

import uvicorn

from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.reports.failures import trace
from codex_usage_tracker.web.app import Dashboard
from codex_usage_tracker.web.beside import Note
from codex_usage_tracker.web.patience import Patient
from codex_usage_tracker.web.security import HEAD_BYTES, TOKEN, Door

if TYPE_CHECKING:
    from collections.abc import Callable

    from codex_usage_tracker.tracker import Tracker

PORTS_TRIED = 50
MOST_CONNECTIONS = 512
IDLE_SECONDS = 30
LAST_SECONDS = 0.5
QUIET = "ignore::UserWarning:multiprocessing.resource_tracker"
"""Whoever frees what worker processes shared need not tell it when a refresh is left in its midst."""


def bound(host: str, port: int) -> socket.socket:
    """Return a socket of this machine alone at a port, or at the next free one; 0 takes any."""
    address = loopback(host)
    for one in range(port, min(port + PORTS_TRIED, 65536)) if port else [0]:
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET  # noqa: PLR2004
        made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio sets NODELAY on these alone
        if os.name == "posix":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        elif hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        try:
            made.bind((str(address), one))
            made.listen(MOST_CONNECTIONS)
        except OSError as error:
            made.close()
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise InvalidValueError(f"{host} cannot be used: {error.strerror}", "Use --host 127.0.0.1.") from error
        else:
            return made
    raise InvalidValueError(f"no port from {port} on is free", "Name another with --port.")


def loopback(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return an address of this machine alone."""
    try:
        address = ipaddress.ip_address({"localhost": "127.0.0.1"}.get(host.lower(), host.strip("[]")))
    except ValueError:
        address = ipaddress.ip_address("0.0.0.0")  # noqa: S104  (a name that is refused)
    if str(address) not in {"127.0.0.1", "::1"}:
        hint = "Use 127.0.0.1 or ::1; from another machine, forward the port with ssh -L."
        raise InvalidValueError(f"{host} is open to other machines", hint)
    return address


def named(host: str) -> str:
    """Return a host as it stands in our addresses."""
    return "[::1]" if loopback(host).version == 6 else "127.0.0.1"  # noqa: PLR2004


def tell_of_thread(failed: threading.ExceptHookArgs) -> None:
    """Tell where a thread failed, without the message, which may hold a log's text."""
    if failed.exc_value is not None:
        sys.stderr.write("\n".join(trace(failed.exc_value)) + "\n")


class Running:
    """A server on a socket that is bound; its choices are those of `Dashboard`."""

    def __init__(self, tracker: Tracker, made: socket.socket, mode: str = "normal", **choices: Any) -> None:
        self.socket = made
        self.port = int(made.getsockname()[1])
        self.host = "[::1]" if made.family == socket.AF_INET6 else "127.0.0.1"
        self.door = Door(self.port, os.environ.get(TOKEN))
        self.dashboard = Dashboard(tracker, self.door, mode, **choices)
        self.note = Note(self.port)

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://{self.host}:{self.port}/"

    def link(self) -> str:
        """Return an address that lets one browser in, once."""
        return f"{self.url}open?key={self.door.new_key()}"

    def leave_note(self, kind: str) -> None:
        """Let further starts of the same find this server."""
        self.note.write(port=self.port, pid=os.getpid(), kind=kind, secret=self.door.secret)

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until the process is told to stop; what libraries would log of requests or failures nobody is told."""
        threading.excepthook = tell_of_thread
        for name in ("uvicorn", "asyncio"):
            logging.getLogger(name).addHandler(logging.NullHandler())
            logging.getLogger(name).propagate = False
        os.environ.setdefault("PYTHONWARNINGS", QUIET)
        config = uvicorn.Config(
            self.dashboard.app(), http=Patient, ws="none", lifespan="on", log_config=None, access_log=False,
            server_header=False, proxy_headers=False, limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=IDLE_SECONDS, timeout_graceful_shutdown=1, h11_max_incomplete_event_size=HEAD_BYTES,
        )  # fmt: skip
        try:
            asyncio.run(_Server(config, self.dashboard, ready).serve_here(self.socket))
        finally:
            self.note.remove()
        if not self.dashboard.refresher.close(LAST_SECONDS):
            self._leave()

    @staticmethod
    def _leave() -> None:
        """End at once, in the midst of a refresh; the database bears that."""
        for child in multiprocessing.active_children():
            child.terminate()
        sys.stdout.flush()
        os._exit(0)


class _Server(uvicorn.Server):
    """A server that lets everybody go at once when it is told to stop."""

    def __init__(self, config: uvicorn.Config, dashboard: Dashboard, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.dashboard = dashboard
        self.ready = ready

    async def serve_here(self, made: socket.socket) -> None:
        """Serve on a socket; Ctrl-C is no failure."""
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, self._stop)
        await self._serve([made])

    def _stop(self, *_: object) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and tell so."""
        await super().startup(sockets)
        self.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: first those who only listen, then those who are being answered, then those who say nothing."""
        self.dashboard.close()
        asyncio.get_running_loop().call_later(LAST_SECONDS, self._drop)
        await super().shutdown(sockets)

    def _drop(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
