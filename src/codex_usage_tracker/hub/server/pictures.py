"""What anybody may know or embed: that the hub is there, how to ask it, and pictures of accounts that are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from sqlalchemy import select
from starlette.responses import Response

from codex_usage_tracker.contract.server import Health
from codex_usage_tracker.errors import NotFoundError
from codex_usage_tracker.hub.server import accounts, openapi, ranking, tables
from codex_usage_tracker.hub.server.boards import day_text
from codex_usage_tracker.hub.server.merging import DAY_MS
from codex_usage_tracker.hub.server.tasks import Asked, Task

if TYPE_CHECKING:
    from sqlalchemy import Row

WEEKS = 53
CELL = 13
COLOURS = ("#8884", "#9be9a8", "#40c463", "#30a14e", "#216e39")
EMBEDDED = {
    "Cache-Control": "public, max-age=900",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
SCALES = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k"))


async def _health(asked: Asked) -> Health:
    async with asked.hub.store.reading() as db:
        await db.execute(select(1))
    return Health()


async def _openapi(_asked: Asked) -> dict[str, Any]:
    from codex_usage_tracker.hub.server.app import TASKS as ALL  # noqa: PLC0415  (which has these too)

    return openapi.document(ALL)


async def _shown(asked: Asked) -> Row[Any]:
    """Return the account that is seen under a name; one that is not is not known at all."""
    known = tables.account.c
    handle = select(tables.handle.c.account_id).where(tables.handle.c.handle == asked.name.lower())
    async with asked.hub.store.reading() as db:
        rows = (await db.execute(select(tables.account).where(known.id.in_(handle), known.is_listed == 1))).all()
    for row in rows:
        if accounts.shown_as(row).lower() == asked.name.lower():
            return row
    raise NotFoundError("nobody is seen under this name", "")


async def _days(asked: Asked, account: int, since: int) -> ranking.Days:
    chosen = select(tables.day).where(tables.day.c.account_id == account, tables.day.c.day >= since)
    async with asked.hub.store.reading() as db:
        rows = (await db.execute(chosen)).all()
    return ranking.by_day({(row[1], row[2]): tuple(row[3:]) for row in rows})


async def _badge(asked: Asked) -> Response:
    row = await _shown(asked)
    days = await _days(asked, row.id, asked.now // DAY_MS - 29)
    return _picture(badge("Codex, 30 days", f"{shortened(sum(tokens for tokens, _ in days.values()))} tokens"))


async def _heatmap(asked: Asked) -> Response:
    row, today = await _shown(asked), asked.now // DAY_MS
    days = await _days(asked, row.id, today - WEEKS * 7)
    return _picture(heatmap(accounts.shown_as(row), {day: one[0] for day, one in days.items()}, today))


def _picture(text: str) -> Response:
    return Response(text, media_type="image/svg+xml", headers=EMBEDDED)


def badge(left: str, right: str) -> str:
    """Return a badge of two texts."""
    wide = [7 * len(one) + 12 for one in (left, right)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{sum(wide)}" height="20" role="img"'
        f' aria-label="{escape(left, QUOTES)}: {escape(right, QUOTES)}">'
        f'<rect width="{sum(wide)}" height="20" rx="3" fill="#444"/>'
        f'<path d="M{wide[0]} 0h{wide[1] - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{wide[1] - 3}z" fill="#216e39"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{wide[0] // 2}" y="14">{escape(left)}</text>'
        f'<text x="{wide[0] + wide[1] // 2}" y="14">{escape(right)}</text></g></svg>\n'
    )


QUOTES = {'"': "&quot;"}


def heatmap(name: str, tokens: dict[int, int], today: int) -> str:
    """Return a year by day: its weeks as columns from Monday on, in four shades by quarters of the days with use."""
    monday = today - (today + 3) % 7  # day 0 of 1970 was a Thursday
    first = monday - 7 * (WEEKS - 1)
    used = sorted(one for day, one in tokens.items() if one and first <= day <= today)
    cells = "".join(_cell(day, first, tokens.get(day, 0), used) for day in range(first, today + 1))
    size = f'width="{WEEKS * CELL + 2}" height="{7 * CELL + 2}"'
    label = escape(f"{name}: Codex by day", QUOTES)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{label}">{cells}</svg>\n'


def _cell(day: int, first: int, tokens: int, used: list[int]) -> str:
    week, place = divmod(day - first, 7)
    level = -(-4 * sum(one <= tokens for one in used) // len(used)) if tokens else 0
    told = f"{day_text(day)}: {tokens:,} tokens"
    at = f'x="{week * CELL + 1}" y="{place * CELL + 1}"'
    return f'<rect {at} width="11" height="11" rx="2" fill="{COLOURS[level]}"><title>{told}</title></rect>'


def shortened(count: int) -> str:
    """Return a number of three digits with its scale, rounded down: 12.3M."""
    for scale, letter in SCALES:
        if count >= scale:
            whole, tenth = divmod(count * 10 // scale, 10)
            return f"{whole}{letter}" if whole > 99 else f"{whole}.{tenth}{letter}"  # noqa: PLR2004
    return str(count)


TASKS = (
    Task("GET", "/healthz", "anybody", Health, _health, "Whether the hub and its database answer."),
    Task("GET", "/v1/openapi.json", "anybody", dict[str, Any], _openapi, "This description."),
    Task("GET", "/badge/{name}.svg", "anybody", str, _badge, "30 days of an account that is seen, as a badge."),
    Task("GET", "/heatmap/{name}.svg", "anybody", str, _heatmap, "A year of an account that is seen, as a picture."),
)
