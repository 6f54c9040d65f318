"""A hub on PostgreSQL: syncs at a steady rate, leaderboards meanwhile, and the history of a year."""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.process import MeasureError
from bench.results import Budget, Line

if TYPE_CHECKING:
    from bench.hubserver import HubServer
    from bench.setting import Setting

SYNC, BOARD, YEAR = Budget("ours", 250), Budget("ours", 100), Budget("ours", 5)
YEAR_QUARTERS, AT_ONCE = 10_000, 500
QUARTER_MS = 900_000
WARM_UP_SECONDS = 5


@dataclass(frozen=True)
class Hub:
    """How many accounts a hub has, and how it is loaded."""

    accounts: int
    days: int
    per_second: float
    seconds: float


USUAL, QUICK = Hub(10_000, 90, 200, 60), Hub(20, 5, 20, 3)


def measure(setting: Setting) -> list[Line]:
    """Load a hub; where PostgreSQL or the parts of a hub are missing, say so."""
    if not sys.platform.startswith("linux"):
        setting.notes.append("left out: the hub, whose processes are measured through /proc")
        return []
    try:
        from bench import hubserver  # noqa: PLC0415  (needs the parts of a hub)
    except ImportError as error:
        setting.notes.append(f"left out: the hub: {error}")
        return []
    hub = QUICK if setting.scale.name == "quick" else USUAL
    setting.say(f"making a hub of {hub.accounts:,} accounts and {hub.days} days ...")
    with hubserver.serving(hub.accounts, hub.days) as server:
        hubserver.finished(server.load("syncs", hub.per_second / 4, WARM_UP_SECONDS))
        lines = [*_steady(server, hub), _year(server)]
        for account in range(1, min(hub.accounts, 5) + 1):
            server.verify(account)
    return lines


def _steady(server: HubServer, hub: Hub) -> list[Line]:
    """Compare the slow answers with the usual ones, and the time of the server with that of the database."""
    from bench.hubserver import finished  # noqa: PLC0415

    before = server.cpu()
    both = [server.load("syncs", hub.per_second, hub.seconds), server.load("boards", 5, hub.seconds)]
    syncs, boards = map(finished, both)
    used = [(now - then) * 1e3 / syncs["requests"] for now, then in zip(server.cpu(), before, strict=True)]
    what = f"{hub.accounts:,} accounts, {hub.per_second:g} syncs a second"
    return [
        _slow(f"{what}: p95 of a sync", syncs, SYNC),
        _slow(f"{what}: p95 of a leaderboard", boards, BOARD),
        Line("hub", f"{what}: processor time for each", "ms", used[0], "the database", max(used[1], 1e-3)),
    ]


def _slow(what: str, seen: dict[str, Any], budget: Budget) -> Line:
    if set(seen["statuses"]) != {"200"}:
        message = f"{what}: {seen['statuses']}"
        raise MeasureError(message)
    return Line("hub", what, "ms", seen["p95_ms"], "p50", seen["p50_ms"], budget=budget)


def _year(server: HubServer) -> Line:
    """Compare a year of busy quarters with its first upload."""
    from bench.hubload import sync_body  # noqa: PLC0415

    dice, now = random.Random(1), int(time.time() * 1000) // QUARTER_MS
    starts = [(now - 1_000 - 3 * number) * QUARTER_MS for number in range(YEAR_QUARTERS)]
    bodies = [sync_body(dice, starts[first : first + AT_ONCE]) for first in range(0, len(starts), AT_ONCE)]
    began = time.perf_counter()
    server.send(server.accounts, bodies[:1])
    first = time.perf_counter() - began
    server.send(server.accounts, bodies[1:])
    what = f"a year's history uploaded, {YEAR_QUARTERS:,} quarters"
    return Line("hub", what, "s", time.perf_counter() - began, "its first upload", first, budget=YEAR)
