"""A slow and obvious count of what the recorded logs show, with no code of the product.

What each command does is told by hand, and a line that stands in several logs is known by the id of its call.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from tests.ingest import zst

Json = dict[str, Any]
Ran = tuple[str, str, str]
GIT_STATUS, GIT_DIFF, GIT_LOG = (("git", f"git {verb}", "read") for verb in ("status", "diff", "log"))
ECHO, LS, CAT, WC, HEAD, TR = ((name, "", "read") for name in ("echo", "ls", "cat", "wc", "head", "tr"))
KNOWN: dict[str, list[list[Ran]]] = {
    "ls -la && git status --short": [[LS], [GIT_STATUS]],
    "cat notes_*.txt": [[CAT]],
    "wc -l README.md": [[WC]],
    "false": [[("false", "", "other")]],
    "true": [[("true", "", "other")]],
    "git diff HEAD~1 --stat": [[GIT_DIFF]],
    "git log --oneline | head -5": [[GIT_LOG, HEAD]],
    "head -c 300000 /dev/zero | tr '\\0' 'x'": [[HEAD, TR]],
    "sleep 20; echo done": [[("sleep", "", "other")], [ECHO]],
    "ls tests": [[LS]],
    "ls src": [[LS]],
}
"""The pipelines of each command, and the commands in each."""


def pipelines(command: str) -> list[list[Ran]]:
    if command.startswith("echo "):
        return [[ECHO]]
    if command.startswith("python3 - <<"):
        return [[("python", "", "other")]]
    if command.startswith("apply_patch <<"):
        return [[("apply_patch", "", "write")]]
    return KNOWN[command]


class Call(NamedTuple):
    """A tool call: what it is called, the commands and patches in it, and whether it is code."""

    function: str
    commands: list[str]
    patches: list[str]
    is_code: bool


class Output(NamedTuple):
    """An output: its count of tokens and its exit code, where it tells them."""

    tokens: int | None
    exit_code: int | None


def call_of(payload: Json) -> Call:
    name = payload.get("name", payload["type"].removesuffix("_call"))
    if name.startswith("mcp__"):
        name = "/".join(name.split("__")[1:])
    text = payload.get("input", "")
    if name == "exec":
        found = re.search(r"tools\.(\w+)\((.*)\);\ntext", text)
        if found is None:
            return Call(name, [], [], is_code=True)
        given = json.loads(found[2])
        commands = [given["cmd"]] if found[1] == "exec_command" else []
        return Call(name, commands, [given] if found[1] == "apply_patch" else [], is_code=True)
    given = json.loads(payload["arguments"]) if isinstance(payload.get("arguments"), str) else {}
    command = given.get("cmd") or given.get("command") if name in {"exec_command", "shell", "shell_command"} else None
    command = command[2] if isinstance(command, list) else command
    patches = [text] if name == "apply_patch" else [command] if command and "*** Begin Patch" in command else []
    return Call(name, [command] if command else [], patches, is_code=False)


def output_of(payload: Json) -> Output:
    told = payload["output"]
    text = told if isinstance(told, str) else "".join(part["text"] for part in told)
    if isinstance(told, str) and text.startswith('{"output"'):
        return Output(None, json.loads(text)["metadata"]["exit_code"])
    head = text.partition("Output:\n")[0] if isinstance(told, str) else ""
    code = re.search(r"(?:Process exited with code|Exit code:) (-?\d+)", head)
    tokens = re.search(r"Original token count: (\d+)", head)
    if not isinstance(told, str):
        tokens = re.search(r'"original_token_count":(\d+)', text)
    return Output(int(tokens[1]) if tokens else None, int(code[1]) if code else None)


class Recount:
    """The sums of one home."""

    def __init__(self, home: Path) -> None:
        self.functions: dict[str, list[int]] = {}
        self.commands: dict[Ran, Counter[str]] = {}
        self.totals: Counter[str] = Counter()
        self.reads: Counter[str] = Counter()
        self.added: list[str] = []
        self.seen: set[str] = set()
        for path in sorted(home.rglob("rollout-*"), key=lambda path: path.name):
            self.log([json.loads(line) for line in zst.plain(path).splitlines()])

    def log(self, lines: list[Json]) -> None:
        """Count one log, but for lines that stood in an earlier one."""
        self.calls: dict[str, Call] = {}
        self.items: dict[str, list[tuple[str, int | None]]] = {}
        self.failing: set[str] = set()
        self.context: set[str] = set()
        own = {id(line) for line in lines if self.is_new(line)}
        self.seen.update(name for line in lines for name in [id_of(line)] if name)
        for line in lines:
            if id(line) in own:
                self.line(line["type"], line["payload"])
            elif line["type"] == "compacted":
                self.context.clear()
        for name, call in self.calls.items():
            self.run(self.items.get(name) or [(one, None) for one in call.commands], None)

    def is_new(self, line: Json) -> bool:
        name = id_of(line)
        return name is not None and name not in self.seen

    def line(self, kind: str, payload: Json) -> None:
        if kind == "response_item" and payload["type"].endswith("_output"):
            if payload["call_id"] in self.calls:
                self.answered(payload["call_id"], output_of(payload))
        elif kind == "response_item":
            call = call_of(payload)
            self.functions.setdefault(call.function, [0, 0, 0, 0])[0] += 1
            if "call_id" in payload:
                self.calls[payload["call_id"]] = call
        elif payload["item"]["id"].startswith("exec-") and payload["item"]["type"] == "CommandExecution":
            item = payload["item"]
            for cell in [name for name, call in self.calls.items() if item["command"][2] in call.commands]:
                self.items.setdefault(cell, []).append((item["command"][2], item["exit_code"]))

    def answered(self, name: str, output: Output) -> None:
        call = self.calls.pop(name)
        sums = self.functions[call.function]
        sums[1] += 1
        sums[2] += output.tokens is not None
        sums[3] += output.tokens or 0
        self.run(self.items.pop(name, [(one, output.exit_code) for one in call.commands]), output.tokens)
        for patch in call.patches:
            if output.exit_code in {0, None}:
                self.added += re.findall(r"\*\*\* Add File: (.*)", patch)

    def run(self, commands: list[tuple[str, int | None]], tokens: int | None) -> None:
        """Count commands: the tokens of an output are divided among all pipelines, the first ones having the rest."""
        parts = [part for command, _ in commands for part in pipelines(command)]
        shares = [(tokens or 0) // len(parts) + (place < (tokens or 0) % len(parts)) for place in range(len(parts))]
        for command, code in commands:
            failed, first = code not in {0, None}, True
            self.totals["shell_calls"] += 1
            self.totals["failed_calls"] += failed
            self.totals["retries"] += command in self.failing
            for part in pipelines(command):
                share = shares.pop(0)
                for place, one in enumerate(part):
                    row = self.commands.setdefault(one, Counter())
                    row["commands"] += 1
                    row["counted_outputs"] += place == 0 and tokens is not None
                    row["output_tokens"] += share * (place == 0)
                    row["failed"] += first and failed
                    first = False
            if command == "wc -l README.md":
                self.reads["events"] += 1
                self.reads["tokens"] += tokens or 0
                self.reads["again"] += command in self.context
                self.context.add(command)
            (self.failing.add if failed else self.failing.discard)(command)


def id_of(line: Json) -> str | None:
    """Return what tells a call, an output or an item wherever it stands."""
    payload, kind = line["payload"], line["payload"].get("type", "")
    if line["type"] == "response_item" and kind.endswith("_output"):
        return f"output {payload['call_id']}" if "call_id" in payload and kind != "tool_search_output" else None
    if line["type"] == "response_item" and kind.endswith("_call"):
        return str(payload.get("call_id") or payload.get("id") or json.dumps(payload["action"]))
    if kind == "item_completed":
        return f"item {payload['item']['id']}"
    return None
