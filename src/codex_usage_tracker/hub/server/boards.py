"""The leaderboard: accounts that chose to be seen, and one's own place among them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from msgspec import Meta
from sqlalchemy import and_, func, select

from codex_usage_tracker.hub.contract import Board, Metric, Period, Place
from codex_usage_tracker.hub.server import accounts, ranking, tables
from codex_usage_tracker.hub.server.merging import DAY_MS
from codex_usage_tracker.hub.server.tasks import Asked, Task
from codex_usage_tracker.pricing.money import usd_text
from codex_usage_tracker.reports.asks import Ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from codex_usage_tracker.hub.server.store import Store

PAGE = 100
_BOARD = tables.board.c
COLUMNS = {"tokens": _BOARD.tokens, "cost": _BOARD.usd, "active_days": _BOARD.active_days}


class BoardAsk(Ask, frozen=True, kw_only=True):
    """A board of a period of UTC that runs now, by what it counts."""

    period: Annotated[Period, Meta(description="The day, week, month, or all time.")] = "week"
    metric: Annotated[Metric, Meta(description="What is counted.")] = "tokens"
    offset: Annotated[int, Meta(ge=0, le=10**6, description="So many places are left out.")] = 0


class View(NamedTuple):
    """A board that somebody looks at."""

    period: str
    start_day: int
    metric: str

    @property
    def column(self) -> Any:
        """What is counted."""
        return COLUMNS[self.metric]

    @property
    def listed(self) -> ColumnElement[bool]:
        """The rows of accounts that are seen."""
        return and_(self.all, _BOARD.is_listed == 1, self.column > 0)

    @property
    def all(self) -> ColumnElement[bool]:
        """The rows of all accounts."""
        return and_(_BOARD.period == self.period, _BOARD.start_day == self.start_day)


def view(period: str, metric: str, now: int) -> View:
    """Return the board of a period that runs now."""
    return View(period, dict(ranking.periods(now // DAY_MS))[period], metric)


async def _board(asked: Asked) -> Board:
    choice: BoardAsk = asked.choice
    return await board(asked.hub.store, asked.account, choice, asked.now)


async def board(store: Store, account: int, choice: BoardAsk, now: int) -> Board:
    """Return a page of a board with one's own place."""
    seen = view(choice.period, choice.metric, now)
    own = await accounts.read(store, account)
    async with store.moment() as db:
        count = int(await db.scalar(select(func.count()).where(seen.listed)) or 0)
        rows = await _page(db, seen, choice.offset)
        first = await _above(db, seen, rows[0].value) if rows else 0
        mine = await db.scalar(select(seen.column).where(seen.all, _BOARD.account_id == account))
        me = (
            Place(rank=await _above(db, seen, mine) + 1, name=own.name, value=_value(seen, mine), is_me=True)
            if mine
            else None
        )
    after = choice.offset + len(rows)
    return Board(
        period=choice.period, metric=choice.metric, since=seen.start_day * DAY_MS if choice.period != "all" else None,
        rows=_places(seen, rows, choice.offset, first, account), me=me, offset=choice.offset, row_count=count,
        next_offset=after if after < count else None,
    )  # fmt: skip


async def _page(db: AsyncConnection, seen: View, offset: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the accounts of a page by their names; the index alone says which."""
    order = (seen.column.desc(), _BOARD.account_id.desc())
    found = select(_BOARD.account_id, seen.column.label("value")).where(seen.listed).order_by(*order)
    page = found.limit(PAGE).offset(offset).subquery()
    named = tables.account.c
    chosen = select(page.c.account_id, page.c.value, named.name, named.alias, named.visibility)
    joined = chosen.join(tables.account, named.id == page.c.account_id)
    return (await db.execute(joined.order_by(page.c.value.desc(), page.c.account_id.desc()))).all()


async def _above(db: AsyncConnection, seen: View, value: int) -> int:
    """Return how many are above a value."""
    return int(await db.scalar(select(func.count()).where(seen.listed, seen.column > value)) or 0)


def _places(seen: View, rows: Sequence[Row[*tuple[Any, ...]]], offset: int, first: int, account: int) -> list[Place]:
    """Return places; equals share one."""
    places: list[Place] = []
    rank, before = first + 1, rows[0].value if rows else 0
    for place, row in enumerate(rows, offset + 1):
        rank, before = (rank, before) if row.value == before else (place, row.value)
        name, is_me = accounts.shown_as(row), row.account_id == account
        places.append(Place(rank=rank, name=name, value=_value(seen, row.value), is_me=is_me))
    return places


def _value(seen: View, value: int) -> int | str:
    return usd_text(value) if seen.metric == "cost" else value


def day_text(day: int) -> str:
    """Return a day of UTC as YYYY-MM-DD."""
    return datetime.fromtimestamp(day * DAY_MS / 1000, UTC).date().isoformat()


TASKS = (Task("GET", "/api/leaderboard", "account", Board, _board, "Accounts that are seen, by use.", None, BoardAsk),)
