"""`hub`: a server for the usage of several machines and people, and its accounts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.contract import SCHEMA, Numbers
from codex_usage_tracker.errors import MissingPartError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.hub.server.store import Store

    T = TypeVar("T")

HOST, PORT = "127.0.0.1", 8766


@click.group("hub")
def command() -> None:
    """Serve a hub for several machines and people, and look after its accounts.

    --db names its database in each command: a file, or the address of a PostgreSQL database.
    """


def _command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a command of the group."""

    def made(function: Callable[..., Any]) -> click.Command:
        one = options.command(name)(function)
        command.add_command(one)
        return one

    return made


def _asked(asked: Invocation, work: Callable[[Store], Awaitable[T]]) -> T:
    """Do something with the hub's database."""
    import asyncio  # noqa: PLC0415  (help needs none)

    async def run() -> T:
        store = _store(asked)
        try:
            await store.make()
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def _store(asked: Invocation) -> Store:
    try:
        from codex_usage_tracker.hub.server import store  # noqa: PLC0415
    except ImportError as error:
        hint = "Install the hub's parts: pip install 'codex-usage-tracker[hub]'."
        raise MissingPartError(f"a hub needs {error.name}", hint) from None
    return store.Store(asked.db or store.default())


def _now() -> int:
    return int(time.time() * 1000)


@_command("serve")
@click.option("--host", metavar="ADDRESS", default=HOST, show_default=True, help="Where it listens.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes any.")
def serve(asked: Invocation, host: str, port: int) -> None:
    """Serve the hub until Ctrl-C.

    To other machines it is served behind a server that does TLS.
    """
    store = _store(asked)
    from codex_usage_tracker.hub.server import running  # noqa: PLC0415

    running.run(store, host, port, lambda url: click.echo(f"Hub: {url}"))


class AccountMade(msgspec.Struct, kw_only=True):
    """An account that was made."""

    schema: str = SCHEMA.format("hub-account")
    name: str


@_command("account")
@click.argument("task", type=click.Choice(["create"]))
@click.argument("name")
@click.option("--admin", is_flag=True, help="It may look after all accounts.")
def account(asked: Invocation, task: str, name: str, admin: bool) -> None:  # noqa: ARG001  (there is one task)
    """Make an account."""
    from codex_usage_tracker.hub.server import accounts  # noqa: PLC0415

    _asked(asked, lambda store: accounts.create(store, name, _now(), is_admin=admin))
    asked.answer(AccountMade(name=name), lambda *_: [f"There is an account {safe(name)} now."])


class LinkCode(msgspec.Struct, kw_only=True):
    """A code that links one machine, within so many seconds."""

    schema: str = SCHEMA.format("hub-link-code")
    name: str
    code: str
    seconds: int


@_command("link-code")
@click.argument("name")
def link_code(asked: Invocation, name: str) -> None:
    """Print a code that links one machine to an account, within ten minutes."""
    from codex_usage_tracker.hub.server import accounts  # noqa: PLC0415

    async def work(store: Store) -> str:
        return await accounts.new_code(store, await accounts.find(store, name), _now())

    made = LinkCode(name=name, code=_asked(asked, work), seconds=600)
    asked.narrate("It holds once, for ten minutes: codex-usage-tracker link CODE --hub URL")
    asked.answer(made, lambda *_: [made.code])


class HubTotals(msgspec.Struct, kw_only=True):
    """What an account used, over all its machines."""

    schema: str = SCHEMA.format("hub-totals")
    name: str
    totals: Numbers


@_command("totals")
@click.argument("name")
def totals(asked: Invocation, name: str) -> None:
    """Tell what an account used, over all its machines."""
    from codex_usage_tracker.cli.figures import counted  # noqa: PLC0415
    from codex_usage_tracker.hub.server import accounts, sums  # noqa: PLC0415

    async def work(store: Store) -> Numbers:
        return await sums.totals(store, await accounts.find(store, name))

    told = HubTotals(name=name, totals=_asked(asked, work))
    cost = f", ${told.totals.usd} at API list prices" if told.totals.usd is not None else ""
    line = f"{safe(name)}: {counted(told.totals.calls, 'call')}, {counted(told.totals.total_tokens, 'token')}{cost}"
    asked.answer(told, lambda *_: [line])
