"""What must be kept of a rollout between two readings, and why calls are made."""

from __future__ import annotations

import msgspec

from codex_usage_tracker.ingest.limits import Last
from codex_usage_tracker.model import Call, Profile, Usage

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
    total_of: str | None = None
    last: Usage | None = None
    restarted: bool = False
    unmatched: list[Usage] = []
    record_turn: str | None = None

    turn: str | None = None
    turn_at: int | None = None
    calls_in_turn: int = 0
    model: str | None = None
    effort: str | None = None
    tier: str | None = None
    next_tier: str | None = None
    window: int | None = None
    limits: Last = {}

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
