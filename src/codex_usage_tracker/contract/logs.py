"""What one log holds, read without writing anything."""

import msgspec

from codex_usage_tracker.contract import Tokens


class LogNote(msgspec.Struct, kw_only=True):
    """Something odd about a log: how often, on which line first, and what it means."""

    code: str
    count: int
    first_line: int
    meaning: str
    expected: bool


class LogLimit(msgspec.Struct, kw_only=True):
    """A limit window as a log showed it last."""

    limit_id: str
    window_minutes: int
    used_percent: float
    observed_at: int
    resets_at: int | None
    plan: str | None


class LogInspection(msgspec.Struct, kw_only=True):
    """One rollout: whose it is, its calls by model, basis and kind, and what stands beside them.

    `claims` are calls that this log repeats, or seems to repeat, from another; they count only where the other is gone.
    """

    schema: str
    path: str
    bytes: int
    lines: int
    read_bytes: int
    thread_id: str
    thread_name: str | None
    parent_thread_id: str | None
    forked_from_id: str | None
    created_at: int | None
    cwd: str | None
    git_branch: str | None
    originator: str | None
    client_version: str | None
    source: str | None
    first_at: int | None
    last_at: int | None
    totals: Tokens
    models: dict[str, Tokens]
    bases: dict[str, int]
    kinds: dict[str, int]
    claims: dict[str, int]
    turns: int
    facts: dict[str, int]
    limits: list[LogLimit]
    notes: list[LogNote]
    privacy_mode: str = "normal"
