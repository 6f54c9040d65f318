"""Safe labels for what a call did: names from tables and tool names of a strict form, never text of a log."""

import re
from functools import lru_cache
from typing import NamedTuple

from codex_usage_tracker.ingest.decode import ItemJson, ToolCall, json_text, shell_arguments

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,63}\Z")
MCP_NAME = re.compile(r"mcp__([A-Za-z0-9_.-]{1,48}?)__([A-Za-z0-9_.-]{1,64})\Z")
SHELL_TOOLS = frozenset({"exec_command", "shell", "shell_command", "local_shell", "container.exec"})
PATCH_LINE = re.compile(r"^\*\*\* (Add|Update|Delete) File: ", re.MULTILINE)
MAX_COMMAND = 4000
MAX_MODEL = 128
NAMELESS = frozenset({"web_search_call", "local_shell_call", "tool_search_call", "image_generation_call"})
HISTORY_MODES = frozenset({"legacy", "paginated"})
TURN_ERRORS = frozenset(
    "context_window_exceeded usage_limit_exceeded rate_limit_exceeded server_overloaded response_stream_disconnected"
    " response_stream_connection_failed response_too_many_failed_attempts http_connection_failed internal_server_error"
    " bad_request unauthorized sandbox_error cyber_policy session_budget_exceeded".split()
)
ABORT_REASONS = frozenset({"interrupted", "replaced", "review_ended", "budget_limited"})
EFFORTS = frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max", "ultra"})
TIERS = frozenset({"default", "standard", "auto", "priority", "fast", "flex", "batch", "ultrafast"})
PLANS = frozenset("free go plus pro prolite team business enterprise edu education unknown".split())


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


def model_of(value: object) -> str | None:
    """Return a model's name as it stands, as providers choose them freely; `other` for a text that can be none."""
    if not isinstance(value, str) or not value:
        return None
    return value if len(value) <= MAX_MODEL and value.isprintable() else "other"


def turn_error(info: object) -> str:
    """Return the kind of a turn's error, which Codex writes as a name or as an object with one key."""
    if isinstance(info, dict) and info:
        info = next(iter(info))
    return known(info, TURN_ERRORS) or "other"


def of_tool_call(call: ToolCall) -> list[str]:
    """Return the labels of a tool call: the tool, its MCP server, command families and kinds of patch."""
    name = tool_name(call)
    if name in SHELL_TOOLS:
        return [*of_name(name), *of_command(command_of(call))]
    labels = list(of_name(name))
    if name == "apply_patch":
        labels += _of_patch(call)
    elif name == "exec" and isinstance(call.input, str):
        labels += _of_code_mode(call.input)
    return labels


def _of_code_mode(source: str) -> list[str]:
    from codex_usage_tracker.ingest.commands import classify_code  # noqa: PLC0415  (as in `_of_classified`)

    return [label for tool in classify_code(source) for label in of_name(tool)]


def tool_name(call: ToolCall) -> str:
    """Return what a tool is called in full, an empty text where the call does not tell."""
    if call.name is None:
        return call.type.removesuffix("_call") if call.type in NAMELESS else ""
    if call.namespace and call.namespace.startswith("mcp__"):
        return f"{call.namespace.rstrip('_')}__{call.name}"
    return call.name


@lru_cache(maxsize=1024)
def of_name(name: str) -> tuple[str, ...]:
    """Return the labels of a tool's full name."""
    found = MCP_NAME.match(name)
    if found:
        return f"mcp_server:{found[1]}", f"mcp_tool:{found[1]}/{found[2]}"
    return (f"tool:{name_of(name) or 'other'}",)


def of_command(command: object) -> tuple[str, ...]:
    """Return the labels of a shell command, given as text or as a list of arguments."""
    if isinstance(command, str):
        return _of_text(command[:MAX_COMMAND])
    if isinstance(command, list):
        return _of_classified([part for part in command if isinstance(part, str)])
    return ()


@lru_cache(maxsize=2048)
def _of_text(command: str) -> tuple[str, ...]:
    return _of_classified(command)


def _of_classified(command: str | list[str]) -> tuple[str, ...]:
    from codex_usage_tracker.ingest.commands import classify  # noqa: PLC0415  (its table is large; few lines need it)

    labels = []
    for found in classify(command):
        labels.append(f"command:{found.family}")
        if found.verb:
            labels.append(f"subcommand:{found.verb}")
    return tuple(labels)


def command_of(call: ToolCall) -> object:
    """Return the command that a shell tool was given, as text or as a list."""
    arguments = shell_arguments(call.action if call.type == "local_shell_call" else call.arguments)
    return arguments.cmd or arguments.command


def _of_patch(call: ToolCall) -> list[str]:
    text = call.input if isinstance(call.input, str) else shell_arguments(call.arguments).input
    found = PATCH_LINE.findall(text) if isinstance(text, str) else []
    return [f"patch:{kind.lower()}" for kind in found]


