"""Answering many at once: each question in a thread of its own, with a connection and a time of its own."""

from __future__ import annotations

import hashlib
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import msgspec
from anyio import to_thread
from starlette.responses import Response

from codex_usage_tracker import __version__, privacy
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.query import zones
from codex_usage_tracker.reports import asking, asks
from codex_usage_tracker.reports.registry import Question, Settings, needs_findings
from codex_usage_tracker.web.replies import KEPT, ChangedError, sent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import apsw
    from starlette.requests import Request

    from codex_usage_tracker.privacy import Hiding
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.tracker import Tracker

    T = TypeVar("T")

AT_ONCE = 4
KEPT_ANSWERS = 100
KEPT_BYTES = 200_000
"""Larger answers are made anew."""
QUERY_SECONDS = 20.0
LOCKED_MS = 2_000
MINUTE_MS = 60_000


class Desk:
    """The one place where a server asks its tracker."""

    def __init__(self, tracker: Tracker, mode: str = privacy.NORMAL, *, context_api: bool = True) -> None:
        self.tracker = tracker
        self.mode = mode
        self.settings = Settings(tracker.files, tracker.settings, "explicit" if context_api else "disabled")
        self._writing = threading.Lock()
        self._open: set[apsw.Connection] = set()
        self._kept: dict[str, bytes] = {}
        self._room: anyio.CapacityLimiter | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """Run something that takes time in a thread."""
        self._room = self._room or anyio.CapacityLimiter(AT_ONCE)
        return await to_thread.run_sync(work, limiter=self._room)

    async def reply(self, request: Request, question: Question[Any]) -> Response:
        """Answer a question as the request's address asks it."""
        params = {name: request.query_params.getlist(name) for name in request.query_params}
        return await self.run(lambda: self._reply(request, question, params))

    def _reply(self, request: Request, question: Question[Any], params: dict[str, list[str]]) -> Response:
        ask = asks.read(question.ask, params)
        with self.reader(findings=needs_findings(question, ask)) as reader:
            tag = self._tag(reader, question, params)
            if tag in request.headers.get("if-none-match", ""):
                return Response(status_code=304, headers=KEPT | {"ETag": tag})
            body = self._kept.get(tag) or self._body(reader, question, ask)
        if len(body) <= KEPT_BYTES:
            self._keep(tag, body)
        return sent(body, request, ETag=tag)

    @property
    def hiding(self) -> Hiding:
        """The privacy mode with all that it takes now."""
        return self.tracker.hiding(self.mode)

    def _body(self, reader: Reader, question: Question[Any], ask: asks.Ask) -> bytes:
        return msgspec.json.encode(asking.answered(question, reader, ask, self.settings, self.hiding))

    def _keep(self, tag: str, body: bytes) -> None:
        """Keep an answer for who asks the same next, up to so many."""
        self._kept[tag] = body
        for old in list(self._kept)[:-KEPT_ANSWERS]:
            self._kept.pop(old, None)

    def hide(self, found: Any) -> Any:
        """Return an answer as the privacy mode shows it."""
        return asking.hide(found, self.hiding)

    def revision(self, files: Sequence[str]) -> str:
        """Return a text that is another one whenever what some files of settings say is."""
        told = [_content(getattr(self.tracker.files, name)) for name in files]
        return f'"{hashlib.blake2b(repr(told).encode(), digest_size=12).hexdigest()}"'

    def change(self, files: Sequence[str], seen: str | None, work: Callable[[], T]) -> T:
        """Do what writes some files of settings, unless they are no longer those that were seen."""
        with self._writing:
            if self.mode != privacy.NORMAL:
                hint = "Start with --privacy-mode normal."
                raise InvalidValueError(f"{self.mode} mode hides what would be written", hint)
            if seen not in {None, "*", self.revision(files)}:
                raise ChangedError("this was changed elsewhere in the meantime", "Look at it as it is now; save again.")
            return work()

    @contextmanager
    def reader(self, *, findings: bool = False) -> Iterator[Reader]:
        """Open the database as it is now: it may have been deleted, locked or replaced since the last question."""
        with self.tracker.reader(findings=findings, seconds=QUERY_SECONDS, locked_ms=LOCKED_MS) as reader:
            self._open.add(reader.db)
            try:
                yield reader._replace(hiding=self.hiding)
            finally:
                self._open.discard(reader.db)

    def close(self) -> None:
        """Let all questions end that are being answered."""
        for connection in list(self._open):
            connection.interrupt()

    def _tag(self, reader: Reader, question: Question[Any], params: dict[str, list[str]]) -> str:
        """Return a text that is another one whenever the answer may be."""
        ages = question.ages or "last" in params
        time = reader.now // MINUTE_MS if ages else zones.moment(reader.now, reader.zone).date()
        zone = params.get("timezone", [str(reader.zone)])
        day = asks.zone_of(asks.Ask(timezone=zone[0]), reader).midnight()
        read_at = (reader.meta("refreshed_at") or 0) // MINUTE_MS
        data = (_stamp(self.tracker.database)[2:], reader.state(), read_at)
        files = [_stamp(path) for path in self.tracker.files]
        as_told = (self.mode, self.settings.context_api)
        of = (__version__, data, files, as_told, question.name, sorted(params.items()), zone, day, time)
        return f'W/"{hashlib.blake2b(repr(of).encode(), digest_size=12).hexdigest()}"'


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _stamp(path: str) -> tuple[int, ...]:
    """Return what changes when a file is written, then what changes when it is replaced."""
    try:
        found = os.stat(path)
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev
