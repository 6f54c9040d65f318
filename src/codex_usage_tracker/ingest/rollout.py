"""Reading one rollout: its lines are decoded by kind and accounted for, slice by slice."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import msgspec

from codex_usage_tracker.ingest import decode, labels
from codex_usage_tracker.ingest.account import Account
from codex_usage_tracker.ingest.decode import Decoder, Unrecognised
from codex_usage_tracker.ingest.scan import HEADER, INNER, LAYOUT, OVERSIZED_NOTE, PIECE_BYTES, TYPE, Scanner
from codex_usage_tracker.ingest.state import AGENT, State
from codex_usage_tracker.model import Reading

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdError
else:
    from backports.zstd import ZstdError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    Handler = Callable[[Account, bytes, bytes | None, int], None]

SLICE_BYTES = 16 * 2**20
"""A rollout is read and stored in slices of this size, so that memory does not grow with it."""
NAME = re.compile(r"rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-([0-9a-f-]{36})(?:_([0-9a-f-]{36}))?\.jsonl(\.zst)?\Z")
ORDINAL = re.compile(rb'"ordinal":(\d+)')
ROLE = b'"role":"assistant"'
ITEM = b'"item":{"type":"'
ITEM_ID = b'","id":"'
OUTPUT = b'_call_output"'

_state = msgspec.msgpack.Decoder(State)


def read_slice(stream: BinaryIO, name: str, saved: bytes, offset: int, lines: int) -> Reading:
    """Read on from `offset` with the state that the slice before left; `stream` stands at `offset`."""
    state = _state.decode(saved) if saved else State(own=thread_of(name))
    account = Account(state)
    scanner = Scanner(stream, offset, lines, stop_after=SLICE_BYTES)
    try:
        _account_for(account, scanner)
    except (EOFError, ZstdError):
        account.note("damaged_compression", scanner.lines + 1)
        scanner.finished = True
    _take_skipped(account)
    for number in scanner.oversized:
        account.note(OVERSIZED_NOTE, number)
    return Reading(
        thread=account.thread,
        name=account.name,
        named_at=account.named_at,
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


def _account_for(account: Account, scanner: Scanner) -> None:
    """Give each line to the handler of its kind, which for most lines a few bytes at known places tell.

    This loop sees every line there is, so it keeps its own count and leaves all that is unusual to the scanner.
    """
    quick, state, readline = QUICK.get, account.state, scanner.stream.readline
    offset, number, stop_at = scanner.offset, scanner.lines, scanner.stop_at
    while offset < stop_at:
        line = readline(PIECE_BYTES)
        at = line.find(TYPE, 39, 66) + 8
        kind, handler = quick(line[at : at + KIND_BYTES], UNTOLD)
        if (
            line[:14] == HEADER and line[-1:] == b"\n" and line.startswith(kind, at) and state.start_ordinal is None
        ):  # fmt: skip
            offset += len(line)
            number += 1
            handler(account, line, line[14:38], number)
            continue
        scanner.offset, scanner.lines = offset, number
        whole = scanner.take(line)
        if whole is None:
            return
        _account_for_line(account, whole, scanner.lines)
        offset, number = scanner.offset, scanner.lines
    scanner.offset, scanner.lines = offset, number


def _account_for_line(account: Account, line: bytes, number: int) -> None:
    """Give a line of any kind to its handler."""
    found = LAYOUT.match(line)
    if found is None:
        _odd_line(account, line, number)
    elif account.state.start_ordinal is None or not _below(line, account.state.start_ordinal):
        _handle(account, found[2], line, found[1], number)


def _handle(account: Account, kind: bytes, line: bytes, timestamp: bytes | None, number: int) -> None:
    handler = HANDLERS.get(kind)
    if handler is not None:
        handler(account, line, timestamp, number)
    elif kind not in SILENT:
        account.note("unknown_type", number)


def _nothing(_account: Account, _line: bytes, _timestamp: bytes | None, _number: int) -> None:
    """Step over a line that is known to add nothing."""


def _odd_line(account: Account, line: bytes, number: int) -> None:
    """Take a line of another layout than Codex's own, if it can be decoded."""
    if line.isspace():
        return
    found = decode.envelope(line)
    if isinstance(found, Unrecognised):
        account.note(found.reason, number)
    elif found.kind or number > 1:  # the first Rust builds began with a line without a type
        start, ordinal = account.state.start_ordinal, found.ordinal
        if start is None or ordinal is None or ordinal >= start or found.kind == b"session_meta":
            _handle(account, found.kind, decode.relaid(line), found.timestamp, number)


