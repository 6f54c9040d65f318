"""What can be asked of a hub: each task with who may, what it is given and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from codex_usage_tracker.hub.server.hub import Hub

Who = Literal["anybody", "guesser", "monitor", "machine", "account", "admin"]
"""`guesser`: anybody with a code, who may be wrong a few times; `monitor`: this machine itself, or an admin;
`machine`: a device by its token; `account`: a device, or a browser that is signed in."""


class Asker(NamedTuple):
    """Who asks: an account, by a device or by a browser's cookie."""

    account: int = 0
    device: int | None = None
    cookie: str | None = None


class Asked(NamedTuple):
    """One request."""

    hub: Hub
    request: Request
    asker: Asker
    body: Any
    choice: Any
    now: int

    @property
    def account(self) -> int:
        """The account that asks."""
        return self.asker.account

    @property
    def place(self) -> int:
        """The number in the address."""
        return int(self.request.path_params["id"])

    @property
    def name(self) -> str:
        """The name in the address."""
        return str(self.request.path_params["name"])


class Task(NamedTuple):
    """A route: its answer is a typed one, or a reply as it is sent."""

    method: str
    path: str
    who: Who
    answer: Any
    function: Callable[[Asked], Awaitable[Any]]
    doc: str
    body: Any = None
    choice: Any = None
