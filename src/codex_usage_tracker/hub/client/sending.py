"""Asking a hub over the network: only the hub that the user named, and never in clear text to another machine."""

from __future__ import annotations

import gzip
import json
import random
import time
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec

from codex_usage_tracker import __version__
from codex_usage_tracker.errors import InvalidValueError, TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SECONDS = 30.0
TRIES = 5
LONGEST_WAIT_SECONDS = 60.0
LARGEST_REPLY = 64_000_000
WORTH_TRYING = frozenset({408, 425, 429, 500, 502, 503, 504})


class HubError(TrackerError):
    """A hub that does not answer, or says no."""

    code = "hub"


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        """Follow nobody elsewhere: the token is for this hub alone."""


class Line:
    """A way to one hub."""

    def __init__(
        self, url: str, token: str = "", *, tries: int = TRIES, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self.url = checked(url)
        self._token = token
        self._tries = tries
        self._wait = wait
        self._opener = build_opener(_NoRedirects)

    def ask(self, method: str, path: str, kind: type[T], body: object = None) -> T:
        """Return the hub's answer; what may be better in a moment is tried again, each time after a longer while."""
        for turn in range(self._tries):
            try:
                return self._once(method, path, kind, body)
            except HTTPError as error:
                if error.code not in WORTH_TRYING or turn == self._tries - 1:
                    raise _refused(error) from None
                told = error.headers.get("Retry-After", "")
                least = float(told) if told.isdecimal() else 0.0
            except (URLError, HTTPException, OSError) as error:
                if turn == self._tries - 1:
                    reason = getattr(error, "reason", error)
                    raise HubError(
                        f"{self.url} does not answer: {reason}", "Nothing is lost: sync again later."
                    ) from None
                least = 0.0
            self._wait(min(max(least, random.uniform(0.5, 1.0) * 2**turn), LONGEST_WAIT_SECONDS))  # noqa: S311  (jitter)
        raise AssertionError

    def _once(self, method: str, path: str, kind: type[T], body: object) -> T:
        headers = {"User-Agent": f"codex-usage-tracker/{__version__}", "Accept": "application/json"}
        data = None
        if body is not None:
            data = gzip.compress(msgspec.json.encode(body), 6, mtime=0)
            headers |= {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = Request(self.url + path, data, headers, method=method)  # noqa: S310  (checked)
        with self._opener.open(request, timeout=SECONDS) as reply:
            try:
                return msgspec.json.decode(reply.read(LARGEST_REPLY), type=kind)
            except msgspec.DecodeError:
                raise HubError(f"{self.url} is no hub of ours", "Check the address.") from None


def checked(url: str) -> str:
    """Return a hub's address without a slash at its end; one that others on the way could read is refused."""
    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        port = parts.port
    except ValueError:
        safe, port = False, None
    if not safe or not parts.hostname or parts.username or parts.query or parts.fragment or port == 0:
        raise InvalidValueError(
            f"{url} cannot be a hub's address", "It begins with https://, or http:// on this machine."
        )
    return url.rstrip("/")


def _refused(error: HTTPError) -> HubError:
    """Return what the hub says, in its own words."""
    try:
        told = json.loads(error.read(LARGEST_REPLY))["error"]
        return HubError(f"the hub says: {told['message']}", str(told["hint"]))
    except (ValueError, KeyError, TypeError, OSError):
        return HubError(f"the hub answers {error.code}", "Check the address.")