def _below(line: bytes, start: int) -> bool:
    """Say whether a line belongs to the context that a sub-agent was given by its parent."""
    found = ORDINAL.search(line, 0, 120)
    return found is not None and int(found[1]) < start and b'"session_meta"' not in line[:120]


def _decoded(record: type[Any], handle: Callable[[Account, Any, int, int], None]) -> Handler:
    decoder: Decoder[Any] = Decoder(record)

    def handler(account: Account, line: bytes, timestamp: bytes | None, number: int) -> None:
        try:
            payload = decoder.strict(line).payload
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            payload = decoder.second_try(line)
        if payload.__class__ is Unrecognised:
            account.note(payload.reason, number)
        else:
            handle(account, payload, account.at(timestamp, number), number)

    return handler


_tool_call_decoder: Decoder[decode.ToolCall] = Decoder(decode.ToolCall)


def _tool_call(account: Account, line: bytes, timestamp: bytes | None, number: int) -> None:
    account.answering(timestamp)
    call = _tool_call_decoder(line)
    if isinstance(call, Unrecognised):
        account.note(call.reason, number)
    else:
        account.tool_called(call.call_id, labels.of_tool_call(call), number)


_count_decoder: Decoder[Any] = Decoder(decode.TokenCount)


def _token_count(account: Account, line: bytes, timestamp: bytes | None, number: int) -> None:
    if account.told_already(line):
        return
    _take_skipped(account)
    snapshot = _count_decoder(line)
    if isinstance(snapshot, Unrecognised):
        account.note(snapshot.reason, number)
    else:
        account.token_count(snapshot, account.at(timestamp, number), number)
        account.remember(line)


def _take_skipped(account: Account) -> None:
    skipped = account.skipped
    if skipped is not None:
        account.skipped = None
        snapshot = _count_decoder(skipped)
        if not isinstance(snapshot, Unrecognised):
            account.take_skipped(snapshot)


def _tool_output(account: Account, line: bytes, timestamp: bytes | None, number: int) -> None:
    account.tool_answered(labels.wrapper(line), timestamp, number)


def _message(account: Account, line: bytes, timestamp: bytes | None, _number: int) -> None:
    if line.find(ROLE, 60, 400) >= 0:
        account.answering(timestamp)
        account.spoke()


def _answering(account: Account, _line: bytes, timestamp: bytes | None, _number: int) -> None:
    account.answering(timestamp)


def _agent_message(account: Account, _line: bytes, timestamp: bytes | None, _number: int) -> None:
    account.answering(timestamp)
    account.repeated()


def _repeated(account: Account, _line: bytes, _timestamp: bytes | None, _number: int) -> None:
    account.repeated()


def _asked(account: Account, _line: bytes, timestamp: bytes | None, _number: int) -> None:
    account.asked(timestamp)


def _item(account: Account, line: bytes, timestamp: bytes | None, number: int) -> None:
    """Take a finished item; one of a tool is decoded only if code mode ran it inside another."""
    begin = line.find(ITEM, 100, 400) + len(ITEM)
    end = line.find(b'"', begin, begin + 40)
    handler = ITEM_HANDLERS.get(line[begin:end])
    if handler is not None:
        handler(account, line, timestamp, number)
    elif not _is_told_of(account, line, end):
        found = labels.of_shell_item(line, end)
        if found is None:
            _decoded_item(account, line, timestamp, number)
        for label in found or ():
            account.fact(label, number)


def _is_told_of(account: Account, line: bytes, end: int) -> bool:
    """Say whether a tool call's line has told of the item whose type ends at a place."""
    begin = end + len(ITEM_ID)
    if line[end:begin] != ITEM_ID:
        return False
    return line[begin : line.find(b'"', begin, begin + 130)].decode("utf-8", "replace") in account.state.tools


