"""Reading a public file from the network: bounded in time and size, never over a connection that others can read."""

import time
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from codex_usage_tracker import __version__
from codex_usage_tracker.errors import DownloadError, InvalidValueError
from codex_usage_tracker.privacy import without_user

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LARGEST_BYTES = 64_000_000
SECONDS = 20.0
CHUNK_BYTES = 65_536
HINT = "Nothing was changed. A file that was fetched otherwise can be given with --source-file."


class _CheckedRedirects(HTTPRedirectHandler):
    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str,
    ) -> Request | None:  # fmt: skip
        check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def check(url: str) -> None:
    """Refuse an address that is neither https nor on this machine."""
    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    except ValueError:
        safe = False
    if not safe or not parts.hostname or parts.username:
        msg = f"{without_user(url)} is no address that is fetched"
        raise InvalidValueError(msg, "It begins with https:// and names no user.")


def fetch(url: str, seconds: float = SECONDS) -> bytes:
    """Return what is at an address; proxies are those of the environment."""
    check(url)
    request = Request(url, headers={"User-Agent": f"codex-usage-tracker/{__version__}", "Accept": "application/json"})  # noqa: S310  (checked)
    try:
        with build_opener(_CheckedRedirects).open(request, timeout=seconds) as response:
            return _content(response, url, time.monotonic() + seconds)
    except HTTPError as error:
        raise DownloadError(f"{url} answers {error.code} {error.reason}", HINT) from error
    except (URLError, OSError, HTTPException, ValueError) as error:
        raise DownloadError(f"{url} cannot be fetched: {_reason(error)}", HINT) from error


def _content(response: HTTPResponse, url: str, deadline: float) -> bytes:
    parts, size = [], 0
    while part := response.read1(CHUNK_BYTES):
        parts.append(part)
        size += len(part)
        if size > LARGEST_BYTES:
            raise DownloadError(f"{url} is larger than {LARGEST_BYTES // 10**6} MB", HINT)
        if time.monotonic() > deadline:
            raise DownloadError(f"{url} takes too long", HINT)
    if response.length:
        raise DownloadError(f"{url} broke off before its end", HINT)
    return b"".join(parts)


def _reason(error: Exception) -> object:
    """Return what a person understands of a failure."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return "it takes too long"
    return getattr(reason, "strerror", None) or reason or type(reason).__name__
