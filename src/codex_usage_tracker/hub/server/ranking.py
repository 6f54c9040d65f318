"""The boards: what each account used in a day, week, month and ever, in step with its days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.hub.server import merging, tables
from codex_usage_tracker.hub.server.direct import Among

if TYPE_CHECKING:
    from codex_usage_tracker.hub.server.direct import Db
    from codex_usage_tracker.hub.server.store import Store

EPOCH = date(1970, 1, 1)
MOST = 2**62
_BOARD = tables.board.c
RANKS = select(tables.board).where(_BOARD.account_id == bindparam("account"), Among(_BOARD.start_day, "days"))
Days = dict[int, tuple[int, int]]
"""Tokens and USD units by day."""


async def follow(store: Store, db: Db, account: int, before: Days, after: Days, is_listed: int) -> None:
    """Bring an account's boards in step with days that changed."""
    wanted = changes(before, after)
    if not wanted:
        return
    found = (await db.execute(RANKS, {"account": account, "days": sorted({day for _, day in wanted})})).all()
    have = {(row.period, row.start_day): (row.tokens, row.usd, row.active_days) for row in found}
    rows = []
    for key, by in wanted.items():
        told = [one + more for one, more in zip(have.get(key, (0, 0, 0)), by, strict=True)]
        if max(told) > MOST:
            raise InvalidValueError("more tokens than anybody can use", "Nothing of this was taken.")
        rows.append(row(account, key, told, is_listed))
    await store.put(db, tables.board, rows)


def row(account: int, key: tuple[str, int], told: list[int], is_listed: int) -> dict[str, Any]:
    """Return a row of a board: tokens, USD units and active days of a period."""
    names = ("account_id", "period", "start_day", "tokens", "usd", "active_days", "is_listed")
    return dict(zip(names, (account, *key, *told, is_listed), strict=True))


def changes(before: Days, after: Days) -> dict[tuple[str, int], list[int]]:
    """Return by how much the periods change that some days lie in: tokens, USD units, active days."""
    found: dict[tuple[str, int], list[int]] = {}
    for day, new in after.items():
        old = before.get(day, (0, 0))
        by = (new[0] - old[0], new[1] - old[1], (new[0] > 0) - (old[0] > 0))
        for period in periods(day):
            found[period] = [one + more for one, more in zip(found.get(period, [0, 0, 0]), by, strict=True)]
    return found


def by_day(sums: dict[tuple[int, str], merging.Sums]) -> Days:
    """Return the tokens and USD units of days, whatever the model."""
    days: Days = {}
    for (day, _), one in sums.items():
        old = days.get(day, (0, 0))
        days[day] = (old[0] + merging.tokens(one), old[1] + one[6])
    return days


def periods(day: int) -> list[tuple[str, int]]:
    """Return the periods that a day lies in, by the day they begin: the day, its week, its month, all."""
    when = EPOCH + timedelta(days=day)
    return [("day", day), ("week", day - when.weekday()), ("month", day - when.day + 1), ("all", 0)]
