"""All questions by name: what each is asked with, what it answers, and the function that answers it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from msgspec import Meta

from codex_usage_tracker.config.allowance import Allowance, entries
from codex_usage_tracker.config.budgets import Budget, Budgets
from codex_usage_tracker.config.thresholds import Thresholds
from codex_usage_tracker.contract import BudgetCheck, Calls, Coverage, Session, Status, Summary
from codex_usage_tracker.contract.insights import Insights, Recommendations
from codex_usage_tracker.contract.limits import Blocks, Limits
from codex_usage_tracker.contract.pictures import Compare, Heatmap, Pressure, Timeseries
from codex_usage_tracker.contract.threads import Call, Threads
from codex_usage_tracker.query import labels
from codex_usage_tracker.reports import asks, diagnostics
from codex_usage_tracker.reports.asks import (
    Ask,
    CallsChoice,
    Direction,
    Limit,
    Offset,
    PageLimit,
    RangeChoice,
    filter_of,
)
from codex_usage_tracker.reports.blocks import blocks
from codex_usage_tracker.reports.budgets import check
from codex_usage_tracker.reports.calls import calls
from codex_usage_tracker.reports.compare import compare, pressure
from codex_usage_tracker.reports.coverage import coverage
from codex_usage_tracker.reports.heatmap import heatmap
from codex_usage_tracker.reports.insights import insights
from codex_usage_tracker.reports.limits import limits
from codex_usage_tracker.reports.recommendations import recommendations
from codex_usage_tracker.reports.session import session
from codex_usage_tracker.reports.status import status
from codex_usage_tracker.reports.summary import summary
from codex_usage_tracker.reports.threads import call, threads
from codex_usage_tracker.reports.timeseries import timeseries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from codex_usage_tracker.config.files import Files
    from codex_usage_tracker.pricing.prices import Prices
    from codex_usage_tracker.query.reader import Reader

AskType = TypeVar("AskType", bound=Ask)
T = TypeVar("T")


class Settings(NamedTuple):
    """The files of settings, how one is read, and whether the texts of a call may be asked for."""

    files: Files
    read: Callable[[str, type[Any]], Any]
    context_api: str = "explicit"

    @property
    def thresholds(self) -> Thresholds:
        """From where on something is worth a look."""
        found: Thresholds = self.read(self.files.thresholds, Thresholds)
        return found

    @property
    def budgets(self) -> Sequence[Budget]:
        """All budgets."""
        if not os.path.exists(self.files.budgets):
            return ()
        found: Budgets = self.read(self.files.budgets, Budgets)
        return found.budgets

    @property
    def prices(self) -> Prices:
        """The prices that hold."""
        from codex_usage_tracker.pricing import bundled  # noqa: PLC0415  (few questions ask for prices themselves)
        from codex_usage_tracker.pricing.card import Card  # noqa: PLC0415
        from codex_usage_tracker.pricing.prices import Prices  # noqa: PLC0415

        usd, credits_ = (self.read(path, Card) for path in (self.files.pricing, self.files.rate_card))
        return Prices((usd, bundled.catalogue()), (credits_, bundled.rate_card()))


class Question(NamedTuple, Generic[AskType]):
    """A typed question; `ages` says that its answer changes as time passes, though nothing new was read.

    `judged` says that all threads must have been judged before.
    """

    name: str
    ask: type[AskType]
    answer: Any
    function: Callable[[Reader, AskType, Settings], Any]
    doc: str
    ages: bool = False
    judged: bool = False


SplitBy = Annotated[
    tuple[str, ...], Meta(max_length=3, description="Dimensions, up to three, parted by commas; thread by default.")
]
MetricName = Literal[
    "tokens", "cost", "credits", "calls", "input_tokens", "cached_input_tokens", "cache_write_input_tokens",
    "uncached_input_tokens", "output_tokens", "reasoning_output_tokens", "total_tokens", "usd",
]  # fmt: skip
Metric = Annotated[MetricName, Meta(description="A metric.")]
CallSort = Literal[
    "time", "cost", "credits", "tokens", "input", "cached", "uncached", "output", "reasoning", "duration", "gap",
    "context", "cache", "model", "effort", "initiator", "thread",
]  # fmt: skip
ThreadSort = Literal[
    "time", "name", "calls", "tokens", "input", "cached", "uncached", "output", "reasoning", "cost", "credits", "cache",
]  # fmt: skip


class SummaryAsk(CallsChoice, frozen=True, kw_only=True):
    """How much was used, by up to three dimensions."""

    group_by: SplitBy = ("thread",)
    sort: Metric = "tokens"
    limit: Limit = 20


class CallsAsk(CallsChoice, frozen=True, kw_only=True):
    """A page of calls."""

    sort: CallSort = "time"
    direction: Direction = "desc"
    limit: PageLimit = 100
    offset: Offset = 0


class CallAsk(Ask, frozen=True, kw_only=True):
    """One call."""

    record_id: Annotated[str, Meta(min_length=1, max_length=64, description="The call's record id.")]


class ThreadsAsk(CallsChoice, frozen=True, kw_only=True):
    """A page of root threads."""

    sort: ThreadSort = "time"
    direction: Direction = "desc"
    limit: PageLimit = 50
    offset: Offset = 0


class ThreadAsk(Ask, frozen=True, kw_only=True):
    """One thread."""

    thread: Annotated[str | None, Meta(description="Id, part of an id, or name; the latest thread by default.")] = None
    limit: Annotated[int, Meta(ge=0, le=asks.MOST_ROWS, description="So many calls at most; 0 is all.")] = 200


class LimitsAsk(Ask, frozen=True, kw_only=True):
    """The limits."""

    history: Annotated[
        Annotated[int, Meta(ge=0, le=asks.MOST_ROWS)] | None,
        Meta(description="Earlier windows of each limit; 0 is all."),
    ] = None
    course_at: Annotated[
        int | None, Meta(description="An instant (ms UTC) in earlier windows that shall tell how use rose.")
    ] = None


class BlocksAsk(RangeChoice, frozen=True, kw_only=True):
    """Blocks of five hours."""

    active: Annotated[bool, Meta(description="The running block alone.")] = False
    limit: Limit = 12


class CoverageAsk(CallsChoice, frozen=True, kw_only=True):
    """How much has a price."""

    limit: Limit = 20


class TimeseriesAsk(CallsChoice, frozen=True, kw_only=True):
    """Use over time."""

    bucket: Annotated[Literal["hour", "day", "week", "month"], Meta(description="Local hours to months.")] = "day"
    metric: Annotated[
        tuple[MetricName, ...], Meta(min_length=1, description="What is counted; several give a series each.")
    ] = ("tokens",)
    by: Annotated[str | None, Meta(description="A dimension to split by.")] = None
    top: Annotated[
        int, Meta(ge=0, le=100, description="So many groups, the largest; the others are one. 0 is all.")
    ] = 8


class RecommendationsAsk(CallsChoice, frozen=True, kw_only=True):
    """What is most worth a look."""

    min_score: Annotated[str | None, Meta(description="Calls with so many USD at stake at least.")] = None
    limit: Limit = 20


def _status(reader: Reader, _ask: Ask, settings: Settings) -> Status:
    return status(reader, settings.budgets)


def _summary(reader: Reader, ask: SummaryAsk, _settings: Settings) -> Summary:
    for name in ask.group_by:
        asks.dimension(name)
    split = list(dict.fromkeys(name.lower() for name in ask.group_by))
    return summary(reader, filter_of(ask, reader), split, limit=ask.limit, order=asks.metric(ask.sort))


def _calls(reader: Reader, ask: CallsAsk, _settings: Settings) -> Calls:
    up = ask.direction == "asc"
    chosen = filter_of(ask, reader)
    return calls(reader, chosen, sort=ask.sort, ascending=up, limit=ask.limit, offset=ask.offset)


def _call(reader: Reader, ask: CallAsk, settings: Settings) -> Call:
    return call(reader, ask.record_id, settings.thresholds)


def _threads(reader: Reader, ask: ThreadsAsk, _settings: Settings) -> Threads:
    up = ask.direction == "asc"
    chosen = filter_of(ask, reader)
    return threads(reader, chosen, sort=ask.sort, ascending=up, limit=ask.limit, offset=ask.offset)


def _thread(reader: Reader, ask: ThreadAsk, settings: Settings) -> Session:
    wanted = ask.thread and labels.thread(reader, ask.thread)
    return session(reader, wanted, settings.thresholds, limit=ask.limit)


def _limits(reader: Reader, ask: LimitsAsk, settings: Settings) -> Limits:
    typed = entries(settings.read(settings.files.allowance, Allowance))
    return limits(reader, history=ask.history, course_at=ask.course_at, allowance=typed)


def _blocks(reader: Reader, ask: BlocksAsk, _settings: Settings) -> Blocks:
    span = asks.span_of(ask, reader)
    return blocks(reader, since=span.since or 0, until=span.until, active=ask.active, limit=ask.limit)


def _coverage(reader: Reader, ask: CoverageAsk, _settings: Settings) -> Coverage:
    return coverage(reader, filter_of(ask, reader), limit=ask.limit)


def _budgets(reader: Reader, _ask: Ask, settings: Settings) -> BudgetCheck:
    return check(reader, settings.budgets)


def _timeseries(reader: Reader, ask: TimeseriesAsk, settings: Settings) -> Timeseries:
    by = asks.dimension(ask.by) if ask.by else None
    metrics = list(dict.fromkeys(map(asks.metric, ask.metric)))
    chosen, told = filter_of(ask, reader), settings.prices
    return timeseries(reader, chosen, bucket=ask.bucket, metrics=metrics, by=by, top=ask.top, prices=told)


def _heatmap(reader: Reader, ask: CallsChoice, _settings: Settings) -> Heatmap:
    return heatmap(reader, filter_of(ask, reader))


def _compare(reader: Reader, ask: CallsChoice, _settings: Settings) -> Compare:
    return compare(reader, filter_of(ask, reader))


def _pressure(reader: Reader, ask: CallsChoice, _settings: Settings) -> Pressure:
    return pressure(reader, filter_of(ask, reader))


def _recommendations(reader: Reader, ask: RecommendationsAsk, settings: Settings) -> Recommendations:
    least = asks.units("min_score", ask.min_score)
    return recommendations(reader, filter_of(ask, reader), settings.thresholds, min_score=least, limit=ask.limit)


def _insights(reader: Reader, ask: CallsChoice, settings: Settings) -> Insights:
    return insights(reader, filter_of(ask, reader), settings.thresholds)


DIAGNOSTICS: list[Question[Any]] = [Question(f"diagnostics/{name}", *asked) for name, *asked in diagnostics.ASKED]
QUESTIONS: dict[str, Question[Any]] = {
    one.name: one
    for one in (
        Question("status", Ask, Status, _status, "The latest call, the limits, today, budgets.", ages=True),
        Question("summary", SummaryAsk, Summary, _summary, "How much was used, split by anything."),
        Question("calls", CallsAsk, Calls, _calls, "A page of calls, filtered and sorted; totals are of all of them."),
        Question("call", CallAsk, Call, _call, "One call with the calls before and after it, and its facts."),
        Question("threads", ThreadsAsk, Threads, _threads, "A page of root threads with all below them."),
        Question("thread", ThreadAsk, Session, _thread, "One thread: turns, sub-agents, facts, calls."),
        Question("limits", LimitsAsk, Limits, _limits, "Limits, forecasts, earlier windows, worth.", ages=True),
        Question("blocks", BlocksAsk, Blocks, _blocks, "Use by blocks of five hours, the newest first.", ages=True),
        Question("pricing-coverage", CoverageAsk, Coverage, _coverage, "How much has a price, and by what."),
        Question("budgets", Ask, BudgetCheck, _budgets, "What was used of the budgets.", ages=True),
        Question("series", TimeseriesAsk, Timeseries, _timeseries, "Use by hour to month, split by a dimension."),
        Question("heatmap", CallsChoice, Heatmap, _heatmap, "Use by day and by hour of the week, with streaks."),
        Question("compare", CallsChoice, Compare, _compare, "A range beside the time before it.", ages=True),
        Question("pressure", CallsChoice, Pressure, _pressure, "How full the context windows were."),
        Question(
            "recommendations", RecommendationsAsk, Recommendations, _recommendations,
            "The threads and calls with most at stake: why, and what to do.", judged=True,
        ),
        Question(
            "insights", CallsChoice, Insights, _insights, "What needs attention, ready views, waste, what changed.",
            ages=True, judged=True,
        ),
    )
} | {one.name: one for one in DIAGNOSTICS}  # fmt: skip


def needs_findings(question: Question[Any], ask: Ask) -> bool:
    """Say whether all threads must have been judged before a question is answered."""
    return question.judged or bool(getattr(ask, "finding", ()))


def answer(question: Question[Any], reader: Reader, ask: Ask, settings: Settings) -> Any:
    """Return the answer to a question in the zone that it asks for."""
    return question.function(asks.zone_of(ask, reader), ask, settings)
