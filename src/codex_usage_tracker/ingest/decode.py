"""Codex's JSON: the only module that knows its shapes; one line gives a typed record or a reason why not.

Shapes are those of the clients 0.36 to 0.169 as they wrote them; fields that are absent in some version have a default.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from codex_usage_tracker.model import Usage
from codex_usage_tracker.shapes import ready

MAX_TOKENS = 10**12
"""A counter beyond this is damage: sums of calls must stay below 2^63."""
MAX_NUMBER = 2**53
"""Any other number beyond this is damage; databases and programs hold whole numbers up to here."""
NESTED = frozenset({"event_msg", "response_item"})
EPOCH = datetime.fromtimestamp(0, UTC)
MILLISECOND = timedelta(milliseconds=1)
Record = TypeVar("Record")


class Unrecognised(NamedTuple):
    """A line that could not be read, with a stable code that says why."""

    reason: str


class UsageJson(msgspec.Struct, gc=False):
    """Token counters as Codex writes them; `total_tokens` is left out because overflow fills it with the window."""

    input_tokens: int = 0
    cached_input_tokens: int = 0
    cache_write_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_output_tokens: int = 0


class CountInfo(msgspec.Struct, gc=False):
    """Running totals of a thread and the last response's usage."""

    total_token_usage: UsageJson | None = None
    last_token_usage: UsageJson | None = None
    model_context_window: int | None = None


class WindowJson(msgspec.Struct, gc=False):
    """One rate-limit window; builds of autumn 2025 wrote `resets_in_seconds` instead of `resets_at`."""

    used_percent: float = 0.0
    window_minutes: int | None = None
    resets_at: float | None = None
    resets_in_seconds: float | None = None


class CreditsJson(msgspec.Struct, gc=False):
    """Credits beside the windows; `balance` is a decimal string."""

    balance: str | None = None


class LimitsJson(msgspec.Struct, gc=False):
    """Rate limits of one family."""

    limit_id: str | None = None
    primary: WindowJson | None = None
    secondary: WindowJson | None = None
    credits: CreditsJson | None = None
    plan_type: str | None = None


class TokenCount(msgspec.Struct, gc=False):
    """A snapshot of totals and limits, often repeated."""

    info: CountInfo | None = None
    rate_limits: msgspec.Raw = msgspec.Raw(b"")


class UsageRecord(msgspec.Struct, gc=False):
    """One billed response, exact."""

    usage: UsageJson
    thread_id: str | None = None
    turn_id: str | None = None
    root_turn_id: str | None = None
    response_id: str | None = None
    thread_token_usage: UsageJson | None = None


class GitJson(msgspec.Struct, gc=False):
    """Git as of the session."""

    commit_hash: str | None = None
    branch: str | None = None
    repository_url: str | None = None


class HistoryBase(msgspec.Struct, gc=False):
    """Where a paginated fork or revert goes on; `thread_id` names a rollout, not always a thread."""

    thread_id: str | None = None


class SessionMeta(msgspec.Struct, gc=False):
    """Who a rollout belongs to."""

    id: str | None = None
    session_id: str | None = None
    forked_from_id: str | None = None
    parent_thread_id: str | None = None
    timestamp: str | None = None
    cwd: str | None = None
    originator: str | None = None
    cli_version: str | None = None
    source: Any = None
    thread_source: str | None = None
    agent_nickname: str | None = None
    agent_role: str | None = None
    model_provider: str | None = None
    creator_account_id: str | None = None
    history_mode: str | None = None
    history_base: HistoryBase | None = None
    subagent_history_start_ordinal: int | None = None
    git: GitJson | None = None


class TurnContext(msgspec.Struct, gc=False):
    """Settings of the requests that follow."""

    turn_id: str | None = None
    model: str | None = None
    effort: str | None = None


class ThreadSettings(msgspec.Struct, gc=False):
    """Settings that a thread was given; no `service_tier` means that none was asked for."""

    service_tier: str | None = None


class SettingsApplied(msgspec.Struct, gc=False):
    """The line that carries thread settings."""

    thread_settings: ThreadSettings
    thread_id: str | None = None


class ErrorJson(msgspec.Struct, gc=False):
    """Why a turn failed; the kind only, never the message."""

    codex_error_info: Any = None


class TurnEvent(msgspec.Struct, gc=False):
    """Start or end of a turn; seconds for instants, milliseconds for durations."""

    turn_id: str | None = None
    root_turn_id: str | None = None
    started_at: float | None = None
    duration_ms: float | None = None
    time_to_first_token_ms: float | None = None
    model_context_window: int | None = None
    reason: str | None = None
    error: ErrorJson | None = None


