"""The hub as an application: its tasks at their addresses, and the page."""

from __future__ import annotations

import logging
import time
import zlib
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from codex_usage_tracker.errors import DatabaseError, InvalidValueError, NotFoundError, TrackerError
from codex_usage_tracker.hub.server import admins, boards, direct, doors, machines, members, pictures, teams
from codex_usage_tracker.hub.server.codes import UnknownCodeError
from codex_usage_tracker.hub.server.limits import TooOftenError
from codex_usage_tracker.hub.server.tasks import Asked, Asker, Task
from codex_usage_tracker.reports import asks
from codex_usage_tracker.shapes import ready
from codex_usage_tracker.web import pages, replies
from codex_usage_tracker.web.security import HEAD_BYTES, Body, TooLargeError, with_headers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from codex_usage_tracker.hub.server.hub import Hub

LOG = logging.getLogger("codex_usage_tracker.hub")
BODY_BYTES = 2_000_000
UNPACKED_BYTES = 8_000_000
REFUSED = frozenset({401, 403, 429})
TASKS: tuple[Task, ...] = (
    *machines.TASKS, *members.TASKS, *boards.TASKS, *teams.TASKS, *admins.TASKS, *pictures.TASKS,
)  # fmt: skip


def application(hub: Hub) -> ASGIApp:
    """Return the application of a hub."""
    assets = pages.table(page="/hub.html")

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        try:
            await hub.open()
            yield
        finally:
            await hub.store.close()

    async def page(request: Request) -> Response:
        return assets[request.url.path].reply(request.headers.get("accept-encoding", ""))

    routes = [Route(one.path, _endpoint(hub, one), methods=[one.method], name=one.path) for one in TASKS]
    routes += [Route(path, page, name="page") for path in assets]
    failing: dict[Any, Any] = dict.fromkeys((TrackerError, HTTPException, Exception), _fails)
    made = Starlette(routes=routes, exception_handlers=failing, lifespan=life)
    made.router.redirect_slashes = False
    return _Front(made, hub)


class _Front:
    """Stands before the application: bounds what is sent, sets the headers, tells what failed, and logs."""

    def __init__(self, app: ASGIApp, hub: Hub) -> None:
        self.app = app
        self.hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.monotonic(), 0

        async def sends(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        sending = with_headers(sends)
        try:
            if sum(map(len, (scope["raw_path"], scope["query_string"], *sum(scope["headers"], ())))) > HEAD_BYTES:
                raise TooLargeError(f"an address and its headers may have {HEAD_BYTES:,} bytes", "")  # noqa: TRY301
            await self.app(scope, Body(receive, BODY_BYTES).receive, sending)
        except Exception as error:  # noqa: BLE001  (whatever it is, it is told as a failure)
            if not status:
                await failed(error)(scope, receive, sending)
            if not isinstance(error, TrackerError):
                kind = type(error).__name__
                LOG.error("%s %s failed: %s", scope["method"], _name(scope), kind)  # noqa: TRY400  (no text of it)
        self._note(scope, status, time.monotonic() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """Log a request, without what was sent; who was refused is named by the address alone."""
        name = _name(scope)
        key = (f"{scope['method']} {name}", status)
        self.hub.counts[key] = self.hub.counts.get(key, 0) + 1
        account = scope.get("state", {}).get("account", 0)
        level = logging.WARNING if status in REFUSED else logging.INFO
        client = (scope.get("client") or ("",))[0] if status in REFUSED else "-"
        LOG.log(level, "%s %s %d %.1f ms account=%d %s", scope["method"], name, status, seconds * 1000, account, client)


def _name(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "name", "none"))


def _endpoint(hub: Hub, task: Task) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        found = await _answered(hub, task, request)
        return found if isinstance(found, Response) else reply(found, request)

    return endpoint


async def _answered(hub: Hub, task: Task, request: Request) -> Any:
    now = int(time.time() * 1000)
    address = doors.address(hub, request)
    if task.who == "guesser":
        return await _guessed(hub, task, request, address, now)
    asker = Asker()
    if task.who == "anybody" or (task.who == "monitor" and doors.is_here(request)):
        hub.requests.take(address)
    else:
        asker = await _known(hub, task, request, address, now)
    return await task.function(await _asked(hub, task, request, asker, now))


async def _known(hub: Hub, task: Task, request: Request, address: str, now: int) -> Asker:
    """Return who asks; who is not known may try as often as anybody, and takes nothing from who else is there."""
    try:
        asker = await doors.asker(hub, request, task.who, now)
    except TrackerError:
        hub.strangers.take(address)
        raise
    (hub.syncs if task.who == "machine" else hub.requests).take(f"{asker.account}.{asker.device}")
    request.state.account = asker.account
    return asker


async def _guessed(hub: Hub, task: Task, request: Request, address: str, now: int) -> Any:
    """Answer somebody with a code; wrong ones use up what an address, and all together, may try."""
    hub.guesses.take(address)
    hub.all_guesses.take("all")
    asked = await _asked(hub, task, request, Asker(), now)
    found = await task.function(asked)
    if not isinstance(found, Response) or found.status_code < HTTPStatus.BAD_REQUEST:
        hub.guesses.give_back(address)
        hub.all_guesses.give_back("all")
    return found


async def _asked(hub: Hub, task: Task, request: Request, asker: Asker, now: int) -> Asked:
    body = await read(request, task.body) if task.body else None
    params = {name: request.query_params.getlist(name) for name in request.query_params}
    choice = asks.read(task.choice, params) if task.choice else None
    return Asked(hub, request, asker, body, choice, now)


def reply(answer: Any, request: Request) -> Response:
    """Return an answer as JSON that is not kept."""
    return replies.json_reply(answer, request, 200, **replies.UNKEPT)


async def read(request: Request, kind: Any) -> Any:
    """Return what was sent; packed bodies are unpacked up to so many bytes."""
    body = await request.body()
    if request.headers.get("content-encoding", "").lower() == "gzip":
        body = _unpacked(body)
    try:
        return msgspec.json.decode(body, type=ready(kind))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        hint = "GET /v1/openapi.json describes it."
        raise InvalidValueError(f"the body is not understood: {error}".replace("`$.", "`"), hint) from None


def _unpacked(body: bytes) -> bytes:
    packed = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = packed.decompress(body, UNPACKED_BYTES + 1)
    except zlib.error:
        raise InvalidValueError("the body is not gzip", "") from None
    if len(found) > UNPACKED_BYTES or packed.unconsumed_tail:
        raise TooLargeError(f"a body may have {UNPACKED_BYTES:,} bytes unpacked", "Send fewer buckets at a time.")
    if not packed.eof:
        raise InvalidValueError("the body is cut off", "")
    return found


async def _fails(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        is_method = error.status_code == HTTPStatus.METHOD_NOT_ALLOWED
        return failed(
            replies.MethodError(f"{request.method} is not for this address", "")
            if is_method
            else NotFoundError("there is nothing at this address", "GET /v1/openapi.json lists the addresses.")
        )
    return failed(error)


def failed(error: Exception) -> Response:
    """Return why there is no answer."""
    if isinstance(error, (SQLAlchemyError, OSError, *direct.FAILURES)):
        error = DatabaseError("the hub's database does not answer", "Try again in a moment.")
    told = replies.failure(error, "normal")
    if isinstance(error, TooOftenError):
        told.status_code = 429
        told.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, UnknownCodeError):
        told.status_code = 403
    told.headers.update(replies.UNKEPT)
    return told
