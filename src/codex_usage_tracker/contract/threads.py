"""Pages of root threads, and one call with what lies around it."""

import msgspec

from codex_usage_tracker.contract import CallRow, FactRow, Numbers, Scope
from codex_usage_tracker.contract.findings import Attention, CacheState


class Mix(msgspec.Struct, kw_only=True):
    """How much of a thread was of one model or effort, null where it is unknown."""

    value: str | None
    calls: int
    total_tokens: int


class Agent(Numbers, kw_only=True):
    """A thread below a root thread: a sub-agent, a review, a guardian or a fork, with its own numbers."""

    thread_id: str
    name: str | None
    parent_thread_id: str | None
    source: str | None
    role: str | None
    nickname: str | None
    latest_at: int | None


class RootThread(Numbers, kw_only=True):
    """A root thread with the numbers of all below it; `models` and `efforts` begin with the largest."""

    thread_id: str
    name: str | None
    project: str | None
    cwd: str | None
    git_branch: str | None
    created_at: int | None
    latest_at: int | None
    archived: bool
    models: list[Mix]
    efforts: list[Mix]
    agents: list[Agent]


class Threads(msgspec.Struct, kw_only=True):
    """A page of root threads; the totals are those of all calls in scope."""

    schema: str
    scope: Scope
    rows: list[RootThread]
    totals: Numbers
    row_count: int
    total_matched_rows: int
    limit: int
    offset: int
    has_more: bool
    next_offset: int | None


class Call(msgspec.Struct, kw_only=True):
    """One call, the calls before and after it in its thread, its facts, the cache before it, and what was found."""

    schema: str
    scope: Scope
    record: CallRow
    previous: CallRow | None
    next: CallRow | None
    facts: list[FactRow]
    cache: CacheState
    attention: Attention
