"""Asking a hub over the network: only the hub that the user named, and never in clear text to another machine."""

from __future__ import annotations

import gzip
import random
import ssl
import time
from http.client import HTTPException, IncompleteRead
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

import msgspec

from codex_usage_tracker import __version__
from codex_usage_tracker.contract.outcomes import FailureAnswer
from codex_usage_tracker.errors import InvalidValueError, TrackerError
from codex_usage_tracker.privacy import without_user
from codex_usage_tracker.shapes import ready

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SECONDS = 30.0
TRIES = 5
LONGEST_WAIT_SECONDS = 60.0
LARGEST_REPLY = 64_000_000
MOST_WORDS = 300
WORTH_TRYING = frozenset({408, 425, 429, 500, 502, 503, 504})


class HubError(TrackerError):
    """A hub that says no."""

    code = "hub"


class HubUnreachableError(HubError):
    """A hub that does not answer now."""

    code = "hub_unreachable"


class HubUnlinkedError(HubError):
    """A hub that does not know this device, or no more."""

    code = "hub_unlinked"


class HubTooLargeError(HubError):
    """A hub that takes no more at a time."""

    code = "hub_too_large"


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        """Follow nobody elsewhere: the token is for this hub alone."""


class Line:
    """A way to one hub."""

    def __init__(
        self, url: str, token: str = "", *, tries: int = TRIES, wait: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self.url = checked(url)
        self._token = token
        self._tries = tries
        self._wait = wait
        own_machine = [ProxyHandler({})] if self.url.startswith("http:") else []
        self._opener = build_opener(_NoRedirects, *own_machine)

    def ask(self, method: str, path: str, kind: type[T], body: object = None) -> T:
        """Return the hub's answer."""
        told = self.fetch(method, path, body)
        try:
            return msgspec.json.decode(told, type=ready(kind))
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise HubError(f"{self.url} does not answer as a hub does", "Check the address.") from None

    def fetch(self, method: str, path: str, body: object = None) -> bytes:
        """Return what the hub sends; what may be better in a moment is tried again, each time after a longer while."""
        turn = 0
        while True:
            try:
                return self._once(method, path, body)
            except (HTTPError, HTTPException, OSError) as error:
                turn += 1
                least = _least_wait(error)
                if turn >= self._tries or least is None or least > LONGEST_WAIT_SECONDS:
                    raise self._failure(error) from None
            jitter = random.uniform(0.5, 1.0) * 2 ** (turn - 1)  # noqa: S311  (nothing secret)
            self._wait(min(max(least, jitter), LONGEST_WAIT_SECONDS))

    def _once(self, method: str, path: str, body: object) -> bytes:
        headers = {"User-Agent": f"codex-usage-tracker/{__version__}", "Accept": "application/json"}
        data = None
        if body is not None:
            data = gzip.compress(msgspec.json.encode(body), 6, mtime=0)
            headers |= {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = Request(self.url + path, data, headers, method=method)  # noqa: S310  (checked)
        with self._opener.open(request, timeout=SECONDS) as reply:
            told = bytes(reply.read(LARGEST_REPLY))
            if reply.length:  # reading so many bytes at most does not tell that some are missing
                raise IncompleteRead(told, reply.length)
            return told

    def _failure(self, error: Exception) -> HubError:
        """Return what went wrong in words, the hub's own where it has some."""
        if isinstance(error, HTTPError):
            return _refused(error)
        reason = getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLCertVerificationError):
            hint = "It needs a certificate that this machine trusts; SSL_CERT_FILE names one of your own authority."
            return HubError(f"{self.url} cannot prove that it is it: {reason.verify_message}", hint)
        told = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        return HubUnreachableError(f"{self.url} does not answer: {told}", "Nothing is lost: try again later.")


def _least_wait(error: Exception) -> float | None:
    """Return how many seconds to wait at least before another try; None where none would help."""
    if isinstance(error, HTTPError):
        told = error.headers.get("Retry-After", "")
        return (float(told) if told.isdecimal() else 0.0) if error.code in WORTH_TRYING else None
    return None if isinstance(getattr(error, "reason", error), ssl.SSLCertVerificationError) else 0.0


def checked(url: str) -> str:
    """Return a hub's address without a slash at its end; one that others on the way could read is refused."""
    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        port = parts.port
    except ValueError:
        safe, port = False, None
    plain = url.isascii() and url.isprintable() and " " not in url
    if not (safe and plain and parts.hostname) or "@" in parts.netloc or parts.query or parts.fragment or port == 0:
        hint = "It begins with https://, or with http:// where the hub runs on this machine."
        raise InvalidValueError(f"{without_user(url)} cannot be a hub's address", hint)
    return url.rstrip("/")


def _refused(error: HTTPError) -> HubError:
    """Return what the hub says, in its own words."""
    if error.code == 401:  # noqa: PLR2004  (a status)
        hint = "`codex-usage-tracker link CODE --hub URL` links it again; what was sent stays."
        return HubUnlinkedError("the hub does not know this machine, or no more", hint)
    kind: type[HubError] = {413: HubTooLargeError, 429: HubUnreachableError}.get(error.code, HubError)
    kind = HubUnreachableError if error.code >= 500 else kind  # noqa: PLR2004
    try:
        told = msgspec.json.decode(error.read(LARGEST_REPLY), type=ready(FailureAnswer)).error
    except (msgspec.DecodeError, UnicodeDecodeError, HTTPException, OSError):
        return kind(f"the hub answers {error.code}", "Check the address, or ask who runs the hub.")
    return kind(f"the hub says: {_plain(told.message)}", _plain(told.hint))


def _plain(text: str) -> str:
    """Return words of another machine as one line that does nothing to a terminal."""
    return "".join(one if one.isprintable() else " " for one in text[:MOST_WORDS])
