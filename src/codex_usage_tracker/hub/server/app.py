"""The hub as an application: what devices send, what accounts ask."""

from __future__ import annotations

import secrets
import time
import zlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from sqlalchemy import insert, select
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from codex_usage_tracker.contract.outcomes import Failure, FailureAnswer
from codex_usage_tracker.contract.server import Health
from codex_usage_tracker.errors import InvalidValueError, NotFoundError, TrackerError
from codex_usage_tracker.hub import protocol
from codex_usage_tracker.hub.server import accounts, tables, uploads
from codex_usage_tracker.hub.server.limits import Limiter, TooOftenError
from codex_usage_tracker.pricing import bundled
from codex_usage_tracker.pricing.prices import Prices

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from codex_usage_tracker.hub.server.store import Store

    T = TypeVar("T")

BODY_BYTES = 2_000_000
UNPACKED_BYTES = 8_000_000
STATUSES: tuple[tuple[type[TrackerError], int], ...] = (
    (NotFoundError, 404),
    (InvalidValueError, 400),
    (accounts.UnknownCodeError, 403),
    (TooOftenError, 429),
)


class RefusedError(TrackerError):
    """A request without a token that is known."""

    code = "unauthorized"


class TooLargeError(TrackerError):
    """A request that is larger than any of ours."""

    code = "too_large"


class Hub:
    """One hub: its database, its prices, and who asks how often."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.prices = Prices((bundled.catalogue(),), (bundled.rate_card(),))
        self.syncs = Limiter(burst=60, per_second=2)
        self.guesses = Limiter(burst=10, per_second=1 / 60)
        self.all_guesses = Limiter(burst=200, per_second=2)
        self.id = ""
        self.secret = b""

    def app(self) -> Starlette:
        """Return the application."""
        failing: dict[Any, Any] = dict.fromkeys((TrackerError, HTTPException, Exception), self._fails)
        routes = [
            Route("/healthz", self._health),
            Route("/v1/link", self._link, methods=["POST"]),
            Route("/v1/unlink", self._unlink, methods=["POST"]),
            Route("/v1/sync", self._sync, methods=["POST"]),
        ]
        return Starlette(routes=routes, exception_handlers=failing, lifespan=self._life)

    @asynccontextmanager
    async def _life(self, _app: Starlette) -> AsyncIterator[None]:
        await self.open()
        try:
            yield
        finally:
            await self.store.close()

    async def open(self) -> None:
        """Make the database ready, and learn who this hub is."""
        await self.store.make()
        self.id = (await self._kept("id")).hex()
        self.secret = await self._kept("secret")

    async def _kept(self, name: str) -> bytes:
        """Return something that is made once and kept."""
        async with self.store.writing() as db:
            found = await db.scalar(select(tables.hub.c.value).where(tables.hub.c.name == name))
            if found is None:
                found = secrets.token_hex(32 if name == "secret" else 8)
                await db.execute(insert(tables.hub).values(name=name, value=found))
        return bytes.fromhex(found)

    # -- devices ------------------------------------------------------------------------------------------------------

    async def _link(self, request: Request) -> Response:
        self.guesses.take(_address(request))
        self.all_guesses.take("all")
        asked = await _body(request, protocol.LinkAsk)
        made = await accounts.link(self.store, self.secret, asked.code, asked.request, asked.label, _now())
        return _json(
            protocol.Linked(account=made.name, device=made.device, key=made.key.hex(), token=made.token, hub=self.id)
        )

    async def _unlink(self, request: Request) -> Response:
        account, device = await self._sender(request)
        await accounts.revoke(self.store, account, device, _now())
        return _json(Health())

    async def _sync(self, request: Request) -> Response:
        sender = uploads.Sender(*await self._sender(request))
        self.syncs.take(f"{sender.account}.{sender.device}")
        upload = await _body(request, protocol.Upload)
        return _json(await uploads.take(self.store, sender, upload, self.prices, _now(), self.id))

    async def _sender(self, request: Request) -> tuple[int, int]:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        found = await accounts.known(self.store, token)
        if found is None:
            raise RefusedError("this device is not linked, or no more", "Link it with `codex-usage-tracker link CODE`.")
        return found

    # -- everything else ----------------------------------------------------------------------------------------------

    async def _health(self, _request: Request) -> Response:
        async with self.store.reading() as db:
            await db.execute(select(1))
        return _json(Health())

    async def _fails(self, _request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            told = Failure(code="not_found", message="there is nothing at this address", hint="")
            return _json(FailureAnswer(error=told), error.status_code)
        if not isinstance(error, TrackerError):
            told = Failure(code="unexpected", message=f"an unexpected {type(error).__name__}", hint="")
            return _json(FailureAnswer(error=told), 500)
        named: dict[type[TrackerError], int] = {RefusedError: 401, TooLargeError: 413}
        status = named.get(type(error)) or next((code for kind, code in STATUSES if isinstance(error, kind)), 500)
        wait = {"Retry-After": str(error.seconds)} if isinstance(error, TooOftenError) else {}
        told = Failure(code=error.code, message=error.message, hint=error.hint)
        return _json(FailureAnswer(error=told), status, **wait)


def _now() -> int:
    return int(time.time() * 1000)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _json(answer: Any, status: int = 200, **headers: str) -> Response:
    kept = {"Cache-Control": "no-store", **headers}
    return Response(msgspec.json.encode(answer), status, kept, "application/json")


async def _body(request: Request, kind: type[T]) -> T:
    """Return what was sent, up to so many bytes; packed bodies are unpacked up to so many more."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_BYTES:
            raise TooLargeError(f"a request may have {BODY_BYTES:,} bytes", "Send fewer buckets at a time.")
        parts.append(part)
    body = b"".join(parts)
    if request.headers.get("content-encoding", "") == "gzip":
        body = _unpacked(body)
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidValueError(f"the body is not understood: {error}", "GET /v1/openapi.json describes it.") from None


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
