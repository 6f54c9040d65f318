"""Questions in the shapes that programs of other trackers read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from codex_usage_tracker.contract.server import (
    Breakdown,
    CostBreakdown,
    Event,
    EventContext,
    EventUsage,
    RangeSummary,
    TokenBreakdown,
    Usage,
)
from codex_usage_tracker.pricing.money import usd_text
from codex_usage_tracker.query import costs, run
from codex_usage_tracker.query.dimensions import DIMENSIONS
from codex_usage_tracker.reports.asks import CallsChoice, Offset, filter_of
from codex_usage_tracker.reports.csv_text import instant
from codex_usage_tracker.reports.registry import QUESTIONS, CallsAsk, Question, Settings, SummaryAsk
from codex_usage_tracker.reports.scope import named

if TYPE_CHECKING:
    from codex_usage_tracker.contract import CallRow, Calls
    from codex_usage_tracker.query.reader import Reader

CLASSES = ("input_cost_usd", "cached_input_cost_usd", "output_cost_usd")
BOTH, MODEL, EFFORT = ("model", "effort"), ("model",), "effort"


class RangeSummaryAsk(SummaryAsk, frozen=True, kw_only=True):
    """How much was used, in all and by up to three dimensions."""

    group_by: Annotated[tuple[str, ...], Meta(max_length=3, description="Dimensions; thread by default.")] = ()


class EventsAsk(CallsChoice, frozen=True, kw_only=True):
    """Calls, the newest first."""

    limit: Annotated[int, Meta(ge=1, le=1000, description="At most so many.")] = 200
    offset: Offset = 0


def _summary(reader: Reader, ask: RangeSummaryAsk, settings: Settings) -> RangeSummary:
    values = msgspec.structs.asdict(ask) | {"group_by": ask.group_by or ("thread",)}
    found = QUESTIONS["summary"].function(reader, SummaryAsk(**values), settings)
    totals = found.totals
    costs_ = {} if ask.group_by else _classes(costs.by_class(reader.db, filter_of(ask, reader), ()).get(()))
    return RangeSummary(
        **{name: getattr(found, name) for name in found.__struct_fields__},
        **{name: getattr(totals, name) for name in _tokens(totals)},
        total_cost_usd=totals.usd,
        **costs_,
    )


def _tokens(of: object) -> dict[str, Any]:
    return {name: getattr(of, name) for name in EventUsage.__struct_fields__}


def _classes(units: tuple[int, ...] | None) -> dict[str, Any]:
    return {name: usd_text(units[place]) if units else None for place, name in enumerate(CLASSES)}


def _groups(reader: Reader, ask: CallsChoice, split: tuple[str, ...]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return the groups of a question's calls: keys and numbers."""
    found = run.groups(reader.db, filter_of(ask, reader), [DIMENSIONS[name] for name in split], reader.zone)
    return [(dict(zip(split, one.keys, strict=True)), named(one.numbers)) for one in found]


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


def _usage(reader: Reader, ask: CallsAsk, settings: Settings) -> Usage:
    found = QUESTIONS["calls"].function(reader, ask, settings)
    status = QUESTIONS["status"].function(reader, ask, settings)
    return Usage(**{name: getattr(found, name) for name in found.__struct_fields__}, status=status)


CALLS = QUESTIONS["calls"]
SERVED: dict[str, Question[Any]] = QUESTIONS | {
    one.name: one
    for one in (
        Question("summary", RangeSummaryAsk, RangeSummary, _summary, "How much was used, in all and split."),
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
        Question("thread-calls", CallsAsk, CALLS.answer, CALLS.function, "The calls of a thread: `thread` names it."),
        Question("usage", CallsAsk, Usage, _usage, "A page of calls with where things stand.", ages=True),
    )
}  # fmt: skip
"""All questions that the server answers, at `/api/` and their name."""
