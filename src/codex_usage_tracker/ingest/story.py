"""The story of one rollout: whose it is, its turns and settings, what led to each call and what it did."""

from codex_usage_tracker.ingest import identity, labels
from codex_usage_tracker.ingest.decode import (
    SessionMeta,
    SettingsApplied,
    TurnContext,
    TurnEvent,
    instant,
    uuid7_instant,
    whole,
)
from codex_usage_tracker.ingest.state import DELEGATED, TOOL_RESULT, USER, State
from codex_usage_tracker.model import Note, Thread, Turn

MAX_TOOLS = 64
"""Tool calls whose output is waited for."""


class Story:
    """Follows a rollout line by line; what it knows for the next reading stands in its state."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.turns: dict[str, Turn] = {}
        self.notes: dict[str, list[int]] = {}
        self.thread: Thread | None = None
        self.name: str | None = None
        self.named_at = 0

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
        state.start_ordinal = whole(meta.subagent_history_start_ordinal)
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
        state.window = whole(event.model_context_window) or state.window
        self._enter(event.turn_id)
        state.tier, state.answering = state.next_tier, False
        if not self._copied(event.turn_id):
            self.state.turn_at = at
            turn = self._turn(event, at)
            turn.started_at = turn.started_at or at

    def turn_context(self, context: TurnContext, _at: int, _line: int) -> None:
        """Take the settings of the requests that follow."""
        state = self.state
        self._enter(context.turn_id)
        state.model = labels.model_of(context.model) or state.model
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

    # -- what led to a call and what it did ------------------------------------------------------------------------

    def asked(self, timestamp: bytes | None) -> None:
        """Note that a user, or an agent in the user's place, said something."""
        self.caused(USER if self.state.kind == "turn" else DELEGATED, timestamp)

    def caused(self, cause: int, timestamp: bytes | None) -> None:
        """Note something that leads to a call: the next one, or the one after if the model is answering already."""
        state = self.state
        if state.answering:
            state.next_asked_at = timestamp
            state.next_cause = max(state.next_cause, cause)
        else:
            state.asked_at = timestamp
            state.cause = max(state.cause, cause)

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
            self.changed()

    def changed(self) -> None:
        """Note that the latest call is not as it was when it was last given out."""


def _add(facts: dict[str, list[int]], label: str, line: int, tokens: int = 0, count: int = 1) -> None:
    """Count a label: [occurrences, tokens, first line, last line]."""
    numbers = facts.get(label)
    if numbers is None:
        facts[label] = [count, tokens, line, line]
    else:
        numbers[0] += count
        numbers[1] += tokens
        numbers[3] = line


def _instant_of(seconds: float | None) -> int | None:
    return None if seconds is None or not 0 <= seconds < 10**11 else int(seconds * 1000)


def _whole(value: float | None) -> int | None:
    return None if value is None or not 0 <= value < 10**12 else int(value)
