"""What happened while calls were made: prices that changed, and the weekly limit that began anew."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from codex_usage_tracker.contract.pictures import Mark
from codex_usage_tracker.contract.prices import PriceChange
from codex_usage_tracker.insights.weekly import WEEKLY_MINUTES
from codex_usage_tracker.pricing.money import credits_text, usd_text
from codex_usage_tracker.query import run, zones
from codex_usage_tracker.query.dimensions import DIMENSIONS
from codex_usage_tracker.query.limits import CODEX, Past
from codex_usage_tracker.reports.windows import MARGIN, windows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.pricing.prices import Prices
    from codex_usage_tracker.pricing.rates import Rate
    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader

LONGEST_MS = 100 * 86_400_000
"""Over longer stretches resets would stand too close to be told apart."""
MILLION = 10**6
USD_FIELDS = ("input", "cached input", "cache write", "output")
CREDIT_FIELDS = ("credits for input", "credits for cached input", "credits for output")


def marks(
    reader: Reader, chosen: Filter, since: int, until: int, prices: Prices, longest_ms: int = LONGEST_MS,
) -> list[Mark]:  # fmt: skip
    """Return what happened in a stretch of time up to now, in order; resets where it is not longer."""
    until = min(until, reader.now)
    found = list(_prices(reader, chosen, since, until, prices))
    if until - since <= longest_ms:
        found += _resets(reader, since, until)
    return sorted(found, key=lambda one: (one.at, one.model or ""))


def _prices(reader: Reader, chosen: Filter, since: int, until: int, prices: Prices) -> Iterator[Mark]:
    """Give the changes of prices of the models that were called."""
    if not any(since < at < until for at in prices.edges()):
        return
    for (model,), _ in run.groups(reader.db, chosen, [DIMENSIONS["model"]], reader.zone):
        for before, after in pairwise(prices.periods(model or "", "", "")):
            if since < after.since < until:
                day = zones.moment(after.since, reader.zone).date().isoformat()
                changes = list(_changes(model or "", day, before.usual, after.usual))
                if changes:
                    yield Mark(kind="price", at=after.since, model=model, changes=changes)


def _changes(model: str, day: str, before: Rate, after: Rate) -> Iterator[PriceChange]:
    for fields, text, was, now in (
        (USD_FIELDS, usd_text, before.usd, after.usd),
        (CREDIT_FIELDS, credits_text, before.credits, after.credits),
    ):
        for place, field in enumerate(fields):
            told = [None if rates is None else text(rates[place] * MILLION) for rates in (was, now)]
            if told[0] != told[1]:
                yield PriceChange(model=model, tier=None, field=field, before=told[0], after=told[1], from_day=day)


def _resets(reader: Reader, since: int, until: int) -> Iterator[Mark]:
    """Give the ends of weekly windows that others followed or that have passed."""
    for windows in windows_of(reader, Past(since, MARGIN), (CODEX, WEEKLY_MINUTES)).values():
        for window in windows:
            if since < window.over_at < until:
                yield Mark(kind="reset", at=window.over_at, used_percent=window.used)
