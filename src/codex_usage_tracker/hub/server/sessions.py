"""Browsers that are signed in: each by a secret in its cookie, of which only the hash is kept."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select

from codex_usage_tracker.hub.server import codes, tables
from codex_usage_tracker.hub.server.merging import DAY_MS

if TYPE_CHECKING:
    from codex_usage_tracker.hub.server.store import Store

DAYS = 30
DIGITS = 9
_SESSION = tables.session.c
KNOWN = select(_SESSION.expires_at).where(
    _SESSION.account_id == bindparam("account"), _SESSION.hash == bindparam("told")
)


async def begin(store: Store, account: int, now: int) -> str:
    """Sign a browser in; return what its cookie says."""
    secret = f"{account}.{secrets.token_urlsafe(32)}"
    row = {"account_id": account, "hash": codes.hashed(secret), "made_at": now, "expires_at": now + DAYS * DAY_MS}
    async with store.writing(account) as db:
        old = (_SESSION.account_id == account, _SESSION.expires_at < now)
        await db.execute(delete(tables.session).where(*old))
        await db.execute(insert(tables.session).values(row))
    return secret


async def enter(store: Store, kind: str, code: str, now: int) -> tuple[int, str]:
    """Sign a browser in by a code; return the account, and what its cookie says."""
    async with store.writing() as db:
        account = int((await codes.use(db, kind, code, codes.USED, now)).account_id)
    return account, await begin(store, account, now)


async def known(store: Store, secret: str, now: int) -> int | None:
    """Return the account that a cookie stands for."""
    account, _, _ = secret.partition(".")
    if not (account.isascii() and account.isdecimal() and len(account) <= DIGITS):
        return None
    async with store.reading() as db:
        expires_at = await db.scalar(KNOWN, {"account": int(account), "told": codes.hashed(secret)})
    return int(account) if expires_at is not None and expires_at > now else None


async def end(store: Store, account: int, secret: str | None = None) -> None:
    """Sign a browser out, or all of them."""
    chosen = [_SESSION.account_id == account]
    if secret is not None:
        chosen.append(_SESSION.hash == codes.hashed(secret))
    async with store.writing() as db:
        await db.execute(delete(tables.session).where(*chosen))
