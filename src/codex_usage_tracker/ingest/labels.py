"""Safe labels for what a call did: names from tables and tool names of a strict form, never text of a log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.ingest.commands import classify, classify_code
from codex_usage_tracker.ingest.decode import ToolCall, ToolOutput, embedded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codex_usage_tracker.ingest.decode import ItemJson

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,63}\Z")
MCP_NAME = re.compile(r"mcp__([A-Za-z0-9_.-]{1,48}?)__([A-Za-z0-9_.-]{1,64})\Z")
SHELL_TOOLS = frozenset({"exec_command", "shell", "shell_command", "local_shell", "container.exec"})
PATCH_LINE = re.compile(r"^\*\*\* (Add|Update|Delete) File: ", re.MULTILINE)
PATCH_KINDS = frozenset({"add", "update", "delete", "move"})
MAX_CLASSIFIED = 4000
"""Characters of a command or patch that are looked at."""

TURN_ERRORS = frozenset(
    {
        "context_window_exceeded",
        "usage_limit_exceeded",
        "rate_limit_exceeded",
        "server_overloaded",
        "response_stream_disconnected",
        "response_stream_connection_failed",
        "response_too_many_failed_attempts",
        "http_connection_failed",
        "internal_server_error",
        "bad_request",
        "unauthorized",
        "sandbox_error",
        "cyber_policy",
        "session_budget_exceeded",
    },
)
ABORT_REASONS = frozenset({"interrupted", "replaced", "review_ended", "budget_limited"})
EFFORTS = frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max", "ultra"})
TIERS = frozenset({"default", "standard", "auto", "priority", "fast", "flex", "batch", "ultrafast"})
PLANS = frozenset(
    {"free", "go", "plus", "pro", "prolite", "team", "business", "enterprise", "edu", "education", "unknown"},
)


def known(value: object, table: frozenset[str]) -> str | None:
    """Return a value that the table has, `other` for any other text, None for none."""
    if not isinstance(value, str) or not value:
        return None
    return value if value in table else "other"


def name_of(value: object) -> str | None:
    """Return a value that has the form of a name of a model, tool or client; `other` for any other text."""
    if not isinstance(value, str) or not value:
        return None
    return value if NAME.match(value) else "other"


def turn_error(info: object) -> str:
    """Return the kind of a turn's error, which Codex writes as a name or as an object with one key."""
    if isinstance(info, dict) and info:
        info = next(iter(info))
    return known(info, TURN_ERRORS) or "other"


def of_tool_call(call: ToolCall) -> list[str]:
    """Return the labels of a tool call: the tool, its MCP server, command families and kinds of patch."""
    name = _tool_name(call)
    labels = list(_of_name(name))
    if name in SHELL_TOOLS:
        labels += of_command(_command(call))
    elif name == "apply_patch":
        labels += _of_patch(call)
    elif name == "exec" and isinstance(call.input, str):
        labels += [label for tool in classify_code(call.input) for label in _of_name(tool)]
    return labels


def _tool_name(call: ToolCall) -> str:
    if call.type in {"web_search_call", "local_shell_call", "tool_search_call", "image_generation_call"}:
        return call.type.removesuffix("_call")
    name = call.name or ""
    if call.namespace and call.namespace.startswith("mcp__"):
        name = f"{call.namespace.rstrip('_')}__{name}"
    return name


def _of_name(name: str) -> Iterator[str]:
    found = MCP_NAME.match(name)
    if found:
        yield f"mcp_server:{found[1]}"
        yield f"mcp_tool:{found[1]}/{found[2]}"
    else:
        yield f"tool:{name_of(name) or 'other'}"


def of_command(command: object) -> list[str]:
    """Return the labels of a shell command, given as text or as a list of arguments."""
    if isinstance(command, list):
        command = [part for part in command if isinstance(part, str)]
    elif not isinstance(command, str):
        return []
    labels = []
    for found in classify(command):
        labels.append(f"command:{found.family}")
        if found.verb:
            labels.append(f"subcommand:{found.verb}")
        labels.append(f"effect:{found.effect}")
    return labels


def _command(call: ToolCall) -> object:
    arguments = embedded(call.action if call.type == "local_shell_call" else call.arguments)
    return arguments.get("cmd") or arguments.get("command")


def _of_patch(call: ToolCall) -> list[str]:
    text = call.input if isinstance(call.input, str) else embedded(call.arguments).get("input")
    found = PATCH_LINE.findall(text) if isinstance(text, str) else []
    return [f"patch:{kind.lower()}" for kind in found]


def of_item(item: ItemJson, seen: Iterable[str]) -> list[str]:
    """Return the labels of a finished item whose call no tool call line has told of (code mode runs tools inside)."""
    if item.id in seen:
        return []
    if item.type == "CommandExecution":
        return [*of_command(item.command), *exit_label(item.exit_code)]
    if item.type == "McpToolCall" and item.server and item.tool:
        return list(_of_name(f"mcp__{item.server}__{item.tool}"))
    return []


def exit_label(code: int | None) -> list[str]:
    """Return the label of an exit code."""
    return [] if code is None else [f"exit:{code if -255 <= code <= 255 else 'other'}"]


class Wrapper(NamedTuple):
    """What the text around a tool's output says of it."""

    call_id: str | None
    exit_code: int | None
    tokens: int
    timed_out: bool


CALL_ID = re.compile(rb'"call_id":"([^"\\]{1,128})"')
EXIT_CODE = re.compile(rb'(?:Process exited with code |Exit code: |exit_code\\*":)(-?\d{1,10})')
TOKEN_COUNT = re.compile(rb'(?:[Oo]riginal token count: |original_token_count\\*":)(\d{1,12})')
TIMED_OUT = b"command timed out after"
HEAD_BYTES = 700
TAIL_BYTES = 240


def wrapper(line: bytes, output: ToolOutput | None = None) -> Wrapper:
    """Return what the wrapper of a tool's output says; `output` is given where the line's layout is not the usual one."""
    head = line[:HEAD_BYTES]
    start = head.find(b'"output":')
    found = CALL_ID.search(head)
    call_id = output.call_id if output else found[1].decode("utf-8", "replace") if found else None
    text = head[start:] if start >= 0 else b""
    text = text[: text.find(b"Output:\\n")] if b"Output:\\n" in text and b'"type":' not in text else text
    if text.startswith(b'"output":"{\\"output\\"'):
        text = line[-TAIL_BYTES:]
    code, tokens = EXIT_CODE.search(text), TOKEN_COUNT.search(text)
    return Wrapper(call_id, int(code[1]) if code else None, int(tokens[1]) if tokens else 0, TIMED_OUT in text)
