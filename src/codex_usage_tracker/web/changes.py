"""Settings, prices and homes at their addresses: told with their state, changed only from the state that was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from codex_usage_tracker.config.files import Files
from codex_usage_tracker.contract.server import HomeAdded, HomeChange, Updated
from codex_usage_tracker.errors import NotFoundError
from codex_usage_tracker.web import homes, prices, replies, settings
from codex_usage_tracker.web.live import generation_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request

    from codex_usage_tracker.web.desk import Desk
    from codex_usage_tracker.web.live import Feed

HOMES, PRICES = ("general",), ("pricing",)
"""Files of settings that pages look at and change by themselves."""


class Changes:
    """What may be changed, at a desk; all pages are told by the feed, and new homes are read."""

    def __init__(self, desk: Desk, feed: Feed, reread: Callable[[], None]) -> None:
        self.desk = desk
        self.feed = feed
        self.reread = reread

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/api/homes", self._homes, methods=["GET", "POST"]),
            Route("/api/homes/{id}", self._home, methods=["PUT", "DELETE"]),
            Route("/api/settings", self._settings, methods=["GET", "PUT"]),
            Route("/api/allowance", self._allowance, methods=["POST"]),
            Route("/api/pricing", self._prices, methods=["GET", "PUT"]),
            Route("/api/pricing/recompute", self._recompute, methods=["POST"]),
        ]

    async def _tells(self, request: Request, files: Sequence[str], work: Callable[[], Any]) -> Response:
        """Answer with what settings say, and which state of them that is."""

        def tells() -> tuple[Any, str]:
            revision = self.desk.revision(files)
            return self.desk.hide(work()), revision

        found, revision = await self.desk.run(tells)
        if revision in request.headers.get("if-none-match", "") and files == PRICES:
            return Response(status_code=304, headers=replies.KEPT | {"ETag": revision})
        return replies.json_reply(found, request, ETag=revision)

    async def _changes(self, request: Request, files: Sequence[str], work: Callable[[bytes], Any]) -> Response:
        """Write settings if they are still those that the page saw, and tell all pages."""
        body, seen = await request.body(), request.headers.get("if-match")

        def changes() -> tuple[Any, str]:
            return self.desk.hide(self.desk.change(files, seen, lambda: work(body))), self.desk.revision(files)

        found, revision = await self.desk.run(changes)
        self.feed.settle(await self.desk.run(lambda: generation_of(self.desk.tracker)))
        return replies.json_reply(found, request, ETag=revision)

    async def _homes(self, request: Request) -> Response:
        if request.method == "GET":
            return await self._tells(request, HOMES, lambda: homes.looked_at(self.desk))
        return await self._read_anew(request, lambda body: homes.add(self.desk, settings.decoded(body, HomeAdded)))

    async def _home(self, request: Request) -> Response:
        number = _number(request.path_params["id"])
        if request.method == "DELETE":
            return await self._read_anew(request, lambda _body: homes.remove(self.desk, number))
        return await self._read_anew(
            request, lambda body: homes.change(self.desk, number, settings.decoded(body, HomeChange))
        )

    async def _read_anew(self, request: Request, work: Callable[[bytes], Any]) -> Response:
        """Change the homes, and begin to read those that are new."""
        reply = await self._changes(request, HOMES, work)
        self.reread()
        return reply

    async def _settings(self, request: Request) -> Response:
        if request.method == "GET":
            return await self._tells(request, Files._fields, lambda: settings.settings(self.desk))
        return await self._changes(request, Files._fields, lambda body: settings.put_settings(self.desk, body))

    async def _allowance(self, request: Request) -> Response:
        return await self._changes(request, Files._fields, lambda body: settings.note_allowance(self.desk, body))

    async def _prices(self, request: Request) -> Response:
        if request.method == "GET":
            return await self._tells(request, PRICES, lambda: prices.prices(self.desk.tracker))
        return await self._changes(request, PRICES, lambda body: prices.put_prices(self.desk, body))

    async def _recompute(self, _request: Request) -> Response:
        changed = await self.desk.run(self.desk.tracker.reprice)
        self.feed.settle(await self.desk.run(lambda: generation_of(self.desk.tracker)))
        return replies.json_reply(Updated(updated=changed, repriced_calls=changed))


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise NotFoundError("there is no such home", "GET /api/homes lists them.")
    return int(text)
