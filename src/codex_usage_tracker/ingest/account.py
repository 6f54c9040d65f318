"""Turning the records of one rollout into calls, each counted exactly once.

The rule: a `token_usage_record` of the rollout's own thread is one call. In a turn that has none, a `token_count` is one
call unless it repeats the one before, is an estimate, or was copied from a parent. What cannot be told from this file
alone (copies whose original may be elsewhere) becomes a claim, which the store settles when all files are known.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from codex_usage_tracker.ingest import labels
from codex_usage_tracker.ingest.decode import (
    Compacted,
    SessionMeta,
    SettingsApplied,
    TokenCount,
    TurnContext,
    TurnEvent,
    UsageRecord,
    WindowJson,
    instant,
    usage_of,
    uuid7_instant,
)
from codex_usage_tracker.model import (
    COPIED,
    GAP,
    NO_USAGE,
    UNPROVEN,
    Call,
    Claim,
    Fact,
    Limit,
    Note,
    Profile,
    Thread,
    Turn,
    Usage,
)

RESET_JITTER_MS = 60_000
"""Reset times that move by less are the same: some servers send the seconds left rather than the instant."""
MAX_CALL_IDS = 256


class Open(msgspec.Struct, gc=False):
    """The latest call, which later lines may still add to (outputs, totals, that it was a compaction)."""

    key: int
    at: int
    line: int
    turn: str | None
    response: str | None
    model: str | None
    effort: str | None
    tier: str | None
    kind: str
    basis: str
    origin: tuple[str, str, str]
    usage: Usage
    logged: Usage | None
    window: int | None
    duration_ms: int | None
    gap_ms: int | None
    facts: dict[str, list[int]]
    spoke: bool
    standing: str = ""
    owner: str = ""
    baseline: Usage | None = None
    changed: bool = True


class Signals(msgspec.Struct, gc=False):
    """What happened since the last call: why the next one was made, and when it could start."""

    cause: tuple[str, str, str] | None = None
    asked_at: int | None = None
    answered_at: int | None = None
    latched: bool = False
    next_cause: tuple[str, str, str] | None = None
    next_asked_at: int | None = None
    unrepeated: int = 0


USER = ("user", "user_message", "high")
DELEGATED = ("codex", "delegated", "high")
COMPACTION = ("codex", "compaction", "high")
AFTER_COMPACTION = ("codex", "post_compaction", "high")
TOOL_RESULT = ("codex", "tool_result", "high")
AGENT = ("codex", "agent_continuation", "medium")
NO_SIGNAL = ("unknown", "no_signal", "low")
STRENGTH = {cause: rank for rank, cause in enumerate((AGENT, TOOL_RESULT, AFTER_COMPACTION, DELEGATED, USER))}


class State(msgspec.Struct, gc=False):
    """All that must be kept between two readings of one rollout."""

    own: str
    own_at: int | None = None
    chain: list[str] = []
    kind: str = "turn"
    parent: str | None = None
    known: bool = False
    start_ordinal: int | None = None
    inherited: bool = False
    continued: bool = False
    turn_ids: bool = False
    epoch: int = 0
    total: Usage | None = None
    last: Usage | None = None
    restarted: bool = False
    unmatched: list[Usage] = []
    record_turn: str | None = None
    turn: str | None = None
    model: str | None = None
    effort: str | None = None
    tier: str | None = None
    next_tier: str | None = None
    calls_in_turn: int = 0
    window: int | None = None
    limits: dict[str, tuple[float, int | None]] = {}
    last_at: int | None = None
    last_call_at: int | None = None
    open: Open | None = None
    pending: dict[str, list[int]] = {}
    tools: dict[str, list[str]] = {}
    signals: Signals = msgspec.field(default_factory=Signals)


def key_of(*parts: object) -> int:
    """Return a 63-bit key of an identity, the same on every machine."""
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


class Account:
    """Accounts for one rollout: feed it decoded records in file order, then take what it found."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.calls: list[Call] = []
        self.claims: list[Claim] = []
        self.turns: dict[str, Turn] = {}
        self.limits: list[Limit] = []
        self.notes: dict[str, list[int]] = {}
        self.profiles: dict[Profile, int] = {}
        self.thread: Thread | None = None
        self.name: str | None = None

    # -- who the rollout belongs to ------------------------------------------------------------------------------

    def session_meta(self, meta: SessionMeta, at: int, line: int) -> None:
        """Take the first `session_meta` as the rollout's identity, later ones as its ancestors."""
        state = self.state
        if not meta.id:
            self.note("missing_field", line)
        elif not state.known:
            self._identify(meta, at)
        elif meta.id != state.own and meta.id not in state.chain:
            state.chain.append(meta.id)
            if state.parent is None and not state.calls_in_turn:
                state.parent, state.inherited = meta.id, not state.continued and state.start_ordinal is None

    def _identify(self, meta: SessionMeta, at: int) -> None:
        state = self.state
        state.known, state.own, state.own_at = True, meta.id or state.own, uuid7_instant(meta.id)
        spawn = _spawn(meta.source)
        state.kind = _kind(meta, spawn)
        parent = meta.parent_thread_id or spawn.get("parent_thread_id")
        state.start_ordinal = meta.subagent_history_start_ordinal
        state.continued = meta.history_base is not None
        base = meta.history_base.thread_id if meta.history_base else None
        state.parent = meta.forked_from_id or (parent if state.kind == "subagent" else None) or base
        state.inherited = bool(state.parent) and not state.continued and state.start_ordinal is None
        state.chain = [meta.forked_from_id] if meta.forked_from_id else []
        self.thread = _thread(meta, spawn, parent, instant((meta.timestamp or "").encode()) or at)

    # -- turns and settings ----------------------------------------------------------------------------------------

    def task_started(self, event: TurnEvent, at: int, _line: int) -> None:
        """Begin a turn; a turn of the rollout's own ends the copied part."""
        state = self.state
        state.window = event.model_context_window or state.window
        self._enter(event.turn_id)
        state.tier = state.next_tier
        if not self._copied(event.turn_id):
            self._signal(AGENT, at)
            self._turn(event, at).started_at = _milliseconds(event.started_at) or at

    def turn_context(self, context: TurnContext, at: int, _line: int) -> None:
        """Take the settings of the requests that follow."""
        state = self.state
        self._enter(context.turn_id)
        state.model = labels.name_of(context.model) or state.model
        state.effort = labels.known(context.effort, labels.EFFORTS)
        if state.open is not None and state.open.model is None:
            state.open.model, state.open.changed = state.model, True
        state.last_at = at

    def settings_applied(self, applied: SettingsApplied, _at: int, _line: int) -> None:
        """Take the service tier that was asked for; in the midst of a turn it holds from the next one on."""
        state = self.state
        if applied.thread_id == state.own:
            state.inherited = False
        state.next_tier = labels.known(applied.thread_settings.service_tier, labels.TIERS) or "default"
        if not state.calls_in_turn:
            state.tier = state.next_tier

    def task_complete(self, event: TurnEvent, at: int, line: int) -> None:
        """End a turn, with its error if it failed."""
        outcome = "complete" if event.error is None else labels.turn_error(event.error.codex_error_info)
        self._end(event, at, line, outcome)

    def turn_aborted(self, event: TurnEvent, at: int, line: int) -> None:
        """End a turn that was interrupted."""
        self._end(event, at, line, labels.known(event.reason, labels.ABORT_REASONS) or "aborted")

    def _end(self, event: TurnEvent, at: int, line: int, outcome: str) -> None:
        if self._copied(event.turn_id or self.state.turn):
            return
        self.fact(f"outcome:{'task_complete' if outcome == 'complete' else outcome}", line)
        turn = self._turn(event, at)
        turn.ended_at = _milliseconds(event.completed_at) or at
        turn.started_at = turn.started_at or _milliseconds(event.started_at)
        turn.duration_ms, turn.first_token_ms = _whole(event.duration_ms), _whole(event.time_to_first_token_ms)
        turn.outcome = outcome

    def _enter(self, turn: str | None) -> None:
        state = self.state
        if turn is None or turn == state.turn:
            return
        state.turn, state.turn_ids, state.calls_in_turn = turn, True, 0
        if state.inherited and not self._copied(turn):
            state.inherited = False

    def _copied(self, turn: str | None) -> bool:
        """Say whether a turn is older than the thread whose rollout this is: then its lines are copies."""
        if not self.state.inherited:
            return False
        turn_at, own_at = uuid7_instant(turn), self.state.own_at
        return turn_at is None or own_at is None or turn_at < own_at

    def _turn(self, event: TurnEvent, at: int) -> Turn:
        turn_id = event.turn_id or self.state.turn or f"at-{at}"
        turn = self.turns.setdefault(turn_id, Turn(turn_id))
        turn.root_turn = event.root_turn_id or turn.root_turn
        return turn

    # -- calls -----------------------------------------------------------------------------------------------------

    def usage_record(self, record: UsageRecord, at: int, line: int) -> None:
        """Count a response that was recorded; one of another thread is a copy."""
        usage = usage_of(record.usage)
        if usage is None:
            self.note("invalid_counter", line)
        elif usage == NO_USAGE:
            return
        elif record.thread_id in {None, self.state.own}:
            self.state.inherited = False
            self.state.record_turn = record.turn_id
            self.state.unmatched.append(usage)
            del self.state.unmatched[:-8]
            self._open_record(record, usage, at, line, "record")
        else:
            self._open_record(record, usage, at, line, "inherited", COPIED)

    def _open_record(
        self, record: UsageRecord, usage: Usage, at: int, line: int, basis: str, standing: str = "",
    ) -> None:
        owner = record.thread_id or self.state.own
        total = usage_of(record.thread_token_usage)
        key = key_of(owner, record.turn_id, record.response_id, total and (total[0], total[3]))
        call = self._call(key, usage, at, line, basis, at)
        call.turn, call.response = record.turn_id or call.turn, record.response_id
        call.standing, call.owner = standing, owner

    def token_count(self, snapshot: TokenCount, at: int, line: int) -> None:
        """Count a snapshot if it is a call of its own."""
        state = self.state
        if snapshot.rate_limits is not None and not state.inherited:
            self._limits(snapshot, at)
        if snapshot.info is None:
            state.restarted = True
            return
        state.window = snapshot.info.model_context_window or state.window
        total, last = usage_of(snapshot.info.total_token_usage), usage_of(snapshot.info.last_token_usage)
        if total is None or last is None:
            if snapshot.info.total_token_usage is not None:
                self.note("invalid_counter", line)
            return
        if state.restarted and total == last:
            state.total = None
        state.restarted = False
        self._snapshot(total, last, at, line)
        state.total, state.last = total, last

    def _snapshot(self, total: Usage, last: Usage, at: int, line: int) -> None:
        state, before = self.state, self.state.total
        if before is not None and sum(total) < sum(before):
            state.epoch += 1
        if last == NO_USAGE or (total == before and (last == state.last or state.last == NO_USAGE or total != last)):
            return
        if self._recorded(total, last):
            return
        standing = self._standing(total, last)
        owner = self._owner() if standing == COPIED else state.own
        answered = state.signals.answered_at or at
        if standing == "" and before is not None:
            self._gap(before, total, last, at, line)
        key = key_of(owner, state.epoch, total, last)
        call = self._call(key, last, at, line, "inherited" if standing == COPIED else "snapshot", answered)
        call.logged, call.standing = total, standing
        call.owner = owner if standing != UNPROVEN else state.parent or state.own

    def _recorded(self, total: Usage, last: Usage) -> bool:
        """Say whether a record has told of this call already, and if so take the total that stands here."""
        state = self.state
        if last in state.unmatched:
            state.unmatched.remove(last)
        elif state.record_turn is None or state.record_turn != state.turn:
            return False
        if state.open is not None and state.open.usage == last:
            state.open.logged, state.open.window, state.open.changed = total, state.window, True
        return True

    def _standing(self, total: Usage, last: Usage) -> str:
        state = self.state
        if not state.inherited:
            maybe = state.continued and state.total is None and total != last
            return UNPROVEN if maybe else ""
        return COPIED if state.turn_ids else UNPROVEN

    def _owner(self) -> str:
        """Return the ancestor that a copied turn belongs to: the youngest that is not younger than the turn."""
        turn_at = uuid7_instant(self.state.turn) or 0
        elder = [one for one in self.state.chain if (uuid7_instant(one) or 0) <= turn_at]
        youngest = max(elder, key=lambda one: uuid7_instant(one) or 0, default=None)
        return youngest or self.state.parent or self.state.own

    def _gap(self, before: Usage, total: Usage, last: Usage, at: int, line: int) -> None:
        missing = tuple(now - then - own for now, then, own in zip(total, before, last, strict=True))
        if min(missing) < 0 or not any(missing):
            return
        state = self.state
        logged = tuple(now - own for now, own in zip(total, last, strict=True))
        profile = Profile(state.model, state.effort, state.tier, state.kind, "gap", *NO_SIGNAL)
        key = key_of(state.own, "gap", state.epoch, total, last)
        call = Call(
            key, at, line, state.turn, None, self._profile(profile), missing, logged, state.window, None, None, [],
        )  # fmt: skip
        self.claims.append(Claim(GAP, state.own, call, before))

    def _call(self, key: int, usage: Usage, at: int, line: int, basis: str, answered: int) -> Open:
        """Close the call before and open the next one with what is pending."""
        state, signals = self.state, self.state.signals
        self._close()
        cause = signals.cause or (DELEGATED if state.kind not in {"turn", "memory"} else NO_SIGNAL)
        duration = answered - signals.asked_at if signals.asked_at is not None else None
        gap = at - state.last_call_at if state.last_call_at is not None else None
        state.open = Open(
            key, at, line, state.turn, None, state.model, state.effort, state.tier, state.kind, basis, cause, usage,
            None, state.window, _positive(duration), _positive(gap), state.pending, signals.unrepeated > 0,
        )  # fmt: skip
        state.pending = {}
        state.last_call_at = at
        state.calls_in_turn += 1
        state.signals = Signals(signals.next_cause, signals.next_asked_at)
        return state.open

    def compacted(self, compacted: Compacted, at: int, line: int) -> None:
        """Mark the call that made a compaction; older clients do not say which, or record none."""
        call = self.state.open
        if call is None or self.state.inherited:
            return
        named = compacted.compaction_response_id
        if named is not None and named == call.response:
            resumed = compacted.resume_metadata
            before = resumed.previous_turn_settings if resumed else None
            call.model = labels.name_of(before.model if before else None) or call.model
            call.kind, call.origin, call.changed = "compaction", COMPACTION, True
        elif named is None and call.spoke and not any(label.startswith("tool:") for label in call.facts):
            call.kind, call.origin, call.changed = "compaction", COMPACTION, True
        else:
            self.note("compaction_without_usage", line)
        self.fact("compaction:compacted", line)
        self._signal(AFTER_COMPACTION, at)

    # -- what led to a call and what it did ------------------------------------------------------------------------

    def asked(self, at: int) -> None:
        """Note that a user, or an agent in the user's place, said something."""
        self._signal(USER if self.state.kind == "turn" else DELEGATED, at)

    def agent_spoke(self, at: int) -> None:
        """Note a message from another agent."""
        self._signal(AGENT, at)

    def answering(self, at: int) -> None:
        """Note that the model is answering: what happens from here on leads to the next call, not to this one."""
        signals = self.state.signals
        signals.latched, signals.answered_at = True, at

    def spoke(self) -> None:
        """Note a message of the model; that of a compaction made by prompt is repeated by no event."""
        self.state.signals.unrepeated += 1

    def repeated(self) -> None:
        """Note that an event repeats a message of the model, before or after it: an ordinary answer."""
        self.state.signals.unrepeated -= 1

    def tool_called(self, call_id: str | None, found: list[str], at: int, line: int) -> None:
        """Tie a tool call to the response that asked for it."""
        self.answering(at)
        for label in found:
            _add(self.state.pending, label, line)
        if call_id:
            tools = self.state.tools
            tools[call_id] = found[:2]
            if len(tools) > MAX_CALL_IDS:
                del tools[next(iter(tools))]

    def tool_answered(self, wrapper: labels.Wrapper, at: int, line: int) -> None:
        """Tie a tool's output to the call that asked for it."""
        for label in labels.exit_label(wrapper.exit_code):
            self.fact(label, line)
        if wrapper.timed_out:
            self.fact("outcome:timed_out", line)
        for label in self.state.tools.get(wrapper.call_id or "", ("tool:other",)) if wrapper.tokens else ():
            self.fact(label, line, wrapper.tokens, 0)
        self._signal(TOOL_RESULT, at)

    def fact(self, label: str, line: int, tokens: int = 0, count: int = 1) -> None:
        """Add a label to the response in progress, or to the latest call."""
        state = self.state
        if state.pending or state.open is None:
            _add(state.pending, label, line, tokens, count)
        else:
            _add(state.open.facts, label, line, tokens, count)
            state.open.changed = True

    def note(self, code: str, line: int) -> None:
        """Count something odd about the file."""
        self.notes.setdefault(code, [0, line])[0] += 1

    def _signal(self, cause: tuple[str, str, str], at: int) -> None:
        signals = self.state.signals
        if signals.latched:
            if STRENGTH[cause] >= STRENGTH.get(signals.next_cause or AGENT, 0):
                signals.next_cause = cause
            signals.next_asked_at = at
            return
        if STRENGTH[cause] >= STRENGTH.get(signals.cause or AGENT, 0):
            signals.cause = cause
        signals.asked_at = at

    # -- limits ----------------------------------------------------------------------------------------------------

    def _limits(self, snapshot: TokenCount, at: int) -> None:
        limits = snapshot.rate_limits
        if limits is None:
            return
        family = labels.name_of(limits.limit_id) or "codex"
        for window in (limits.primary, limits.secondary):
            if window is not None and window.window_minutes:
                plan = labels.known(limits.plan_type, labels.PLANS)
                balance = limits.credits.balance if limits.credits else None
                self._limit(family, window, at, plan, _decimal(balance))

    def _limit(self, family: str, window: WindowJson, at: int, plan: str | None, balance: str | None) -> None:
        resets_at = _milliseconds(window.resets_at)
        if resets_at is None and window.resets_in_seconds is not None:
            resets_at = at + int(window.resets_in_seconds * 1000)
        name = f"{family}:{window.window_minutes}"
        before = self.state.limits.get(name)
        if before and before[0] == window.used_percent and _near(before[1], resets_at):
            return
        self.state.limits[name] = (window.used_percent, resets_at)
        minutes = window.window_minutes or 0
        self.limits.append(Limit(at, family, minutes, window.used_percent, resets_at, plan, balance))

    # -- what was found --------------------------------------------------------------------------------------------

    def take(self) -> None:
        """Give out the latest call as it stands; it is given out again if a later line changes it."""
        call = self.state.open
        if call is None or not call.changed:
            return
        call.changed = False
        facts = [Fact(label, *numbers) for label, numbers in call.facts.items()]
        profile = Profile(call.model, call.effort, call.tier, call.kind, call.basis, *call.origin)
        row = Call(
            call.key, call.at, call.line, call.turn, call.response, self._profile(profile), call.usage, call.logged,
            call.window, call.duration_ms, call.gap_ms, facts,
        )  # fmt: skip
        if call.standing:
            self.claims.append(Claim(call.standing, call.owner, row, call.baseline))
        else:
            self.calls.append(row)

    _close = take

    def _profile(self, profile: Profile) -> int:
        return self.profiles.setdefault(profile, len(self.profiles))

    def found_notes(self) -> list[Note]:
        """Return the odd things of this slice."""
        return [Note(code, count, line) for code, (count, line) in self.notes.items()]


