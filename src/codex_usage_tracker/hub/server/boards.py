"""The leaderboard: accounts that chose to be seen, and one's own place among them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from msgspec import Meta
from sqlalchemy import Integer, bindparam, func, literal_column, select

from codex_usage_tracker.errors import NotFoundError
from codex_usage_tracker.hub.contract import Board, Metric, Period, Place
from codex_usage_tracker.hub.server import accounts, ranking, tables
from codex_usage_tracker.hub.server.merging import DAY_MS
from codex_usage_tracker.hub.server.tasks import Asked, Task
from codex_usage_tracker.pricing.money import usd_text
from codex_usage_tracker.reports.asks import Ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select

    from codex_usage_tracker.hub.server.store import Store

PAGE = 100
_BOARD = tables.board.c
COLUMNS = {"tokens": _BOARD.tokens, "cost": _BOARD.usd, "active_days": _BOARD.active_days}


class BoardAsk(Ask, frozen=True, kw_only=True):
    """A board of a period of UTC that runs now, by what it counts."""

    period: Annotated[Period, Meta(description="The day, week, month, or all time.")] = "week"
    metric: Annotated[Metric, Meta(description="What is counted.")] = "tokens"
    offset: Annotated[int, Meta(ge=0, le=10**6, description="So many places are left out.")] = 0


class Statements(NamedTuple):
    """What a board by one metric is read with; each is told the period and the day it begins."""

    page: Select[Any]
    """Accounts from an offset on, with their names; the index alone says which."""
    standing: Select[Any]
    """Of an account its name and value, how many are above it, and how many are seen at all."""
    above: Select[Any]
    """How many are above a value."""


@cache
def statements(metric: Metric) -> Statements:
    """Return the statements of a metric, which are the same each time."""
    column, own, named = COLUMNS[metric], tables.board.alias(), tables.account.c
    listed = (*_of(_BOARD), _BOARD.is_listed == literal_column("1"), column > 0)
    order = (column.desc(), _BOARD.account_id.desc())
    first = select(_BOARD.account_id, column.label("value")).where(*listed).order_by(*order)
    page = first.limit(literal_column(str(PAGE))).offset(bindparam("offset")).subquery()
    joined = select(page.c.account_id, page.c.value, named.name, named.alias, named.visibility).join(
        tables.account, named.id == page.c.account_id
    )
    count, mine = select(func.count()).where(*listed), bindparam("account", type_=Integer)
    value = select(own.c[column.name]).where(*_of(own.c), own.c.account_id == mine).scalar_subquery()
    told = (
        value.label("value"),
        count.where(column > value).scalar_subquery().label("above"),
        count.scalar_subquery().label("listed"),
    )
    return Statements(
        page=joined.order_by(page.c.value.desc(), page.c.account_id.desc()),
        standing=select(named.name, *told).where(named.id == mine),
        above=count.where(column > bindparam("value")),
    )


def _of(board: Any) -> tuple[ColumnElement[bool], ...]:
    """Return that rows are of the board that is asked."""
    return board.period == bindparam("period"), board.start_day == bindparam("start_day")


async def _board(asked: Asked) -> Board:
    choice: BoardAsk = asked.choice
    return await board(asked.hub.store, asked.account, choice, asked.now)


async def board(store: Store, account: int, choice: BoardAsk, now: int) -> Board:
    """Return a page of a board with one's own place."""
    start_day, asked = dict(ranking.periods(now // DAY_MS))[choice.period], statements(choice.metric)
    told = {"period": choice.period, "start_day": start_day, "account": account, "offset": choice.offset}
    async with store.moment_often() as db:
        own = (await db.execute(asked.standing, told)).one_or_none()
        if own is None:
            raise NotFoundError("this account is no more", "")
        rows = (await db.execute(asked.page, told)).all()
        is_first = not (rows and choice.offset)
        above = 0 if is_first else await db.scalar(asked.above, told | {"value": rows[0].value})
    me = Place(rank=own.above + 1, name=own.name, value=_value(choice, own.value), is_me=True) if own.value else None
    after = choice.offset + len(rows)
    return Board(
        period=choice.period, metric=choice.metric, since=start_day * DAY_MS if choice.period != "all" else None,
        rows=_places(choice, rows, above, account), me=me, offset=choice.offset, row_count=own.listed,
        next_offset=after if after < own.listed else None,
    )  # fmt: skip


def _places(choice: BoardAsk, rows: Sequence[Any], above: int, account: int) -> list[Place]:
    """Return places, of which the first has so many above it; equals share one."""
    places: list[Place] = []
    rank, before = above + 1, rows[0].value if rows else 0
    for place, row in enumerate(rows, choice.offset + 1):
        rank, before = (rank, before) if row.value == before else (place, row.value)
        name, is_me = accounts.shown_as(row), row.account_id == account
        places.append(Place(rank=rank, name=name, value=_value(choice, row.value), is_me=is_me))
    return places


def _value(choice: BoardAsk, value: int) -> int | str:
    return usd_text(value) if choice.metric == "cost" else value


def day_text(day: int) -> str:
    """Return a day of UTC as YYYY-MM-DD."""
    return datetime.fromtimestamp(day * DAY_MS / 1000, UTC).date().isoformat()


TASKS = (Task("GET", "/api/leaderboard", "account", Board, _board, "Accounts that are seen, by use.", None, BoardAsk),)
