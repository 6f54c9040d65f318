"""Who is who: accounts, codes that link a device once, and devices that are known by a token."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, select, update

from codex_usage_tracker.errors import InvalidValueError, NotFoundError, TrackerError
from codex_usage_tracker.hub.server import tables

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from codex_usage_tracker.hub.server.store import Store

CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without letters and digits that are taken for each other."""
CODE_LENGTH = 8
CODE_MS = 600_000
NAME = "a name has 1 to 64 letters, digits, `.`, `_` or `-`"


class UnknownCodeError(TrackerError):
    """A link code that is none, is used up or too old."""

    code = "unknown_code"


class Linked(NamedTuple):
    """A device that was linked: its account, the key of the account's hashes, and the token that is told once."""

    account: int
    name: str
    device: int
    key: bytes
    token: str


async def create(store: Store, name: str, now: int, *, is_admin: bool = False) -> int:
    """Make an account; return its id."""
    if not 1 <= len(name) <= 64 or not name.replace(".", "").replace("_", "").replace("-", "").isalnum():  # noqa: PLR2004
        raise InvalidValueError(f"{name!a} cannot be an account's name", f"{NAME}.")
    row = {"name": name, "key": secrets.token_bytes(32), "created_at": now, "is_admin": int(is_admin)}
    async with store.writing() as db:
        if await _find(db, name) is not None:
            raise InvalidValueError(f"there is an account {name} already", "Choose another name.")
        await db.execute(insert(tables.account).values(row))
        found = await _find(db, name)
    return int(found)  # type: ignore[arg-type]


async def find(store: Store, name: str) -> int:
    """Return the id of an account."""
    async with store.reading() as db:
        found = await _find(db, name)
    if found is None:
        raise NotFoundError(f"there is no account {name}", "`codex-usage-tracker hub account list` shows all.")
    return found


async def _find(db: AsyncConnection, name: str) -> int | None:
    found: int | None = await db.scalar(select(tables.account.c.id).where(tables.account.c.name == name))
    return found


# -- codes ------------------------------------------------------------------------------------------------------------


async def new_code(store: Store, account: int, now: int) -> str:
    """Return a code that links one device to an account within ten minutes."""
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    row = {"hash": _hash(code), "account_id": account, "expires_at": now + CODE_MS}
    async with store.writing() as db:
        await db.execute(delete(tables.code).where(tables.code.c.expires_at < now - CODE_MS))
        await db.execute(insert(tables.code).values(row))
    return f"{code[:4]}-{code[4:]}"


async def link(store: Store, secret: bytes, code: str, request: str, label: str | None, now: int) -> Linked:
    """Make a device by a code; the same request again is told the same, so that a lost answer loses no code."""
    bare = code.upper().replace("-", "").replace(" ", "")
    chosen = tables.code.c.hash == _hash(bare)
    async with store.writing() as db:
        row = (await db.execute(select(tables.code).where(chosen).with_for_update())).one_or_none()
        if row is None or row.expires_at < now or (row.request is not None and row.request != request):
            hint = "A code holds for ten minutes and once: ask for a new one."
            raise UnknownCodeError("this code is not known, used up or too old", hint)
        device = row.device_id or await _next_device(db, row.account_id)
        token = _token(secret, row.account_id, device, bare, request)
        if row.device_id is None:
            made = {"account_id": row.account_id, "id": device, "label": label, "token": _hash(token), "made_at": now}
            await db.execute(insert(tables.device).values(made))
            await db.execute(update(tables.code).where(chosen).values(request=request, device_id=device))
        own = tables.account.c.id == row.account_id
        name, key = (await db.execute(select(tables.account.c.name, tables.account.c.key).where(own))).one()
    return Linked(row.account_id, name, device, key, token)


async def _next_device(db: AsyncConnection, account: int) -> int:
    latest = await db.scalar(select(func.max(tables.device.c.id)).where(tables.device.c.account_id == account))
    return (latest or 0) + 1


def _token(secret: bytes, account: int, device: int, code: str, request: str) -> str:
    """Return a device's token: whose it is stands before its secret, so that one row is looked at."""
    told = f"{account}.{device}.{code}.{request}".encode()
    return f"{account}.{device}.{hmac.new(secret, told, hashlib.sha256).hexdigest()}"


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


# -- devices ----------------------------------------------------------------------------------------------------------

_DEVICE = tables.device.c
DEVICE = select(_DEVICE.token, _DEVICE.revoked_at).where(
    _DEVICE.account_id == bindparam("account"), _DEVICE.id == bindparam("device")
)


async def known(store: Store, token: str) -> tuple[int, int] | None:
    """Return the account and device that a token stands for."""
    account, _, rest = token.partition(".")
    device, _, _ = rest.partition(".")
    if not (account.isdecimal() and device.isdecimal() and len(account) < 10 > len(device)):  # noqa: PLR2004
        return None
    async with store.reading() as db:
        row = (await db.execute(DEVICE, {"account": int(account), "device": int(device)})).one_or_none()
    told = hmac.compare_digest(row.token if row else b"\0" * 32, _hash(token))
    return (int(account), int(device)) if told and row is not None and row.revoked_at is None else None


async def revoke(store: Store, account: int, device: int, now: int) -> None:
    """Let a device send and ask no more; what it sent stays."""
    async with store.writing(account) as db:
        chosen = (_DEVICE.account_id == account, _DEVICE.id == device, _DEVICE.revoked_at.is_(None))
        done = await db.execute(update(tables.device).where(*chosen).values(revoked_at=now))
    if not done.rowcount:
        raise NotFoundError("there is no such device", "`codex-usage-tracker hub device list NAME` shows all.")
