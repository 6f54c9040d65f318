"""What those who look after a hub ask: its accounts, what looks implausible, what was lowered."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta
from sqlalchemy import func, select, update
from starlette.responses import Response

from codex_usage_tracker import __version__
from codex_usage_tracker.errors import InvalidValueError, NotFoundError
from codex_usage_tracker.hub.contract import (
    AccountMade,
    AccountRow,
    Accounts,
    Code,
    Confirmed,
    Corrections,
    FlagRow,
    Flags,
    Gone,
    Hiding,
    Judged,
)
from codex_usage_tracker.hub.server import accounts, boards, codes, corrections, leaving, tables
from codex_usage_tracker.hub.server.tasks import Asked, Task
from codex_usage_tracker.reports.asks import Ask
from codex_usage_tracker.web import replies

if TYPE_CHECKING:
    from sqlalchemy import Row

    from codex_usage_tracker.hub.server.store import Store

PAGE = 100
MOST_FLAGS = 500
MOST_ID = 2**53
SAID = {
    "large-call": "a call of {value:,} tokens, more than a model's window, in the quarter from {when}",
    "large-day": "{value:,} tokens on {when}",
    "disputed-call": "two devices tell different numbers of a call in the quarter from {when}",
    "unknown-model": "a model without a price: {subject}",
    "dropped": "{value:,} tokens fewer than before in the quarter from {when}",
}


class AccountsAsk(Ask, frozen=True, kw_only=True):
    """A page of accounts."""

    q: Annotated[str, Meta(max_length=64, pattern=r"^[^\x00]*$", description="A part of the name.")] = ""
    offset: Annotated[int, Meta(ge=0, le=10**9, description="So many are left out.")] = 0


async def listed(store: Store, part: str = "", offset: int = 0, most: int = PAGE) -> Accounts:
    """Return a page of accounts by name."""
    named = tables.account.c
    devices = select(func.count()).where(tables.device.c.account_id == named.id).scalar_subquery()
    seen = select(func.max(tables.device.c.seen_at)).where(tables.device.c.account_id == named.id).scalar_subquery()
    flags = select(func.count()).where(tables.flag.c.account_id == named.id, tables.flag.c.verdict.is_(None))
    own = (tables.board.c.account_id == named.id, tables.board.c.period == "all")
    tokens = select(tables.board.c.tokens).where(*own, tables.board.c.start_day == 0).scalar_subquery()
    chosen = named.name.icontains(part, autoescape=True)
    columns = [
        devices.label("devices"),
        seen.label("seen_at"),
        tokens.label("tokens"),
        flags.scalar_subquery().label("flags"),
    ]
    found = select(tables.account, *columns).where(chosen).order_by(named.name).offset(offset).limit(most)
    async with store.reading() as db:
        count = int(await db.scalar(select(func.count()).select_from(tables.account).where(chosen)) or 0)
        rows = (await db.execute(found)).all()
    after = offset + len(rows)
    return Accounts(rows=list(map(_row, rows)), row_count=count, next_offset=after if after < count else None)


def _row(row: Row[Any]) -> AccountRow:
    return AccountRow(
        name=row.name, alias=row.alias, visibility=row.visibility, is_admin=bool(row.is_admin),
        is_hidden=bool(row.is_hidden), created_at=row.created_at, seen_at=row.seen_at, devices=row.devices,
        total_tokens=row.tokens or 0, flags=row.flags,
    )  # fmt: skip


async def flags(store: Store) -> Flags:
    """Return what looks implausible, what nobody judged first, then the latest."""
    known = tables.flag.c
    chosen = select(tables.flag, tables.account.c.name).join(tables.account)
    order = (known.verdict.is_not(None), known.at.desc(), known.id)
    async with store.reading() as db:
        rows = (await db.execute(chosen.order_by(*order).limit(MOST_FLAGS + 1))).all()
    return Flags(
        rows=[
            FlagRow(
                id=row.id, account=row.name, device=row.device_id, at=row.at, kind=row.kind, verdict=row.verdict,
                detail=_detail(row),
            )
            for row in rows[:MOST_FLAGS]
        ],
        truncated=len(rows) > MOST_FLAGS,
    )  # fmt: skip


def _detail(row: Row[Any]) -> str:
    """Say what looks implausible; its subject is a day, a quarter or a name."""
    when = row.subject
    if row.kind == "large-day":
        when = boards.day_text(int(row.subject))
    elif row.subject.isdecimal():
        when = f"{datetime.fromtimestamp(int(row.subject) / 1000, UTC):%Y-%m-%d %H:%M} UTC"
    return SAID.get(row.kind, "{subject}").format(value=row.value, subject=row.subject, when=when)


# -- tasks ------------------------------------------------------------------------------------------------------------


async def _accounts(asked: Asked) -> Accounts:
    return await listed(asked.hub.store, asked.choice.q, asked.choice.offset)


async def _make(asked: Asked) -> Code:
    made = await accounts.create(asked.hub.store, asked.body.name, asked.now, is_admin=asked.body.is_admin)
    return await codes.make(asked.hub.store, codes.LINK, asked.now, made)


async def _hide(asked: Asked) -> Accounts:
    await accounts.hide(
        asked.hub.store, await accounts.find(asked.hub.store, asked.name), is_hidden=asked.body.is_hidden
    )
    return await listed(asked.hub.store, asked.name)


async def _remove(asked: Asked) -> Gone:
    if asked.body.name != asked.name:
        raise InvalidValueError("`name` is not the account's name", "Type it as it stands; nothing was deleted.")
    account = await accounts.find(asked.hub.store, asked.name)
    gone = Gone(buckets=await leaving.count(asked.hub.store, account))
    await accounts.remove(asked.hub.store, account)
    return gone


async def _code(asked: Asked) -> Code:
    account = await accounts.find(asked.hub.store, asked.name)
    return await codes.make(asked.hub.store, codes.LINK, asked.now, account)


async def _invite(asked: Asked) -> Code:
    return await codes.make(asked.hub.store, codes.INVITE, asked.now)


async def _flags(asked: Asked) -> Flags:
    return await flags(asked.hub.store)


async def _judge(asked: Asked) -> Flags:
    async with asked.hub.store.writing() as db:
        chosen = update(tables.flag).where(tables.flag.c.id == min(int(asked.request.path_params["id"]), MOST_ID))
        if not (await db.execute(chosen.values(verdict=asked.body.verdict))).rowcount:
            raise NotFoundError("there is no such flag", "GET /api/admin/flags lists them.")
    return await flags(asked.hub.store)


async def _corrections(asked: Asked) -> Corrections:
    return await corrections.of(asked.hub.store)


async def _metrics(asked: Asked) -> Response:
    """Count requests and what there is; no name stands in it."""
    counted = {"accounts": tables.account, "devices": tables.device, "teams": tables.team}
    lines = [f"# TYPE codex_usage_hub info\ncodex_usage_hub_info{{version={json.dumps(__version__)}}} 1"]
    async with asked.hub.store.reading() as db:
        for name, table in counted.items():
            count = await db.scalar(select(func.count()).select_from(table))
            lines.append(f"# TYPE codex_usage_hub_{name} gauge\ncodex_usage_hub_{name} {count}")
    lines.append("# TYPE codex_usage_hub_requests counter")
    for (name, status), count in sorted(asked.hub.counts.items()):
        lines.append(f'codex_usage_hub_requests_total{{route={json.dumps(name)},status="{status}"}} {count}')
    kind = "application/openmetrics-text; version=1.0.0; charset=utf-8"
    return Response("\n".join([*lines, "# EOF", ""]), media_type=kind, headers=replies.UNKEPT)


ONE = "/api/admin/accounts/{name}"
TASKS = (
    Task("GET", "/api/admin/accounts", "admin", Accounts, _accounts, "A page of accounts.", None, AccountsAsk),
    Task("POST", "/api/admin/accounts", "admin", Code, _make, "Make an account; its first link code.", AccountMade),
    Task("PUT", ONE, "admin", Accounts, _hide, "Keep an account off the boards, or not.", Hiding),
    Task("DELETE", ONE, "admin", Gone, _remove, "Delete an account with all of it.", Confirmed),
    Task("POST", f"{ONE}/link-code", "admin", Code, _code, "A link code for an account."),
    Task("POST", "/api/admin/invite", "admin", Code, _invite, "An invitation to make an account."),
    Task("GET", "/api/admin/flags", "admin", Flags, _flags, "What looks implausible."),
    Task("PUT", "/api/admin/flags/{id:int}", "admin", Flags, _judge, "Judge something implausible.", Judged),
    Task("GET", "/api/admin/corrections", "admin", Corrections, _corrections, "What devices lowered."),
    Task("GET", "/metrics", "monitor", str, _metrics, "Requests and accounts, counted, as OpenMetrics."),
)
