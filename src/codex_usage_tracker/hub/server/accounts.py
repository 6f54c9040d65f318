"""Who is who: accounts, the names they are known by, and how they are shown to others."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from codex_usage_tracker.errors import InvalidValueError, NotFoundError
from codex_usage_tracker.hub.server import tables

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from codex_usage_tracker.hub.contract import Shown
    from codex_usage_tracker.hub.server.store import Store

NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
KEY_BYTES = 32
OF_ACCOUNTS = (
    tables.bucket, tables.quarter, tables.day, tables.board, tables.correction, tables.flag, tables.member,
    tables.session, tables.device, tables.code, tables.handle,
)  # fmt: skip


async def create(store: Store, name: str, now: int, *, is_admin: bool = False) -> int:
    """Make an account; return its id."""
    async with store.writing() as db:
        return await make(store, db, name, now, is_admin=is_admin)


async def make(store: Store, db: AsyncConnection, name: str, now: int, *, is_admin: bool = False) -> int:
    """Make an account within a transaction; return its id."""
    if not NAME.fullmatch(name):
        raise InvalidValueError(
            f"`name`: {name!a} cannot be an account's name", "A name has 1 to 64 letters, digits, `.`, `_` or `-`."
        )
    row = {"name": name, "key": secrets.token_bytes(KEY_BYTES), "created_at": now, "is_admin": int(is_admin)}
    made = await db.execute(insert(tables.account).values(row).returning(tables.account.c.id))
    account = int(made.scalar_one())
    await _take(store, db, name, account, is_alias=False)
    return account


async def _take(store: Store, db: AsyncConnection, name: str, account: int, *, is_alias: bool) -> None:
    """Let an account have a name that nobody has, whatever its letters' case; else raise, and nothing is done."""
    row = {"handle": name.lower(), "account_id": account, "is_alias": int(is_alias)}
    if not await store.add(db, tables.handle, [row]):
        field = "alias" if is_alias else "name"
        raise InvalidValueError(f"`{field}`: somebody is called {name} already", "Choose another name.")


async def find(store: Store, name: str) -> int:
    """Return the id of an account by its name."""
    known = tables.handle.c
    chosen = select(known.account_id).where(known.handle == name.lower(), known.is_alias == 0)
    async with store.reading() as db:
        found = await db.scalar(chosen)
    if found is None:
        raise NotFoundError(f"there is no account {name!a}", "`codex-usage-tracker hub account list` shows all.")
    return int(found)


async def read(store: Store, account: int) -> Row[Any]:
    """Return an account."""
    async with store.reading() as db:
        found = (await db.execute(select(tables.account).where(tables.account.c.id == account))).one_or_none()
    if found is None:
        raise NotFoundError("this account is no more", "")
    return found


def shown_as(row: Row[*tuple[Any, ...]]) -> str:
    """Return the name by which others see an account."""
    return str(row.alias) if row.visibility == "alias" and row.alias else str(row.name)


# -- to be seen -------------------------------------------------------------------------------------------------------


async def show(store: Store, account: int, wanted: Shown) -> None:
    """Show an account to others, under an alias, or not at all."""
    if wanted.visibility == "alias" and not wanted.alias:
        raise InvalidValueError("`alias` is missing", "Say under which name others see the account.")
    async with store.writing(account) as db:
        known = tables.handle.c
        await db.execute(delete(tables.handle).where(known.account_id == account, known.is_alias == 1))
        if wanted.alias:
            await _take(store, db, wanted.alias, account, is_alias=True)
        await _set(db, account, visibility=wanted.visibility, alias=wanted.alias)


async def hide(store: Store, account: int, *, is_hidden: bool) -> None:
    """Keep an account off the boards, whatever it chose; its own numbers stay."""
    async with store.writing(account) as db:
        await _set(db, account, is_hidden=int(is_hidden))


async def _set(db: AsyncConnection, account: int, **values: Any) -> None:
    """Change an account, and whether its rows on the boards are seen."""
    columns = tables.account.c
    own = columns.id == account
    changed = update(tables.account).where(own).values(values).returning(columns.visibility, columns.is_hidden)
    row = (await db.execute(changed)).one()
    is_listed = int(row.visibility != "private" and not row.is_hidden)
    await db.execute(update(tables.account).where(own).values(is_listed=is_listed))
    await db.execute(update(tables.board).where(tables.board.c.account_id == account).values(is_listed=is_listed))


async def remove(store: Store, account: int) -> None:
    """Delete an account with all that belongs to it."""
    async with store.writing(account) as db:
        own = select(tables.member.c.team_id).where(tables.member.c.account_id == account)
        for team in (await db.scalars(own)).all():
            await leave(db, account, team)
        for table in OF_ACCOUNTS:
            await db.execute(delete(table).where(table.c.account_id == account))
        await db.execute(delete(tables.account).where(tables.account.c.id == account))


async def leave(db: AsyncConnection, account: int, team: int) -> None:
    """Leave a team; the eldest of the others looks after it where nobody does, and a team of nobody is gone."""
    known = tables.member.c
    await db.execute(delete(tables.member).where(known.account_id == account, known.team_id == team))
    others = select(known.account_id, known.is_owner).where(known.team_id == team)
    rows = (await db.execute(others.order_by(known.is_owner.desc(), known.joined_at, known.account_id).limit(1))).all()
    if not rows:
        await db.execute(delete(tables.team).where(tables.team.c.id == team))
    for heir in rows:
        chosen = (known.account_id == heir.account_id, known.team_id == team)
        await db.execute(update(tables.member).where(*chosen).values(is_owner=1))