class PreviousSettings(msgspec.Struct, gc=False):
    """Settings before a compaction."""

    model: str | None = None


class ResumeMetadata(msgspec.Struct, gc=False):
    """What a compaction leaves for the next process."""

    previous_turn_settings: PreviousSettings | None = None


class Compacted(msgspec.Struct, gc=False):
    """A compaction; its response id ties it to the call that was billed for it."""

    compaction_response_id: str | None = None
    resume_metadata: ResumeMetadata | None = None


class ToolCall(msgspec.Struct, gc=False):
    """A tool that the model asked for; arguments are classified in memory and dropped."""

    type: str = ""
    name: str | None = None
    namespace: str | None = None
    call_id: str | None = None
    arguments: Any = None
    input: Any = None
    action: Any = None


class ShellArguments(msgspec.Struct, gc=False):
    """What a tool was given that can be classified: a command, or a patch."""

    cmd: Any = None
    command: Any = None
    input: Any = None
    workdir: Any = None


class ItemJson(msgspec.Struct, gc=False):
    """A finished item of a paginated rollout."""

    type: str = ""
    command: Any = None
    exit_code: int | None = None
    server: str | None = None
    tool: str | None = None


class ItemCompleted(msgspec.Struct, gc=False):
    """The line that carries a finished item."""

    item: ItemJson


class PatchEnd(msgspec.Struct, gc=False):
    """A patch that was applied or refused."""

    success: bool | None = None


class TurnFolder(msgspec.Struct, gc=False):
    """Where the commands of a turn run."""

    cwd: str | None = None


class PatchDone(msgspec.Struct, gc=False):
    """Whether the patch of a tool call was applied."""

    call_id: str | None = None
    success: bool | None = None


class ChangedFile(msgspec.Struct, gc=False):
    """What a patch did with a file: its text where it is new or gone, else what differs."""

    type: str = ""
    content: str = ""
    unified_diff: str = ""
    move_path: str | None = None


class FileChange(msgspec.Struct, gc=False):
    """An applied or refused patch with its files."""

    status: Any = None
    changes: dict[str, ChangedFile] = {}


class FilesChanged(msgspec.Struct, gc=False):
    """The line that carries a finished patch."""

    item: FileChange


class NameUpdated(msgspec.Struct, gc=False):
    """A thread was named."""

    thread_id: str | None = None
    thread_name: str | None = None


class Peek(msgspec.Struct, gc=False):
    """The `type` inside a payload."""

    type: str = ""


class Envelope(msgspec.Struct, gc=False):
    """Any line, of any layout; the first Rust builds wrote items without a payload and states with a `record_type`."""

    type: str = ""
    record_type: str = ""
    timestamp: str | None = None
    payload: Peek | None = None
    ordinal: int | None = None


class NamedThread(msgspec.Struct, gc=False):
    """A line of `session_index.jsonl`."""

    id: str
    thread_name: str | None = None
    updated_at: str | None = None


class Decoder(Generic[Record]):
    """Decodes the payload of one kind of line: strictly, then with numbers as strings, then with bad bytes replaced.

    What does the decoding is made when the first line of the kind is met.
    """

    def __init__(self, record: type[Record]) -> None:
        self.record = record
        self.strict: Any = self._first

    def _first(self, line: bytes) -> Any:
        self.shape = msgspec.defstruct(f"{self.record.__name__}Line", [("payload", self.record)], gc=False)
        self.strict = msgspec.json.Decoder(ready(self.shape)).decode
        return self.strict(line)

    def __call__(self, line: bytes) -> Record | Unrecognised:
        """Return the payload of a line, or why there is none."""
        try:
            return self.strict(line).payload  # type: ignore[no-any-return]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return self._second_try(line)

    def _second_try(self, line: bytes) -> Record | Unrecognised:
        try:
            found: Any = msgspec.json.decode(_readable(line), type=ready(self.shape), strict=False)
        except (msgspec.DecodeError, RecursionError) as error:
            return _unrecognised(error)
        return found.payload  # type: ignore[no-any-return]


def _unrecognised(error: Exception) -> Unrecognised:
    return Unrecognised("unexpected_shape" if isinstance(error, msgspec.ValidationError) else "invalid_json")


_envelope = msgspec.json.Decoder(ready(Envelope), strict=False)
_named_thread = msgspec.json.Decoder(ready(NamedThread))
_arguments = msgspec.json.Decoder(ready(ShellArguments))


def _readable(line: bytes) -> bytes:
    return line.decode("utf-8", "replace").encode()


class Head(NamedTuple):
    """What the envelope of a line says."""

    timestamp: bytes | None
    kind: bytes
    ordinal: int | None


