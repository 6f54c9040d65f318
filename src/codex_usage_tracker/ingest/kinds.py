"""The kinds of lines: what is taken from each, and how a kind is told by its first bytes."""

from collections.abc import Callable
from typing import Any

from codex_usage_tracker.ingest import decode, labels
from codex_usage_tracker.ingest.account import Account
from codex_usage_tracker.ingest.decode import Decoder, Unrecognised
from codex_usage_tracker.ingest.scan import INNER
from codex_usage_tracker.ingest.state import AGENT

Handler = Callable[[Account, bytes, bytes | None, int], None]
"""Takes a line of one kind: its bytes, its timestamp if it has one, its number."""

ROLE = b'"role":"assistant"'
ITEM = b'"item":{"type":"'
ITEM_ID = b'","id":"'
OUTPUT = b'_call_output"'


def _nothing(_account: Account, _line: bytes, _timestamp: bytes | None, _number: int) -> None:
    """Step over a line that is known to add nothing."""


def _decoded(record: type[Any], handle: Callable[[Account, Any, int, int], None]) -> Handler:
    decoder: Decoder[Any] = Decoder(record)

    def handler(account: Account, line: bytes, timestamp: bytes | None, number: int) -> None:
        payload = decoder(line)
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
    take_skipped(account)
    snapshot = _count_decoder(line)
    if isinstance(snapshot, Unrecognised):
        account.note(snapshot.reason, number)
    else:
        account.token_count(snapshot, account.at(timestamp, number), number)
        account.remember(line)


def take_skipped(account: Account) -> None:
    """Take the totals of the snapshot that was stepped over last."""
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


def _rolled_back(account: Account, _line: bytes, _timestamp: bytes | None, number: int) -> None:
    if not account.state.inherited:
        account.fact("outcome:thread_rolled_back", number)


def _event(name: str) -> bytes:
    return b"event_msg" + INNER + name.encode()


def _item_line(name: str) -> bytes:
    return b"response_item" + INNER + name.encode()


def _events(names: str) -> list[bytes]:
    return [_event(name) for name in names.split()]


def _item_lines(names: str) -> list[bytes]:
    return [_item_line(name) for name in names.split()]


_started = _decoded(decode.TurnEvent, Account.task_started)
_completed = _decoded(decode.TurnEvent, Account.task_complete)

ITEM_HANDLERS: dict[bytes, Handler] = {
    b"UserMessage": _asked,
    b"AgentMessage": _repeated,
    **dict.fromkeys(
        b"Reasoning FileChange ContextCompaction WebSearch Plan HookPrompt FunctionCallOutput CollabAgentToolCall"
        b" SubAgentActivity ImageView Sleep ImageGeneration EnteredReviewMode ExitedReviewMode DynamicToolCall".split(),
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
    _event("thread_rolled_back"): _rolled_back,
    _item_line("message"): _message,
    _item_line("agent_message"): _agent_spoke,
    _item_line("reasoning"): _answering,
    _item_line("function_call_output"): _tool_output,
    _item_line("custom_tool_call_output"): _tool_output,
} | dict.fromkeys(
    _item_lines(
        "function_call custom_tool_call local_shell_call web_search_call tool_search_call image_generation_call"
    ),
    _tool_call,
)

SILENT = frozenset(
    b"world_state dynamic_tools_updated retained_context security_risk_score inter_agent_communication"
    b" inter_agent_communication_metadata realtime_item message reasoning function_call function_call_output"
    b" local_shell_call state".split()
).union(
    _events(
        "agent_reasoning_raw_content context_compacted entered_review_mode exited_review_mode exec_command_end"
        " mcp_tool_call_end web_search_end view_image_tool_call image_generation_end sub_agent_activity"
        " thread_goal_updated undo_completed guardian_assessment"
    ),
    _item_lines(
        "additional_tools ghost_snapshot tool_search_output compaction context_compaction configuration_update"
        " compaction_trigger"
    ),
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
    b'token_usage_record","payload":{"thread': (b'token_usage_record"', HANDLERS[b"token_usage_record"]),
    b'turn_context","payload":{"turn_id":"01': (b'turn_context"', HANDLERS[b"turn_context"]),
    b'world_state","payload":{"full":true,"s': (b'world_state"', _nothing),
    **{kind[:KIND_BYTES]: (_item_line(""), _tool) for kind in _item_lines("function_call custom_tool_call")},
}
"""Kinds and handlers by the first bytes of `type` and payload type, where those bytes tell the kind."""
