"""What an account asks of itself: who it is, what it used, its devices, and to take everything along or away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse, Response, StreamingResponse

from codex_usage_tracker import __version__
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.hub.contract import (
    Code,
    Confirmed,
    Corrections,
    Devices,
    Door,
    Gone,
    Joining,
    Labelled,
    Me,
    Shown,
    SignIn,
)
from codex_usage_tracker.hub.server import accounts, codes, corrections, devices, doors, leaving, sessions
from codex_usage_tracker.hub.server.tasks import Asked, Task
from codex_usage_tracker.reports.registry import QUESTIONS
from codex_usage_tracker.web import pages, replies
from codex_usage_tracker.web.security import RefusedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ANSWERED = ("summary", "series", "heatmap", "compare")
"""Questions of the tracker that are answered of an account."""


async def _who(asked: Asked, account: int | None = None) -> Me:
    row = await accounts.read(asked.hub.store, asked.account if account is None else account)
    return Me(
        account=row.name, alias=row.alias, visibility=row.visibility, is_admin=bool(row.is_admin),
        join=asked.hub.choices.join, version=__version__, created_at=row.created_at,
    )  # fmt: skip


# -- to come and go ---------------------------------------------------------------------------------------------------


async def _door(asked: Asked) -> Door:
    return Door(join=asked.hub.choices.join, version=__version__)


async def _sign_in(asked: Asked) -> Response:
    doors.check_origin(asked.hub, asked.request)
    account, secret = await sessions.enter(asked.hub.store, codes.LINK, asked.body.code, asked.now)
    return await _signed_in(asked, account, secret)


async def _join(asked: Asked) -> Response:
    doors.check_origin(asked.hub, asked.request)
    asked.hub.joins.take(doors.address(asked.hub, asked.request))
    account = await leaving.join(asked.hub, asked.body, asked.now)
    return await _signed_in(asked, account, await sessions.begin(asked.hub.store, account, asked.now))


async def _signed_in(asked: Asked, account: int, secret: str) -> Response:
    headers = {"Set-Cookie": doors.set_cookie(asked.hub, asked.request, secret), **replies.UNKEPT}
    return replies.json_reply(await _who(asked, account), None, 200, **headers)


async def _open(asked: Asked) -> Response:
    """Let a browser in by a key of a linked machine, unless another site leads it here."""
    if asked.request.headers.get("sec-fetch-site", "none") not in doors.OUR_SITES:
        raise RefusedError("another site leads here", "Type the address.")
    key = asked.request.query_params.get("key", "")
    try:
        _, secret = await sessions.enter(asked.hub.store, codes.DOOR, key, asked.now)
    except codes.UnknownCodeError:
        return Response(pages.USED_UP, 403, replies.UNKEPT, pages.TYPES[".html"])
    headers = {"Set-Cookie": doors.set_cookie(asked.hub, asked.request, secret), **replies.UNKEPT}
    return RedirectResponse("/", 303, headers)


async def _sign_out(asked: Asked) -> Response:
    await sessions.end(asked.hub.store, asked.account, asked.asker.cookie)
    headers = {"Set-Cookie": doors.set_cookie(asked.hub, asked.request, ""), **replies.UNKEPT}
    return replies.json_reply(await _who(asked), None, 200, **headers)


async def _sign_out_all(asked: Asked) -> Me:
    await sessions.end(asked.hub.store, asked.account)
    return await _who(asked)


# -- what is one's own ------------------------------------------------------------------------------------------------


async def _show(asked: Asked) -> Me:
    await accounts.show(asked.hub.store, asked.account, asked.body)
    return await _who(asked)


async def _devices(asked: Asked) -> Devices:
    return Devices(rows=await devices.rows(asked.hub.store, asked.account))


async def _rename(asked: Asked) -> Devices:
    await devices.rename(asked.hub.store, asked.account, asked.place, asked.body.label)
    return await _devices(asked)


async def _revoke(asked: Asked) -> Devices:
    await devices.revoke(asked.hub.store, asked.account, asked.place, asked.now)
    return await _devices(asked)


async def _code(asked: Asked) -> Code:
    return await codes.make(asked.hub.store, codes.LINK, asked.now, asked.account)


async def _corrections(asked: Asked) -> Corrections:
    return await corrections.of(asked.hub.store, asked.account)


# -- to take along, to take away --------------------------------------------------------------------------------------


async def _export(asked: Asked) -> Response:
    asked.hub.exports.take(str(asked.account))
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="hub-export.json"'}
    parts = leaving.export(asked.hub.store, asked.account)
    return StreamingResponse(parts, headers=headers, media_type="application/json")


async def _confirm(asked: Asked) -> None:
    row = await accounts.read(asked.hub.store, asked.account)
    if asked.body.name != row.name:
        raise InvalidValueError("`name` is not the account's name", "Type it as it stands; nothing was deleted.")


async def _clear(asked: Asked) -> Gone:
    await _confirm(asked)
    hub = asked.hub
    return Gone(buckets=await leaving.clear(hub.store, asked.account, asked.body.device, hub.prices, asked.now))


async def _remove(asked: Asked) -> Gone:
    await _confirm(asked)
    gone = Gone(buckets=await leaving.count(asked.hub.store, asked.account))
    await accounts.remove(asked.hub.store, asked.account)
    return gone


def _question(name: str) -> Callable[[Asked], Awaitable[Any]]:
    async def answer(asked: Asked) -> Response:
        body = await asked.hub.mirrors.answer(asked.account, QUESTIONS[name], asked.choice, asked.now)
        return replies.sent(body, asked.request, 200, **replies.UNKEPT)

    return answer


TASKS = (
    Task("GET", "/api/door", "anybody", Door, _door, "What anybody may know."),
    Task("POST", "/api/session", "guesser", Me, _sign_in, "Sign a browser in by a link code.", SignIn),
    Task("DELETE", "/api/session", "account", Me, _sign_out, "Sign this browser out."),
    Task("DELETE", "/api/sessions", "account", Me, _sign_out_all, "Sign all browsers out."),
    Task("GET", "/open", "guesser", str, _open, "Sign a browser in by a key of a linked machine."),
    Task("POST", "/api/join", "guesser", Me, _join, "Make an account where the hub lets one, and sign in.", Joining),
    Task("GET", "/api/hub", "account", Me, _who, "The account that asks."),
    Task("PUT", "/api/account", "account", Me, _show, "Whether and how others see the account.", Shown),
    Task("DELETE", "/api/account", "account", Gone, _remove, "Delete the account with all of it.", Confirmed),
    Task("DELETE", "/api/data", "account", Gone, _clear, "Delete what all devices sent, or one.", Confirmed),
    Task("GET", "/api/devices", "account", Devices, _devices, "The devices of the account."),
    Task("PUT", "/api/devices/{id:int}", "account", Devices, _rename, "Call a device otherwise.", Labelled),
    Task("DELETE", "/api/devices/{id:int}", "account", Devices, _revoke, "Let a device send no more."),
    Task("POST", "/api/link-code", "account", Code, _code, "A code that links another machine."),
    Task("GET", "/api/corrections", "account", Corrections, _corrections, "What devices lowered."),
    Task("GET", "/api/export", "account", dict[str, Any], _export, "Everything that the hub has of the account."),
    *(
        Task("GET", f"/api/{name}", "account", one.answer, _question(name), one.doc, None, one.ask)
        for name, one in ((name, QUESTIONS[name]) for name in ANSWERED)
    ),
)
