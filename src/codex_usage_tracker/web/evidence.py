"""What calls were made of, at its address: read when it is asked for, unless that is switched off, and never kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta
from starlette.routing import Route

from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.evidence import ContextSettings, ContextSwitch, Evidence
from codex_usage_tracker.evidence.window import Wanted
from codex_usage_tracker.reports import asks
from codex_usage_tracker.reports.registry import Question
from codex_usage_tracker.web import replies
from codex_usage_tracker.web.security import RefusedError
from codex_usage_tracker.web.settings import decoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from codex_usage_tracker.web.desk import Desk

OPEN, CLOSED = "explicit", "disabled"


class ContextDisabledError(RefusedError):
    """The server was started without the texts of calls."""

    code = "context_disabled"


class ContextAsk(asks.Ask, frozen=True, kw_only=True):
    """What one call was made of."""

    record_id: Annotated[str, Meta(min_length=1, max_length=64, description="The call's record id.")]
    mode: Annotated[Literal["quick", "full"], Meta(description="full counts the tokens of all parts of the lines.")] = (
        "quick"
    )
    max_chars: Annotated[int, Meta(ge=0, le=10**8, description="So many characters of texts at most; 0 is all.")] = (
        Wanted().max_chars
    )
    max_entries: Annotated[int, Meta(ge=0, le=2000, description="So many entries at most, the latest; 0 is all.")] = (
        Wanted().max_entries
    )
    include_tool_output: Annotated[bool, Meta(description="With what tools answered.")] = False
    include_compaction_history: Annotated[bool, Meta(description="With what a compaction put in place.")] = False
    before: Annotated[
        Annotated[int, Meta(ge=1, le=2**53)] | None, Meta(description="What stands before this line of the log.")
    ] = None


QUESTION: Question[Any] = Question(
    "context", ContextAsk, Evidence, None,  # type: ignore[arg-type]
    "What a call was made of, redacted, from its log; `before` of the answer asks for what is older.",
)  # fmt: skip


class Context:
    """The lines behind calls, at the desk of the user's history and at that of the demo."""

    def __init__(self, desk: Desk, demo: Callable[[], Desk]) -> None:
        self.desk = desk
        self.demo = demo

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/api/context", self._context),
            Route("/api/demo/context", self._context, name="demo"),
            Route("/api/context-settings", self._settings, methods=["GET", "POST"]),
        ]

    async def _context(self, request: Request) -> Response:
        if self.desk.settings.context_api == CLOSED:
            hint = "Switch it on: POST /api/context-settings."
            raise ContextDisabledError("the texts of calls are switched off", hint)
        desk = self.demo() if "/demo/" in request.url.path else self.desk
        params = {name: request.query_params.getlist(name) for name in request.query_params}
        ask = asks.read(ContextAsk, params)
        return replies.json_reply(await desk.run(lambda: _found(desk, ask)), request, **replies.UNKEPT)

    async def _settings(self, request: Request) -> Response:
        if request.method == "POST":
            switch: ContextSwitch = decoded(await request.body(), ContextSwitch)
            self.desk.settings = self.desk.settings._replace(context_api=OPEN if switch.enabled else CLOSED)
        state = self.desk.settings.context_api
        told = ContextSettings(schema=SCHEMA.format("context-settings"), enabled=state != CLOSED, context_api=state)
        return replies.json_reply(told, **replies.UNKEPT)


def _found(desk: Desk, ask: ContextAsk) -> Evidence:
    with desk.reader() as reader:
        found: Evidence = desk.hide(desk.tracker.context(asks.zone_of(ask, reader), ask.record_id, Wanted.of(ask)))
    return found
