"""The MCP server on a large history: each tool, asked again and again by the SDK's own client."""

from __future__ import annotations

import tempfile
import time
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from bench.machine import environment, tracker
from bench.process import MeasureError
from bench.results import Budget, Line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.histories import History
    from bench.setting import Setting

ANSWER = Budget("ours", 300)
ASKED = 20
PLAIN = ("status", "summary", "limits", "recommendations", "pricing_coverage", "refresh")
PICTURES = ("insights", "series", "compare", "pressure", "blocks")
SECTIONS = ("summary", "tools", "overview", "concentration")
Question = tuple[str, str, list[dict[str, Any]]]
"""What is measured, its tool, and what that is given in turn."""


def measure(setting: Setting) -> list[Line]:
    """Ask all tools but those that write files or check everything."""
    history = setting.history(setting.scale.large or setting.scale.long_lines)
    database = setting.filled(history)
    with tempfile.TemporaryDirectory() as own:
        return anyio.run(_measured, history, database, own)


async def _measured(history: History, database: Path, own: str) -> list[Line]:
    program, *words = tracker()
    given = [*words, "--codex-home", str(history.path), "--db", str(database), "mcp"]
    allowed = {"CODEX_USAGE_TRACKER_ALLOW_RAW_CONTEXT": "1", "CODEX_USAGE_TRACKER_HOME": own}
    server = StdioServerParameters(command=program, args=given, env={**environment(), **allowed})
    async with Client(server) as client:
        what = f"{history.calls:,} calls"
        return [await _line(client, question, what) for question in _questions(*await _rows(client))]


async def _rows(client: Client) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return calls and threads to ask for."""
    asked = [{"question": "calls", "limit": ASKED}, {"question": "threads", "limit": ASKED}]
    calls, threads = (await _told(client, "usage_query", {"questions": asked}))["answers"]
    return calls["answer"]["rows"], threads["answer"]["rows"]


def _questions(calls: list[dict[str, Any]], threads: list[dict[str, Any]]) -> Iterator[Question]:
    for name in PLAIN:
        yield name, f"usage_{name}", [{}]
    yield "thread", "usage_thread", [{"thread": row["thread_id"]} for row in threads]
    yield "call", "usage_call", [{"record_id": row["record_id"]} for row in calls]
    yield "call_context", "usage_call_context", [{"record_id": row["record_id"]} for row in calls]
    yield from ((f"diagnostics {name}", "usage_diagnostics", [{"section": name}]) for name in SECTIONS)
    yield from ((f"query {name}", "usage_query", [{"question": name}]) for name in PICTURES)


async def _line(client: Client, question: Question, what: str) -> Line:
    name, tool, given = question
    await _told(client, tool, given[0])
    times = []
    for number in range(ASKED):
        began = time.perf_counter()
        await _told(client, tool, given[number % len(given)])
        times.append((time.perf_counter() - began) * 1e3)
    return Line("mcp", f"{name}, {what}: p95", "ms", quantiles(times, n=20)[-1], "p50", median(times), budget=ANSWER)


async def _told(client: Client, tool: str, given: dict[str, Any]) -> dict[str, Any]:
    found = await client.call_tool(tool, given)
    if found.is_error or found.structured_content is None:
        raise MeasureError(f"{tool} failed: {found.content}")
    told: dict[str, Any] = found.structured_content
    return told