def of_item(item: ItemJson) -> tuple[str, ...]:
    """Return the labels of a finished item that code mode ran inside another tool."""
    if item.type == "CommandExecution":
        return (*of_command(item.command), *([] if item.exit_code is None else [exit_label(item.exit_code)]))
    if item.type == "McpToolCall" and item.server and item.tool:
        return of_name(f"mcp__{item.server}__{item.tool}")
    return ()


SHELL_ITEM = re.compile(rb'"command":\["(?:/usr)?(?:/bin/)?(?:ba|z|da)?sh","-l?c","((?:[^"\\]|\\.){0,4000})"\]')
EXIT_FIELD = b'"exit_code":'
EXIT_VALUE = re.compile(rb"-?\d{1,9}(?=[,}])")


def of_shell_item(line: bytes, begin: int) -> tuple[str, ...] | None:
    """Return the labels of a command item that a shell ran, without decoding its output; None if it is another."""
    found = SHELL_ITEM.search(line, begin, begin + MAX_COMMAND)
    if found is None:
        return None
    at = line.rfind(EXIT_FIELD)
    code = EXIT_VALUE.match(line, at + len(EXIT_FIELD)) if at >= 0 else None
    labels = _of_script(found[1])
    return (*labels, exit_label(int(code[0]))) if code else labels


@lru_cache(maxsize=2048)
def _of_script(escaped: bytes) -> tuple[str, ...]:
    """Return the labels of a script as it stands escaped in JSON."""
    script = json_text(escaped)
    return of_command(script) if script is not None else ()


def exit_label(code: int) -> str:
    """Return the label of an exit code."""
    return EXIT_LABELS.get(code, "exit:other")


EXIT_LABELS = {code: f"exit:{code}" for code in range(-255, 256)}


class Wrapper(NamedTuple):
    """What the text around a tool's output says of it."""

    call_id: str | None
    exit_code: int | None
    tokens: int | None
    timed_out: bool


USUAL = re.compile(
    rb'"call_id":"([^"\\]{1,128})","output":"(?:Chunk ID: \w{1,32}\\n)?'
    rb"(?:Wall time: [\d.]{1,20} seconds\\nProcess exited with code |Exit code: )(-?\d{1,9})\\n"
    rb"(?:Wall time: [\d.]{1,20} seconds\\n)?(?:Original token count: (\d{1,12})\\n)?",
)
"""The wrapper of a command that ended, as clients since 0.98 write it."""
CALL_ID = re.compile(rb'"call_id":"([^"\\]{1,128})"')
BEGINNING = re.compile(
    rb'"(?:Chunk ID|Wall time|Exit code|Process |command timed out|Warning: truncated)|\[|"\{\\"output\\"',
)
EXIT_CODE = re.compile(rb'(?:Process exited with code |Exit code: |exit_code\\*":)(-?\d{1,9})')
TOKEN_COUNT = re.compile(rb'(?:[Oo]riginal token count: |original_token_count\\*":)(\d{1,12})')
OF_CODE = b'","output":[{"type":"input_text","text":"Script '
DIGITS = re.compile(rb'original_token_count\\*": ?(\d{1,12})')
TIMED_OUT = b"command timed out after"
OUTPUT = b'"output":'
BODY = b"Output:\\n"
HEAD_BYTES = 700
TAIL_BYTES = 240


def wrapper(line: bytes) -> Wrapper:
    """Return what the wrapper around a tool's output says; the output itself is not looked at."""
    begin = line.find(b'"call_id":"', 60, HEAD_BYTES)
    found = USUAL.match(line, begin) if begin >= 0 else None
    if found is not None:
        call_id, code, tokens = found.groups()
        return Wrapper(call_id.decode("utf-8", "replace"), int(code), int(tokens) if tokens else None, timed_out=False)
    end = line.find(b'"', begin + 11, begin + 140)
    if begin >= 0 and line.startswith(OF_CODE, end):
        return _of_code(line, line[begin + 11 : end].decode("utf-8", "replace"), end)
    return _unusual(line)


def _of_code(line: bytes, call_id: str, begin: int) -> Wrapper:
    """Return what the output of code mode says; the exit codes of its commands stand in their own items."""
    at = line.find(b"original_token_count", begin, begin + HEAD_BYTES)
    found = DIGITS.match(line, at) if at >= 0 else None
    return Wrapper(call_id, None, int(found[1]) if found else None, timed_out=False)


def _unusual(line: bytes) -> Wrapper:
    head = line[:HEAD_BYTES]
    named = CALL_ID.search(head) or CALL_ID.search(line, max(len(line) - TAIL_BYTES, 0))
    call_id = named[1].decode("utf-8", "replace") if named else None
    start = head.find(OUTPUT) + len(OUTPUT)
    text = head[start:] if start >= len(OUTPUT) else b""
    if not BEGINNING.match(text):
        return Wrapper(call_id, None, None, timed_out=False)
    if text.startswith(b'"{'):
        text = line[-TAIL_BYTES:]
    elif text.startswith(b'"'):
        text = text.partition(BODY)[0]
    code, tokens = EXIT_CODE.search(text), TOKEN_COUNT.search(text)
    return Wrapper(call_id, int(code[1]) if code else None, int(tokens[1]) if tokens else None, TIMED_OUT in text)
