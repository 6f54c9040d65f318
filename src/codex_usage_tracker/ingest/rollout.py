"""Reading one rollout: its lines are decoded by kind and accounted for, slice by slice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from codex_usage_tracker.ingest import decode, labels
from codex_usage_tracker.ingest.account import Account, State
from codex_usage_tracker.ingest.decode import Decoder, Unrecognised
from codex_usage_tracker.ingest.scan import INNER, OVERSIZED_NOTE, Scanner
from codex_usage_tracker.model import Reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from codex_usage_tracker.ingest.scan import Seen

    Handler = Callable[[Account, bytes, int, int], Unrecognised | None]

SLICE_BYTES = 64 * 2**20
"""A rollout is read and stored in slices of this size, so that memory does not grow with it."""
NAME = re.compile(r"rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-([0-9a-f-]{36})(?:_([0-9a-f-]{36}))?\.jsonl(\.zst)?\Z")
ORDINAL = re.compile(rb'"ordinal":(\d+)')
ROLE = b'"role":"assistant"'
ITEM = re.compile(rb'"item":\{"type":"(\w+)"')

_state = msgspec.msgpack.Decoder(State)


def read_slice(stream: BinaryIO, name: str, saved: bytes, offset: int, lines: int) -> Reading:
    """Read on from `offset` with the state that the slice before left; `stream` stands at `offset`."""
    state = _state.decode(saved) if saved else State(own=thread_of(name))
    account = Account(state)
    scanner = Scanner(stream, offset, lines, stop_after=SLICE_BYTES)
    for seen in scanner:
        _account_for(account, seen)
    account.take()
    for number in scanner.oversized:
        account.note(OVERSIZED_NOTE, number)
    return Reading(
        thread=account.thread,
        name=account.name,
        profiles=list(account.profiles),
        calls=account.calls,
        claims=account.claims,
        turns=list(account.turns.values()),
        limits=account.limits,
        notes=account.found_notes(),
        own=state.own,
        offset=scanner.offset,
        lines=scanner.lines,
        state=msgspec.msgpack.encode(state),
        finished=scanner.finished,
    )


def thread_of(name: str) -> str:
    """Return the thread id in a rollout's file name, which holds where the file has no `session_meta`."""
    found = NAME.match(name)
    return found[1] if found else name


def _account_for(account: Account, seen: Seen) -> None:
    timestamp, kind = seen.timestamp, seen.kind
    if kind is None:
        found = decode.envelope(seen.line)
        if isinstance(found, Unrecognised):
            account.note(found.reason, seen.number)
            return
        timestamp, kind = found
    handler = HANDLERS.get(kind)
    if handler is None:
        if kind not in SILENT:
            account.note("unknown_type", seen.number)
        return
    state = account.state
    if state.start_ordinal is not None and _below(seen.line, state.start_ordinal):
        return
    at = decode.instant(timestamp) if timestamp else None
    if at is None:
        account.note("invalid_timestamp", seen.number)
        at = state.last_at or 0
    state.last_at = at
    refused = handler(account, seen.line, at, seen.number)
    if refused is not None:
        account.note(refused.reason, seen.number)


def _below(line: bytes, start: int) -> bool:
    """Say whether a line belongs to the context that a sub-agent was given by its parent."""
    found = ORDINAL.search(line, 0, 120)
    return found is not None and int(found[1]) < start and b'"session_meta"' not in line[:120]


def _decoded(record: type[Any], handle: Callable[[Account, Any, int, int], None]) -> Handler:
    decoder: Decoder[Any] = Decoder(record)

    def handler(account: Account, line: bytes, at: int, number: int) -> Unrecognised | None:
        payload = decoder(line)
        if isinstance(payload, Unrecognised):
            return payload
        handle(account, payload, at, number)
        return None

    return handler


def _tool_call(account: Account, call: decode.ToolCall, at: int, number: int) -> None:
    account.tool_called(call.call_id, labels.of_tool_call(call), at, number)


def _tool_output(account: Account, line: bytes, at: int, number: int) -> None:
    account.tool_answered(labels.wrapper(line), at, number)


def _message(account: Account, line: bytes, at: int, _number: int) -> None:
    if line.find(ROLE, 0, 400) >= 0:
        account.answering(at)
        account.spoke()


def _answering(account: Account, _line: bytes, at: int, _number: int) -> None:
    account.answering(at)


def _agent_message(account: Account, _line: bytes, at: int, _number: int) -> None:
    account.answering(at)
    account.repeated()