def _of_item(account: Account, completed: decode.ItemCompleted, _at: int, number: int) -> None:
    for label in labels.of_item(completed.item):
        account.fact(label, number)


_decoded_item = _decoded(decode.ItemCompleted, _of_item)


def _patch_end(account: Account, patch: decode.PatchEnd, _at: int, number: int) -> None:
    account.fact("patch:applied" if patch.success else "patch:failed", number)


def _name(account: Account, named: decode.NameUpdated, at: int, _number: int) -> None:
    if named.thread_id in {None, account.state.own}:
        account.name, account.named_at = named.thread_name, at


def _agent_spoke(account: Account, _line: bytes, timestamp: bytes | None, _number: int) -> None:
    account.caused(AGENT, timestamp)


def _noted(label: str) -> Handler:
    def handler(account: Account, _line: bytes, _timestamp: bytes | None, number: int) -> None:
        if not account.state.inherited:
            account.fact(label, number)

    return handler


def _event(name: str) -> bytes:
    return b"event_msg" + INNER + name.encode()


def _item_line(name: str) -> bytes:
    return b"response_item" + INNER + name.encode()


_started = _decoded(decode.TurnEvent, Account.task_started)
_completed = _decoded(decode.TurnEvent, Account.task_complete)

ITEM_HANDLERS: dict[bytes, Handler] = {
    b"UserMessage": _asked,
    b"AgentMessage": _repeated,
    **dict.fromkeys(
        (
            b"Reasoning",
            b"FileChange",
            b"ContextCompaction",
            b"WebSearch",
            b"Plan",
            b"HookPrompt",
            b"FunctionCallOutput",
            b"CollabAgentToolCall",
            b"SubAgentActivity",
            b"ImageView",
            b"Sleep",
            b"ImageGeneration",
            b"EnteredReviewMode",
            b"ExitedReviewMode",
            b"DynamicToolCall",
        ),
        _nothing,
    ),
}
"""What finished items are taken for; any other may be a tool's."""

HANDLERS: dict[bytes, Handler] = {
    b"session_meta": _decoded(decode.SessionMeta, Account.session_meta),
    b"turn_context": _decoded(decode.TurnContext, Account.turn_context),
    b"token_usage_record": _decoded(decode.UsageRecord, Account.usage_record),
    b"compacted": _decoded(decode.Compacted, Account.compacted),
    _event("token_count"): _token_count,
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
    _tool_call,
)

SILENT = (
    frozenset({b"world_state", b"dynamic_tools_updated", b"retained_context", b"security_risk_score"})
    | frozenset({b"inter_agent_communication", b"inter_agent_communication_metadata", b"realtime_item"})
    | frozenset({b"message", b"reasoning", b"function_call", b"function_call_output", b"local_shell_call", b"state"})
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
            ("additional_tools", "ghost_snapshot", "tool_search_output", "compaction", "context_compaction", "configuration_update", "compaction_trigger"),
        ),
    )
)
"""Kinds that are normal and add nothing; any other kind without a handler is counted as unknown."""


def _tool(account: Account, line: bytes, timestamp: bytes | None, number: int) -> None:
    """Tell outputs of tools from their calls."""
    (_tool_output if line.find(OUTPUT, 60, 130) >= 0 else _tool_call)(account, line, timestamp, number)


KIND_BYTES = 38
UNTOLD: tuple[bytes, Handler] = (b"?", _nothing)
QUICK: dict[bytes, tuple[bytes, Handler]] = {
    kind[:KIND_BYTES]: (kind + b'"', handler) for kind, handler in HANDLERS.items() if len(kind) >= KIND_BYTES
} | {
    b'token_usage_record","payload":{"thread_id'[:KIND_BYTES]: (b'token_usage_record"', HANDLERS[b"token_usage_record"]),
    b'turn_context","payload":{"turn_id":"01': (b'turn_context"', HANDLERS[b"turn_context"]),
    b'world_state","payload":{"full":true,"s': (b'world_state"', _nothing),
    **dict.fromkeys(
        (_item_line("function_call")[:KIND_BYTES], _item_line("custom_tool_call")[:KIND_BYTES]),
        (_item_line(""), _tool),
    ),
}
"""Kinds and handlers by the first bytes of `type` and payload type, where those bytes tell the kind."""
