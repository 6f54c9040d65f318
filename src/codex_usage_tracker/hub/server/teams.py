"""Teams: accounts that see of each other what each one chose to share."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta
from sqlalchemy import and_, func, insert, select, update

from codex_usage_tracker.errors import InvalidValueError, NotFoundError
from codex_usage_tracker.hub.contract import Code, Member, Sharing, Team, TeamJoined, TeamMade, TeamRow, Teams
from codex_usage_tracker.hub.server import accounts, boards, codes, merging, sums, tables
from codex_usage_tracker.hub.server.merging import DAY_MS, NOTHING
from codex_usage_tracker.hub.server.tasks import Asked, Task
from codex_usage_tracker.pricing.money import usd_text
from codex_usage_tracker.reports.asks import Ask
from codex_usage_tracker.web.security import RefusedError

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from codex_usage_tracker.hub.server.store import Store

MOST_TEAMS, MOST_MEMBERS = 5, 200
_MEMBER, _TEAM = tables.member.c, tables.team.c
Days = dict[int, merging.Sums]


class TeamAsk(Ask, frozen=True, kw_only=True):
    """A team over so many days."""

    days: Annotated[int, Meta(ge=1, le=366, description="So many UTC days up to today.")] = 30


async def teams(store: Store, account: int) -> Teams:
    """Return the teams of an account."""
    other = tables.member.alias()
    size = select(func.count()).where(other.c.team_id == _TEAM.id).scalar_subquery()
    chosen = select(_TEAM.id, _TEAM.name, _MEMBER.shares, _MEMBER.is_owner, size.label("members"))
    own = chosen.join(tables.member, _MEMBER.team_id == _TEAM.id).where(_MEMBER.account_id == account)
    async with store.reading() as db:
        rows = (await db.execute(own.order_by(_TEAM.name, _TEAM.id))).all()
    return Teams(
        rows=[
            TeamRow(id=row.id, name=row.name, members=row.members, shares=bool(row.shares), is_owner=bool(row.is_owner))
            for row in rows
        ]
    )


async def _teams(asked: Asked) -> Teams:
    return await teams(asked.hub.store, asked.account)


async def _make(asked: Asked) -> Teams:
    async with asked.hub.store.writing(asked.account) as db:
        await _check_room(db, asked.account)
        row = {"name": asked.body.name, "made_at": asked.now}
        team = (await db.execute(insert(tables.team).values(row).returning(_TEAM.id))).scalar_one()
        await _enter(db, asked, team, is_owner=1)
    return await _teams(asked)


async def _check_room(db: AsyncConnection, account: int) -> None:
    if (await db.scalar(select(func.count()).where(_MEMBER.account_id == account)) or 0) >= MOST_TEAMS:
        raise InvalidValueError(f"an account is in {MOST_TEAMS} teams at most", "Leave another one first.")


async def _enter(db: AsyncConnection, asked: Asked, team: int, *, is_owner: int) -> None:
    row = {"account_id": asked.account, "team_id": team, "joined_at": asked.now, "is_owner": is_owner}
    await db.execute(insert(tables.member).values(row))


async def _join(asked: Asked) -> Teams:
    async with asked.hub.store.writing(asked.account) as db:
        code = await codes.use(db, codes.TEAM, asked.body.invite, codes.USED, asked.now)
        team = await db.scalar(select(_TEAM.id).where(_TEAM.id == code.team_id).with_for_update())
        count = await db.scalar(select(func.count()).where(_MEMBER.team_id == code.team_id))
        if team is None or not count or count >= MOST_MEMBERS:
            raise InvalidValueError("this team is no more, or full", "")
        if await _membership(db, asked.account, team) is None:
            await _check_room(db, asked.account)
            await _enter(db, asked, team, is_owner=0)
    return await _teams(asked)


async def _membership(db: AsyncConnection, account: int, team: int) -> Row[Any] | None:
    own = and_(_MEMBER.account_id == account, _MEMBER.team_id == team)
    return (await db.execute(select(tables.member).where(own))).one_or_none()


async def _own(db: AsyncConnection, asked: Asked) -> Row[Any]:
    """Return the membership of who asks; of other teams it is not even told that they are there."""
    found = await _membership(db, asked.account, asked.place)
    if found is None:
        raise NotFoundError("there is no such team", "GET /api/teams lists yours.")
    return found


async def _invite(asked: Asked) -> Code:
    async with asked.hub.store.reading() as db:
        if not (await _own(db, asked)).is_owner:
            raise RefusedError("who made the team invites others", "Ask them.")
    return await codes.make(asked.hub.store, codes.TEAM, asked.now, asked.account, asked.place)


async def _share(asked: Asked) -> Teams:
    async with asked.hub.store.writing(asked.account) as db:
        await _own(db, asked)
        own = and_(_MEMBER.account_id == asked.account, _MEMBER.team_id == asked.place)
        await db.execute(update(tables.member).where(own).values(shares=int(asked.body.shares)))
    return await _teams(asked)


async def _leave(asked: Asked) -> Teams:
    async with asked.hub.store.writing(asked.account) as db:
        await _own(db, asked)
        await accounts.leave(db, asked.account, asked.place)
    return await _teams(asked)


# -- what is shared ---------------------------------------------------------------------------------------------------


async def _team(asked: Asked) -> Team:
    today = asked.now // DAY_MS
    days = range(today - asked.choice.days + 1, today + 1)
    async with asked.hub.store.moment() as db:
        own = await _own(db, asked)
        name = await db.scalar(select(_TEAM.name).where(_TEAM.id == asked.place))
        chosen = select(tables.member, tables.account.c.name).join(tables.account)
        rows = (await db.execute(chosen.where(_MEMBER.team_id == asked.place).order_by(_MEMBER.joined_at))).all()
        used = await _used(db, [row.account_id for row in rows if row.shares], days)
    totals = NOTHING
    for one in used.values():
        totals = merging.plus(totals, _sum(one))
    members = [_member(row, used.get(row.account_id, {}), days, asked.account) for row in rows]
    return Team(
        id=asked.place, name=str(name), is_owner=bool(own.is_owner), shares=bool(own.shares),
        days=list(map(boards.day_text, days)), members=members, totals=sums.numbers(totals),
    )  # fmt: skip


async def _used(db: AsyncConnection, shown: list[int], days: range) -> dict[int, Days]:
    """Return what accounts used by day."""
    known = tables.day.c
    chosen = select(tables.day).where(known.account_id.in_(shown), known.day.between(days[0], days[-1]))
    found: defaultdict[int, Days] = defaultdict(dict)
    for row in (await db.execute(chosen)).all() if shown else []:
        of = found[row.account_id]
        of[row.day] = merging.plus(of.get(row.day, NOTHING), tuple(row[3:]))
    return dict(found)


def _sum(days: Days) -> merging.Sums:
    found = NOTHING
    for one in days.values():
        found = merging.plus(found, one)
    return found


def _member(row: Row[Any], used: Days, days: range, account: int) -> Member:
    told = {"name": row.name, "is_me": row.account_id == account, "is_owner": bool(row.is_owner)}
    if not row.shares:
        return Member(**told, numbers=None, active_days=None, tokens=[], usd=[])
    by_day = [used.get(day, NOTHING) for day in days]
    return Member(
        **told, numbers=sums.numbers(_sum(used)), active_days=sum(one[0] > 0 for one in by_day),
        tokens=list(map(merging.tokens, by_day)), usd=[_usd(one) for one in by_day],
    )  # fmt: skip


def _usd(one: merging.Sums) -> str | None:
    return usd_text(one[6]) if one[7] < one[0] or not one[0] else None


TASKS = (
    Task("GET", "/api/teams", "account", Teams, _teams, "The teams of the account."),
    Task("POST", "/api/teams", "account", Teams, _make, "Make a team.", TeamMade),
    Task("POST", "/api/teams/join", "account", Teams, _join, "Enter a team by an invitation.", TeamJoined),
    Task("GET", "/api/teams/{id:int}", "account", Team, _team, "What those who share used.", None, TeamAsk),
    Task("POST", "/api/teams/{id:int}/invite", "account", Code, _invite, "An invitation to a team."),
    Task("PUT", "/api/teams/{id:int}/me", "account", Teams, _share, "Share with a team, or no more.", Sharing),
    Task("DELETE", "/api/teams/{id:int}/me", "account", Teams, _leave, "Leave a team."),
)
