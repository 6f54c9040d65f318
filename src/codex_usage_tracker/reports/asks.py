"""What a question may be asked with, and how that becomes a filter."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.pricing.money import units_of
from codex_usage_tracker.pricing.rates import CREDIT_UNITS, USD_UNITS
from codex_usage_tracker.query import dimensions, labels, spans
from codex_usage_tracker.query.filters import CONFIDENCE_SPELLINGS, Filter
from codex_usage_tracker.query.metrics import BY_NAME
from codex_usage_tracker.shapes import ready

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codex_usage_tracker.query.reader import Reader

SPELLINGS = {
    "q": "search",
    "start": "since",
    "end": "until",
    "preset": "range",
    "record": "record_id",
    "thread_key": "thread",
    "reasoning_effort": "effort",
    "cwd": "directory",
    "service_tier": "tier",
}
"""Names that other trackers use for the same."""
RANGES = {one.replace("-", ""): one for one in spans.PRESETS} | {"alltime": "all"}
METRICS = {"tokens": "total_tokens", "cost": "usd"}
"""Short names of metrics; every metric is known by its own name too."""
METRIC_NAMES = (*BY_NAME, *METRICS)
NAMED = ("model", "effort", "tier", "kind", "origin", "project", "directory", "branch", "source", "thread")
MOST_ROWS = 10_000
PATH = re.compile(r" - at `\$\.?\[?([^`\[]*)[^`]*`")

Values = tuple[str, ...]
FindingKey = Literal[
    "retry-loop", "cold-resume", "model-switch", "cache-break", "tool-output-bloat", "context-carried", "low-cache",
    "context-bloat", "elevated-context", "reasoning-spike", "low-output", "runaway-thread", "sub-agent-swarm",
    "high-cost", "large-thread", "subagent-attribution",
]  # fmt: skip
Limit = Annotated[int, Meta(ge=0, le=MOST_ROWS, description="At most so many rows; 0 is all.")]
PageLimit = Annotated[int, Meta(ge=1, le=MOST_ROWS, description="At most so many rows.")]
Offset = Annotated[int, Meta(ge=0, le=10**9, description="So many rows are left out before.")]
Direction = Annotated[Literal["asc", "desc"], Meta(description="Upwards or downwards.")]


class Ask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question without a choice of calls."""

    timezone: Annotated[str | None, Meta(description="IANA zone of days and hours; the server's by default.")] = None


class RangeChoice(Ask, frozen=True, kw_only=True):
    """A question about a range of time."""

    range: Annotated[
        Literal[
            "today", "yesterday", "thisweek", "last7days", "last14days", "last30days", "thismonth", "all", "alltime"
        ]
        | None,
        Meta(description="A range by its name, in whole local days with today; `last-7-days` is `last7days` too."),
    ] = None
    since: Annotated[str | None, Meta(description="From this day (2026-06-10) or instant (ISO 8601) on.")] = None
    until: Annotated[str | None, Meta(description="Up to this day, the day included, or to this instant.")] = None
    last: Annotated[
        str | None, Meta(description="The last hours, or days or weeks with today, instead: 24h, 7d, 4w.")
    ] = None


class CallsChoice(RangeChoice, frozen=True, kw_only=True):
    """A question about the calls that a filter leaves."""

    model: Annotated[Values, Meta(description="A model; any of several, in any case.")] = ()
    effort: Annotated[Values, Meta(description="A reasoning effort; any of several, in any case.")] = ()
    tier: Annotated[Values, Meta(description="A service tier; any of several, in any case.")] = ()
    kind: Annotated[
        Values, Meta(description="turn, subagent, review, guardian, compaction or memory; any of several, in any case.")
    ] = ()
    origin: Annotated[
        Values, Meta(description="Who caused the call: user, codex or unknown; any of several, in any case.")
    ] = ()
    project: Annotated[Values, Meta(description="A project; any of several, in any case.")] = ()
    directory: Annotated[Values, Meta(description="A folder that threads began in; any of several, in any case.")] = ()
    branch: Annotated[Values, Meta(description="A branch that threads began on; any of several, in any case.")] = ()
    source: Annotated[
        Values, Meta(description="How a thread was begun: cli, exec, vscode ...; any of several, in any case.")
    ] = ()
    thread: Annotated[
        Values,
        Meta(description="A thread with all below it: an id, a part of it at either end, or a name; any of several."),
    ] = ()
    search: Annotated[
        str,
        Meta(
            max_length=500,
            description="Threads with this in name, id, project, folder, tags, remote, branch, role or nickname.",
        ),
    ] = ""
    pricing_status: tuple[Literal["priced", "estimated", "unpriced"], ...] = ()
    credit_confidence: tuple[
        Literal["exact", "inferred", "user_override", "missing", "estimated", "unpriced"], ...
    ] = ()
    finding: Annotated[
        tuple[FindingKey, ...], Meta(description="Calls in which a rule found something; any of several.")
    ] = ()
    min_tokens: Annotated[int, Meta(ge=0, le=10**15, description="Calls of so many tokens at least.")] = 0
    min_cost: Annotated[str | None, Meta(description="Calls that cost so many USD at least.")] = None
    min_credits: Annotated[str | None, Meta(description="Calls of so many credits at least.")] = None
    include_archived: Annotated[bool, Meta(description="With archived threads, or active ones alone.")] = True


