"""One hub: its database, its prices, its secrets, and who asks how often."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from codex_usage_tracker.hub.server import tables
from codex_usage_tracker.hub.server.limits import Limiter
from codex_usage_tracker.hub.server.mirror import Mirrors
from codex_usage_tracker.pricing import bundled
from codex_usage_tracker.pricing.prices import Prices

if TYPE_CHECKING:
    from codex_usage_tracker.hub.contract import Policy
    from codex_usage_tracker.hub.server.store import Store


class Choices(NamedTuple):
    """How a hub is served: who may join, whether a proxy stands before it, and the address others know it by."""

    join: Policy = "code"
    behind_proxy: bool = False
    url: str = ""


class Hub:
    """A hub that is served."""

    def __init__(self, store: Store, choices: Choices | None = None) -> None:
        self.store = store
        self.choices = choices or Choices()
        self.prices = prices()
        self.mirrors = Mirrors(store)
        self.requests = Limiter(burst=120, per_second=10)
        self.strangers = Limiter(burst=120, per_second=10)
        self.syncs = Limiter(burst=60, per_second=2)
        self.guesses = Limiter(burst=10, per_second=1 / 60)
        self.all_guesses = Limiter(burst=200, per_second=2)
        self.exports = Limiter(burst=5, per_second=1 / 60)
        self.joins = Limiter(burst=5, per_second=1 / 600)
        self.counts: dict[tuple[str, int], int] = {}
        self.secret = b""

    async def open(self) -> None:
        """Make the database ready, and learn the hub's secret."""
        await self.store.make()
        await self.id()
        self.secret = await self._kept("secret")

    async def id(self) -> str:
        """Return who this hub is, which changes when its database is restored."""
        return (await self._kept("id")).hex()

    async def _kept(self, name: str) -> bytes:
        """Return something that is made once and kept."""
        made = {"name": name, "value": secrets.token_hex(32 if name == "secret" else 8)}
        async with self.store.writing() as db:
            await self.store.add(db, tables.hub, [made])
            found = await db.scalar(select(tables.hub.c.value).where(tables.hub.c.name == name))
        return bytes.fromhex(str(found))


def prices() -> Prices:
    """Return the prices that hubs count with."""
    return Prices((bundled.catalogue(),), (bundled.rate_card(),))