def _asked(account: Account, _line: bytes, at: int, _number: int) -> None:
    account.asked(at)


_item_decoder = Decoder(decode.ItemCompleted)
ITEMS_DECODED = frozenset({b"CommandExecution", b"McpToolCall", b"FileChange"})


def _item(account: Account, line: bytes, at: int, number: int) -> Unrecognised | None:
    """Take a finished item; only those that code mode runs inside a tool are decoded."""
    found = ITEM.search(line, 0, 400)
    kind = found[1] if found else b""
    if kind == b"UserMessage":
        account.asked(at)
    elif kind == b"AgentMessage":
        account.repeated()
    elif kind in ITEMS_DECODED or not found:
        payload = _item_decoder(line)
        if isinstance(payload, Unrecognised):
            return payload
        for label in labels.of_item(payload.item, account.state.tools):
            account.fact(label, number)
    return None


def _patch_end(account: Account, patch: decode.PatchEnd, _at: int, number: int) -> None:
    account.fact("patch:applied" if patch.success else "patch:failed", number)


def _name(account: Account, named: decode.NameUpdated, _at: int, _number: int) -> None:
    if named.thread_id in {None, account.state.own}:
        account.name = named.thread_name


def _agent_spoke(account: Account, _line: bytes, at: int, _number: int) -> None:
    account.agent_spoke(at)


def _noted(label: str) -> Handler:
    def handler(account: Account, _line: bytes, _at: int, number: int) -> None:
        if not account.state.inherited:
            account.fact(label, number)

    return handler


def _event(name: str) -> bytes:
    return b"event_msg" + INNER + name.encode()


def _item_line(name: str) -> bytes:
    return b"response_item" + INNER + name.encode()


_started = _decoded(decode.TurnEvent, Account.task_started)
_completed = _decoded(decode.TurnEvent, Account.task_complete)
_called = _decoded(decode.ToolCall, _tool_call)

HANDLERS: dict[bytes, Handler] = {
    b"session_meta": _decoded(decode.SessionMeta, Account.session_meta),
    b"turn_context": _decoded(decode.TurnContext, Account.turn_context),
    b"token_usage_record": _decoded(decode.UsageRecord, Account.usage_record),
    b"compacted": _decoded(decode.Compacted, Account.compacted),
    _event("token_count"): _decoded(decode.TokenCount, Account.token_count),
    _event("task_started"): _started,
    _event("turn_started"): _started,
    _event("task_complete"): _completed,
    _event("turn_complete"): _completed,
    _event("turn_aborted"): _decoded(decode.TurnEvent, Account.turn_aborted),
    _event("thread_settings_applied"): _decoded(decode.SettingsApplied, Account.settings_applied),
    _event("thread_name_updated"): _decoded(decode.NameUpdated, _name),
    _event("user_message"): _asked,
    _event("agent_message"): _agent_message,
    _event("agent_reasoning"): _answering,
    _event("item_completed"): _item,
    _event("patch_apply_end"): _decoded(decode.PatchEnd, _patch_end),
    _event("thread_rolled_back"): _noted("outcome:thread_rolled_back"),
    _item_line("message"): _message,
    _item_line("agent_message"): _agent_spoke,
    _item_line("reasoning"): _answering,
    _item_line("function_call_output"): _tool_output,
    _item_line("custom_tool_call_output"): _tool_output,
} | dict.fromkeys(
    map(
        _item_line,
        (
            "function_call",
            "custom_tool_call",
            "local_shell_call",
            "web_search_call",
            "tool_search_call",
            "image_generation_call",
        ),
    ),
    _called,
)

SILENT = (
    frozenset({b"inter_agent_communication", b"inter_agent_communication_metadata", b"realtime_item", b"state"})
    | frozenset(
        map(
            _event,
            (
                "agent_reasoning_raw_content",
                "context_compacted",
                "entered_review_mode",
                "exited_review_mode",
                "exec_command_end",
                "mcp_tool_call_end",
                "web_search_end",
                "view_image_tool_call",
                "image_generation_end",
                "sub_agent_activity",
                "thread_goal_updated",
                "undo_completed",
                "guardian_assessment",
            ),
        ),
    )
    | frozenset(
        map(
            _item_line,
            ("compaction", "context_compaction", "configuration_update", "compaction_trigger"),
        ),
    )
)
"""Kinds that are normal and add nothing; any other kind without a handler is counted as unknown."""
