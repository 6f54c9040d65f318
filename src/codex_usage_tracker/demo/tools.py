"""The tools an agent calls: what the log says when it asks, and when the answer comes."""

from typing import Protocol

import msgspec

from codex_usage_tracker.demo.people import MCP_TOOLS, QUERIES
from codex_usage_tracker.demo.projects import pick_command
from codex_usage_tracker.demo.rollout import Json, Rollout, Turn
from codex_usage_tracker.demo.stamps import SECOND

_ENCODE = msgspec.json.Encoder().encode
_SHOWN = 40_000


class Errand(Protocol):
    """One tool call: `ask` writes the request, `act` lets it happen, `tell` writes the answer."""

    def ask(self, rollout: Rollout, turn: Turn) -> None:
        """Write the request, before the usage of the call is known."""

    def act(self, rollout: Rollout, turn: Turn) -> None:
        """Let time pass and the context grow."""

    def tell(self, rollout: Rollout, turn: Turn) -> None:
        """Write the answer."""


def _quoted(text: str) -> str:
    """Return a text as a JSON string."""
    return _ENCODE(text).decode()


def write_function_call(rollout: Rollout, turn: Turn, call: str, name: tuple[str, ...], arguments: str) -> None:
    """Write a function call; the name may be followed by a namespace."""
    key = f"fc_{rollout.scene.dice.hexes(48)}"
    payload: Json = {"type": "function_call", "status": "completed", "id": key}
    payload |= dict(zip(("name", "namespace"), name, strict=False))
    payload |= {"arguments": arguments, "call_id": call, "internal_chat_message_metadata_passthrough": turn.tag}
    rollout.respond(payload, ordered=True)


def write_custom_call(rollout: Rollout, turn: Turn, call: str, name: str, text: str) -> None:
    """Write a custom tool call: a patch, or a script of a code-mode model."""
    payload: Json = {
        "type": "custom_tool_call",
        "id": f"ctc_{rollout.scene.dice.hexes(48)}",
        "status": "completed",
        "call_id": call,
        "name": name,
        "input": text,
        "internal_chat_message_metadata_passthrough": turn.tag,
    }
    rollout.respond(payload)


def write_output(rollout: Rollout, turn: Turn, call: str, output: object, *, custom: bool = False) -> None:
    """Write the output that goes back to the model."""
    kind, mark = ("custom_tool_call_output", "ctco") if custom else ("function_call_output", "fco")
    payload: Json = {
        "type": kind,
        "id": f"{mark}_{rollout.scene.dice.uuid7(rollout.now)}",
        "call_id": call,
        "output": output,
        "internal_chat_message_metadata_passthrough": {"turn_id": turn.id, "create_time": rollout.created()},
    }
    rollout.output(payload)


def script_output(seconds: float, text: str) -> list[dict[str, str]]:
    """Return the output of a code-mode script."""
    head = f"Script completed\nWall time {seconds:.1f} seconds\nOutput:\n"
    return [{"type": "input_text", "text": head}, {"type": "input_text", "text": text}]


def _duration(seconds: float) -> Json:
    """Return a duration as the client writes it."""
    return {"secs": int(seconds), "nanos": int(seconds % 1 * 1_000_000_000)}


def _shown(body: str) -> str:
    """Return what the model gets of an output, which is cut in the middle when it is long."""
    if len(body) <= _SHOWN:
        return body
    half, tokens = _SHOWN // 2, len(body) // 4
    head = f"Warning: truncated output (original token count: {tokens})\nTotal output lines: {body.count(chr(10))}\n\n"
    return f"{head}{body[:half]}…{tokens - _SHOWN // 4} tokens truncated…{body[-half:]}"


class Quiet:
    """Some tool call of a turn that is not written in full."""

    def ask(self, rollout: Rollout, turn: Turn) -> None:
        """Write nothing."""

    def act(self, rollout: Rollout, turn: Turn) -> None:
        """Let time pass and the context grow."""
        del turn
        rollout.wait(rollout.scene.dice.around(1_500, 1.3))
        rollout.context.grow(rollout.scene.dice.around(1_300, 1.0))

    def tell(self, rollout: Rollout, turn: Turn) -> None:
        """Write nothing."""


