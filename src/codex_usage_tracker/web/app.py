"""The application: every question at its address, what can be done, and the page."""

from __future__ import annotations

import logging
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from codex_usage_tracker.contract.server import Health, IngestIssue, IngestRun, Updated
from codex_usage_tracker.errors import NotFoundError, TrackerError
from codex_usage_tracker.web import metrics, openapi, pages, replies, settings
from codex_usage_tracker.web.compat import SERVED
from codex_usage_tracker.web.desk import Desk
from codex_usage_tracker.web.live import Feed, Refresher, Watch, generation_of
from codex_usage_tracker.web.security import Guard

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from codex_usage_tracker.ingest.outcome import Refreshed
    from codex_usage_tracker.reports.registry import Question
    from codex_usage_tracker.tracker import Tracker
    from codex_usage_tracker.web.security import Door

    Endpoint = Callable[[Request], Awaitable[Response]]

LOG = logging.getLogger("codex_usage_tracker.web")


class Dashboard:
    """One server: what it answers from, whom it lets in, and who listens."""

    def __init__(self, tracker: Tracker, door: Door, mode: str = "normal", *, refreshes: bool = True) -> None:
        self.desk = Desk(tracker, mode)
        self.door = door
        self.refreshes = refreshes
        self.feed = Feed()
        self.assets = pages.table()

    def app(self) -> ASGIApp:
        """Return the application behind its guard."""
        inner = Starlette(
            routes=[*self._questions(), *self._tasks(), *self._pages()],
            exception_handlers={TrackerError: self._fails, HTTPException: self._fails, Exception: self._fails},
            lifespan=self._life,
        )
        inner.router.redirect_slashes = False
        return Guard(_Caught(inner, self.desk.mode), self.door, self._refuse, frozenset(self.assets))

    @asynccontextmanager
    async def _life(self, _app: Starlette) -> AsyncIterator[None]:
        import asyncio  # noqa: PLC0415

        loop = asyncio.get_running_loop()
        self.feed.generation = await self.desk.run(lambda: generation_of(self.desk.tracker))
        self.refresher = Refresher(self.desk.tracker, lambda found: _later(loop, self.feed.publish, found))
        watch = Watch(self.desk.tracker.homes, self.refresher.request)
        if self.refreshes:
            self.refresher.request()
        watching = asyncio.create_task(watch.run()) if self.refreshes else None
        try:
            yield
        finally:
            self.close()
            watch.stop.set()
            if watching:
                await watching

    def close(self) -> None:
        """Let everybody go."""
        self.feed.close()
        self.desk.close()

    # -- questions ----------------------------------------------------------------------------------------------------

    def _questions(self) -> list[Route]:
        return [Route(f"/api/{one.name}", self._asked(one), name=one.name) for one in SERVED.values()]

    def _asked(self, question: Question[Any]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            return await self.desk.reply(request, question)

        return endpoint

    # -- tasks --------------------------------------------------------------------------------------------------------

    def _tasks(self) -> list[Route]:
        return [
            Route("/api/health", self._health),
            Route("/api/live", self._live),
            Route("/api/openapi.json", self._openapi),
            Route("/api/homes", self._homes),
            Route("/api/settings", self._settings, methods=["GET", "PUT"]),
            Route("/api/pricing", self._prices, methods=["GET", "PUT"]),
            Route("/api/pricing/recompute", self._recompute, methods=["POST"]),
            Route("/api/ingest/run", self._ingest, methods=["POST"]),
            Route("/metrics", self._metrics),
        ]

    async def _health(self, _request: Request) -> Response:
        return replies.json_reply(Health())

    async def _live(self, request: Request) -> Response:
        events = self.feed.events(request.headers.get("last-event-id"))
        return StreamingResponse(events, headers={"Cache-Control": "no-store"}, media_type="text/event-stream")

    async def _openapi(self, request: Request) -> Response:
        return replies.json_reply(openapi.document(), request)

    async def _homes(self, _request: Request) -> Response:
        return replies.json_reply(self.desk.hide(settings.homes(self.desk.tracker)))

    async def _settings(self, request: Request) -> Response:
        body = await request.body()
        put = request.method == "PUT"
        found = await self.desk.run(
            lambda: settings.put_settings(self.desk, body) if put else settings.settings(self.desk)
        )
        return replies.json_reply(self.desk.hide(found))

    async def _prices(self, request: Request) -> Response:
        if request.method != "PUT":
            return replies.json_reply(await self.desk.run(lambda: settings.prices(self.desk.tracker)), request)
        body = await request.body()
        found = await self.desk.run(lambda: settings.put_prices(self.desk, body))
        return await self._told(found)

    async def _recompute(self, _request: Request) -> Response:
        changed = await self.desk.run(self.desk.tracker.reprice)
        return await self._told(Updated(updated=changed))

    async def _told(self, found: Updated) -> Response:
        """Answer what was written, after all pages have been told of it."""
        self.feed.publish(await self.desk.run(lambda: generation_of(self.desk.tracker)))
        return replies.json_reply(found)

    async def _ingest(self, _request: Request) -> Response:
        import asyncio  # noqa: PLC0415

        done = await asyncio.wrap_future(self.refresher.run())
        return replies.json_reply(self.desk.hide(_ingested(done, self.desk.tracker.database)))

    async def _metrics(self, _request: Request) -> Response:
        def work() -> str:
            with self.desk.reader() as reader:
                return metrics.metrics(self.desk, reader)

        return Response(await self.desk.run(work), media_type=metrics.KIND, headers=replies.KEPT)

    # -- pages --------------------------------------------------------------------------------------------------------

    def _pages(self) -> list[Route]:
        return [Route("/open", self._open), *(Route(path, self._page) for path in self.assets)]

    async def _page(self, request: Request) -> Response:
        return self.assets[request.url.path].reply(request.headers.get("accept-encoding", ""))

    async def _open(self, request: Request) -> Response:
        """Let a browser in that has a key, and send it to the page with the rest of its address."""
        if not self.door.take(request.query_params.get("key", "")):
            return Response(pages.USED_UP, 403, {"Cache-Control": "no-store"}, pages.TYPES[".html"])
        state = str(request.url.remove_query_params("key").query)
        headers = {"Set-Cookie": self.door.set_cookie(), "Cache-Control": "no-store"}
        return RedirectResponse(f"/?{state}" if state else "/", 303, headers)

    # -- failures -----------------------------------------------------------------------------------------------------

    async def _fails(self, request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            if error.status_code == 405:  # noqa: PLR2004
                told = replies.MethodError(f"{request.method} is not for this address", "")
                return replies.failure(told, self.desk.mode)
            hint = "GET /api/openapi.json lists the addresses."
            return replies.failure(NotFoundError("there is nothing at this address", hint), self.desk.mode)
        return replies.failure(error, self.desk.mode)

    def _refuse(self, error: TrackerError) -> ASGIApp:
        return replies.failure(error, self.desk.mode)


class _Caught:
    """Tells what nobody foresaw as a failure too, and logs of each request what may be known of it."""

    def __init__(self, app: ASGIApp, mode: str) -> None:
        self.app = app
        self.mode = mode

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        began, status = time.monotonic(), 0

        async def sends(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, sends)
        except Exception as error:
            if scope["type"] != "http":
                raise
            if not status:
                await replies.failure(error, self.mode)(scope, receive, sends)
        if scope["type"] == "http":
            name = getattr(scope.get("route"), "name", "none")
            LOG.info("%s %s %d %.1f ms", scope["method"], name, status, (time.monotonic() - began) * 1000)


def _later(loop: asyncio.AbstractEventLoop, function: Callable[[int], None], found: int) -> None:
    """Have something done in the loop; it may have ended."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(function, found)


def _ingested(done: Refreshed, database: str) -> IngestRun:
    return IngestRun(
        **msgspec.structs.asdict(done.answer(database)),
        files_scanned=done.scanned_files,
        files_skipped=done.scanned_files - done.read_files,
        events_inserted=done.new_calls,
        bytes_read=done.read_bytes,
        issues=[IngestIssue(file_path=one.path, message=one.reason) for one in done.problems],
    )
