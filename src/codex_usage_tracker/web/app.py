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

from codex_usage_tracker.contract.server import Health, IngestIssue, IngestRun, Link
from codex_usage_tracker.errors import NotFoundError, TrackerError
from codex_usage_tracker.reports import failures
from codex_usage_tracker.web import metrics, openapi, pages, replies, security
from codex_usage_tracker.web.changes import Changes
from codex_usage_tracker.web.compat import SERVED
from codex_usage_tracker.web.demo import Demo
from codex_usage_tracker.web.desk import Desk
from codex_usage_tracker.web.diagnostics import Search
from codex_usage_tracker.web.evidence import Context
from codex_usage_tracker.web.export import exported
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

    def __init__(
        self, tracker: Tracker, door: Door, mode: str = "normal", *, refreshes: bool = True, context_api: bool = True,
        demo: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self.desk = Desk(tracker, mode, context_api=context_api)
        self.demo = Demo(demo)
        self.door = door
        self.refreshes = refreshes
        self.feed = Feed()
        self.changes = Changes(self.desk, self.feed, self._reread)
        self.search = Search(self.desk, self._found)
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

        loop = self.loop = asyncio.get_running_loop()
        self.feed.generation = await self.desk.run(lambda: generation_of(self.desk.tracker))
        tracker, publish = self.desk.tracker, self.feed.publish
        self.refresher = Refresher(
            tracker, lambda found: _later(loop, publish, found), lambda error: self._tried(loop, error)
        )
        watch = Watch(lambda: self.desk.tracker.homes, self.refresher.request)
        if self.refreshes:
            self.refresher.request()
        watching = asyncio.create_task(watch.run()) if self.refreshes else None
        try:
            yield
        finally:
            self.close()
            self.refresher.close(0)
            watch.stop.set()
            if watching:
                await watching

    def _found(self) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.feed.found)

    def _reread(self) -> None:
        if self.refreshes:
            self.refresher.request()

    def _tried(self, loop: asyncio.AbstractEventLoop, error: BaseException | None) -> None:
        """Tell all pages why nothing new was read, or that it was."""
        trouble = msgspec.json.encode(error and failures.told(error, self.desk.mode)).decode()
        _later(loop, self.feed.suffer, trouble)

    def close(self) -> None:
        """Let everybody go."""
        self.feed.close()
        self.search.stop()
        self.desk.close()
        self.demo.close()

    # -- questions ----------------------------------------------------------------------------------------------------

    def _questions(self) -> list[Route]:
        demo = [Route(f"/api/demo/{one.name}", self._shown(one), name=one.name) for one in SERVED.values()]
        return [*(Route(f"/api/{one.name}", self._asked(one), name=one.name) for one in SERVED.values()), *demo]

    def _asked(self, question: Question[Any]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            if question.name == "usage" and request.query_params.get("refresh") in {"1", "true"}:
                await self._refreshed()
            return await self.desk.reply(request, question)

        return endpoint

    def _shown(self, question: Question[Any]) -> Endpoint:
        """Answer from the demo."""

        async def endpoint(request: Request) -> Response:
            return await self.demo.desk.reply(request, question)

        return endpoint

    # -- tasks --------------------------------------------------------------------------------------------------------

    def _tasks(self) -> list[Route]:
        return [
            Route("/api/health", self._health),
            Route("/api/live", self._live),
            Route("/api/openapi.json", self._openapi),
            Route("/api/demo", self._demo, methods=["GET", "POST"]),
            Route("/api/export", self._export),
            Route("/api/demo/export", self._export, name="demo"),
            Route("/api/link", self._link, methods=["POST"]),
            *self.changes.routes(),
            *Context(self.desk, lambda: self.demo.desk).routes(),
            *self.search.routes(),
            Route("/api/ingest/run", self._ingest, methods=["POST"]),
            Route("/metrics", self._metrics),
        ]

    async def _health(self, _request: Request) -> Response:
        return replies.json_reply(Health())

    async def _live(self, request: Request) -> Response:
        events = self.feed.events(request.headers.get("last-event-id"))
        return StreamingResponse(events, headers=replies.UNKEPT, media_type="text/event-stream")

    async def _openapi(self, request: Request) -> Response:
        return replies.json_reply(openapi.document(), request)

    async def _export(self, request: Request) -> Response:
        return await exported(self.demo.desk if "/demo/" in request.url.path else self.desk, request)

    async def _demo(self, request: Request) -> Response:
        make = request.method == "POST"
        found = await self.desk.run(lambda: self.demo.make(self.desk) if make else self.demo.state())
        return replies.json_reply(found)

    async def _link(self, request: Request) -> Response:
        """Give a link, and prove to a start of ours beside this server that it is this server that does."""
        key = self.door.new_key()
        asked = request.headers.get(security.DOOR_HEADER.decode(), "").partition(":")[0]
        proof = security.proof(self.door.secret, "answers", asked + key)
        told = Link(
            url=f"http://{request.headers['host']}/open?key={key}", seconds=int(security.KEY_SECONDS), proof=proof
        )
        return replies.json_reply(told, None, 200, **replies.UNKEPT)

    async def _ingest(self, _request: Request) -> Response:
        done = await self._refreshed()
        return replies.json_reply(self.desk.hide(_ingested(done, self.desk.tracker.database)))

    async def _refreshed(self) -> Refreshed:
        import asyncio  # noqa: PLC0415

        return await asyncio.wrap_future(self.refresher.run())

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
            return Response(pages.USED_UP, 403, replies.UNKEPT, pages.TYPES[".html"])
        state = str(request.url.remove_query_params("key").query)
        headers = {"Set-Cookie": self.door.set_cookie(), **replies.UNKEPT}
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
            if "headers" in message:
                message["headers"] = [*message["headers"], (b"x-codex-usage-privacy", self.mode.encode())]
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


def _later(loop: asyncio.AbstractEventLoop, function: Callable[[Any], None], found: object) -> None:
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
