"""Turning the records of one rollout into calls, each counted exactly once.

The rule: a `token_usage_record` of the rollout's own thread is one call. In a turn that has none, a `token_count` is one
call unless it repeats the one before, is an estimate, or was copied from a parent. What cannot be told from this file
alone (copies whose original may be elsewhere) becomes a claim, which the store settles when all files are known.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from codex_usage_tracker.ingest import identity, labels, limits
from codex_usage_tracker.ingest.decode import instant, limits_of, usage_of, uuid7_instant
from codex_usage_tracker.model import (
    COPIED,
    GAP,
    NO_USAGE,
    UNPROVEN,
    Call,
    Claim,
    Limit,
    Note,
    Profile,
    Thread,
    Turn,
    Usage,
)

if TYPE_CHECKING:
    from codex_usage_tracker.ingest.decode import (
        Compacted,
        SessionMeta,
        SettingsApplied,
        TokenCount,
        TurnContext,
        TurnEvent,
        UsageRecord,
    )

MAX_TOOLS = 64
"""Tool calls whose output is waited for."""
MAX_UNMATCHED = 8

CAUSES = (
    ("unknown", "no_signal", "low"),
    ("codex", "agent_continuation", "medium"),
    ("codex", "tool_result", "high"),
    ("codex", "post_compaction", "high"),
    ("codex", "delegated", "high"),
    ("user", "user_message", "high"),
    ("codex", "compaction", "high"),
)
"""Why a call was made (origin, reason, confidence); of several causes the last in this order holds."""
NO_SIGNAL, AGENT, TOOL_RESULT, AFTER_COMPACTION, DELEGATED, USER, COMPACTION = range(len(CAUSES))


class State(msgspec.Struct, array_like=True, gc=False):
    """All that must be kept between two readings of one rollout."""

    own: str
    own_at: int | None = None
    known: bool = False
    kind: str = "turn"
    parent: str | None = None
    chain: list[str] = []
    start_ordinal: int | None = None
    inherited: bool = False
    continued: bool = False
    turn_ids: bool = False

    runs: int = 0
    total: Usage | None = None
    last: Usage | None = None
    restarted: bool = False
    unmatched: list[Usage] = []
    record_turn: str | None = None

    turn: str | None = None
    calls_in_turn: int = 0
    model: str | None = None
    effort: str | None = None
    tier: str | None = None
    next_tier: str | None = None
    window: int | None = None
    limits: limits.Last = {}

    last_at: int | None = None
    last_call_at: int | None = None
    call: Call | None = None
    profile: Profile | None = None
    claimed: tuple[str, str] | None = None
    unrepeated_call: bool = False
    pending: dict[str, list[int]] = {}
    tools: dict[str, list[str]] = {}

    cause: int = NO_SIGNAL
    asked_at: bytes | None = None
    answering: bool = False
    answered_at: bytes | None = None
    next_cause: int = NO_SIGNAL
    next_asked_at: bytes | None = None
    unrepeated: int = 0


def key_of(identity: str) -> int:
    """Return a 63-bit key of an identity, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(identity.encode("utf-8", "replace"), digest_size=8).digest()) >> 1


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
        self.sorts: dict[tuple[str | None, str | None, str | None, str, str, int], Profile] = {}
        self.thread: Thread | None = None
        self.name: str | None = None
        self.given_out = False
        self.tail: bytes | None = None
        self.skipped: bytes | None = None

    def at(self, timestamp: bytes | None, line: int) -> int:
        """Return a line's instant; that of the line before where it has none."""
        found = instant(timestamp) if timestamp else None
        if found is None:
            self.note("invalid_timestamp", line)
            return self.state.last_at or 0
        self.state.last_at = found
        return found

    def note(self, code: str, line: int) -> None:
        """Count something odd about the file."""
        self.notes.setdefault(code, [0, line])[0] += 1

    def found_notes(self) -> list[Note]:
        """Return the odd things of this slice."""
        return [Note(code, count, line) for code, (count, line) in self.notes.items()]

    # -- whose rollout it is ---------------------------------------------------------------------------------------

    def session_meta(self, meta: SessionMeta, at: int, line: int) -> None:
        """Take the first `session_meta` as the rollout's identity, later ones as its ancestors."""
        state = self.state
        if not meta.id:
            self.note("missing_field", line)
        elif not state.known:
            self._identify(meta, at)
        elif meta.id != state.own and meta.id not in state.chain:
            state.chain.append(meta.id)
            if state.parent is None and state.call is None:
                state.parent, state.inherited = meta.id, not state.continued and state.start_ordinal is None

    def _identify(self, meta: SessionMeta, at: int) -> None:
        state = self.state
        state.known, state.own, state.own_at = True, meta.id or state.own, uuid7_instant(meta.id)
        state.kind = identity.kind_of(meta)
        state.start_ordinal = meta.subagent_history_start_ordinal
        state.continued = meta.history_base is not None
        spawned_by = identity.parent_of(meta) if state.kind == "subagent" else None
        base = meta.history_base.thread_id if meta.history_base else None
        state.parent = meta.forked_from_id or spawned_by or base
        state.inherited = bool(state.parent) and not state.continued and state.start_ordinal is None
        state.chain = [meta.forked_from_id] if meta.forked_from_id else []
        self.thread = identity.thread_of(meta, at)

    # -- turns and settings ----------------------------------------------------------------------------------------

    def task_started(self, event: TurnEvent, at: int, _line: int) -> None:
        """Begin a turn; a turn of the rollout's own ends the copied part."""
        state = self.state
        state.window = event.model_context_window or state.window
        self._enter(event.turn_id)
        state.tier = state.next_tier
        if not self._copied(event.turn_id):
            turn = self._turn(event, at)
            turn.started_at = turn.started_at or at

    def turn_context(self, context: TurnContext, _at: int, _line: int) -> None:
        """Take the settings of the requests that follow."""
        state = self.state
        self._enter(context.turn_id)
        state.model = labels.name_of(context.model) or state.model
        state.effort = labels.known(context.effort, labels.EFFORTS)

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
        self.fact("outcome:task_complete" if outcome == "complete" else f"outcome:{outcome}", line)
        self.state.tools.clear()
        turn = self._turn(event, at)
        turn.ended_at = at
        turn.started_at = turn.started_at or _instant_of(event.started_at)
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
        state, usage = self.state, usage_of(record.usage)
        if usage is None:
            self.note("invalid_counter", line)
        elif usage == NO_USAGE:
            return
        else:
            state.record_turn = record.turn_id
            state.unmatched.append(usage)
            if len(state.unmatched) > MAX_UNMATCHED:
                del state.unmatched[0]
            if record.thread_id is None or record.thread_id == state.own:
                state.inherited = False
                call = self._open(self._record_key(record), usage, at, line, "record", record, at)
            else:
                call = self._claim(COPIED, record.thread_id, self._record_key(record), usage, at, line, record)
            call.logged = usage_of(record.thread_token_usage)

    def _record_key(self, record: UsageRecord) -> int:
        total, owner = record.thread_token_usage, record.thread_id or self.state.own
        counted = f"{total.input_tokens}|{total.output_tokens}" if total else ""
        return key_of(f"{owner}|{record.turn_id}|{record.response_id}|{counted}")

    def token_count(self, snapshot: TokenCount, at: int, line: int) -> None:
        """Count a snapshot if it is a call of its own."""
        state, info = self.state, snapshot.info
        self._limits(bytes(snapshot.rate_limits), at, line)
        if info is None:
            state.restarted = True
            return
        state.window = info.model_context_window or state.window
        total, last = usage_of(info.total_token_usage), usage_of(info.last_token_usage)
        if total is None or last is None:
            missing = info.total_token_usage is None or info.last_token_usage is None
            self.note("missing_field" if missing else "invalid_counter", line)
            return
        if state.restarted:
            state.restarted = False
            if total == last:
                state.total = None
        self._snapshot(total, last, at, line)
        state.total, state.last = total, last

    def told_already(self, line: bytes) -> bool:
        """Say whether a snapshot has the limits and window of the one before, and its usage stood in a record."""
        state = self.state
        if not state.unmatched or self.tail is None or state.record_turn != state.turn:
            return False
        if not line.endswith(self.tail):
            return False
        state.unmatched.clear()
        self.skipped = line
        return True

    def remember(self, line: bytes) -> None:
        """Keep window and limits of a snapshot as they stand, to know a snapshot that repeats them."""
        at = line.rfind(b'"model_context_window":')
        self.tail = line[at:] if at >= 0 and line.find(b'"rate_limits":', at) >= 0 else None

    def take_skipped(self, snapshot: TokenCount) -> None:
        """Take the totals of the last snapshot that was stepped over: the next one may repeat them."""
        info, state = snapshot.info, self.state
        state.restarted = info is None
        total, last = (usage_of(info.total_token_usage), usage_of(info.last_token_usage)) if info else (None, None)
        if total is not None and last is not None:
            state.total, state.last = total, last

    def _limits(self, raw: bytes, at: int, line: int) -> None:
        if self.state.inherited:
            return
        found = limits_of(raw)
        if found is None:
            self.note("unexpected_shape", line)
            return
        self.limits.extend(limits.changed(found, at, self.state.limits))

    def _snapshot(self, total: Usage, last: Usage, at: int, line: int) -> None:
        state, before = self.state, self.state.total
        if self._recorded(last) or last == NO_USAGE:
            return
        if total == before and (last == state.last or state.last == NO_USAGE or total != last):
            return
        if total == last:
            state.runs += 1
        standing = self._standing(total, last)
        if standing:
            owner = self._owner() if standing == COPIED else state.own
            key = self._key(owner, total, last)
            call = self._claim(standing, owner if standing == COPIED else state.parent or owner, key, last, at, line)
        else:
            if before is not None:
                self._gap(before, total, last, at, line)
            answered = instant(state.answered_at or b"") or at
            call = self._open(self._key(state.own, total, last), last, at, line, "snapshot", None, answered)
        call.logged = total

    def _key(self, owner: str, total: Usage, last: Usage, sort: str = "") -> int:
        """Return the key of a snapshot's call: owner and totals.

        Clients that write no turn ids begin the totals anew when they resume, so there it tells in which run. A turn is no
        part of it: a turn can begin by repeating the snapshot of a turn that a migration dropped.
        """
        run = "" if self.state.turn_ids else self.state.runs
        return key_of(f"{owner}|{sort}|{run}|{total}|{last}")

    def _recorded(self, last: Usage) -> bool:
        """Say whether a record has told of this call already: one of the same turn, or one with this usage."""
        state = self.state
        if state.record_turn is not None and state.record_turn == state.turn:
            state.unmatched.clear()
            return True
        if last in state.unmatched:
            state.unmatched.remove(last)
            return True
        return False

    def _standing(self, total: Usage, last: Usage) -> str:
        """Return what a snapshot is if it is not surely a call of this rollout's thread."""
        state = self.state
        if state.inherited:
            return COPIED if state.turn_ids else UNPROVEN
        return UNPROVEN if state.continued and state.total is None and total != last else ""

    def _owner(self) -> str:
        """Return the ancestor that a copied turn belongs to: the youngest that is not younger than the turn."""
        turn_at = uuid7_instant(self.state.turn) or 0
        elder = [one for one in self.state.chain if (uuid7_instant(one) or 0) <= turn_at]
        youngest = max(elder, key=lambda one: uuid7_instant(one) or 0, default=None)
        return youngest or self.state.parent or self.state.own

    def _gap(self, before: Usage, total: Usage, last: Usage, at: int, line: int) -> None:
        """Claim the tokens that a total shows between two calls and no line tells of."""
        logged = _less(total, last)
        missing = _less(logged, before)
        if min(missing) < 0 or missing == NO_USAGE:
            return
        state, key = self.state, self._key(self.state.own, total, last, "gap")
        profile = self._profile(Profile(state.model, state.effort, state.tier, state.kind, "gap", *CAUSES[NO_SIGNAL]))
        call = Call(key, at, line, state.turn, None, profile, missing, logged, state.window, None, None, {})
        self.claims.append(Claim(GAP, state.own, call, before))

    def _claim(
        self, standing: str, owner: str, key: int, usage: Usage, at: int, line: int, record: UsageRecord | None = None,
    ) -> Call:  # fmt: skip
        """Take a call that counts only if it is nowhere else."""
        basis = "inherited" if standing == COPIED else "snapshot"
        if standing == COPIED:  # the line's time is that of the copy
            at = uuid7_instant(record.turn_id if record else self.state.turn) or at
        call = self._open(key, usage, at, line, basis, record, at, counted=False)
        self.state.claimed = standing, owner
        self.claims.append(Claim(standing, owner, call))
        return call

    def _open(
        self, key: int, usage: Usage, at: int, line: int, basis: str, record: UsageRecord | None, answered_at: int,
        *, counted: bool = True,
    ) -> Call:  # fmt: skip
        """Begin the latest call with what is pending; later lines may add to it."""
        state = self.state
        sort = (state.model, state.effort, state.tier, state.kind, basis, state.cause)
        profile = self.sorts.get(sort) or self._sort(*sort)
        asked_at = instant(state.asked_at) if state.asked_at else None
        call = Call(
            key, at, line,
            state.turn if record is None else record.turn_id or state.turn,
            None if record is None else record.response_id,
            self._profile(profile), usage, None, state.window,
            _positive(answered_at, asked_at), _positive(at, state.last_call_at), state.pending,
        )  # fmt: skip
        state.call, state.profile, state.claimed = call, profile, None
        state.unrepeated_call = state.unrepeated > 0
        state.pending, state.last_call_at = {}, at
        state.calls_in_turn += 1
        state.cause, state.asked_at = state.next_cause, state.next_asked_at
        state.next_cause, state.next_asked_at = NO_SIGNAL, None
        state.answering, state.answered_at, state.unrepeated = False, None, 0
        self.given_out = True
        if counted:
            self.calls.append(call)
        return call

    def _sort(  # noqa: PLR0917
        self, model: str | None, effort: str | None, tier: str | None, kind: str, basis: str, cause: int,
    ) -> Profile:  # fmt: skip
        because = cause or (NO_SIGNAL if kind in {"turn", "memory"} else DELEGATED)
        profile = Profile(model, effort, tier, kind, basis, *CAUSES[because])
        self.sorts[model, effort, tier, kind, basis, cause] = profile
        return profile

    def _give_out(self) -> None:
        """Give the latest call out again if it stems from an earlier slice and a line of this one changed it."""
        state = self.state
        if self.given_out or state.call is None or state.profile is None:
            return
        self.given_out = True
        state.call.profile = self._profile(state.profile)
        if state.claimed is None:
            self.calls.append(state.call)
        else:
            self.claims.append(Claim(*state.claimed, state.call))

    def _profile(self, profile: Profile) -> int:
        return self.profiles.setdefault(profile, len(self.profiles))

    def compacted(self, compacted: Compacted, _at: int, line: int) -> None:
        """Mark the call that made a compaction; older clients do not say which, or record none."""
        state = self.state
        if state.call is None or state.inherited:
            return
        named = compacted.compaction_response_id
        by_prompt = state.unrepeated_call and not any(label.startswith("tool:") for label in state.call.facts)
        if named == state.call.response if named is not None else by_prompt:
            resumed = compacted.resume_metadata
            before = resumed.previous_turn_settings if resumed else None
            self._made_compaction(labels.name_of(before.model if before else None))
        else:
            self.note("compaction_without_usage", line)
        self.fact("compaction:compacted", line)
        self.caused(AFTER_COMPACTION, None)

    def _made_compaction(self, model: str | None) -> None:
        state = self.state
        if state.call is None or state.profile is None:
            return
        origin, reason, confidence = CAUSES[COMPACTION]
        state.profile = state.profile._replace(
            model=model or state.profile.model, kind="compaction", origin=origin, reason=reason, confidence=confidence,
        )  # fmt: skip
        self._give_out()
        state.call.profile = self._profile(state.profile)

    # -- what led to a call and what it did ------------------------------------------------------------------------

    def asked(self, timestamp: bytes | None) -> None:
        """Note that a user, or an agent in the user's place, said something."""
        self.caused(USER if self.state.kind == "turn" else DELEGATED, timestamp)

    def caused(self, cause: int, timestamp: bytes | None) -> None:
        """Note something that leads to a call: the next one, or the one after if the model is answering already."""
        state = self.state
        if state.answering:
            state.next_asked_at = timestamp
            if cause > state.next_cause:
                state.next_cause = cause
        else:
            state.asked_at = timestamp
            if cause > state.cause:
                state.cause = cause

    def answering(self, timestamp: bytes | None) -> None:
        """Note that the model is answering: what happens from here on leads to the next call, not to this one."""
        self.state.answering = True
        self.state.answered_at = timestamp

    def spoke(self) -> None:
        """Note a message of the model; that of a compaction made by prompt is repeated by no event."""
        self.state.unrepeated += 1

    def repeated(self) -> None:
        """Note that an event repeats a message of the model, before or after it: an ordinary answer."""
        self.state.unrepeated -= 1

    def tool_called(self, call_id: str | None, found: list[str], line: int) -> None:
        """Tie a tool call to the response that asked for it."""
        state = self.state
        for label in found:
            _add(state.pending, label, line)
        if call_id:
            state.tools[call_id] = found[:2]
            if len(state.tools) > MAX_TOOLS:
                del state.tools[next(iter(state.tools))]

    def tool_answered(self, wrapper: labels.Wrapper, timestamp: bytes | None, line: int) -> None:
        """Tie a tool's output to the call that asked for it."""
        if wrapper.exit_code is not None:
            self.fact(labels.exit_label(wrapper.exit_code), line)
        if wrapper.timed_out:
            self.fact("outcome:timed_out", line)
        if wrapper.tokens:
            for label in self.state.tools.get(wrapper.call_id or "", ("tool:other",)):
                self.fact(label, line, wrapper.tokens, 0)
        self.caused(TOOL_RESULT, timestamp)

    def fact(self, label: str, line: int, tokens: int = 0, count: int = 1) -> None:
        """Add a label to the response in progress, or to the latest call."""
        state = self.state
        if state.pending or state.call is None:
            _add(state.pending, label, line, tokens, count)
        else:
            _add(state.call.facts, label, line, tokens, count)
            if not self.given_out:
                self._give_out()


def _add(facts: dict[str, list[int]], label: str, line: int, tokens: int = 0, count: int = 1) -> None:
    """Count a label: [occurrences, tokens, first line, last line]."""
    numbers = facts.get(label)
    if numbers is None:
        facts[label] = [count, tokens, line, line]
    else:
        numbers[0] += count
        numbers[1] += tokens
        numbers[3] = line


def _less(one: Usage, other: Usage) -> Usage:
    inputs, cached, written, output, reasoning = (left - right for left, right in zip(one, other, strict=True))
    return inputs, cached, written, output, reasoning


def _positive(until: int, since: int | None) -> int | None:
    return until - since if since is not None and until >= since else None


def _instant_of(seconds: float | None) -> int | None:
    return None if seconds is None or not 0 <= seconds < 10**11 else int(seconds * 1000)


def _whole(value: float | None) -> int | None:
    return None if value is None or not 0 <= value < 10**12 else int(value)
