"""A range beside the time before it, and how full the context was."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from codex_usage_tracker.contract.pictures import Compare, Pressure
from codex_usage_tracker.pricing.money import share_text
from codex_usage_tracker.query import around, run, zones
from codex_usage_tracker.query.spans import Span
from codex_usage_tracker.reports.scope import NUMBER_NAMES, numbers, schema, scope_of

if TYPE_CHECKING:
    from codex_usage_tracker.contract import Numbers
    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.query.run import Numbers as Sums

COMPARED = ("calls", "input_tokens", "cached_input_tokens", "output_tokens", "total_tokens", "usd", "credits")
PERCENT_DIGITS = 1
PPM = 1_000_000
OVER = (50, 80, 90)
"""Percents of the window; a call that fills just so much counts."""


def compare(reader: Reader, chosen: Filter) -> Compare:
    """Return the numbers of a range, of the same length before it, and what changed."""
    until = min(chosen.until or reader.now, max(reader.now, chosen.since or 0))
    span = Span(chosen.since, until)
    earlier = _before(reader, span) if span.since is not None else None
    sums = run.totals(reader.db, chosen)
    before = run.totals(reader.db, _within(chosen, earlier)) if earlier else None
    told, told_before = numbers(sums), numbers(before) if before else None
    return Compare(
        schema=schema("compare"),
        scope=scope_of(reader, chosen),
        since=span.since,
        until=until,
        before_since=earlier and earlier.since,
        before_until=earlier and earlier.until,
        totals=told,
        before=told_before,
        changes={name: _change(name, sums, before, told, told_before) for name in COMPARED},
    )


def _within(chosen: Filter, span: Span) -> Filter:
    return msgspec.structs.replace(chosen, since=span.since, until=span.until)


def _before(reader: Reader, span: Span) -> Span:
    """Return the same length before a range; of one that begins at a midnight, as many local days earlier."""
    since, until = span.since or 0, span.until or 0
    first, last = zones.moment(since, reader.zone), zones.moment(max(until - 1, since), reader.zone)
    if zones.midnight(first.date(), reader.zone) != since:
        return Span(2 * since - until, since)
    back = timedelta(days=(last.date() - first.date()).days + 1)
    ends = zones.moment(until, reader.zone) - back
    return Span(zones.midnight(first.date() - back, reader.zone), min(zones.milliseconds(ends), since))


def _change(name: str, sums: Sums, before: Sums | None, told: Numbers, told_before: Numbers | None) -> str | None:
    """Return how much more there is than before, as a part of what was there."""
    if before is None or told_before is None or getattr(told, name) is None or getattr(told_before, name) is None:
        return None
    now, then = (one[NUMBER_NAMES.index(name)] for one in (sums, before))
    share = share_text(abs(now - then), then)
    return f"-{share}" if share and now < then else share


def pressure(reader: Reader, chosen: Filter) -> Pressure:
    """Return how full the context windows were."""
    count, used, window, ppm, *tenths, most = around.pressure(reader.db, chosen)
    return Pressure(
        schema=schema("pressure"),
        scope=scope_of(reader, chosen),
        sample_count=count,
        avg_context_used=used // count if count else None,
        avg_context_window=window // count if count else None,
        avg_pressure_pct=_percent(ppm / count) if count else None,
        max_pressure_pct=_percent(most) if count else None,
        tenths=tenths,
        over={str(percent): sum(tenths[percent // 10 :]) for percent in OVER},
    )


def _percent(ppm: float) -> float:
    return round(ppm * 100 / PPM, PERCENT_DIGITS)