def _add(facts: dict[str, list[int]], label: str, line: int, tokens: int = 0, count: int = 1) -> None:
    numbers = facts.get(label)
    if numbers is None:
        facts[label] = [count, tokens, line, line]
    else:
        numbers[0] += count
        numbers[1] += tokens
        numbers[3] = line


def _near(one: int | None, other: int | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < RESET_JITTER_MS


def _positive(value: int | None) -> int | None:
    return value if value is not None and value >= 0 else None


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None or not 0 <= seconds < 10**11 else int(seconds * 1000)


def _whole(value: float | None) -> int | None:
    return None if value is None or not 0 <= value < 10**12 else int(value)


def _decimal(text: str | None) -> str | None:
    return text if text and len(text) < 24 and text.replace(".", "", 1).isdecimal() else None


def _spawn(source: object) -> dict[str, Any]:
    """Return how a sub-agent was spawned, from any of the shapes of `source`."""
    inner = source.get("subagent") if isinstance(source, dict) else None
    spawn = inner.get("thread_spawn") if isinstance(inner, dict) else None
    return spawn if isinstance(spawn, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


SOURCES: dict[str, str] = {
    "review": "review",
    "compact": "compaction",
    "memory_consolidation": "memory",
    "guardian": "guardian",
    "guardian_review": "guardian",
    "thread_title": "title",
}


def _source_words(source: object) -> list[str]:
    if isinstance(source, str):
        return [source]
    if isinstance(source, dict):
        return [word for key, value in source.items() for word in (key, *_source_words(value)) if word]
    return []


def _kind(meta: SessionMeta, spawn: dict[str, Any]) -> str:
    words = _source_words(meta.source) if not spawn else []
    for word in (*words, meta.thread_source):
        if word in SOURCES:
            return SOURCES[word]
    return "subagent" if spawn or "subagent" in words or meta.thread_source == "subagent" else "turn"


def _thread(meta: SessionMeta, spawn: dict[str, Any], parent: str | None, created_at: int) -> Thread:
    git = meta.git
    words = [*_source_words(meta.source)[:2]] if not spawn else ["subagent", "thread_spawn"]
    return Thread(
        thread=meta.id or "",
        session=meta.session_id,
        parent=parent,
        forked_from=meta.forked_from_id,
        created_at=created_at,
        cwd=meta.cwd,
        git_branch=git.branch if git else None,
        git_commit=git.commit_hash if git else None,
        git_remote=git.repository_url if git else None,
        originator=labels.name_of(meta.originator),
        client_version=labels.name_of(meta.cli_version),
        provider=labels.name_of(meta.model_provider),
        source=labels.name_of(":".join(words)),
        role=_text(meta.agent_role or spawn.get("agent_role")),
        nickname=_text(meta.agent_nickname or spawn.get("agent_nickname")),
        account=meta.creator_account_id,
        history_mode=meta.history_mode,
    )
