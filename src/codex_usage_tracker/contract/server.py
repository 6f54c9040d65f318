"""Answers that only the server gives, in the shapes that programs of other trackers read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from codex_usage_tracker.contract import Calls, Row, Status, Summary
from codex_usage_tracker.contract.outcomes import Refresh
from codex_usage_tracker.contract.windows import Window


class Health(msgspec.Struct, kw_only=True):
    """That the server runs."""

    status: str = "ok"


class RowCounts(msgspec.Struct, kw_only=True):
    """How many calls there are: all, those of active threads, and those in scope; the latest one in ISO 8601."""

    total: int
    active: int
    scoped: int
    max_event_timestamp: str | None


class ObservedUsage(msgspec.Struct, kw_only=True):
    """The limits as logs tell them; `reconciliation` counts them beside those that were typed in."""

    available: bool
    windows: list[Window]
    reconciliation: dict[str, int]


class ServerStatus(Status, kw_only=True):
    """Where things stand, with what programs of other trackers ask a server for."""

    payload_schema: str
    latest_refresh_at: int | None
    row_counts: RowCounts
    observed_usage: ObservedUsage
    parser_adapter: str
    parser_diagnostics: dict[str, int]
    context_api: str


class RangeRow(Row, kw_only=True):
    """A group with the threads, turns and latest call in it; these are null where `counts=false` is asked."""

    group_key: str | None
    model_calls: int
    sessions: int | None
    turns: int | None
    avg_tokens_per_call: int
    avg_cache_ratio: float | None
    avg_reasoning_ratio: float | None
    latest_event: str | None


class RangeSummary(Summary, kw_only=True):
    """A summary with the totals beside it.

    The costs of single classes of tokens are told where no `group_by` is asked for, null where there is no price.
    """

    rows: list[RangeRow]  # type: ignore[assignment]
    is_expensive: bool
    privacy_mode: str
    total_tokens: int
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_output_tokens: int
    total_cost_usd: str | None
    input_cost_usd: str | None = None
    cached_input_cost_usd: str | None = None
    output_cost_usd: str | None = None


class BucketValue(msgspec.Struct, kw_only=True):
    """What was used in an hour or day, which begins at a local time with its offset; a cost is a decimal text."""

    bucket_start: str
    value: int | str | None


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


class CallsPage(Calls, kw_only=True):
    """A page of calls with the filters that chose them; no text of a log is ever in it."""

    filters: dict[str, Any]
    raw_context_included: bool = False


class Usage(CallsPage, kw_only=True):
    """A page of calls with where things stand."""

    status: ServerStatus


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
    repriced_calls: int = 0


class HomeRow(msgspec.Struct, kw_only=True):
    """A Codex home, whether it is read and there at all, what lies in it, and what was counted of it."""

    id: int
    label: str
    path: str
    created_at: int | None = None
    last_seen_at: int | None = None
    read: bool = True
    found: bool = True
    files: int | None = None
    unread_files: int | None = None
    unreadable_files: int | None = None
    calls: int | None = None


class HomeAdded(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A folder to read, and what to call it."""

    path: str
    label: str | None = None


class HomeChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to be another way of a home: what it is called (null: as its folder), whether it is read."""

    label: str | msgspec.UnsetType | None = msgspec.UNSET
    read: bool | None = None


class PastedText(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What Codex shows of the limits."""

    text: str


class Link(msgspec.Struct, kw_only=True):
    """An address that lets one browser in, once, for so many seconds; `proof` is for who asked by the file."""

    url: str
    seconds: int
    proof: str = ""


class DemoState(msgspec.Struct, kw_only=True):
    """Whether a made-up history can be shown, and whether it is there to be seen at /?demo=1."""

    available: bool
    ready: bool


class ServerSettings(msgspec.Struct, kw_only=True):
    """What the server runs with, and the files of settings as they are.

    `homes_named` and `timezone_named` say that these were named at the start and not by the settings.
    """

    codex_home: str
    active_home_id: int
    context_active_minutes: int
    homes: list[HomeRow]
    timezone: str
    homes_named: bool
    timezone_named: bool
    privacy_mode: str
    version: str
    db_path: str
    files: dict[str, str]
    settings: dict[str, Any]


class PriceRule(msgspec.Struct, kw_only=True):
    """The price of the models that a pattern names, in USD per million tokens, as decimal texts.

    Its `origin` is own, updated (by a price list), pinned or bundled; `bundled` rules come with the program, hold
    behind the user's own, and are not written.
    """

    model_pattern: str
    input_per_1m: Decimal
    output_per_1m: Decimal
    id: str | None = None
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
    updated: bool = False
    layer: int = 0
    bundled: bool = False
    origin: str = "own"
