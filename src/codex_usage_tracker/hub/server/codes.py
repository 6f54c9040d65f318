"""Codes that open once: a link for a machine or browser, a door for a browser, an invitation to the hub or a team."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from codex_usage_tracker.errors import TrackerError
from codex_usage_tracker.hub.contract import Code
from codex_usage_tracker.hub.server import tables

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from codex_usage_tracker.hub.server.store import Store

LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without letters and digits that are taken for each other."""
LENGTH = 8
DOOR_BYTES = 24
LINK, DOOR, INVITE, TEAM = "link", "door", "invite", "team"
MILLISECONDS = {LINK: 600_000, DOOR: 600_000, INVITE: 7 * 86_400_000, TEAM: 7 * 86_400_000}
USED = "used"


class UnknownCodeError(TrackerError):
    """A code that is none, is used up or too old."""

    code = "unknown_code"

    def __init__(self) -> None:
        super().__init__("this code is not known, used up or too old", "A code holds once: ask for a new one.")


async def make(store: Store, kind: str, now: int, account: int = 0, team: int | None = None) -> Code:
    """Return a new code of a kind, of an account."""
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH if kind == LINK else 2 * LENGTH))
    if kind == DOOR:
        code = secrets.token_urlsafe(DOOR_BYTES)
    expires_at = now + MILLISECONDS[kind]
    row = {
        "hash": hashed(bare(kind, code)),
        "kind": kind,
        "account_id": account,
        "team_id": team,
        "expires_at": expires_at,
    }
    async with store.writing() as db:
        await db.execute(delete(tables.code).where(tables.code.c.expires_at < now - MILLISECONDS[LINK]))
        await db.execute(insert(tables.code).values(row))
    told = code if kind == DOOR else "-".join(code[place : place + 4] for place in range(0, len(code), 4))
    return Code(code=told, expires_at=expires_at)


async def use(db: AsyncConnection, kind: str, code: str, request: str, now: int) -> Row[Any]:
    """Use up a code within a transaction; return it as it was before; the same request may use it again."""
    chosen = tables.code.c.hash == hashed(bare(kind, code))
    row = (await db.execute(select(tables.code).where(chosen).with_for_update())).one_or_none()
    is_used = row is not None and row.request is not None and (request == USED or row.request != request)
    if row is None or row.kind != kind or row.expires_at < now or is_used:
        raise UnknownCodeError
    await db.execute(update(tables.code).where(chosen).values(request=request))
    return row


def bare(kind: str, code: str) -> str:
    """Return a code as it is compared: people may write it in any case, with or without dashes."""
    return code if kind == DOOR else code.upper().replace("-", "").replace(" ", "")


def hashed(text: str) -> bytes:
    """Return what is kept of a secret."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