class _Tool:
    """What all written tool calls have: ids, a duration and a body of filler."""

    typical = 0.3

    def __init__(self, rollout: Rollout, turn: Turn) -> None:
        """Give the call its ids."""
        dice = rollout.scene.dice
        self.code = turn.setting.model.code_mode
        self.call = f"call_{dice.hexes(24)}"
        self.key = f"exec-{dice.uuid4()}" if self.code else self.call
        self.seconds = 0.0
        self.since = 0

    def _script(self, rollout: Rollout, turn: Turn, tool: str, argument: str) -> None:
        """Ask through a code-mode script."""
        text = f"const r = await tools.{tool}({argument});\ntext(JSON.stringify(r));\n"
        write_custom_call(rollout, turn, self.call, "exec", text)

    def act(self, rollout: Rollout, turn: Turn) -> None:
        """Let time pass and the context grow."""
        del turn
        self.since = rollout.now
        self.seconds = min(900.0, rollout.scene.dice.around(self.typical, 1.0))
        rollout.wait(self.seconds * SECOND + 9)
        rollout.context.grow(rollout.scene.dice.around(1_250, 1.0))

    def _body(self, rollout: Rollout, kind: str, share: float = 1.0) -> str:
        """Return filler for an output, which the log holds twice."""
        scene = rollout.scene
        body = scene.filler.text(kind, share * scene.appetite.output_size(scene.dice))
        scene.appetite.eat(2 * len(body))
        return body


class _Result(msgspec.Struct):
    """What a code-mode script gets of a command."""

    chunk_id: str
    wall_time_seconds: float
    exit_code: int
    original_token_count: int
    output: str


class Shell(_Tool):
    """A shell command."""

    def __init__(self, rollout: Rollout, turn: Turn) -> None:
        """Pick the command and how it ends."""
        super().__init__(rollout, turn)
        self.command = pick_command(rollout.scene.dice, rollout.cast.project)
        self.typical = self.command.seconds
        fails = self.command.failure and rollout.scene.dice.chance(0.16)
        self.code_of_exit = self.command.failure if fails else 0

    def ask(self, rollout: Rollout, turn: Turn) -> None:
        """Write the request."""
        if self.code:
            self._script(rollout, turn, "exec_command", self.command.argument)
        else:
            write_function_call(rollout, turn, self.call, ("exec_command",), self.command.argument)

    def tell(self, rollout: Rollout, turn: Turn) -> None:
        """Write the command as it ran and what goes back to the model."""
        body = self._body(rollout, self.command.output)
        rollout.item(turn, self._execution(rollout, body), self.since)
        rollout.wait(6)
        chunk, tokens, shown = rollout.scene.dice.hexes(6), len(body) // 4, _shown(body)
        if self.code:
            result = _Result(chunk, round(self.seconds, 9), self.code_of_exit, tokens, shown)
            text = _ENCODE(result).decode()
            write_output(rollout, turn, self.call, script_output(self.seconds, text), custom=True)
        else:
            ended = f"Wall time: {self.seconds:.4f} seconds\nProcess exited with code {self.code_of_exit}"
            text = f"Chunk ID: {chunk}\n{ended}\nOriginal token count: {tokens}\nOutput:\n{shown}"
            write_output(rollout, turn, self.call, text)

    def _execution(self, rollout: Rollout, body: str) -> Json:
        """Return the CommandExecution item."""
        return {
            "type": "CommandExecution",
            "id": self.key,
            "process_id": str(rollout.scene.dice.span(1_000, 99_999)),
            "command": ["/bin/bash", "-lc", self.command.text],
            "cwd": f"file://{rollout.cast.project.cwd}",
            "parsed_cmd": [self.command.parsed],
            "source": "unified_exec_startup",
            "status": "failed" if self.code_of_exit else "completed",
            "aggregated_output": body,
            "exit_code": self.code_of_exit,
            "duration": _duration(self.seconds),
        }


class Patch(_Tool):
    """A change of a file."""

    typical = 0.04

    def __init__(self, rollout: Rollout, turn: Turn) -> None:
        """Pick the file and the change."""
        super().__init__(rollout, turn)
        self.path = rollout.scene.dice.choice(rollout.cast.project.files)
        self.lines = self._body(rollout, "diff", 0.6).rstrip("\n")

    def ask(self, rollout: Rollout, turn: Turn) -> None:
        """Write the patch."""
        patch = f"*** Begin Patch\n*** Update File: {self.path}\n@@\n{self.lines}\n*** End Patch\n"
        if self.code:
            self._script(rollout, turn, "apply_patch", _quoted(patch))
        else:
            write_custom_call(rollout, turn, self.call, "apply_patch", patch)

    def tell(self, rollout: Rollout, turn: Turn) -> None:
        """Write the change as it was made and what goes back to the model."""
        said = f"Success. Updated the following files:\nM {self.path}\n"
        diff = f"@@ -1,9 +1,9 @@\n{self.lines}\n"
        change = {"type": "update", "unified_diff": diff, "move_path": None}
        item: Json = {"type": "FileChange", "id": self.key}
        item["changes"] = {f"{rollout.cast.project.cwd}/{self.path}": change}
        rollout.item(turn, item | {"status": "completed", "stdout": said, "stderr": ""}, self.since)
        rollout.wait(6)
        direct = f"Exit code: 0\nWall time: 0 seconds\nOutput:\n{said}"
        write_output(rollout, turn, self.call, script_output(self.seconds, "{}") if self.code else direct, custom=True)


