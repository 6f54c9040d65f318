"""What a line of a log tells a reader: a label, a text, token counts, a time; of any line, however odd."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from codex_usage_tracker.contract.evidence import EvidenceTokens, EvidenceUsage

if TYPE_CHECKING:
    from codex_usage_tracker.evidence.source import Line

Json = dict[str, Any]

NESTED = frozenset({"event_msg", "response_item"})
LABELS = {
    "agent_message": "message of an agent",
    "additional_tools": "tools",
    "compacted": "compaction",
    "compaction": "compaction",
    "context_compacted": "compaction",
    "context_compaction": "compaction",
    "custom_tool_call": "tool call",
    "custom_tool_call_output": "tool output",
    "dynamic_tools_updated": "tools",
    "entered_review_mode": "review begins",
    "error": "error",
    "event_msg:agent_message": "assistant message",
    "exec_command_end": "tool output",
    "exited_review_mode": "review ends",
    "function_call": "tool call",
    "function_call_output": "tool output",
    "image_generation_call": "tool output",
    "inter_agent_communication": "message of an agent",
    "local_shell_call": "tool call",
    "mcp_tool_call_end": "tool output",
    "message": "message",
    "patch_apply_end": "patch result",
    "reasoning": "reasoning summary",
    "session_meta": "session",
    "task_complete": "turn ends",
    "task_started": "turn begins",
    "thread_goal_updated": "goal",
    "thread_name_updated": "thread name",
    "thread_rolled_back": "turns rolled back",
    "thread_settings_applied": "settings",
    "token_count": "token count",
    "token_usage_record": "token count",
    "tool_search_call": "tool call",
    "tool_search_output": "tool output",
    "turn_aborted": "turn aborted",
    "turn_complete": "turn ends",
    "turn_context": "turn context",
    "turn_started": "turn begins",
    "user_message": "user message",
    "web_search_call": "tool call",
    "world_state": "state of the workspace",
}
"""What kinds of lines are called; any other is called `other`."""
ROLES = {
    "user": "user message",
    "assistant": "assistant message",
    "developer": "instructions",
    "system": "instructions",
}
OUTPUTS = frozenset({"tool output", "patch result"})
REPEATS = frozenset(
    {
        "agent_message", "agent_reasoning", "agent_reasoning_raw_content", "context_compacted", "exec_command_end",
        "image_generation_end", "item_completed", "mcp_tool_call_end", "user_message", "view_image_tool_call",
        "web_search_end",
    }
)  # fmt: skip
"""Events that tell a response item once more."""
TEXTS = ("content", "summary", "arguments", "input", "output", "action", "result", "message", "tools")
"""Fields of response items that are texts of the conversation, the first one that is there."""
HISTORY = ("message", "replacement_history", "guardian_history", "retained_context")
ENVELOPE = frozenset({"type", "timestamp", "ordinal", "metadata", "internal_chat_message_metadata_passthrough"})
EPOCH = datetime.fromtimestamp(0, UTC)
COUNTERS = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens", "total_tokens")


class Entry(NamedTuple):
    """A line as it is told; `part` is what has to be asked for, `repeats` says that another line tells the same."""

    number: int
    at: int | None
    type: str
    label: str
    name: str | None = None
    text: str = ""
    part: str = ""
    repeats: bool = False
    usage: EvidenceUsage | None = None
    payload: Json = {}  # noqa: RUF012  (never written to)


def entry(line: Line) -> Entry:
    """Return what a line tells."""
    found = decoded(line.data)
    if found is None:
        return Entry(line.number, None, "unreadable", "unreadable line")
    payload = found.get("payload")
    payload = payload if isinstance(payload, dict) else found
    outer, inner = str(found.get("type") or ""), str(payload.get("type") or "")
    kind = inner if outer in NESTED else outer
    label = LABELS.get(f"{outer}:{kind}", LABELS.get(kind, "other"))
    shape = f"{outer}:{kind}" if outer in NESTED else kind
    told = Entry(line.number, instant(found.get("timestamp")), shape if label != "other" else "other", label)
    told = told._replace(payload=payload, repeats=outer == "event_msg" and inner in REPEATS)
    return _filled(told, kind)


def _filled(told: Entry, kind: str) -> Entry:
    payload = told.payload
    if kind in {"token_count", "token_usage_record"}:
        return told._replace(usage=usage_of(payload))
    if kind == "compacted":
        history = {name: payload[name] for name in HISTORY if payload.get(name)}
        return told._replace(text=_text(list(history.values())), part="compaction_history")
    name = _word(payload.get("name")) or _word(payload.get("author"))
    text = next((_text(payload[field]) for field in TEXTS if payload.get(field)), "")
    if kind == "message":
        return told._replace(label=ROLES.get(str(payload.get("role")), told.label), text=text)
    if kind == "reasoning":
        label = told.label if text or not payload.get("encrypted_content") else "encrypted reasoning"
        return told._replace(label=label, text=text)
    if kind == "custom_tool_call" and name == "apply_patch":
        told = told._replace(label="patch")
    if told.label in OUTPUTS:
        told = told._replace(part="tool_output")
    if not told.type.startswith("response_item") or not text:
        text = _json({key: value for key, value in payload.items() if key not in ENVELOPE})
    return told._replace(name=name, text=text)


def decoded(data: bytes) -> Json | None:
    """Return a line as an object, None if it is none."""
    try:
        found = msgspec.json.decode(data.decode("utf-8", "replace"))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def instant(told: object) -> int | None:
    """Return a timestamp as milliseconds UTC."""
    try:
        moment = datetime.fromisoformat(told) if isinstance(told, str) else None
        moment = moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
        return None if moment is None else round((moment - EPOCH).total_seconds() * 1000)
    except (ValueError, OverflowError):
        return None


def usage_of(payload: Json) -> EvidenceUsage | None:
    """Return the counters of a record or a snapshot."""
    info = payload.get("info")
    told = (
        (info.get("last_token_usage"), info.get("total_token_usage"))
        if isinstance(info, dict)
        else (payload.get("usage"), payload.get("thread_token_usage"))
    )
    call, total = map(_tokens, told)
    return EvidenceUsage(call=call, total=total) if call or total else None


def _tokens(told: object) -> EvidenceTokens | None:
    if not isinstance(told, dict):
        return None
    counters = {name: _count(told.get(name)) for name in COUNTERS}
    inputs, cached = counters["input_tokens"], counters["cached_input_tokens"]
    uncached = None if inputs is None or cached is None else inputs - cached
    return EvidenceTokens(**counters, uncached_input_tokens=uncached)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def _word(value: object) -> str | None:
    return value[:100] if isinstance(value, str) and value else None


def _text(value: Any) -> str:
    """Return the text of a field: of items of content their texts, of anything else its JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(map(_text, value))
    if isinstance(value, dict):
        inner = next(
            (value[key] for key in ("text", "content", "query") if isinstance(value.get(key), (str, list))), None
        )
        return _json(value) if inner is None else _text(inner)
    return "" if value is None else _json(value)


def _json(value: Any) -> str:
    try:
        return msgspec.json.encode(_shown(value)).decode("utf-8", "replace")
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        return ""


def _shown(value: Any, key: str = "") -> Any:
    """Return a value with a word in the place of what nobody can read: ciphers and pictures."""
    if isinstance(value, dict):
        return {name: _shown(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_shown(inner, key) for inner in value]
    if isinstance(value, str) and (key == "encrypted_content" or value.startswith("data:")):
        return f"[{'picture' if value.startswith('data:') else 'encrypted'}, {len(value):,} characters]"
    return value
