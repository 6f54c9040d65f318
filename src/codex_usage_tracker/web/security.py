"""Who may ask: this machine alone, our own page or a program that knows the token, in bounded requests."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from typing import TYPE_CHECKING

from codex_usage_tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    Refuse = Callable[[TrackerError], ASGIApp]

TOKEN = "CODEX_USAGE_TRACKER_TOKEN"  # noqa: S105  (the name of a variable)
TOKEN_HEADER = b"x-codex-usage-token"
DOOR_HEADER = b"x-codex-usage-door"
LINK_PATH = "/api/link"
KEY_SECONDS = 600.0
MOST_KEYS = 16
BODY_BYTES = 1_000_000
BODY_SECONDS = 10.0
HEAD_BYTES = 32 * 1024
OPEN_PATHS = frozenset({"/", "/index.html", "/open", "/api/health"})
"""Nothing that was read stands in these."""
HEADERS = {
    b"content-security-policy": (
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
        b" connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}


class RefusedError(TrackerError):
    """A request from a place that may not ask."""

    code = "forbidden"


class TokenMissingError(TrackerError):
    """A request without the token of this server."""

    code = "unauthorized"


class TooLargeError(TrackerError):
    """A request with a larger body than any of ours."""

    code = "too_large"


class TooSlowError(TrackerError):
    """A request whose body did not arrive in time."""

    code = "timeout"


class Door:
    """The token of a process, and the keys that each let one browser in once."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self._token = token or secrets.token_urlsafe(32)
        self._keys: dict[str, float] = {}
        self.secret = secrets.token_urlsafe(32)
        self.cookie = f"codex_usage_{port}"
        self.hosts = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))

    def new_key(self) -> str:
        """Return a key that opens once, within ten minutes."""
        key = secrets.token_urlsafe(24)
        self._keys[key] = time.monotonic() + KEY_SECONDS
        while len(self._keys) > MOST_KEYS:
            self._keys.pop(next(iter(self._keys)))
        return key

    def take(self, key: str) -> bool:
        """Use up a key; say whether it was one."""
        found = next((one for one in self._keys if hmac.compare_digest(one.encode(), key.encode())), "")
        return self._keys.pop(found, 0.0) > time.monotonic()

    def is_ours(self, headers: dict[bytes, list[bytes]]) -> bool:
        """Say whether a request was made by who can read this server's file: `TEXT:PROOF`."""
        text, _, told = b"".join(headers.get(DOOR_HEADER, [])).partition(b":")
        return hmac.compare_digest(told, proof(self.secret, "asks", text.decode("latin-1")).encode())

    def set_cookie(self) -> str:
        """Return the header that gives a browser the token, out of reach of scripts and other sites."""
        return f"{self.cookie}={self._token}; HttpOnly; SameSite=Strict; Path=/"

    def knows(self, headers: dict[bytes, list[bytes]]) -> bool:
        """Say whether a request carries the token: in its header, as bearer, or as our cookie."""
        told = headers.get(TOKEN_HEADER, []) + headers.get(b"authorization", [])
        cookies = [part.strip() for line in headers.get(b"cookie", []) for part in line.split(b";")]
        name = self.cookie.encode() + b"="
        told += [cookie.removeprefix(name) for cookie in cookies if cookie.startswith(name)]
        return any(hmac.compare_digest(one.removeprefix(b"Bearer "), self._token.encode()) for one in told)


def proof(secret: str, side: str, text: str) -> str:
    """Return what only who can read the file of a server can say: the secret itself is never sent."""
    return hmac.new(secret.encode(), f"{side} {text}".encode(), hashlib.sha256).hexdigest()


class Guard:
    """Stands before the application: turns away what may not ask, bounds what is sent, and sets the headers."""

    def __init__(self, app: ASGIApp, door: Door, refuse: Refuse, open_paths: frozenset[str]) -> None:
        self.app = app
        self.door = door
        self.refuse = refuse
        self.open_paths = OPEN_PATHS | open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer why not."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            problem = self._problem(scope)
            app = self.refuse(problem) if problem else self.app
            await app(scope, Body(receive).receive, with_headers(send))

    def _problem(self, scope: Scope) -> TrackerError | None:
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value)
        if not self._from_here(headers):
            return RefusedError("this address may not ask", "Open the link that the terminal shows.")
        if sum(map(len, (scope["query_string"], *(part for pair in scope["headers"] for part in pair)))) > HEAD_BYTES:
            return TooLargeError(f"an address and its headers may have {HEAD_BYTES:,} bytes", "")
        if any(not length.isdigit() or int(length) > BODY_BYTES for length in headers.get(b"content-length", [])):
            return TooLargeError(f"a request may have {BODY_BYTES:,} bytes", "")
        if scope["path"] in self.open_paths or self.door.knows(headers):
            return None
        if scope["path"] == LINK_PATH and self.door.is_ours(headers):
            return None
        hint = f"Open the link that the terminal shows; programs send the token of {TOKEN} as X-Codex-Usage-Token."
        return TokenMissingError("the token of this server is missing", hint)

    def _from_here(self, headers: dict[bytes, list[bytes]]) -> bool:
        """Say whether a request is for us by our own name and, where a browser tells, from our own page."""
        hosts = [host.decode("latin-1").lower() for host in headers.get(b"host", [])]
        if len(hosts) != 1 or hosts[0] not in self.door.hosts:
            return False
        own = f"http://{hosts[0]}"
        sites = {b"same-origin", b"none"}
        return all(origin.decode("latin-1").lower() == own for origin in headers.get(b"origin", [])) and all(
            site.strip().lower() in sites for site in headers.get(b"sec-fetch-site", [])
        )


class Body:
    """What a client sends, up to so many bytes and so many seconds."""

    def __init__(self, receive: Receive, most: int = BODY_BYTES) -> None:
        self._receive = receive
        self._most = self._left = most
        self._whole = False

    async def receive(self) -> Message:
        """Return the next part."""
        if self._whole:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), BODY_SECONDS)
        except TimeoutError:
            raise TooSlowError("the request did not arrive in time", "") from None
        self._left -= len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._left < 0:
            raise TooLargeError(f"a request may have {self._most:,} bytes", "")
        return message


def with_headers(send: Send) -> Send:
    """Return a way to answer that sets the headers which are not set."""

    async def sends(message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {name.lower() for name, _ in message["headers"]}
            more = [(name, value) for name, value in HEADERS.items() if name not in names]
            message = {**message, "headers": [*message["headers"], *more]}
        await send(message)

    return sends
