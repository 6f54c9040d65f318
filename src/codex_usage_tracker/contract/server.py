"""Answers that only the server gives, in the shapes that programs of other trackers read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from codex_usage_tracker.contract import Calls, Status, Summary
from codex_usage_tracker.contract.outcomes import Refresh


class Health(msgspec.Struct, kw_only=True):
    """That the server runs."""

    status: str = "ok"


class RangeSummary(Summary, kw_only=True):
    """A summary with the totals beside it.

    The costs of single classes of tokens are told where no `group_by` is asked for, null where there is no price.
    """

    total_tokens: int
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_output_tokens: int
    total_cost_usd: str | None
    input_cost_usd: str | None = None
    cached_input_cost_usd: str | None = None
    output_cost_usd: str | None = None


class Breakdown(msgspec.Struct, kw_only=True):
    """What a model used and would cost; money in decimal texts, null where there is no price."""

    model: str | None
    total_tokens: int
    total_cost_usd: str | None


class TokenBreakdown(msgspec.Struct, kw_only=True):
    """What a model used by class; `reasoning_effort` where it is split by that too."""

    model: str | None
    reasoning_effort: str | None = None
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_output_tokens: int
    total_tokens: int


class CostBreakdown(TokenBreakdown, kw_only=True):
    """What a model used and would cost by class; input is what was not read from the cache."""

    input_cost_usd: str | None
    cached_input_cost_usd: str | None
    output_cost_usd: str | None
    total_cost_usd: str | None


class EventUsage(msgspec.Struct, kw_only=True):
    """The tokens of a call."""

    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_output_tokens: int
    total_tokens: int


class EventContext(msgspec.Struct, kw_only=True):
    """How much of its window a call used."""

    context_used: int
    context_window: int | None


class Event(msgspec.Struct, kw_only=True):
    """A call; `ts` is ISO 8601 in UTC. No raw line is kept, so none is told."""

    id: str
    ts: str
    model: str | None
    usage: EventUsage
    context: EventContext
    cost_usd: str | None
    reasoning_effort: str | None
    source: str
    session_id: str
    request_id: str | None
    raw_json: None = None


class Usage(Calls, kw_only=True):
    """A page of calls with where things stand."""

    status: Status


class IngestIssue(msgspec.Struct, kw_only=True):
    """A file that could not be read, and why."""

    file_path: str
    message: str


class IngestRun(Refresh, kw_only=True):
    """What a refresh read, under the names of several trackers."""

    files_scanned: int
    files_skipped: int
    events_inserted: int
    bytes_read: int
    issues: list[IngestIssue]


class Updated(msgspec.Struct, kw_only=True):
    """How many rules were written, or how many calls have another cost now."""

    updated: int


class HomeRow(msgspec.Struct, kw_only=True):
    """A Codex home that is read."""

    id: int
    label: str
    path: str
    created_at: int | None = None
    last_seen_at: int | None = None


class ServerSettings(msgspec.Struct, kw_only=True):
    """What the server runs with, and the files of settings as they are."""

    codex_home: str
    active_home_id: int
    context_active_minutes: int
    homes: list[HomeRow]
    timezone: str
    privacy_mode: str
    version: str
    db_path: str
    files: dict[str, str]
    settings: dict[str, Any]


class PriceRule(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The price of the models that a pattern names, in USD per million tokens, as decimal texts.

    `bundled` rules come with the program; they hold behind the user's own and are not written.
    """

    model_pattern: str
    input_per_1m: Decimal
    output_per_1m: Decimal
    id: str | int | None = None
    cached_input_per_1m: Decimal | None = None
    cache_write_per_1m: Decimal | None = None
    effective_from: str | None = None
    effective_to: str | None = None
    tier: str | None = None
    tiers: dict[str, Decimal] = {}
    long_context: Any | msgspec.UnsetType = msgspec.UNSET
    provider: str | None = None
    estimate: str | None = None
    source: str | None = None
    bundled: bool = False
