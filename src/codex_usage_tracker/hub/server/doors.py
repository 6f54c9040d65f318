"""Who asks: a device by its token, or a browser by its cookie, from our own page alone."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from codex_usage_tracker.hub.server import accounts, devices, sessions
from codex_usage_tracker.hub.server.tasks import Asker
from codex_usage_tracker.web.security import RefusedError, TokenMissingError

if TYPE_CHECKING:
    from starlette.requests import Request

    from codex_usage_tracker.hub.server.hub import Hub
    from codex_usage_tracker.hub.server.tasks import Who

COOKIE = "codex_usage_hub"
SAFE = frozenset({"GET", "HEAD"})
OUR_SITES = frozenset({"same-origin", "none"})
HINT = "Sign in with a link code, or link this machine: `codex-usage-tracker link CODE --hub URL`."


async def asker(hub: Hub, request: Request, who: Who, now: int) -> Asker:
    """Return who asks, or refuse."""
    found = await _device(hub, request) or (await _browser(hub, request, now) if who != "machine" else None)
    if found is None:
        raise TokenMissingError("nobody is known by this", HINT)
    if who in {"admin", "monitor"} and not (found.cookie and (await accounts.read(hub.store, found.account)).is_admin):
        raise RefusedError("this is for those who look after the hub", "Sign in as one of them.")
    return found


async def _device(hub: Hub, request: Request) -> Asker | None:
    told = request.headers.get("authorization", "")
    if not told.startswith("Bearer "):
        return None
    found = await devices.known(hub.store, told.removeprefix("Bearer "))
    return Asker(found[0], found[1], heard_at=found[2]) if found else None


async def _browser(hub: Hub, request: Request, now: int) -> Asker | None:
    cookie = request.cookies.get(cookie_name(hub), "")
    if not cookie:
        return None
    check_origin(hub, request)
    account = await sessions.known(hub.store, cookie, now)
    return Asker(account, None, cookie) if account is not None else None


def check_origin(hub: Hub, request: Request) -> None:
    """Refuse what another site has a browser do; whatever changes something must say that our own page asks."""
    origins = request.headers.getlist("origin")
    is_ours = all(one.lower() == own_origin(hub, request) for one in origins)
    says_so = bool(origins) or request.method in SAFE
    sites = {one.strip().lower() for one in request.headers.getlist("sec-fetch-site")}
    if not (is_ours and says_so and sites <= OUR_SITES):
        raise RefusedError("another site asks", "Use the hub's own page.")


def own_origin(hub: Hub, request: Request) -> str:
    """Return what a browser calls our own page's origin."""
    return hub.choices.url.lower() or f"{scheme(hub, request)}://{request.headers.get('host', '').lower()}"


def scheme(hub: Hub, request: Request) -> str:
    """Return how browsers speak to us: as the proxy says, if there is one."""
    if hub.choices.url:
        return hub.choices.url.partition(":")[0]
    told = request.headers.get("x-forwarded-proto", "http") if hub.choices.behind_proxy else "http"
    return "https" if told.strip().lower() == "https" else "http"


def address(hub: Hub, request: Request) -> str:
    """Return where a request comes from, as far as it can be trusted; of IPv6 the network."""
    told = request.client.host if request.client else ""
    if hub.choices.behind_proxy:
        told = request.headers.get("x-forwarded-for", told).rpartition(",")[2].strip()
    try:
        found = ipaddress.ip_address(told)
    except ValueError:
        return "unknown"
    is_wide = isinstance(found, ipaddress.IPv6Address) and not found.ipv4_mapped
    return str(ipaddress.ip_network((found, 64), strict=False)) if is_wide else told


def is_here(request: Request) -> bool:
    """Say whether a program of this machine asks, and nobody through a proxy."""
    try:
        is_loopback = request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
    forwarded = any(name.startswith(("x-forwarded", "forwarded", "via")) for name in request.headers)
    return is_loopback and not forwarded and "sec-fetch-site" not in request.headers


# -- the cookie -------------------------------------------------------------------------------------------------------


def cookie_name(hub: Hub) -> str:
    """Return the cookie's name: with TLS one that no neighbour of ours can set."""
    return f"__Host-{COOKIE}" if hub.choices.url.startswith("https:") else COOKIE


def set_cookie(hub: Hub, request: Request, secret: str) -> str:
    """Return the header that signs a browser in, out of reach of scripts and other sites; or out, without a secret."""
    secure = "; Secure" if scheme(hub, request) == "https" else ""
    ages = sessions.DAYS * 86_400 if secret else 0
    return f"{cookie_name(hub)}={secret}; HttpOnly; SameSite=Strict; Path=/; Max-Age={ages}{secure}"
