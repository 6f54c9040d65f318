"""`hub`: a server for the usage of several machines and people, and its accounts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.contract import SCHEMA, Numbers
from codex_usage_tracker.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.hub.contract import Accounts, Flags
    from codex_usage_tracker.hub.server.store import Store

    T = TypeVar("T")

HOST, PORT = "127.0.0.1", 8766
CODE_HINT = "It holds once, for ten minutes: codex-usage-tracker link CODE --hub URL"


@click.group("hub")
def command() -> None:
    """Serve a hub for several machines and people, and look after its accounts.

    --db names its database in each command: a file, or the address of a PostgreSQL database.
    """


for _option in options.global_options(from_environment=False):
    _option.hidden = True  # each command of it tells them
    command.params.append(_option)


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

    store = _store(asked)

    async def run() -> T:
        try:
            await store.make()
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def _store(asked: Invocation) -> Store:
    from codex_usage_tracker.hub.server import store  # noqa: PLC0415  (help needs none)

    return store.Store(asked.db or store.default())


def _now() -> int:
    return int(time.time() * 1000)


# -- to serve ---------------------------------------------------------------------------------------------------------


@_command("serve")
@click.option("--host", metavar="ADDRESS", default=HOST, show_default=True, help="Where it listens.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes any.")
@click.option(
    "--join", type=click.Choice(["code", "invite", "open"]), default="code", show_default=True,
    help="Who makes accounts: you alone, whoever you invite, or anybody.",
)  # fmt: skip
@click.option("--url", metavar="URL", default="", help="The address by which others know it, behind a proxy.")
@click.option("--behind-proxy", is_flag=True, help="Believe the X-Forwarded-For and -Proto of a proxy before it.")
def serve(asked: Invocation, host: str, port: int, join: Any, url: str, behind_proxy: bool) -> None:
    """Serve the hub until Ctrl-C.

    To other machines it is served behind a server that does TLS.
    """
    store = _store(asked)
    from codex_usage_tracker.hub.server import running  # noqa: PLC0415
    from codex_usage_tracker.hub.server.hub import Choices  # noqa: PLC0415

    url = url.rstrip("/")
    if url and (not url.startswith(("http://", "https://")) or url.count("/") != 2):  # noqa: PLR2004
        raise InvalidValueError(f"{url!a} is no address of a hub", "Use one such as https://hub.example.com.")

    def ready(where: str) -> None:
        click.echo(f"Hub: {where}")
        for line in _banner(url or where, is_open=running.is_open(host) and not url.startswith("https:")):
            asked.narrate(line)

    running.run(store, host, port, Choices(join, behind_proxy, url), ready, logs=not asked.quiet)


def _banner(where: str, *, is_open: bool) -> Iterator[str]:
    yield "A first account: codex-usage-tracker hub account create NAME --admin"
    yield f"A machine:       codex-usage-tracker hub link-code NAME, then there: link CODE --hub {where}"
    if is_open:
        yield "Warning: this is open to other machines without TLS; whoever listens on the way can read tokens."
        yield "Serve it on 127.0.0.1 behind a proxy that does TLS, with --behind-proxy and --url https://..."


# -- accounts ---------------------------------------------------------------------------------------------------------


class AccountChanged(msgspec.Struct, kw_only=True):
    """An account that was made, hidden, shown again or deleted."""

    schema: str = SCHEMA.format("hub-account")
    name: str
    done: str


SAID = {
    "create": "There is an account {} now.",
    "hide": "{} is kept off the boards.",
    "unhide": "{} is on the boards again if it chose to be seen.",
    "delete": "{} is gone with all of it.",
}


@_command("account")
@click.argument("task", type=click.Choice(["create", "list", "hide", "unhide", "delete"]))
@click.argument("name", default="")
@click.option("--admin", is_flag=True, help="It may look after all accounts.")
@click.option("--yes", is_flag=True, help="Delete without asking.")
def account(asked: Invocation, task: str, name: str, admin: bool, yes: bool) -> None:
    """Make, list, hide, show again or delete accounts."""
    from codex_usage_tracker.hub.server import accounts, admins  # noqa: PLC0415

    if task == "list":
        asked.answer(_asked(asked, lambda store: admins.listed(store, name, most=100_000)), _accounts)
        return
    if not name:
        raise InvalidValueError("the account's name is missing", f"codex-usage-tracker hub account {task} NAME")
    if task == "delete" and not yes:
        click.confirm(f"Delete {safe(name)} and all it sent?", abort=True, err=True)

    async def work(store: Store) -> None:
        if task == "create":
            await accounts.create(store, name, _now(), is_admin=admin)
            return
        found = await accounts.find(store, name)
        await (
            accounts.remove(store, found) if task == "delete" else accounts.hide(store, found, is_hidden=task == "hide")
        )

    _asked(asked, work)
    asked.answer(AccountChanged(name=name, done=task), lambda *_: [SAID[task].format(safe(name))])


def _accounts(found: Accounts, _screen: object) -> Iterator[str]:
    from codex_usage_tracker.cli.figures import counted  # noqa: PLC0415

    for row in found.rows:
        marks = [mark for mark, holds in (("admin", row.is_admin), ("hidden", row.is_hidden)) if holds]
        marks += [row.visibility, counted(row.devices, "device"), counted(row.total_tokens, "token")]
        marks += [counted(row.flags, "flag")] if row.flags else []
        yield f"{safe(row.name)}: {', '.join(marks)}"
    if not found.rows:
        yield "There is no account yet: codex-usage-tracker hub account create NAME --admin"


class LinkCode(msgspec.Struct, kw_only=True):
    """A code that holds once, until an instant."""

    schema: str = SCHEMA.format("hub-link-code")
    name: str | None
    code: str
    expires_at: int


@_command("link-code")
@click.argument("name")
def link_code(asked: Invocation, name: str) -> None:
    """Print a code that links one machine to an account, or signs one browser in, within ten minutes."""
    _code(asked, "link", name, CODE_HINT)


@_command("invite")
def invite(asked: Invocation) -> None:
    """Print an invitation with which somebody makes an account within a week."""
    _code(asked, "invite", None, "It holds once, for a week, on the hub's page; serve the hub with --join invite.")


def _code(asked: Invocation, kind: str, name: str | None, hint: str) -> None:
    from codex_usage_tracker.hub.server import accounts, codes  # noqa: PLC0415

    async def work(store: Store) -> LinkCode:
        found = await accounts.find(store, name) if name else 0
        made = await codes.make(store, kind, _now(), found)
        return LinkCode(name=name, code=made.code, expires_at=made.expires_at)

    made = _asked(asked, work)
    asked.narrate(hint)
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


@_command("device")
@click.argument("task", type=click.Choice(["list", "revoke"]))
@click.argument("name")
@click.option("--device", metavar="N", type=click.IntRange(1, 10**9), help="Which one; `list` tells its number.")
def device(asked: Invocation, task: str, name: str, device: int | None) -> None:
    """List an account's machines, or let one send no more."""
    from codex_usage_tracker.hub.contract import Devices  # noqa: PLC0415
    from codex_usage_tracker.hub.server import accounts, devices  # noqa: PLC0415

    async def work(store: Store) -> Devices:
        found = await accounts.find(store, name)
        if task == "revoke":
            if device is None:
                raise InvalidValueError("which device is missing", "Say --device N.")
            await devices.revoke(store, found, device, _now())
        return Devices(rows=await devices.rows(store, found))

    from codex_usage_tracker.cli.figures import counted  # noqa: PLC0415

    def draw(told: Devices, _screen: object) -> Iterator[str]:
        for row in told.rows:
            state = "revoked" if row.revoked_at else "sends" if row.seen_at else "never sent"
            yield f"{row.id}: {safe(row.label or 'no label')}, {state}, {counted(row.buckets, 'bucket')}"
        if not told.rows:
            yield "No machine is linked."

    asked.answer(_asked(asked, work), draw)


