"""What can be asked of a hub: each task with who may, what it is given and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from codex_usage_tracker.errors import NotFoundError
from codex_usage_tracker.hub.server import accounts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from codex_usage_tracker.hub.server.hub import Hub

MOST_NUMBER = 2**31 - 1
Who = Literal["anybody", "guesser", "monitor", "machine", "account", "admin"]
"""`guesser`: anybody with a code, who may be wrong a few times; `monitor`: this machine itself, or an admin;
`machine`: a device by its token; `account`: a device, or a browser that is signed in."""


class Asker(NamedTuple):
    """Who asks: an account, by a device, which was heard before, or by a browser's cookie."""

    account: int = 0
    device: int | None = None
    cookie: str | None = None
    heard_at: int = 0


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
        """The number in the address; what no row can have is nowhere."""
        found = int(self.request.path_params["id"])
        if found > MOST_NUMBER:
            raise NotFoundError("there is no such thing", "")
        return found

    @property
    def name(self) -> str:
        """The name in the address; what no account can have is nobody's."""
        found = str(self.request.path_params["name"])
        if not accounts.NAME.fullmatch(found):
            raise NotFoundError("nobody has this name", "")
        return found


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
