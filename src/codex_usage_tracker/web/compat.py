"""Questions in the shapes that programs of other trackers read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from codex_usage_tracker.config.allowance import Allowance, entries
from codex_usage_tracker.contract.server import (
    Breakdown,
    BucketValue,
    CallsPage,
    CostBreakdown,
    Event,
    EventContext,
    EventUsage,
    ObservedUsage,
    RangeRow,
    RangeSummary,
    RowCounts,
    ServerStatus,
    TokenBreakdown,
    Usage,
)
from codex_usage_tracker.pricing.money import usd_text
from codex_usage_tracker.query import costs, homes, run
from codex_usage_tracker.query.dimensions import DIMENSIONS
from codex_usage_tracker.query.seen import seen
from codex_usage_tracker.query.zones import moment
from codex_usage_tracker.reports.asks import Ask, CallsChoice, Offset, dimension, filter_of
from codex_usage_tracker.reports.csv_text import instant
from codex_usage_tracker.reports.registry import QUESTIONS, CallsAsk, Question, Settings, SummaryAsk, TimeseriesAsk
from codex_usage_tracker.reports.scope import named

if TYPE_CHECKING:
    from codex_usage_tracker.contract import CallRow, Calls, Row, Status
    from codex_usage_tracker.contract.pictures import Timeseries
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.query.seen import Seen

METRICS = {"tokens": "total_tokens", "cost": "usd"}
CLASSES = ("input_cost_usd", "cached_input_cost_usd", "output_cost_usd")
BOTH, MODEL, EFFORT = ("model", "effort"), ("model",), "effort"
Archived = Annotated[bool, Meta(description="With archived threads, or active ones alone.")]


class StatusAsk(Ask, frozen=True, kw_only=True):
    """Where things stand."""

    include_archived: Archived = True


class RangeSummaryAsk(SummaryAsk, frozen=True, kw_only=True):
    """How much was used, in all and by up to three dimensions."""

    group_by: Annotated[tuple[str, ...], Meta(max_length=3, description="Dimensions; thread by default.")] = ()
    counts: Annotated[bool, Meta(description="With the threads, turns and latest call of each group.")] = True


class UsageAsk(CallsAsk, frozen=True, kw_only=True):
    """A page of calls with where things stand; the rest is taken for programs of another tracker."""

    refresh: Annotated[bool, Meta(description="Read what is new before.")] = False
    lang: Annotated[str | None, Meta(description="Taken, and of no effect.")] = None
    diagnostics: Annotated[str | None, Meta(description="Taken, and of no effect.")] = None
    shell: Annotated[str | None, Meta(description="Taken, and of no effect.")] = None


class BucketsAsk(CallsChoice, frozen=True, kw_only=True):
    """Use by hour or day, of those in which there was any."""

    bucket: Annotated[Literal["hour", "day"], Meta(description="Local hours or days.")] = "day"
    metric: Annotated[Literal["tokens", "cost"], Meta(description="What is counted.")] = "tokens"


class EventsAsk(CallsChoice, frozen=True, kw_only=True):
    """Calls, the newest first."""

    limit: Annotated[int, Meta(ge=1, le=1000, description="At most so many.")] = 200
    offset: Offset = 0


def _summary(reader: Reader, ask: RangeSummaryAsk, settings: Settings) -> RangeSummary:
    values = {name: getattr(ask, name) for name in SummaryAsk.__struct_fields__}
    found = QUESTIONS["summary"].function(
        reader, SummaryAsk(**values | {"group_by": ask.group_by or ("thread",)}), settings
    )
    totals, chosen = found.totals, filter_of(ask, reader)
    costs_ = {} if ask.group_by else _classes(costs.by_class(reader.db, chosen, ()).get(()))
    split = [dimension(name) for name in found.group_by]
    counted = seen(reader, chosen, split) if ask.counts and found.rows else {}
    return RangeSummary(
        **_fields(found) | {"rows": [_group(row, counted.get(tuple(row.keys.values()))) for row in found.rows]},
        is_expensive=ask.sort in {"cost", "usd"},
        privacy_mode="normal",
        **{name: getattr(totals, name) for name in _tokens(totals)},
        total_cost_usd=totals.usd,
        **costs_,
    )


def _fields(of: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(of, name) for name in of.__struct_fields__}


def _group(row: Row, counted: Seen | None) -> RangeRow:
    return RangeRow(
        **_fields(row),
        group_key=row.key,
        model_calls=row.calls,
        sessions=counted and counted.threads,
        turns=counted and counted.turns,
        latest_event=counted and instant(counted.latest_at),
        avg_tokens_per_call=round(row.total_tokens / row.calls) if row.calls else 0,
        avg_cache_ratio=_ratio(row.cached_input_tokens, row.input_tokens),
        avg_reasoning_ratio=_ratio(row.reasoning_output_tokens, row.output_tokens),
    )


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _tokens(of: object) -> dict[str, Any]:
    return {name: getattr(of, name) for name in EventUsage.__struct_fields__}


def _classes(units: tuple[int, ...] | None) -> dict[str, Any]:
    return {name: usd_text(units[place]) if units else None for place, name in enumerate(CLASSES)}


def _groups(reader: Reader, ask: CallsChoice, split: tuple[str, ...]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return the groups of a question's calls: keys and numbers."""
    found = run.groups(reader.db, filter_of(ask, reader), [DIMENSIONS[name] for name in split], reader.zone)
    return [(dict(zip(split, one.keys, strict=True)), named(one.numbers)) for one in found]