# -- to look after ----------------------------------------------------------------------------------------------------


@_command("flags")
def flags(asked: Invocation) -> None:
    """List what looks implausible, for a person to judge; no number is ever changed by it."""
    from codex_usage_tracker.hub.server import admins  # noqa: PLC0415

    def draw(told: Flags, _screen: object) -> Iterator[str]:
        for row in told.rows:
            yield f"{safe(row.account)}, device {row.device}: {safe(row.detail)} ({row.verdict or 'not judged'})"
        if not told.rows:
            yield "Nothing looks implausible."

    asked.answer(_asked(asked, admins.flags), draw)


class HubDifference(msgspec.Struct, kw_only=True):
    """A sum that was not what the buckets say."""

    account: str
    table: str
    key: str


class HubVerified(msgspec.Struct, kw_only=True):
    """How many accounts were counted again, what differed, and whether that was mended."""

    schema: str = SCHEMA.format("hub-verify")
    accounts: int
    differences: list[HubDifference]
    mended: bool


@_command("verify")
@click.argument("name", default="")
@click.option("--mend", is_flag=True, help="Put right what differs.")
def verify(asked: Invocation, name: str, mend: bool) -> None:
    """Count accounts again from what was sent, and tell which sums differ."""
    _check(asked, name, mend=mend)


