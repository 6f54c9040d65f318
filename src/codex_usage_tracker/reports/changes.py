"""What changed against the week before, taken apart in ways that each come to the whole change."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker.contract.insights import Change, ChangePart, ChangeSplit
from codex_usage_tracker.pricing.money import usd_text
from codex_usage_tracker.query import costs, run, zones
from codex_usage_tracker.query.dimensions import DIMENSIONS
from codex_usage_tracker.reports.scope import NUMBER_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.query.run import Numbers

DAYS = 7
PRICED = ("priced", "estimated")
SPLITS = ("model", "project", "kind")
MOST_PARTS = 6
USD, CACHED, INPUT = (NUMBER_NAMES.index(name) for name in ("usd", "cached_input_tokens", "input_tokens"))
CAUSES = ("tokens", "cache", "output", "price")
"""More tokens; more or less from the cache; more output among them; other models, tiers and prices."""


class Week(NamedTuple):
    """The calls of a week that have a price: their sums, and what uncached input, cached input and output cost."""

    numbers: Numbers
    classes: tuple[int, ...]

    @property
    def tokens(self) -> tuple[int, int, int]:
        """Uncached input, cached input and output."""
        told = dict(zip(NUMBER_NAMES, self.numbers, strict=True))
        return told["uncached_input_tokens"], told["cached_input_tokens"], told["output_tokens"]


def change(reader: Reader, chosen: Filter) -> Change:
    """Return how the cost of the last seven days differs from that of as much time a week before, and why."""
    since, before_since = reader.midnight(DAYS - 1), reader.midnight(2 * DAYS - 1)
    until = zones.milliseconds(zones.moment(reader.now, reader.zone) - timedelta(days=DAYS))
    until = max(until // zones.QUARTER_MS * zones.QUARTER_MS, before_since)
    now = msgspec.structs.replace(chosen, since=since, until=None, pricing_status=PRICED)
    before = msgspec.structs.replace(now, since=before_since, until=until)
    weeks = _week(reader, now), _week(reader, before)
    usd, before_usd = weeks[0].numbers[USD], weeks[1].numbers[USD]
    return Change(
        since=since,
        until=reader.now,
        before_since=before_since,
        before_until=until,
        usd=usd_text(usd),
        before_usd=usd_text(before_usd),
        change_usd=signed(usd - before_usd),
        cache_ratio=_ratio(weeks[0].numbers),
        before_cache_ratio=_ratio(weeks[1].numbers),
        splits=[*_causes(*weeks), *(_split(reader, name, now, before) for name in SPLITS)],
    )


def signed(units: int) -> str:
    """Return USD units that may be less than nothing as text."""
    return usd_text(units) if units >= 0 else f"-{usd_text(-units)}"


def _week(reader: Reader, chosen: Filter) -> Week:
    return Week(run.totals(reader.db, chosen), costs.by_class(reader.db, chosen, ()).get((), (0, 0, 0)))


def _ratio(numbers: Numbers) -> float | None:
    return round(numbers[CACHED] / numbers[INPUT], 4) if numbers[INPUT] else None


def _split(reader: Reader, name: str, now: Filter, before: Filter) -> ChangeSplit:
    """Return a change by a dimension: the groups that changed most, and the others together."""
    here, there = ({one.keys[0]: one.numbers[USD] for one in _groups(reader, name, week)} for week in (now, before))
    keys = sorted(here.keys() | there.keys(), key=lambda key: (-abs(here.get(key, 0) - there.get(key, 0)), key or ""))
    parts = [_part(name, key, here.get(key, 0), there.get(key, 0)) for key in keys[:MOST_PARTS]]
    rest = keys[MOST_PARTS:]
    if rest:
        usd, before_usd = (sum(week.get(key, 0) for key in rest) for week in (here, there))
        parts.append(_part(name, None, usd, before_usd, others=True))
    return ChangeSplit(dimension=name, label=DIMENSIONS[name].label, parts=parts)


def _groups(reader: Reader, name: str, chosen: Filter) -> list[run.Group]:
    return run.groups(reader.db, chosen, [DIMENSIONS[name]], reader.zone)


def _part(name: str, key: str | None, usd: int, before_usd: int, *, others: bool = False) -> ChangePart:
    return ChangePart(
        key=key,
        keys={name: key},
        others=others,
        usd=usd_text(usd),
        before_usd=usd_text(before_usd),
        change_usd=signed(usd - before_usd),
    )


def _causes(now: Week, before: Week) -> list[ChangeSplit]:
    """Return a change by what brought it about; without a week before, nothing can be said of that."""
    if not all(before.tokens) or not sum(now.tokens):
        return []
    parts = causes(now.tokens, before.tokens, before.classes)
    parts.append(now.numbers[USD] - before.numbers[USD] - sum(parts))
    told = [
        ChangePart(key=cause, keys={"cause": cause}, usd=None, before_usd=None, change_usd=signed(units))
        for cause, units in zip(CAUSES, parts, strict=True)
    ]
    return [ChangeSplit(dimension="cause", label="Cause", parts=told)]


def causes(now: Sequence[int], before: Sequence[int], classes: Sequence[int]) -> list[int]:
    """Return what more tokens, another share from the cache and another share of output cost, at the prices before.

    Tokens are uncached input, cached input and output; `classes` is what they cost before. What is left of a change is
    that of models, tiers and prices.
    """
    prices = [Fraction(cost, tokens) for cost, tokens in zip(classes, before, strict=True)]
    grown = sum(classes) * Fraction(sum(now), sum(before))
    volume = grown - sum(classes)
    uncached, cached, _ = now
    usual = Fraction(before[1], before[0] + before[1]) * (uncached + cached)
    cache = (cached - usual) * (prices[1] - prices[0])
    at_old_prices = sum((price * tokens for price, tokens in zip(prices, now, strict=True)), Fraction())
    output = at_old_prices - grown - cache
    return [int(volume), int(cache), int(output)]
