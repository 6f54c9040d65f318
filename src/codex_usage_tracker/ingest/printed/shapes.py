"""The JSON that Codex prints: messages of its app server, lines of `codex exec --json`, and those of 0.36."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from codex_usage_tracker.ingest.decode import (
    CountInfo,
    CreditsJson,
    GitJson,
    ItemJson,
    LimitsJson,
    SessionMeta,
    UsageJson,
    WindowJson,
)

LAST_MS = 10**14
"""What is told of later instants is damage."""


class Tokens(UsageJson, gc=False):
    """The counters, as the app server names them."""

    input_tokens: int = msgspec.field(default=0, name="inputTokens")
    cached_input_tokens: int = msgspec.field(default=0, name="cachedInputTokens")
    cache_write_input_tokens: int = msgspec.field(default=0, name="cacheWriteInputTokens")
    output_tokens: int = msgspec.field(default=0, name="outputTokens")
    reasoning_output_tokens: int = msgspec.field(default=0, name="reasoningOutputTokens")


class TokenUsage(msgspec.Struct, rename="camel", gc=False):
    """Running total of a thread, and the last response."""

    total: Tokens
    last: Tokens
    model_context_window: int | None = None


class Window(msgspec.Struct, rename="camel", gc=False):
    """One window of a limit; seconds for its reset."""

    used_percent: float
    window_duration_mins: int | None = None
    resets_at: float | None = None


class RateLimits(msgspec.Struct, rename="camel", gc=False):
    """Limits of one family; what is null is not told this time."""

    limit_id: str | None = None
    primary: Window | None = None
    secondary: Window | None = None
    credits: CreditsJson | None = None
    plan_type: str | None = None

    def as_logged(self, minutes: dict[tuple[str | None, str], int]) -> LimitsJson:
        """Return the limits as rollouts tell them; a window that does not tell its length has that of before."""
        windows: dict[str, WindowJson | None] = {}
        for slot, one in (("primary", self.primary), ("secondary", self.secondary)):
            if one is not None and one.window_duration_mins is not None:
                minutes[self.limit_id, slot] = one.window_duration_mins
            length = minutes.get((self.limit_id, slot))
            windows[slot] = WindowJson(one.used_percent, length, one.resets_at) if one else None
        return LimitsJson(self.limit_id, windows["primary"], windows["secondary"], self.credits, self.plan_type)


class Git(msgspec.Struct, rename="camel", gc=False):
    """Git as of the thread's begin."""

    sha: str | None = None
    branch: str | None = None
    origin_url: str | None = None


class ThreadJson(msgspec.Struct, rename="camel", gc=False):
    """A thread as the app server tells of it."""

    id: str
    session_id: str | None = None
    forked_from_id: str | None = None
    parent_thread_id: str | None = None
    created_at: float | None = None
    cwd: str | None = None
    cli_version: str | None = None
    originator: str | None = None
    source: Any = None
    thread_source: str | None = None
    agent_nickname: str | None = None
    agent_role: str | None = None
    model_provider: str | None = None
    history_mode: str | None = None
    model: str | None = None
    reasoning_effort: str | None = None
    git_info: Git | None = None

    def meta(self) -> SessionMeta:
        """Return what the first line of its rollout would say."""
        git = self.git_info
        return SessionMeta(
            id=self.id, session_id=self.session_id, forked_from_id=self.forked_from_id,
            parent_thread_id=self.parent_thread_id, cwd=self.cwd, originator=self.originator,
            cli_version=self.cli_version, source=self.source, thread_source=self.thread_source,
            agent_nickname=self.agent_nickname, agent_role=self.agent_role, model_provider=self.model_provider,
            history_mode=self.history_mode, git=GitJson(git.sha, git.branch, git.origin_url) if git else None,
        )  # fmt: skip


class Failed(msgspec.Struct, rename="camel", gc=False):
    """Why a turn failed; the kind only."""

    codex_error_info: Any = None