@_command("reprice")
@click.argument("name", default="")
def reprice(asked: Invocation, name: str) -> None:
    """Let the cost of everything follow from the prices of this version."""
    _check(asked, name, mend=True)


def _check(asked: Invocation, name: str, *, mend: bool) -> None:
    from codex_usage_tracker.hub.server import accounts, checking, hub  # noqa: PLC0415

    async def work(store: Store) -> HubVerified:
        chosen = await accounts.find(store, name) if name else None
        count, found = await checking.check(store, hub.prices(), account=chosen, mend=mend)
        return HubVerified(accounts=count, differences=[HubDifference(**one._asdict()) for one in found], mended=mend)

    from codex_usage_tracker.cli.figures import counted  # noqa: PLC0415

    def draw(told: HubVerified, _screen: object) -> Iterator[str]:
        for one in told.differences:
            yield f"{safe(one.account)}: {one.table} {safe(one.key)} {'was put right' if mend else 'differs'}"
        yield f"{counted(told.accounts, 'account')} counted again, {counted(len(told.differences), 'sum')} differed."

    told = _asked(asked, work)
    asked.answer(told, draw)
    if told.differences and not mend:
        raise SystemExit(1)


class HubKept(msgspec.Struct, kw_only=True):
    """A copy of the hub's database."""

    schema: str = SCHEMA.format("hub-backup")
    path: str
    bytes: int


@_command("backup")
@click.argument("file", type=click.Path())
def backup(asked: Invocation, file: str) -> None:
    """Write a copy of the database, while the hub runs.

    A hub that is served from the copy is told everything anew by all machines, so that nothing is missing.
    """
    from codex_usage_tracker.hub.server import keeping  # noqa: PLC0415

    async def work(store: Store) -> int:
        return keeping.backup(store, file)

    told = HubKept(path=file, bytes=_asked(asked, work))
    asked.answer(told, lambda *_: [f"{safe(file)}: {told.bytes:,} bytes"])


class HubRestored(msgspec.Struct, kw_only=True):
    """That the hub is another one now for those that send to it."""

    schema: str = SCHEMA.format("hub-restored")
    renewed: bool = True


@_command("restored")
def restored(asked: Invocation) -> None:
    """Have all machines send everything anew, after the database was restored from an older copy."""
    from codex_usage_tracker.hub.server import keeping  # noqa: PLC0415

    _asked(asked, keeping.renew)
    asked.answer(HubRestored(), lambda *_: ["All machines send everything anew; nothing counts twice."])