def _timeseries(reader: Reader, ask: BucketsAsk, settings: Settings) -> list[BucketValue]:
    values = {name: getattr(ask, name) for name in CallsChoice.__struct_fields__}
    both = TimeseriesAsk(bucket=ask.bucket, metric=(ask.metric, "calls"), **values)
    found: Timeseries = QUESTIONS["series"].function(reader, both, settings)
    values_of = {one.metric: one.values for one in found.series}
    return [
        BucketValue(bucket_start=moment(bucket.starts_at, reader.zone).isoformat(), value=amount)
        for bucket, amount, count in zip(found.buckets, values_of[METRICS[ask.metric]], values_of["calls"], strict=True)
        if count
    ]


def _breakdown(reader: Reader, ask: CallsChoice, _settings: Settings) -> list[Breakdown]:
    return [
        Breakdown(model=keys["model"], total_tokens=told["total_tokens"], total_cost_usd=told["usd"])
        for keys, told in _groups(reader, ask, MODEL)
    ]


def _row(keys: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    tokens = {name: told[name] for name in EventUsage.__struct_fields__}
    return {"model": keys["model"], "reasoning_effort": keys.get("effort")} | tokens


def _by_tokens(reader: Reader, ask: CallsChoice, split: tuple[str, ...]) -> list[TokenBreakdown]:
    return [TokenBreakdown(**_row(keys, told)) for keys, told in _groups(reader, ask, split)]


def _by_costs(reader: Reader, ask: CallsChoice, split: tuple[str, ...]) -> list[CostBreakdown]:
    found = costs.by_class(reader.db, filter_of(ask, reader), split)
    return [
        CostBreakdown(**_row(keys, told), **_classes(found.get(tuple(keys.values()))), total_cost_usd=told["usd"])
        for keys, told in _groups(reader, ask, split)
    ]


def _events(reader: Reader, ask: EventsAsk, settings: Settings) -> list[Event]:
    found: Calls = QUESTIONS["calls"].function(reader, CallsAsk(**msgspec.structs.asdict(ask)), settings)
    return [_event(row) for row in found.rows]


def _event(row: CallRow) -> Event:
    return Event(
        id=row.record_id,
        ts=instant(row.at),
        model=row.model,
        usage=EventUsage(**_tokens(row)),
        context=EventContext(context_used=row.context_used, context_window=row.context_window),
        cost_usd=row.usd,
        reasoning_effort=row.effort,
        source=row.basis,
        session_id=row.thread_id,
        request_id=row.response_id,
    )


def _calls(reader: Reader, ask: CallsAsk, settings: Settings) -> CallsPage:
    found = QUESTIONS["calls"].function(reader, ask, settings)
    return CallsPage(**_fields(found), filters=found.scope.filters)


def _usage(reader: Reader, ask: UsageAsk, settings: Settings) -> Usage:
    values = {name: getattr(ask, name) for name in CallsAsk.__struct_fields__}
    status = _status(reader, StatusAsk(include_archived=ask.include_archived), settings)
    return Usage(**_fields(_calls(reader, CallsAsk(**values), settings)), status=status)


def _status(reader: Reader, ask: StatusAsk, settings: Settings) -> ServerStatus:
    found: Status = QUESTIONS["status"].function(reader, ask, settings)
    typed = len(entries(settings.read(settings.files.allowance, Allowance)))
    counts = {"observed": len(found.windows), "typed_in": typed}
    return ServerStatus(
        **_fields(found),
        payload_schema=found.schema,
        latest_refresh_at=reader.meta("refreshed_at"),
        row_counts=_row_counts(reader, found, ask),
        observed_usage=ObservedUsage(available=bool(found.windows), windows=found.windows, reconciliation=counts),
        parser_adapter="codex-rollout",
        parser_diagnostics=homes.notes(reader),
        context_api=settings.context_api,
    )


def _row_counts(reader: Reader, found: Status, ask: StatusAsk) -> RowCounts:
    total = found.all_time.calls
    active = total - homes.archived_calls(reader)
    latest = instant(found.latest.at) if found.latest else None
    scoped = total if ask.include_archived else active
    return RowCounts(total=total, active=active, scoped=scoped, max_event_timestamp=latest)


SERVED: dict[str, Question[Any]] = QUESTIONS | {
    one.name: one
    for one in (
        Question("summary", RangeSummaryAsk, RangeSummary, _summary, "How much was used, in all and split."),
        Question("timeseries", BucketsAsk, list[BucketValue], _timeseries, "Use by hour or day."),
        Question("breakdown", CallsChoice, list[Breakdown], _breakdown, "Tokens and cost by model."),
        Question(
            "breakdown/tokens", CallsChoice, list[TokenBreakdown],
            lambda reader, ask, _settings: _by_tokens(reader, ask, MODEL), "Tokens by model and class.",
        ),
        Question(
            "breakdown/costs", CallsChoice, list[CostBreakdown],
            lambda reader, ask, _settings: _by_costs(reader, ask, MODEL), "Tokens and costs by model and class.",
        ),
        Question(
            "breakdown/effort/tokens", CallsChoice, list[TokenBreakdown],
            lambda reader, ask, _settings: _by_tokens(reader, ask, BOTH), "Tokens by model, effort and class.",
        ),
        Question(
            "breakdown/effort/costs", CallsChoice, list[CostBreakdown],
            lambda reader, ask, _settings: _by_costs(reader, ask, BOTH), "Costs by model, effort and class.",
        ),
        Question("events", EventsAsk, list[Event], _events, "Calls as a plain list, the newest first."),
        Question("status", StatusAsk, ServerStatus, _status, QUESTIONS["status"].doc, ages=True),
        Question("calls", CallsAsk, CallsPage, _calls, QUESTIONS["calls"].doc),
        Question("thread-calls", CallsAsk, CallsPage, _calls, "The calls of a thread: `thread` names it."),
        Question("usage", UsageAsk, Usage, _usage, "A page of calls with where things stand.", ages=True),
    )
}  # fmt: skip
"""All questions that the server answers, at `/api/` and their name."""
