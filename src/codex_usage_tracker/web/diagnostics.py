"""Searching the logs for diagnostics, on demand and behind the scenes: one at a time, told of, stopped if asked."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.diagnostics import DiagnosticsJob
from codex_usage_tracker.errors import NotFoundError, TrackerError
from codex_usage_tracker.pricing.money import share_text
from codex_usage_tracker.reports.diagnostics import SECTIONS
from codex_usage_tracker.web import replies

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from codex_usage_tracker.ingest.outcome import Progress
    from codex_usage_tracker.web.desk import Desk


class Stopped(BaseException):
    """Nobody wants it any more."""


class Search:
    """One search of the logs at a time, in a thread that dies with the process."""

    def __init__(self, desk: Desk, done: Callable[[], None]) -> None:
        self.desk = desk
        self.done = done
        self.state = DiagnosticsJob(schema=SCHEMA.format("diagnostics-job"), running=False)
        self._stop = threading.Event()
        self._starting = threading.Lock()

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/api/diagnostics/refresh", self._job, methods=["GET", "POST", "DELETE"]),
            Route("/api/diagnostics/{section}/refresh", self._section, methods=["POST"]),
        ]

    async def _job(self, request: Request) -> Response:
        if request.method == "POST":
            self.start()
        elif request.method == "DELETE":
            self.stop()
        return replies.json_reply(self.desk.hide(self.state), **replies.UNKEPT)

    async def _section(self, request: Request) -> Response:
        """Look for one section: the logs tell all of them together."""
        section = request.path_params["section"]
        if section not in SECTIONS:
            raise NotFoundError(f"nothing is looked for in logs for {section!r}", f"Use {', '.join(SECTIONS)}.")
        return await self._job(request)

    def start(self) -> None:
        """Begin a search, unless one is running."""
        with self._starting:
            if self.state.running:
                return
            self._stop.clear()
            self._tell(running=True, started_at=int(time.time() * 1000), share_done="0")
        threading.Thread(target=self._work, daemon=True, name="diagnostics").start()

    def stop(self) -> None:
        """Have a search end soon."""
        self._stop.set()

    def _work(self) -> None:
        outcome, message, logs, missing = "done", None, 0, 0
        try:
            logs, missing = self.desk.tracker.search_logs(self._progress)
        except Stopped:
            outcome = "cancelled"
        except TrackerError as error:
            outcome, message = "failed", error.message
        except Exception as error:  # noqa: BLE001  (told to who asked)
            outcome, message = "failed", f"an unexpected {type(error).__name__}"
        told = {"outcome": outcome, "message": message, "logs": logs, "missing_logs": missing}
        self._tell(running=False, started_at=self.state.started_at, **told)
        self.done()

    def _progress(self, at: Progress) -> None:
        if self._stop.is_set():
            raise Stopped
        self._tell(running=True, started_at=self.state.started_at, share_done=share_text(at.bytes, at.all_bytes))

    def _tell(self, **state: Any) -> None:
        self.state = DiagnosticsJob(schema=self.state.schema, **state)