class TurnJson(msgspec.Struct, rename="camel", gc=False):
    """A turn; seconds for instants, milliseconds for its duration."""

    id: str | None = None
    root_turn_id: str | None = None
    status: str | None = None
    error: Failed | None = None
    started_at: float | None = None
    completed_at: float | None = None
    duration_ms: float | None = None


class Item(msgspec.Struct, rename="camel", gc=False):
    """Something that was done in a turn; commands are classified in memory and dropped."""

    type: str = ""
    id: Any = None
    command: Any = None
    exit_code: Any = None
    server: Any = None
    tool: Any = None
    started_at_ms: Any = None
    completed_at_ms: Any = None


class ExecItem(msgspec.Struct, gc=False):
    """The same as `codex exec --json` writes it; builds up to 0.50 leave an exit code out that there is none of yet."""

    type: str = ""
    id: Any = None
    command: Any = None
    exit_code: Any = msgspec.UNSET
    status: Any = None
    server: Any = None
    tool: Any = None


def item_of(item: Item | ExecItem) -> ItemJson:
    """Return an item as rollouts tell of it: `commandExecution` and `command_execution` are `CommandExecution`."""
    kind = "".join(part[:1].upper() + part[1:] for part in item.type.split("_"))
    code = item.exit_code if type(item.exit_code) is int else None
    server, tool = (one if isinstance(one, str) else None for one in (item.server, item.tool))
    return ItemJson(kind, item.command, code, server, tool)


class Settings(msgspec.Struct, rename="camel", gc=False):
    """Settings of the turns that follow."""

    model: str | None = None
    effort: str | None = None
    service_tier: str | None = None


class Params(msgspec.Struct, rename="camel", gc=False):
    """What a notification, or a request, tells."""

    thread_id: str | None = None
    turn_id: str | None = None
    thread: ThreadJson | None = None
    turn: TurnJson | None = None
    token_usage: TokenUsage | None = None
    response_id: str | None = None
    usage: Tokens | None = None
    rate_limits: RateLimits | None = None
    thread_settings: Settings | None = None
    item: Item | None = None
    to_model: str | None = None


class Result(msgspec.Struct, rename="camel", gc=False):
    """What a request was answered: a thread with its settings, limits, or the usage of a sample."""

    thread: ThreadJson | None = None
    model: str | None = None
    reasoning_effort: str | None = None
    service_tier: str | None = None
    rate_limits: RateLimits | None = None
    rate_limits_by_limit_id: dict[str, RateLimits] | None = None
    response_id: str | None = None
    usage: Tokens | None = None
    input_tokens: int | None = None
    cached_input_tokens: int = 0
    cache_write_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_output_tokens: int = 0


class RawEvent(msgspec.Struct, gc=False):
    """An event of 0.36, which names no thread but where a session is configured."""

    type: str = ""
    session_id: str | None = None
    model: str | None = None
    info: CountInfo | None = None


NOTHING = msgspec.Raw()


class Message(msgspec.Struct, gc=False):
    """One line of any kind of JSON that Codex prints."""

    method: str | None = None
    id: Any = None
    params: msgspec.Raw = NOTHING
    result: msgspec.Raw = NOTHING
    error: msgspec.Raw = NOTHING
    emitted_at: Any = msgspec.field(default=None, name="emittedAtMs")
    type: str | None = None
    thread_id: str | None = None
    usage: UsageJson | None = None
    item: msgspec.Raw = NOTHING
    msg: msgspec.Raw = NOTHING
    payload: msgspec.Raw = NOTHING
    prompt: msgspec.Raw = NOTHING
    workdir: msgspec.Raw = NOTHING


def instant_ms(value: object) -> int | None:
    """Return a number of milliseconds that can be an instant."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return int(value) if 0 < value < LAST_MS else None


def instant_of_seconds(value: float | None) -> int | None:
    """Return a number of seconds as an instant."""
    return None if value is None else instant_ms(value * 1000)
