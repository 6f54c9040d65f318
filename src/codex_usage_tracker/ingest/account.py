"""Turning the records of one rollout into calls, each counted exactly once.

The rule: a `token_usage_record` of the rollout's own thread is one call. In a turn that has none, a `token_count` is
one call unless it repeats the one before, is an estimate, or was copied from a parent. What cannot be told from this
file alone (copies whose original may be elsewhere) becomes a claim, which is settled when all files are known.
"""

import hashlib

from codex_usage_tracker.ingest import labels, limits
from codex_usage_tracker.ingest.decode import (
    Compacted,
    TokenCount,
    UsageRecord,
    instant,
    limits_of,
    usage_of,
    uuid7_instant,
    whole,
)
from codex_usage_tracker.ingest.state import AFTER_COMPACTION, CAUSES, COMPACTION, DELEGATED, NO_SIGNAL, State
from codex_usage_tracker.ingest.story import Story
from codex_usage_tracker.model import COPIED, GAP, NO_USAGE, UNPROVEN, Call, Claim, Limit, Profile, Usage

MAX_UNMATCHED = 8
"""Records of which the snapshot may still come."""


def key_of(identity: str) -> int:
    """Return a 63-bit key of an identity, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(identity.encode("utf-8", "replace"), digest_size=8).digest()) >> 1


class Account(Story):
    """Accounts for one rollout: feed it decoded records in file order, then take what it found."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.calls: list[Call] = []
        self.claims: list[Claim] = []
        self.limits: list[Limit] = []
        self.profiles: dict[Profile, int] = {}
        self.sorts: dict[tuple[str | None, str | None, str | None, str, str, int], Profile] = {}
        self.given_out = False
        self.tail: bytes | None = None
        self.skipped: bytes | None = None

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
        state.window = whole(info.model_context_window) or state.window
        total, last = usage_of(info.total_token_usage), usage_of(info.last_token_usage)
        if total is None or last is None:
            missing = info.total_token_usage is None or info.last_token_usage is None
            self.note("missing_field" if missing else "invalid_counter", line)
            return
        if state.restarted:
            state.restarted = False
            if total == last and state.total is not None:
                state.total = None
                state.runs += 1
        self._snapshot(total, last, at, line)
        state.total, state.last = total, last
        state.total_of = self._owner() if state.inherited else None

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
        """Keep window and limits of a snapshot as they stand, to know a snapshot that repeats them.

        A copied snapshot's limits are not stored, so they are not kept either.
        """
        at = line.rfind(b'"model_context_window":')
        whole_tail = at >= 0 and line.find(b'"rate_limits":', at) >= 0
        self.tail = line[at:] if whole_tail and not self.state.inherited else None

    def take_skipped(self, snapshot: TokenCount) -> None:
        """Take the totals of the last snapshot that was stepped over: the next one may repeat them."""
        info, state = snapshot.info, self.state
        state.restarted = info is None
        total, last = (usage_of(info.total_token_usage), usage_of(info.last_token_usage)) if info else (None, None)
        if total is not None and last is not None:
            state.total, state.last = total, last
            state.total_of = self._owner() if state.inherited else None

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
        if total == before and (state.last in {last, NO_USAGE} or total != last):
            return
        if total == last and before is not None:
            state.runs += 1
        standing = self._standing(total, last)
        if before is not None and not state.inherited:
            self._gap(before, total, last, at, line)
        if standing:
            owner = self._owner() if standing == COPIED else state.own
            key = self._key(owner, total, last)
            whose = owner if standing == COPIED else state.parent or owner
            call = self._claim(standing, whose, key, last, at, line)
        else:
            answered = instant(state.answered_at or b"") or at
            call = self._open(self._key(state.own, total, last), last, at, line, "snapshot", None, answered)
        call.logged = total

    def _key(self, owner: str, total: Usage, last: Usage, sort: str = "") -> int:
        """Return the key of a snapshot's call: owner and totals.

        Clients that write no turn ids begin the totals anew when they resume, so there it tells in which run. A turn is
        no part of it: a turn can begin by repeating the snapshot of a turn that a migration dropped.
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
        if state.total is None:
            return UNPROVEN if state.continued and total != last else ""
        return UNPROVEN if state.total_of is not None and _less(total, state.total) != last else ""

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
        profile = self._profile(self._sort(state.model, state.effort, state.tier, state.kind, "gap", NO_SIGNAL))
        call = Call(key, at, line, state.turn, None, profile, missing, logged, state.window, None, None, {})
        self.claims.append(Claim(GAP, state.total_of or state.own, call, before))

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
        before = state.last_call_at if state.calls_in_turn else state.turn_at
        asked_at = instant(state.asked_at) if state.asked_at else before
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

    def _sort(
        self, model: str | None, effort: str | None, tier: str | None, kind: str, basis: str, cause: int,
    ) -> Profile:  # fmt: skip
        because = cause or (NO_SIGNAL if kind in {"turn", "memory"} else DELEGATED)
        profile = Profile(model, effort, tier, kind, basis, *CAUSES[because])
        self.sorts[model, effort, tier, kind, basis, cause] = profile
        return profile

    def changed(self) -> None:
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
            self._made_compaction(labels.model_of(before.model if before else None))
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
        self.changed()
        state.call.profile = self._profile(state.profile)


def _less(one: Usage, other: Usage) -> Usage:
    inputs, cached, written, output, reasoning = (left - right for left, right in zip(one, other, strict=True))
    return inputs, cached, written, output, reasoning


def _positive(until: int, since: int | None) -> int | None:
    return until - since if since is not None and until >= since else None