def envelope(line: bytes) -> Head | Unrecognised:
    """Return the timestamp, kind and ordinal of a line of any layout."""
    try:
        found = _envelope.decode(_readable(line))
    except (msgspec.DecodeError, RecursionError) as error:
        return _unrecognised(error)
    kind = found.type or found.record_type
    if kind in NESTED and found.payload is not None:
        kind = f'{kind}","payload":{{"type":"{found.payload.type}'
    return Head(found.timestamp.encode() if found.timestamp else None, kind.encode(), found.ordinal)


LEADING = ("timestamp", "ordinal", "type", "thread_id", "turn_id", "item", "id", "role", "call_id", "name", "output")
"""Keys of a line, a payload or an item that stand first in Codex's own layout, in its order."""


def relaid(line: bytes) -> bytes:
    """Return a line of another layout in Codex's own, as far as it can be decoded."""
    try:
        return msgspec.json.encode(_led(msgspec.json.decode(_readable(line))))
    except (msgspec.MsgspecError, RecursionError):
        return line


def _led(value: object) -> object:
    if not isinstance(value, dict):
        return value
    rest = {key: _led(inner) if key in {"payload", "item"} else inner for key, inner in value.items()}
    return {key: rest[key] for key in LEADING if key in rest} | rest


def named_thread(line: bytes) -> NamedThread | None:
    """Return a line of `session_index.jsonl`, None if it is damaged."""
    try:
        return _named_thread.decode(_readable(line))
    except (msgspec.MsgspecError, RecursionError):
        return None


def shell_arguments(given: object) -> ShellArguments:
    """Return the arguments that a field holds, as JSON text or as an object; empty ones where they are neither."""
    try:
        if isinstance(given, str):
            return _arguments.decode(given)
        return msgspec.convert(given, ready(ShellArguments)) if isinstance(given, dict) else ShellArguments()
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        return ShellArguments()


_text = msgspec.json.Decoder(str)


def json_text(escaped: bytes) -> str | None:
    """Return the text that stands escaped in JSON; None if it is damaged."""
    try:
        return _text.decode(b'"' + escaped + b'"')
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


_limits = msgspec.json.Decoder(ready(LimitsJson | None))
_lax_limits = msgspec.json.Decoder(ready(LimitsJson | None), strict=False)


def limits_of(raw: bytes) -> LimitsJson | None:
    """Return the rate limits of a snapshot, empty ones where it has none; None if they are damaged."""
    try:
        return _limits.decode(raw or b"null") or LimitsJson()
    except (msgspec.MsgspecError, RecursionError):
        pass
    try:
        return _lax_limits.decode(_readable(raw)) or LimitsJson()
    except (msgspec.MsgspecError, RecursionError):
        return None


_counters = msgspec.structs.astuple


def usage_of(usage: UsageJson | None) -> Usage | None:
    """Return the five counters; None where one is negative, absurd or a part is larger than its whole."""
    if usage is None:
        return None
    counters = _counters(usage)
    inputs, cached, written, output, reasoning = counters
    if 0 <= cached <= inputs <= MAX_TOKENS and 0 <= reasoning <= output <= MAX_TOKENS and 0 <= written <= inputs:
        return counters
    return None


def whole(number: int | None) -> int | None:
    """Return a number that is not negative and not absurd, None for any other."""
    return number if number is not None and 0 <= number < MAX_NUMBER else None


_minutes: dict[bytes, int] = {}
MAX_MINUTES = 4096


def instant(timestamp: bytes) -> int | None:
    """Return an RFC 3339 timestamp as milliseconds UTC; None if it is none."""
    minute = _minutes.get(timestamp[:17])
    if minute is not None and timestamp[23:] == b"Z":
        try:
            return minute + int(timestamp[17:19]) * 1000 + int(timestamp[20:23])
        except ValueError:
            return None
    return _parsed(timestamp)


def _parsed(timestamp: bytes) -> int | None:
    try:
        moment = datetime.fromisoformat(timestamp.decode())
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        at = (moment - EPOCH) // MILLISECOND
    except (ValueError, OverflowError):
        return None
    if at < 0:
        return None
    if timestamp[-1:] == b"Z" and timestamp[19:20] == b".":
        if len(_minutes) > MAX_MINUTES:
            _minutes.clear()
        _minutes[timestamp[:17]] = at - at % 60_000
    return at


def uuid7_instant(text: str | None) -> int | None:
    """Return the milliseconds in a UUID of version 7; None for any other text."""
    if not text or len(text) != 36 or text[14] != "7":
        return None
    try:
        return int(text[:8] + text[9:13], 16)
    except ValueError:
        return None
