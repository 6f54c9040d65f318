"""Agents that ask in this process, and over the pipes of a process of its own."""

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from codex_usage_tracker.mcp.server import Agents
from codex_usage_tracker.tracker import Tracker
from tests.cli.conftest import ZONE, codex_home, database, run_plain, surroundings

__all__ = ["codex_home", "database", "run_plain", "surroundings"]

Asked = Callable[[Callable[[Client], Awaitable[Any]]], Any]
PROGRAM = [sys.executable, "-m", "codex_usage_tracker"]


@pytest.fixture
def agents(database: str, codex_home: Path) -> Callable[..., Agents]:
    """Give a way to serve the history of the commands."""

    def serves(mode: str | None = None, db: str = database, home: Path = codex_home) -> Agents:
        tracker = Tracker(db, [str(home)], ZONE, privacy_mode=mode)
        options = [f"--db={db}", f"--codex-home={home}", f"--timezone={ZONE}"]
        return Agents(tracker, [*PROGRAM, *options])

    return serves


def asking(server: Agents | StdioServerParameters, work: Callable[[Client], Awaitable[Any]]) -> Any:
    """Let a client work with a server, and return what it finds."""

    async def connected() -> Any:
        async with Client(server.server() if isinstance(server, Agents) else server) as client:
            await client.list_tools()
            return await work(client)

    return anyio.run(connected)


def called(server: Agents | StdioServerParameters, name: str, **given: Any) -> Any:
    """Return what a tool answers, which must not fail."""
    found = asking(server, lambda client: client.call_tool(name, given))
    assert not found.is_error, found.content
    return found.structured_content


@pytest.fixture
def piped(database: str, codex_home: Path, tmp_path: Path) -> StdioServerParameters:
    """A server in a process of its own."""
    own = {"CODEX_USAGE_TRACKER_HOME": str(tmp_path / "tracker"), "HOME": str(tmp_path), "TZ": "UTC"}
    args = [*PROGRAM[1:], "--db", database, "--codex-home", str(codex_home), "--timezone", ZONE, "mcp"]
    return StdioServerParameters(command=PROGRAM[0], args=args, env={"PATH": os.environ["PATH"]} | own)
