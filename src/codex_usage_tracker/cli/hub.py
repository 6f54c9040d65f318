"""`hub`: a server for the usage of several machines and people, and its accounts."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, TypeVar

import click

from codex_usage_tracker.cli import options
from codex_usage_tracker.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.hub.server.store import Store

    T = TypeVar("T")

NAME = "hub.sqlite3"
WHERE = click.option(
    "--db", "where", metavar="FILE|URL", help="The hub's database: a file, or postgresql://…; hub.sqlite3 by default.",
)  # fmt: skip


@click.group("hub")
def command() -> None:
    """Serve a hub for several machines and people, and look after its accounts."""


def opened(where: str | None, work: Callable[[Store], Awaitable[T]]) -> T:
    """Do something with a hub's database."""
    from codex_usage_tracker.hub.server.store import opened as open_store  # noqa: PLC0415

    async def run() -> T:
        store = await open_store(where)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())
