"""Facts with what their calls used, and the calls behind a fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta

from codex_usage_tracker.contract.diagnostics import Fact, FactCalls, Facts, FactType
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.pricing.money import share_text
from codex_usage_tracker.query import facts
from codex_usage_tracker.reports.asks import CallsChoice, Direction, Limit, Offset, PageLimit
from codex_usage_tracker.reports.scope import call_row, schema, scope_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from codex_usage_tracker.query.facts import FactSums
    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader

CATEGORIES = {
    "tool": "tools", "mcp_server": "tools", "mcp_tool": "tools", "command": "commands", "subcommand": "commands",
    "patch": "files", "exit": "results", "outcome": "results", "compaction": "context",
}  # fmt: skip
"""What each type of facts is about."""
SPELLINGS = {"function": "tool", "command_family": "command"}
"""Names that other trackers use for types."""
VIEWS: dict[str, tuple[str, ...]] = {
    "summary": (), "facts": (), "compactions": ("compaction",), "tools": ("tool", "mcp_server", "mcp_tool"),
}  # fmt: skip
"""The types of facts that each view is of; all if it names none."""
NOTES = [
    "Tokens beside a fact are those of all calls that have it: a call with several facts counts for each.",
    "share_tokens add up: each call's tokens are divided among its facts of the type.",
]
FactSort = Literal[
    "uncached", "tokens", "share", "cached", "output", "cache", "largest", "calls", "occurrences", "time", "fact"
]
FactCallSort = Literal[
    "time", "tokens", "uncached", "input", "cached", "output", "reasoning", "cache", "model", "effort", "thread"
]
SORTS: dict[str, Callable[[Fact], Any]] = {
    "uncached": lambda row: row.uncached_input_tokens,
    "tokens": lambda row: row.total_tokens,
    "share": lambda row: row.share_tokens,
    "cached": lambda row: row.cached_input_tokens,
    "output": lambda row: row.output_tokens,
    "cache": lambda row: float(row.cache_ratio or 0),
    "largest": lambda row: row.largest_tokens,
    "calls": lambda row: row.calls,
    "occurrences": lambda row: row.occurrences,
    "time": lambda row: row.latest_at,
    "fact": lambda row: (row.fact_type, row.fact_name),
}
Types = Annotated[tuple[str, ...], Meta(description=f"Types of facts: {', '.join(CATEGORIES)}.")]


class FactsAsk(CallsChoice, frozen=True, kw_only=True):
    """Facts of calls."""

    fact_type: Types = ()
    fact_name: Annotated[tuple[str, ...], Meta(description="Names of facts, such as pytest; any of several.")] = ()
    fact_category: tuple[Literal["tools", "commands", "files", "results", "context"], ...] = ()
    sort: FactSort = "uncached"
    direction: Direction = "desc"
    limit: Limit = 50


class FactSummaryAsk(FactsAsk, frozen=True, kw_only=True):
    """The leading facts of calls."""

    limit: Limit = 20


class FactCallsAsk(CallsChoice, frozen=True, kw_only=True):
    """The calls that have a fact."""

    fact_type: Annotated[str, Meta(min_length=1, max_length=40, description="The fact's type.")]
    fact_name: Annotated[str, Meta(min_length=1, max_length=200, description="The fact's name.")]
    sort: FactCallSort = "time"
    direction: Direction = "desc"
    limit: PageLimit = 50
    offset: Offset = 0


def facts_of(reader: Reader, chosen: Filter, ask: FactsAsk, view: str) -> Facts:
    """Return the facts of a view."""
    wanted = {_type(name) for name in ask.fact_type} or set(CATEGORIES)
    kept = wanted & set(VIEWS[view] or CATEGORIES)
    found = [row for row in _facts(facts.sums(reader.db, chosen)) if row[0].fact_type in kept]
    if ask.fact_category:
        found = [row for row in found if row[0].fact_category in ask.fact_category]
    rows = [row for row, _ in found if not ask.fact_name or row.fact_name in ask.fact_name]
    rows.sort(key=lambda row: (row.fact_type, row.fact_name))
    rows.sort(key=SORTS[ask.sort], reverse=ask.direction == "desc")
    shown = rows[: ask.limit] if ask.limit else rows
    scope = scope_of(reader, chosen)
    told = {name: list(getattr(ask, name)) for name in ("fact_type", "fact_name", "fact_category")}
    scope.filters |= {name: values for name, values in told.items() if values}
    return Facts(
        schema=schema(f"diagnostics-{view}"), view=view, scope=scope, types=_types(found), rows=shown,
        row_count=len(shown), total_matched_rows=len(rows), truncated=len(shown) < len(rows), notes=NOTES,
    )  # fmt: skip


def _type(name: str) -> str:
    found = SPELLINGS.get(name, name)
    if found not in CATEGORIES:
        raise InvalidValueError(f"there is no type of facts {name!r}", f"Choose one of {', '.join(CATEGORIES)}.")
    return found


def _facts(sums: list[FactSums]) -> list[tuple[Fact, int]]:
    """Return sums as facts, each with the number of calls in which it is the first of its type."""
    totals: dict[str, int] = {}
    for one in sums:
        kind = one.label.partition(":")[0]
        totals[kind] = totals.get(kind, 0) + one.share
    return [(_fact(one, totals[one.label.partition(":")[0]]), one.first_calls) for one in sums]


def _fact(one: FactSums, of_type: int) -> Fact:
    kind, _, name = one.label.partition(":")
    return Fact(
        fact_type=kind,
        fact_name=name,
        fact_category=CATEGORIES.get(kind, "other"),
        occurrences=one.occurrences,
        calls=one.calls,
        share_tokens=one.share,
        share=share_text(one.share, of_type),
        total_tokens=one.input + one.output,
        input_tokens=one.input,
        cached_input_tokens=one.cached_input,
        uncached_input_tokens=one.input - one.cached_input,
        output_tokens=one.output,
        reasoning_output_tokens=one.reasoning,
        cache_ratio=share_text(one.cached_input, one.input),
        tool_output_tokens=one.tokens,
        largest_tokens=one.most,
        latest_at=one.latest_at,
    )


def _types(found: list[tuple[Fact, int]]) -> list[FactType]:
    """Return the types of facts, the one with most tokens first."""
    types: dict[str, FactType] = {}
    for row, first_calls in found:
        about = {"fact_type": row.fact_type, "fact_category": row.fact_category}
        one = types.setdefault(row.fact_type, FactType(**about, names=0, occurrences=0, calls=0, total_tokens=0))
        one.names += 1
        one.occurrences += row.occurrences
        one.calls += first_calls
        one.total_tokens += row.share_tokens
    return sorted(types.values(), key=lambda one: (-one.total_tokens, one.fact_type))


def fact_calls(reader: Reader, chosen: Filter, ask: FactCallsAsk) -> FactCalls:
    """Return a page of the calls that have a fact."""
    kind = _type(ask.fact_type)
    sums = facts.sums(reader.db, chosen)
    own = next((one.id for one in sums if one.label == f"{kind}:{ask.fact_name}"), None)
    fact = next((row for row, _ in _facts(sums) if (row.fact_type, row.fact_name) == (kind, ask.fact_name)), None)
    rows = [] if own is None else facts.calls(
        reader.db, chosen, own, sort=reader.sort(ask.sort), ascending=ask.direction == "asc", limit=ask.limit,
        offset=ask.offset,
    )  # fmt: skip
    count = fact.calls if fact else 0
    scope = scope_of(reader, chosen)
    scope.filters |= {"fact_type": kind, "fact_name": ask.fact_name}
    return FactCalls(
        schema=schema("diagnostics-fact-calls"), view="fact-calls", scope=scope, fact=fact,
        rows=[call_row(row) for row in rows], row_count=len(rows), total_matched_rows=count, limit=ask.limit,
        offset=ask.offset, has_more=ask.offset + len(rows) < count, notes=NOTES[:1],
    )  # fmt: skip
