"""What an answer says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from codex_usage_tracker.contract import SCHEMA, CallRow, Numbers, Scope
from codex_usage_tracker.pricing.money import credits_text, share_text, usd_text
from codex_usage_tracker.query.metrics import ALL
from codex_usage_tracker.query.run import CALL_FIELDS
from codex_usage_tracker.shapes import ready

if TYPE_CHECKING:
    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.query.run import Numbers as Sums

CallType = TypeVar("CallType", bound=CallRow)
NUMBER_NAMES = tuple(metric.name for metric in ALL)
USD = list(CALL_FIELDS).index("usd")
CREDITS = USD + 1


def schema(name: str) -> str:
    """Return the id of an answer's schema."""
    return SCHEMA.format(name)


def scope_of(reader: Reader, chosen: Filter) -> Scope:
    """Return what an answer is about."""
    filters = msgspec.to_builtins(chosen)
    for name in ("since", "until", "archived", "seen_in"):
        filters.pop(name, None)
    for name, text in (("min_usd", usd_text), ("min_credits", credits_text)):
        if name in filters:
            filters[name] = text(filters[name])
    return Scope(
        since=chosen.since,
        until=chosen.until,
        history="all" if chosen.archived else "active",
        timezone=str(reader.zone),
        as_of=reader.meta("refreshed_at"),
        generation=reader.meta("generation") or 0,
        filters=filters,
    )


def numbers(sums: Sums) -> Numbers:
    """Return sums as typed numbers."""
    return Numbers(**named(sums))


def named(sums: Sums) -> dict[str, Any]:
    """Return sums by name, money as text; what no call has a price for is None, not nothing."""
    told: dict[str, Any] = dict(zip(NUMBER_NAMES, sums, strict=True))
    calls, tokens = told["calls"], told["total_tokens"]
    priced, credited = tokens - told.pop("unpriced_tokens"), tokens - told.pop("uncredited_tokens")
    has_usd = told["unpriced_calls"] < calls or not calls
    told["usd"] = usd_text(told["usd"]) if has_usd else None
    told["estimated_usd"] = usd_text(told["estimated_usd"]) if has_usd else None
    told["credits"] = credits_text(told["credits"]) if credited or not tokens else None
    return told | {"priced_share": share_text(priced, tokens), "credited_share": share_text(credited, tokens)}


def call_row(values: tuple[object, ...]) -> CallRow:
    """Return one call as a typed row."""
    return typed_call(values, CallRow)


def typed_call(values: tuple[object, ...], kind: type[CallType]) -> CallType:
    """Return one call as a typed row of a kind that has more fields."""
    return msgspec.convert(dict(zip(CALL_FIELDS, with_money(values), strict=True)), ready(kind), strict=False)


def with_money(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the columns of a call with its costs as text."""
    usd, credits_ = values[USD], values[CREDITS]
    return (
        *values[:USD], None if usd is None else usd_text(usd), None if credits_ is None else credits_text(credits_),
        *values[CREDITS + 1 :],
    )  # fmt: skip
