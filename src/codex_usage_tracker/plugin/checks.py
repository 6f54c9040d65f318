"""Whether plugin and hook are in order, for `doctor`: no message tells a path."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

from codex_usage_tracker import __version__
from codex_usage_tracker.contract.checks import Check
from codex_usage_tracker.errors import TrackerError
from codex_usage_tracker.plugin import files, hooks, install, package, passages, record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

UPGRADE = "codex-usage-tracker upgrade-plugin"
INSTALL = "codex-usage-tracker install-plugin"
HELLO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "doctor", "version": __version__}}
ASKED = ({"id": 1, "method": "initialize", "params": HELLO}, {"method": "notifications/initialized"},
         {"id": 2, "method": "tools/list"})  # fmt: skip


def checks(homes: Sequence[str], *, start: bool = False) -> Iterator[Check]:
    """Give a verdict on each part; `start` starts the MCP server too. What is not installed is no fault."""
    where = install.places()
    try:
        manifest = _object(os.path.join(where.plugin, package.MANIFEST))
        if manifest is None and record.read().plugin == where.plugin:
            hint = "Installing writes them again; `uninstall-plugin` takes away what is left."
            yield Check(name="plugin", status="fail", message="its files are gone", hint=hint, repair=INSTALL)
        elif manifest is None:
            yield Check(name="plugin", status="pass", message="not installed; `install-plugin` gives Codex one")
        else:
            yield from _plugin(where, manifest, homes, start=start)
    except TrackerError:
        message, hint = "the plugin or its marketplace cannot be read", "`install-plugin --dry-run` tells why."
        yield Check(name="plugin", status="fail", message=message, hint=hint, repair=f"{INSTALL} --dry-run")
    for number, home in enumerate(homes, 1):
        yield _hook("hook" if len(homes) == 1 else f"hook {number}", home)


def _object(path: str) -> dict[str, Any] | None:
    text = files.document(path)
    return None if text is None else passages.parsed(text)


def _plugin(where: install.Places, manifest: dict[str, Any], homes: Sequence[str], *, start: bool) -> Iterator[Check]:
    yield _files(where, manifest)
    yield from _marketplace(where, homes)
    command = _command(where)
    if command is None:
        message, hint = "the plugin starts no server of this program", "`upgrade-plugin` puts it right."
        yield Check(name="mcp config", status="fail", message=message, hint=hint, repair=UPGRADE)
    elif not os.access(command[0], os.X_OK):
        message, hint = "the Python that starts the server is gone", "Upgrading writes where it is now."
        yield Check(name="mcp config", status="fail", message=message, hint=hint, repair=UPGRADE)
    else:
        own = command[0] == package.program()[0]
        message = "it starts this program" if own else "it starts the program of another Python"
        yield Check(name="mcp config", status="pass", message=message)
        if start:
            yield _server(command)


def _command(where: install.Places) -> list[str] | None:
    """Return how the plugin has the server started."""
    text = files.document(os.path.join(where.plugin, package.MCP)) or "{}"
    server = passages.at(text, ("mcpServers", package.NAME))
    words = [server.get("command"), *(server.get("args") or [])] if isinstance(server, dict) else [None]
    told = [word for word in words if isinstance(word, str)]
    return told if len(told) == len(words) else None


def _files(where: install.Places, manifest: dict[str, Any]) -> Check:
    known = record.read()
    inside = [os.path.join(where.plugin, name) for name in package.texts(package.program())]
    found = {path: files.content(path) for path in inside}
    version = str(manifest.get("version"))
    if not all(found.values()):
        hint = "Upgrading writes them again."
        return Check(name="plugin", status="fail", message="files of it are missing", hint=hint, repair=UPGRADE)
    if version != __version__:
        message = f"it is of version {version}, the program of {__version__}"
        hint = "Upgrading brings both together."
        return Check(name="plugin", status="warn", message=message, hint=hint, repair=UPGRADE)
    edited = sum(not known.is_ours(path, data or b"") for path, data in found.items())
    own = f", {edited} of its files changed by you" if edited else ""
    return Check(name="plugin", status="pass", message=f"version {version}, as the program{own}")


def _marketplace(where: install.Places, homes: Sequence[str]) -> Iterator[Check]:
    listed = install.listed(where.marketplace)
    if listed is None or install.source_of(listed) != where.source:
        message, hint = "Codex is not told of the plugin", "Installing again enters it."
        yield Check(name="marketplace", status="warn", message=message, hint=hint, repair=INSTALL)
        return
    name = f"{package.NAME}@{install.marketplace_name(where.marketplace)}"
    yield Check(name="marketplace", status="pass", message=f"lists {name}")
    mcp = files.content(os.path.join(where.plugin, package.MCP))
    yield from (_copy(home, name, f"codex plugin add {install.called(where)}", mcp) for home in homes)


def _copy(home: str, name: str, add: str, mcp: bytes | None) -> Check:
    """Look at the copy that Codex makes of the plugin when it is told to install it."""
    state = hooks.setting(home, "plugins", name)
    copy = os.path.join(home, "plugins", "cache", *reversed(name.split("@", 1)), __version__, package.MCP)
    if not isinstance(state, dict):
        return Check(name="in codex", status="pass", message="Codex knows it and has not installed it", repair=add)
    if state.get("enabled") is False:
        return Check(name="in codex", status="pass", message="it is switched off in Codex")
    if files.content(copy) != mcp:
        hint = "Codex takes the new one when told to."
        return Check(name="in codex", status="warn", message="Codex has an older copy", hint=hint, repair=add)
    return Check(name="in codex", status="pass", message=f"version {__version__} is installed")


def _server(command: list[str]) -> Check:
    """Start the server, and ask what tools it has."""
    lines = "".join(json.dumps({"jsonrpc": "2.0", **one}) + "\n" for one in ASKED)
    hint = "Start it by hand: `codex-usage-tracker mcp` tells what is wrong."
    try:
        tools = _answer(command, lines)
    except (OSError, ValueError, KeyError, TypeError, subprocess.SubprocessError):
        return Check(name="mcp server", status="fail", message="it does not start or does not answer", hint=hint)
    return Check(name="mcp server", status="pass", message=f"it starts and has {len(tools)} tools")


def _answer(command: list[str], lines: str) -> list[Any]:
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as process:  # noqa: S603
        from threading import Timer  # noqa: PLC0415  (only here)

        timer = Timer(package.START_SECONDS, process.kill)
        timer.start()
        try:
            assert process.stdin is not None  # noqa: S101  (it is a pipe)
            assert process.stdout is not None  # noqa: S101
            process.stdin.write(lines)
            process.stdin.flush()
            answers = (json.loads(line) for line in process.stdout)
            tools: list[Any] = next(one for one in answers if one.get("id") == 2)["result"]["tools"]  # noqa: PLR2004
        except StopIteration:
            raise ValueError("it ended without an answer") from None
        finally:
            timer.cancel()
            process.kill()
    return tools


def _hook(name: str, home: str) -> Check:
    try:
        ours = hooks.keys(home)
    except TrackerError:
        hint = "Correct it; Codex cannot read it either."
        return Check(name=name, status="warn", message="the file of Codex's hooks is no JSON", hint=hint)
    if not ours:
        return Check(name=name, status="pass", message="not installed; `install-hook` lets Codex tell what is new")
    if hooks.setting(home, "features", "hooks") is False:
        hint = "`features.hooks` in Codex's settings says so."
        return Check(name=name, status="warn", message="hooks are switched off in Codex", hint=hint)
    stale = record.read().stale_trust
    trusted = [key for key, told in hooks.trusted(home, ours).items() if stale.get(key) != told]
    if len(trusted) < len(ours):
        hint = "Codex runs it only when you trust it; it asks at its next start, or by its command `hooks`."
        return Check(name=name, status="warn", message="it is installed, and Codex does not trust it yet", hint=hint)
    return Check(name=name, status="pass", message="it is installed, and Codex trusts it")
