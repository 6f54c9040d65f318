"""All that leaves the process: typed answers, the same on every surface."""

from typing import Any

import msgspec

from codex_usage_tracker.contract.budgets import BudgetState
from codex_usage_tracker.contract.findings import Signal, ThreadAttention
from codex_usage_tracker.contract.windows import Window

SCHEMA = "codex-usage-tracker-{}-v1"


class Tokens(msgspec.Struct, kw_only=True):
    """Calls and their tokens, as `query.metrics` defines them."""

    calls: int
    input_tokens: int
    cached_input_tokens: int
    cache_write_input_tokens: int
    uncached_input_tokens: int
    output_tokens: int
    reasoning_output_tokens: int
    total_tokens: int


class Numbers(Tokens, kw_only=True):
    """The numbers of a group of calls, as `query.metrics` defines them.

    `usd`, what the calls would cost at the API's list prices of their day, and `credits`, what they draw in Codex
    credits, are decimal texts, exact to the last digit, null where no call has a price. `priced_share` and
    `credited_share` say how much of the tokens they stand for; `estimated_usd` is the part of `usd` that is a guess.
    """

    usd: str | None
    estimated_usd: str | None
    priced_share: str | None
    unpriced_calls: int
    credits: str | None
    credited_share: str | None


class Row(Numbers, kw_only=True):
    """The numbers of one group; `key` is null where it is unknown, `keys` has one for each dimension."""

    key: str | None
    keys: dict[str, str | None] = {}
    name: str | None = None


class Scope(msgspec.Struct, kw_only=True):
    """What an answer is about: range, filter, history, zone, of when the data is (milliseconds UTC), what is hidden."""

    since: int | None
    until: int | None
    history: str
    timezone: str
    as_of: int | None
    generation: int
    filters: dict[str, Any] = {}
    privacy_mode: str = "normal"


class Summary(msgspec.Struct, kw_only=True):
    """Groups of calls with their numbers, and the numbers of all calls in scope."""

    schema: str
    scope: Scope
    group_by: list[str]
    rows: list[Row]
    totals: Numbers
    row_count: int
    truncated: bool


class CallRow(msgspec.Struct, kw_only=True, omit_defaults=False):
    """One call; instants and durations in milliseconds, `context_used` tokens of `context_window`.

    `usd` and `credits` are decimal texts, null where there is no price; `pricing_status` is priced, estimated or
    unpriced, `credit_confidence` exact, inferred, user_override or missing. `priced_as` is the model whose price was
    taken, and `assumed` has the words model, tier and date where one of these was not known.
    """

    record_id: str
    at: int
    thread_id: str
    thread_name: str | None
    root_thread_id: str | None
    turn_id: str | None
    response_id: str | None
    model: str | None
    effort: str | None
    tier: str | None
    kind: str
    basis: str
    origin: str
    reason: str
    confidence: str
    input_tokens: int
    cached_input_tokens: int
    cache_write_input_tokens: int
    uncached_input_tokens: int
    output_tokens: int
    reasoning_output_tokens: int
    total_tokens: int
    usd: str | None
    credits: str | None
    pricing_status: str
    credit_confidence: str
    priced_as: str | None
    assumed: str | None
    context_window: int | None
    context_used: int
    duration_ms: int | None
    gap_ms: int | None
    logged_input_tokens: int | None
    logged_cached_input_tokens: int | None
    logged_cache_write_input_tokens: int | None
    logged_output_tokens: int | None
    logged_reasoning_output_tokens: int | None
    project: str | None
    cwd: str | None
    git_branch: str | None
    originator: str | None
    client_version: str | None
    archived: bool
    source_file: str
    line: int


class Calls(msgspec.Struct, kw_only=True):
    """A page of calls; the totals are those of all calls in scope."""

    schema: str
    scope: Scope
    rows: list[CallRow]
    totals: Numbers
    row_count: int
    total_matched_rows: int
    limit: int
    offset: int
    has_more: bool
    next_offset: int | None = None


class ThreadInfo(msgspec.Struct, kw_only=True):
    """A thread as its session began."""

    thread_id: str
    name: str | None
    root_thread_id: str | None
    parent_thread_id: str | None
    forked_from_id: str | None
    created_at: int | None
    project: str | None
    cwd: str | None
    git_branch: str | None
    git_commit: str | None
    git_remote: str | None
    originator: str | None
    client_version: str | None
    provider: str | None
    source: str | None
    role: str | None
    nickname: str | None
    account: str | None
    history_mode: str | None
    archived: bool


class TurnRow(msgspec.Struct, kw_only=True):
    """One turn with its calls' numbers; durations in milliseconds, `outcome` null while it runs."""

    turn_id: str
    started_at: int | None
    ended_at: int | None
    duration_ms: int | None
    first_token_ms: int | None
    outcome: str | None
    calls: int
    total_tokens: int


class FactRow(msgspec.Struct, kw_only=True):
    """A safe label with how often it occurs, in how many calls, and the tokens of its outputs."""

    type: str
    name: str
    count: int
    calls: int
    output_tokens: int


class ThreadCall(CallRow, kw_only=True):
    """A call of a thread with what became of the cache before it; the words are those of `CacheState`."""

    cache_state: str | None = None


class Session(msgspec.Struct, kw_only=True):
    """One thread: what it is, its numbers, the threads below it, its turns, facts and calls, and what was found."""

    schema: str
    scope: Scope
    thread: ThreadInfo
    totals: Numbers
    members: list[Row]
    turns: list[TurnRow]
    facts: list[FactRow]
    calls: list[ThreadCall]
    call_count: int
    attention: ThreadAttention
    lifecycle: list[Signal]


class Status(msgspec.Struct, kw_only=True):
    """The latest call, its context, the limits as last seen, and today's numbers."""

    schema: str
    scope: Scope
    latest: CallRow | None
    context_left_percent: float | None
    windows: list[Window]
    today: Numbers
    week: Numbers
    all_time: Numbers
    budgets: list[BudgetState] = []


class CoverageRow(Numbers, kw_only=True):
    """How the calls of a model were priced; the words are those of `CallRow`."""

    model: str | None
    provider: str | None
    pricing_status: str
    credit_confidence: str
    priced_as: str | None
    assumed: str | None


class Coverage(msgspec.Struct, kw_only=True):
    """How much of the usage has a price, by model."""

    schema: str
    scope: Scope
    rows: list[CoverageRow]
    totals: Numbers
    row_count: int
    truncated: bool


class BudgetCheck(msgspec.Struct, kw_only=True):
    """All budgets; `status` is the worst of theirs, ok where there are none."""

    schema: str
    scope: Scope
    status: str
    budgets: list[BudgetState]