AskType = TypeVar("AskType", bound=Ask)


def read(kind: type[AskType], given: Mapping[str, Sequence[str]]) -> AskType:
    """Return a question as texts by name ask it, such as those of an address; what is empty is not given."""
    several, fields, found = _several(kind), kind.__struct_fields__, dict[str, Any]()
    for told, texts in given.items():
        name = told if told in fields else SPELLINGS.get(told, told)
        values = [text for text in texts if text]
        if name == "range":
            values = [re.sub(r"[-_ ]", "", value.lower()) for value in values]
        if name == "limit":
            values = [str(MOST_ROWS) if value.lower() == "all" else value for value in values]
        if name == "group_by":
            values = [one.strip() for value in values for one in value.split(",")]
        if values and name not in several and (len(values) > 1 or name in found):
            raise InvalidValueError(f"{told} is given several times", "Give one value.")
        if values:
            found[name] = [*found.get(name, []), *values] if name in several else values[0]
    return converted(found, kind)


@cache
def _several(kind: type[Ask]) -> frozenset[str]:
    """Return the names of a question that may be given several times."""
    return frozenset(name for name, hint in get_type_hints(kind).items() if get_origin(hint) is tuple)


def converted(values: object, kind: type[AskType]) -> AskType:
    """Return values as a question, its errors in words."""
    try:
        return msgspec.convert(values, ready(kind), strict=False)
    except msgspec.ValidationError as error:
        place = PATH.search(str(error))
        said = PATH.sub("", str(error)).replace("Object contains unknown field", "there is no parameter")
        fields = ", ".join(kind.__struct_fields__)
        raise InvalidValueError(f"{place[1]}: {said}" if place else said, f"Parameters are {fields}.") from None


def zone_of(ask: Ask, reader: Reader) -> Reader:
    """Return a reader in the zone that a question names."""
    from codex_usage_tracker.query import zones  # noqa: PLC0415

    return reader._replace(zone=zones.zone_of(ask.timezone)) if ask.timezone else reader


def span_of(ask: RangeChoice, reader: Reader) -> spans.Span:
    """Return the range that a question names, by a name, by its length, or from and to."""
    if sum((bool(ask.range), bool(ask.last), bool(ask.since or ask.until))) > 1:
        raise InvalidValueError("range, last, and since or until are given together", "Say the range in one way.")
    if ask.last:
        return spans.last(ask.last, reader.now, reader.zone)
    if ask.range:
        return spans.preset(RANGES[ask.range], reader.now, reader.zone)
    return spans.between(ask.since, ask.until, reader.zone)


def filter_of(ask: CallsChoice, reader: Reader) -> Filter:
    """Return the filter that a question makes."""
    since, until = span_of(ask, reader)
    return Filter(
        since=since,
        until=until,
        archived=ask.include_archived,
        search=ask.search,
        seen_in=labels.searched(reader, ask.search) if ask.search and reader.hiding.hides else (),
        pricing_status=ask.pricing_status,
        credit_confidence=tuple(CONFIDENCE_SPELLINGS.get(one, one) for one in ask.credit_confidence),
        finding=ask.finding,
        min_tokens=ask.min_tokens,
        min_usd=units("min_cost", ask.min_cost, USD_UNITS),
        min_credits=units("min_credits", ask.min_credits, CREDIT_UNITS),
        **labels.meant(reader, {name: getattr(ask, name) for name in NAMED}),
    )


def units(name: str, text: str | None, of_one: int = USD_UNITS) -> int:
    """Return an amount of money in units, of which one has so many."""
    try:
        return units_of(text, of_one) if text else 0
    except ValueError:
        raise InvalidValueError(f"{name}: {text!r} is no amount", "Use a number such as 0.25.") from None


def metric(name: str) -> str:
    """Return a metric's own name."""
    return METRICS.get(name, name)


def dimension(name: str) -> dimensions.Dimension:
    """Return a way to split by its name."""
    try:
        return dimensions.named(name.lower())
    except KeyError:
        hint = f"Choose one of {', '.join(dimensions.DIMENSIONS)}."
        raise InvalidValueError(f"there is no way to split by {name!r}", hint) from None