class Mcp(_Tool):
    """A call of a tool on an MCP server."""

    typical = 0.7

    def __init__(self, rollout: Rollout, turn: Turn) -> None:
        """Pick the tool."""
        super().__init__(rollout, turn)
        self.server, self.tool, arguments = rollout.scene.dice.choice(MCP_TOOLS)
        self.arguments = arguments % rollout.scene.dice.span(1, 900)

    def ask(self, rollout: Rollout, turn: Turn) -> None:
        """Write the request."""
        name = f"mcp__{self.server}__{self.tool}"
        if self.code:
            self._script(rollout, turn, name, self.arguments)
        else:
            write_function_call(rollout, turn, self.call, (name,), self.arguments)

    def tell(self, rollout: Rollout, turn: Turn) -> None:
        """Write the call as it went and what goes back to the model."""
        content = [{"type": "text", "text": self._body(rollout, "search", 0.8)}]
        item: Json = {"type": "McpToolCall", "id": self.key, "server": self.server, "tool": self.tool}
        item |= {"arguments": msgspec.json.decode(self.arguments), "status": "completed"}
        rollout.item(turn, item | {"result": {"content": content}, "duration": _duration(self.seconds)}, self.since)
        rollout.wait(6)
        text = _ENCODE(content).decode()
        direct = f"Wall time: {self.seconds:.4f} seconds\nOutput:\n{text}"
        answer = script_output(self.seconds, text) if self.code else direct
        write_output(rollout, turn, self.call, answer, custom=self.code)


class PlanUpdate(_Tool):
    """A change of the agent's plan, as a tool of its own."""

    typical = 0.002

    def ask(self, rollout: Rollout, turn: Turn) -> None:
        """Write the plan."""
        steps = ("Look around", "Make the change", "Run the tests")
        done = rollout.scene.dice.span(0, 2)
        states = ["completed"] * done + ["in_progress"] + ["pending"] * (2 - done)
        plan = [{"step": step, "status": state} for step, state in zip(steps, states, strict=True)]
        write_function_call(rollout, turn, self.call, ("update_plan",), _ENCODE({"plan": plan}).decode())

    def tell(self, rollout: Rollout, turn: Turn) -> None:
        """Write that it was taken."""
        write_output(rollout, turn, self.call, "Plan updated")


class WebSearch(_Tool):
    """A search on the web, which the API does within the call."""

    def ask(self, rollout: Rollout, turn: Turn) -> None:
        """Write the search."""
        query = rollout.scene.dice.choice(QUERIES)
        key = f"ws_{rollout.scene.dice.hexes(48)}"
        action = {"type": "search", "query": query}
        rollout.item(turn, {"type": "WebSearch", "id": key, "query": query, "action": action})
        payload: Json = {"type": "web_search_call", "id": key, "status": "completed", "action": action}
        rollout.respond(payload | {"internal_chat_message_metadata_passthrough": turn.tag})

    def tell(self, rollout: Rollout, turn: Turn) -> None:
        """Write nothing: the results stay with the API."""


_DIRECT = (Shell,) * 36 + (Patch,) * 8 + (Mcp, Mcp, PlanUpdate, PlanUpdate, WebSearch, WebSearch)
_CODE = (Shell,) * 39 + (Patch,) * 8 + (Mcp, Mcp, Mcp)


def pick_errands(rollout: Rollout, turn: Turn) -> list[Errand]:
    """Pick what the agent does next: mostly one tool, sometimes a few at once."""
    dice = rollout.scene.dice
    if not turn.full:
        return [Quiet()]
    if rollout.cast.kin.kind in {"review", "guardian"}:
        return [Shell(rollout, turn)]
    tools = _CODE if turn.setting.model.code_mode else _DIRECT
    tool = tools[int(dice.random() * len(tools))]
    errands: list[Errand] = [tool(rollout, turn)]
    if dice.chance(0.14):
        errands.extend(Shell(rollout, turn) for _ in range(dice.span(1, 2)))
    return errands
