"""Answers and failures as HTTP."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response

from codex_usage_tracker.contract.outcomes import FailureAnswer
from codex_usage_tracker.errors import (
    BusyError,
    DatabaseError,
    InvalidSettingsError,
    InvalidValueError,
    NotFoundError,
    TrackerError,
)
from codex_usage_tracker.evidence.redaction import redacted
from codex_usage_tracker.reports.failures import told
from codex_usage_tracker.web.security import RefusedError, TokenMissingError, TooLargeError, TooSlowError

if TYPE_CHECKING:
    from starlette.requests import Request


class MethodError(TrackerError):
    """A method that an address does not know."""

    code = "method_not_allowed"


class ChangedError(TrackerError):
    """Settings that are others than those that a page has seen."""

    code = "changed"


STATUSES: tuple[tuple[type[TrackerError], int], ...] = (
    (NotFoundError, 404),
    (InvalidSettingsError, 500),
    (InvalidValueError, 400),
    (RefusedError, 403),
    (TokenMissingError, 401),
    (MethodError, 405),
    (ChangedError, 412),
    (TooSlowError, 408),
    (TooLargeError, 413),
    (BusyError, 503),
    (DatabaseError, 503),
)
ZIPPED_BYTES = 2_000
ZIP_LEVEL = 3
KEPT = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Encoding"}
UNKEPT: dict[str, Any] = {"Cache-Control": "no-store"}


def json_reply(answer: Any, request: Request | None = None, status: int = 200, **headers: str) -> Response:
    """Return an answer as JSON."""
    return sent(msgspec.json.encode(answer), request, status, **headers)


def sent(body: bytes, request: Request | None = None, status: int = 200, **headers: str) -> Response:
    """Return JSON, compressed where it is large and the client can take it."""
    found = KEPT | headers
    if request is not None and len(body) > ZIPPED_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, ZIP_LEVEL, mtime=0)
        found["Content-Encoding"] = "gzip"
    return Response(body, status, found, "application/json")


def failure(error: BaseException, mode: str) -> Response:
    """Return why there is no answer: in our words, and nothing of a log or a path where nobody foresaw it."""
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
    headers = {"Retry-After": "1"} if status == 503 else {}  # noqa: PLR2004
    found = told(error, mode)
    found.message = redacted(found.message)
    return json_reply(FailureAnswer(error=found), None, status, **headers)
