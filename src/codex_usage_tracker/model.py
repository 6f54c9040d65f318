"""The words of the domain as values: what one reading of a rollout brings to the store."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

Usage = tuple[int, int, int, int, int]
"""Tokens of one call: input, cached input, cache write input, output, reasoning output."""

NO_USAGE: Usage = (0, 0, 0, 0, 0)

COPIED = "copy"
"""Standing of a call whose line is proven to be copied from another thread."""
UNPROVEN = "unproven"
"""Standing of a call that is a copy if its parent has the same pair of totals and usage."""
GAP = "gap"
"""Standing of tokens that the running total shows between two calls and no line tells of."""

PRINTED = "printed"
"""Basis of a call that was printed, where no rollout tells of its thread."""
PRINTED_TURN = "printed_turn"
"""Basis of the sum of a turn's calls, where only that was printed."""
PRINTED_THREAD = "printed_thread"
"""Basis of the sum of a thread's calls, where only that was printed."""
SAMPLE = "sample"
"""Kind of a call that a client makes beside its threads; no rollout ever tells of it."""


class Profile(NamedTuple):
    """What sort of call it was; calls share few of these, so they are stored once."""

    model: str | None
    effort: str | None
    tier: str | None
    kind: str
    basis: str
    origin: str
    reason: str
    confidence: str


class Call(msgspec.Struct, array_like=True, gc=False):
    """One model response that was billed, as the log tells it.

    `profile` is an index into the reading's profiles; `facts` are safe labels (`type:name`) with their occurrences, the
    tokens of their outputs where known, and their first and last line.
    """

    key: int
    at: int
    line: int
    turn: str | None
    response: str | None
    profile: int
    usage: Usage
    logged: Usage | None
    window: int | None
    duration_ms: int | None
    gap_ms: int | None
    facts: dict[str, list[int]]


class Claim(msgspec.Struct, array_like=True, gc=False):
    """A call that counts only as long as no other file has it; `baseline` is the running total before a gap."""

    standing: str
    owner: str
    call: Call
    baseline: Usage | None = None


class Turn(msgspec.Struct, array_like=True, gc=False):
    """One turn of a thread; instants and durations in milliseconds."""

    turn: str
    started_at: int | None = None
    ended_at: int | None = None
    duration_ms: int | None = None
    first_token_ms: int | None = None
    outcome: str | None = None
    root_turn: str | None = None


class Limit(NamedTuple):
    """One rate-limit window as a snapshot showed it; `used` is percent."""

    at: int
    limit_id: str
    window_minutes: int
    used: float
    resets_at: int | None
    plan: str | None
    credits: str | None


class Thread(msgspec.Struct, array_like=True, gc=False):
    """What the first `session_meta` of a rollout says of its thread."""

    thread: str
    session: str | None = None
    parent: str | None = None
    forked_from: str | None = None
    created_at: int | None = None
    cwd: str | None = None
    git_branch: str | None = None
    git_commit: str | None = None
    git_remote: str | None = None
    originator: str | None = None
    client_version: str | None = None
    provider: str | None = None
    source: str | None = None
    role: str | None = None
    nickname: str | None = None
    account: str | None = None
    history_mode: str | None = None


class Note(NamedTuple):
    """Something odd about a file: a stable code, how often, and the first line where it was seen."""

    code: str
    times: int
    first_line: int


class Reading(msgspec.Struct, array_like=True, gc=False):
    """What one slice of one rollout brought: rows for the store and where to go on."""

    thread: Thread | None
    name: str | None
    named_at: int
    profiles: list[Profile]
    calls: list[Call]
    claims: list[Claim]
    turns: list[Turn]
    limits: list[Limit]
    notes: list[Note]
    own: str
    offset: int
    lines: int
    state: bytes
    finished: bool
