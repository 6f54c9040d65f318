"""The server that agents speak to over standard input and output."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import apsw
import mcp_types as types
import msgspec
from anyio import to_thread
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from codex_usage_tracker import __version__, privacy
from codex_usage_tracker.contract.outcomes import Failure, FailureAnswer
from codex_usage_tracker.errors import ExitCode, InvalidSettingsError, TrackerError
from codex_usage_tracker.mcp import texts, words
from codex_usage_tracker.shapes import ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codex_usage_tracker.mcp.tools import ContextAsk, FileAsk, RefreshAsk, Tool
    from codex_usage_tracker.privacy import Hiding
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.tracker import Tracker

    T = TypeVar("T")

LOG = logging.getLogger("codex_usage_tracker.mcp")
NAME, TITLE = "codex-usage-tracker", "Codex usage"
ALLOWED = "CODEX_USAGE_TRACKER_ALLOW_RAW_CONTEXT"
AT_ONCE = 4
QUERY_SECONDS = 20.0
LOCKED_MS = 2_000
TEXT_BYTES = 4_000
STATUS, GLOSSARY = "usage://status", "usage://glossary"
JSON, MARKDOWN = "application/json", "text/markdown"


class ContextDisabledError(TrackerError):
    """The server was started without the texts of calls."""

    code = "context_disabled"


class Agents:
    """What agents ask: in threads of this process, and what writes files or looks at the program in processes."""

    def __init__(self, tracker: Tracker, command: list[str]) -> None:
        self.tracker = tracker
        self.command = command
        self._room: anyio.CapacityLimiter | None = None
        self._listed: types.ListToolsResult | None = None

    def server(self) -> Server[Any]:
        """Return a server of the protocol that asks here."""
        return Server(
            NAME, version=__version__, title=TITLE, instructions=texts.INSTRUCTIONS,
            on_list_tools=self.tools, on_call_tool=self.call, on_list_prompts=self.prompts, on_get_prompt=self.prompt,
            on_list_resources=self.resources, on_read_resource=self.resource,
        )  # fmt: skip

    # -- tools --------------------------------------------------------------------------------------------------------

    async def tools(self, _context: Any, _params: Any) -> types.ListToolsResult:
        """Return the tools that there are."""
        from codex_usage_tracker.mcp import schemas, tools  # noqa: PLC0415  (a client may ask long after the start)

        if self._listed is None:
            listed = [_tool(one, schemas) for one in tools.TOOLS.values() if one.listed]
            self._listed = types.ListToolsResult(tools=listed)
        return self._listed

    async def call(self, _context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        """Answer a tool, or say why not."""
        from codex_usage_tracker.mcp import tools  # noqa: PLC0415  (as above)

        found = tools.found(params.name, params.arguments or {})
        if found is None:
            raise MCPError(types.INVALID_PARAMS, f"there is no tool {params.name[:80]!r}")
        try:
            answer, most = await self._answer(*found)
            said = words.text(answer, most - len(msgspec.json.encode(answer)))
        except Exception as error:  # noqa: BLE001  (every failure is told in words)
            return self._failed(error)
        return types.CallToolResult(content=[types.TextContent(text=said)], structured_content=answer)

    async def _answer(self, tool: Tool, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Return what a tool answers, and how large that may be with the words about it."""
        from codex_usage_tracker.mcp import budget, tools  # noqa: PLC0415  (as above)
        from codex_usage_tracker.questions import read  # noqa: PLC0415

        common = read(tools.Common, {name: given.pop(name, None) for name in ("privacy_mode", "max_bytes")})
        try:
            hiding = self._hiding(common.privacy_mode)
        except InvalidSettingsError:  # of which a doctor tells
            if tool.name != "usage_doctor":
                raise
            hiding = privacy.Hiding(privacy.STRICT)
        most = common.max_bytes - min(TEXT_BYTES, common.max_bytes // 4)
        if tool.command:
            return budget.fit(await self._commanded(tool, given, hiding, most), most), common.max_bytes
        if not self.tracker.has_database():
            await self._refreshed(tools.RefreshAsk(), hiding)
        return await self._in_thread(lambda opened: self._asked(tool, given, hiding, most, opened)), common.max_bytes

    def _hiding(self, mode: str) -> Hiding:
        """Return the stricter one of the server's privacy mode and another."""
        own, asked = self.tracker.hiding(), privacy.mode_of(mode)
        return own if privacy.MODES.index(own.mode) >= privacy.MODES.index(asked) else self.tracker.hiding(asked)

    def _failed(self, error: Exception) -> types.CallToolResult:
        from codex_usage_tracker.reports import failures  # noqa: PLC0415  (few questions fail)

        try:
            mode = self.tracker.hiding().mode
        except TrackerError:  # where it cannot be known, it is not taken for normal
            mode = privacy.REDACTED
        told = failures.told(error, mode)
        if told.code == "unexpected":
            LOG.error(told.message)
        answer = msgspec.to_builtins(FailureAnswer(error=told))
        said = types.TextContent(text=words.failed(told))
        return types.CallToolResult(content=[said], structured_content=answer, is_error=True)

    # -- questions ----------------------------------------------------------------------------------------------------

    def _asked(
        self, tool: Tool, given: dict[str, Any], hiding: Hiding, most: int, opened: list[apsw.Connection],
    ) -> dict[str, Any]:  # fmt: skip
        """Answer a tool's questions, all about one moment."""
        from codex_usage_tracker.mcp import tools  # noqa: PLC0415  (as above)
        from codex_usage_tracker.query import run  # noqa: PLC0415
        from codex_usage_tracker.questions import read  # noqa: PLC0415
        from codex_usage_tracker.reports.failures import no_logs, told  # noqa: PLC0415
        from codex_usage_tracker.reports.registry import QUESTIONS, needs_findings  # noqa: PLC0415

        chosen = tools.chosen(tool, given)
        asked = [(name, read(QUESTIONS[name].ask, params)) for name, params in chosen]
        if tool.name == "usage_diagnostics":
            self.tracker.sum_facts()
        findings = any(needs_findings(QUESTIONS[name], ask) for name, ask in asked)
        with self._reader(opened, findings=findings) as reader:
            if run.is_empty(reader.db):
                raise no_logs(self.tracker.homes)
            if not tool.several:
                return self._told(reader, *asked[0], hiding, most)
            answers: list[dict[str, Any]] = []
            for left, (name, ask) in zip(range(len(asked), 0, -1), asked, strict=True):
                room = (most - len(msgspec.json.encode(answers))) // left - len(name) - 40
                try:
                    answers.append({"question": name, "answer": self._told(reader, name, ask, hiding, room)})
                except TrackerError as error:
                    answers.append({"question": name, "error": msgspec.to_builtins(told(error, hiding.mode))})
            return {"schema": tools.ANSWERS, "answers": answers}

    def _told(self, reader: Reader, name: str, ask: Any, hiding: Hiding, most: int) -> dict[str, Any]:
        from codex_usage_tracker.mcp import budget  # noqa: PLC0415  (as above)
        from codex_usage_tracker.reports.asking import answered  # noqa: PLC0415
        from codex_usage_tracker.reports.registry import QUESTIONS, Settings  # noqa: PLC0415

        if "limit" in ask.__struct_fields__:
            ask = msgspec.structs.replace(ask, limit=min(ask.limit or budget.MOST_ROWS, budget.MOST_ROWS))
        settings = Settings(self.tracker.files, self.tracker.settings)
        return budget.fit(msgspec.to_builtins(answered(QUESTIONS[name], reader, ask, settings, hiding)), most)

    @contextmanager
    def _reader(self, opened: list[apsw.Connection], *, findings: bool) -> Iterator[Reader]:
        """Open the database where it can be interrupted from another thread."""
        with self.tracker.reader(findings=findings, seconds=QUERY_SECONDS, locked_ms=LOCKED_MS) as reader:
            opened.append(reader.db)
            try:
                yield reader
            finally:
                opened.remove(reader.db)

    async def _in_thread(self, work: Callable[[list[apsw.Connection]], T]) -> T:
        """Run what asks the database in a thread; who no longer waits for the answer ends it."""
        self._room = self._room or anyio.CapacityLimiter(AT_ONCE)
        opened: list[apsw.Connection] = []
        try:
            return await to_thread.run_sync(work, opened, abandon_on_cancel=True, limiter=self._room)
        finally:
            for connection in [*opened]:
                with suppress(apsw.Error):
                    connection.interrupt()

    # -- commands -----------------------------------------------------------------------------------------------------

    async def _commanded(self, tool: Tool, given: dict[str, Any], hiding: Hiding, most: int) -> dict[str, Any]:
        """Do what a tool is for where that is more than a question, and return what became of it."""
        from codex_usage_tracker.mcp import tools  # noqa: PLC0415  (as above)
        from codex_usage_tracker.questions import read  # noqa: PLC0415

        ask = read(tool.ask, given)
        if isinstance(ask, tools.RefreshAsk):
            return await self._refreshed(ask, hiding)
        if isinstance(ask, tools.ContextAsk):
            if os.environ.get(ALLOWED) != "1":
                hint = f"Who runs this server may allow it: `codex mcp add usage --env {ALLOWED}=1 -- {NAME} mcp`."
                raise ContextDisabledError("the texts of calls are not told to agents", hint)
            ask = msgspec.structs.replace(ask, max_chars=min(ask.max_chars, most // 2))
            return await self._in_thread(lambda opened: self._evidence(ask, hiding, opened))
        if isinstance(ask, tools.FileAsk) and hiding.hides and (ask.project or ask.thread):
            await self._in_thread(lambda opened: self._check_names(ask, hiding, opened))
        return await self._run(tools.words(tool, ask), hiding.mode)

    async def _refreshed(self, ask: RefreshAsk, hiding: Hiding) -> dict[str, Any]:
        """Read what is new; where nobody waits for it any more, it ends, and what was read is kept."""
        from codex_usage_tracker.ingest.outcome import Watching  # noqa: PLC0415  (as above)

        left = threading.Event()

        def tell(_progress: object) -> None:
            if left.is_set():
                raise KeyboardInterrupt

        work = partial(self.tracker.refresh, include_archived=ask.include_archived, watching=Watching(tell))
        try:
            done = await to_thread.run_sync(work, abandon_on_cancel=True)
        finally:
            left.set()
        return _plain(done.answer(self.tracker.database), hiding)

    def _evidence(self, ask: ContextAsk, hiding: Hiding, opened: list[apsw.Connection]) -> dict[str, Any]:
        """Return what a call was made of."""
        from codex_usage_tracker.evidence.window import Wanted  # noqa: PLC0415  (as above)

        with self._reader(opened, findings=False) as reader:
            return _plain(self.tracker.context(reader, ask.record_id, Wanted.of(ask)), hiding)

    def _check_names(self, ask: FileAsk, hiding: Hiding, opened: list[apsw.Connection]) -> None:
        """Refuse names that are hidden, whether they are there or not: commands know them, agents need not."""
        from codex_usage_tracker.query import labels  # noqa: PLC0415  (few files are of some names alone)

        with self._reader(opened, findings=False) as reader:
            labels.meant(reader._replace(hiding=hiding), {"project": ask.project, "thread": ask.thread})

    async def _run(self, args: list[str], mode: str) -> dict[str, Any]:
        """Run a command in a process of its own, which ends where nobody waits for it any more."""
        line = [*self.command, "--json", "--quiet", "--privacy-mode", mode, *args]
        done = await anyio.run_process(line, stdin=subprocess.DEVNULL, check=False)
        try:
            answer: dict[str, Any] = msgspec.json.decode(done.stdout, type=dict)
        except msgspec.DecodeError:
            raise TrackerError(f"`{args[0]}` ended without an answer", f"Its exit code is {done.returncode}.") from None
        if "error" in answer:
            failed = msgspec.convert(answer["error"], ready(Failure))
            error = TrackerError(failed.message, failed.hint)
            error.code = failed.code
            raise error
        return answer

    # -- prompts and resources ----------------------------------------------------------------------------------------

    async def prompts(self, _context: Any, _params: Any) -> types.ListPromptsResult:
        """Return the ready questions."""
        told = [types.Prompt(name=one.name, title=one.title) for one in texts.PROMPTS.values()]
        return types.ListPromptsResult(prompts=told)

    async def prompt(self, _context: Any, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        """Return a ready question as a message of the user."""
        found = texts.PROMPTS.get(params.name)
        if found is None:
            raise MCPError(types.INVALID_PARAMS, f"there is no prompt {params.name[:80]!r}")
        asked = types.PromptMessage(role="user", content=types.TextContent(text=found.text))
        return types.GetPromptResult(description=found.title, messages=[asked])

    async def resources(self, _context: Any, _params: Any) -> types.ListResourcesResult:
        """Return what can be read without a tool."""
        status = types.Resource(uri=STATUS, name="status", title="Where things stand", mime_type=JSON)
        glossary = types.Resource(uri=GLOSSARY, name="glossary", title="What the words mean", mime_type=MARKDOWN)
        return types.ListResourcesResult(resources=[status, glossary])

    async def resource(self, _context: Any, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        """Return a resource."""
        if params.uri == GLOSSARY:
            told = types.TextResourceContents(uri=GLOSSARY, mime_type=MARKDOWN, text=texts.GLOSSARY)
            return types.ReadResourceResult(contents=[told])
        if params.uri != STATUS:
            raise MCPError(types.INVALID_PARAMS, f"there is no resource {params.uri[:80]!r}")
        found = await self.call(None, types.CallToolRequestParams(name="usage_status"))
        text = msgspec.json.encode(found.structured_content).decode()
        return types.ReadResourceResult(contents=[types.TextResourceContents(uri=STATUS, mime_type=JSON, text=text)])


def _plain(found: Any, hiding: Hiding) -> dict[str, Any]:
    """Return an answer as a privacy mode shows it, of plain values."""
    from codex_usage_tracker.reports.asking import hide  # noqa: PLC0415  (a client may ask long after the start)

    told: dict[str, Any] = msgspec.to_builtins(hide(found, hiding))
    return told


def _tool(tool: Tool, schemas: Any) -> types.Tool:
    """Return a tool as clients are told of it: nothing that is there is ever lost by one."""
    hints = types.ToolAnnotations(
        title=tool.title, read_only_hint=not tool.writes, destructive_hint=False,
        idempotent_hint=tool.name != "usage_export", open_world_hint=False,
    )  # fmt: skip
    return types.Tool(
        name=tool.name, title=tool.title, description=tool.doc, input_schema=schemas.taken(tool),
        output_schema=schemas.answered(tool), annotations=hints,
    )  # fmt: skip


def serve(tracker: Tracker, command: list[str]) -> None:
    """Speak to the client on standard input and output until it leaves; `command` starts this program as it was.

    Ctrl-C ends it at once: the thread that waits for the client's next line cannot be woken.
    """
    signal.signal(signal.SIGINT, lambda *_: os._exit(ExitCode.INTERRUPTED))
    anyio.run(_serve, Agents(tracker, command))


async def _serve(agents: Agents) -> None:
    server = agents.server()
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
