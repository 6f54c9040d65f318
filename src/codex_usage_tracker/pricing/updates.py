"""What a price list of others changes: dated rules beside the user's own, so that old calls keep their prices. Pure."""

from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from typing import NamedTuple

from msgspec.structs import replace

from codex_usage_tracker.pricing import bundled
from codex_usage_tracker.pricing.card import Card, Rule, instant
from codex_usage_tracker.pricing.prices import OPENAI, SNAPSHOT, Candidate, candidates, holding
from codex_usage_tracker.pricing.sources import FIELDS, Listing

LAYER = 1
"""Rules of lists go behind those of the user."""


class Change(NamedTuple):
    """A figure of a price that is another one from a day on; an empty text is no price."""

    model: str
    tier: str
    field: str
    before: str
    after: str
    since: str


def updated(card: Card, listed: Listing, day: str, source: str = "") -> Card:
    """Return the user's card with the rules that follow from a list in the place of those of earlier lists."""
    own = [rule for rule in card.rules if not rule.updated]
    earlier = [rule for rule in card.rules if rule.updated]
    if listed.own:
        rules = [replace(rule, updated=True, layer=LAYER + rule.layer) for rule in listed.rules]
        aliases = [alias for alias in listed.aliases if alias not in card.aliases]
        return replace(card, rules=(*own, *rules), aliases=(*card.aliases, *aliases))
    news = _by_pattern(_news(listed.rules, day, source))
    dated = {rule.pattern for rule in listed.rules if rule.from_ or rule.to}
    listed_names = {rule.pattern for rule in listed.rules}
    before = _by_pattern(iter(earlier))
    for name in dict.fromkeys((*before, *news)):
        if name in listed_names:
            before[name] = _followed(() if name in dated else before.get(name, ()), news.get(name, ()), day)
    return replace(card, rules=(*own, *chain.from_iterable(before.values())))


def _by_pattern(rules: Iterator[Rule]) -> dict[str, tuple[Rule, ...]]:
    return {pattern: tuple(group) for pattern, group in groupby(sorted(rules, key=_pattern), key=_pattern)}


def _pattern(rule: Rule) -> str:
    return rule.pattern


def _followed(earlier: Sequence[Rule], news: Sequence[Rule], day: str) -> tuple[Rule, ...]:
    """Return the rules of a model over time: those in force end where other prices begin, if these are others."""
    closed = tuple(rule for rule in earlier if rule.to)
    in_force = [rule for rule in earlier if not rule.to]
    if in_force and list(map(_undated, in_force)) == list(map(_undated, news)):
        return tuple(earlier)
    begun = [rule for rule in in_force if (rule.span[0] or 0) < (instant("day", day) or 0)]
    ended = tuple(replace(rule, to=day) for rule in begun)
    return (*closed, *ended, *(replace(rule, from_=day) if ended and not rule.from_ else rule for rule in news))


def _undated(rule: Rule) -> Rule:
    return replace(rule, from_=None, to=None, source=None)


def _news(rules: Sequence[Rule], day: str, source: str) -> Iterator[Rule]:
    """Return the rules that say what the bundled prices do not.

    Of a model that is bundled, only the prices of tokens are taken: its tiers and long requests stay what they are.
    """
    usual = {rule.pattern: _figures(rule) for rule in rules if rule.tier is None}
    for rule in rules:
        base = SNAPSHOT.sub("", rule.pattern)
        price = _bundled(rule, day)
        told = replace(rule, provider=OPENAI, updated=True, layer=LAYER, source=source or None)
        if price is None and (base == rule.pattern or usual.get(base) != usual.get(rule.pattern)):
            yield told
        elif price and rule.tier is None and _figures(price.rule) != _figures(rule):
            since = rule.from_ or (None if rule.to else day)
            yield replace(told, from_=since, tiers=price.rule.tiers, long_context=price.long_context)


def _bundled(rule: Rule, day: str) -> Candidate | None:
    """Return the bundled price of a model when a rule of a list begins to hold, or right before it ends."""
    since, until = rule.span
    at = since if since is not None else until - 1 if until is not None else instant("day", day) or 0
    return _held((bundled.catalogue(),), rule.pattern, None, at)


def _held(cards: Sequence[Card], model: str, tier: str | None, at: int) -> Candidate | None:
    found = candidates(cards, model.lower(), OPENAI)
    return holding([one for one in found if one.rule.tier in {None, tier}], at)


def _figures(rule: Rule) -> list[object]:
    return [getattr(rule, field) for field in FIELDS]


# -- telling what changed ---------------------------------------------------------------------------------------------


def changes(before: Card, after: Card, day: str) -> Iterator[Change]:
    """Return each figure that two cards of the user, before the bundled one, tell differently."""
    for pattern, tier, since, at in sorted(set(_moments(before, after, day)), key=str):
        old, new = (_told(_held((card, bundled.catalogue()), pattern, tier, at)) for card in (before, after))
        for field in dict.fromkeys((*old, *new)):
            if old.get(field) != new.get(field):
                yield Change(pattern, tier or "", field, old.get(field, ""), new.get(field, ""), since)


def _moments(before: Card, after: Card, day: str) -> Iterator[tuple[str, str | None, str, int]]:
    """Return when a price may have become another one: where new rules begin and end, and today where one is gone."""
    today = instant("day", day) or 0
    for rule in after.rules:
        if rule not in before.rules:
            since, until = rule.span
            at = since if since is not None else until - 1 if until is not None else today
            yield rule.pattern, rule.tier, rule.from_ or "", at
            if rule.to and until is not None:
                yield rule.pattern, rule.tier, rule.to, until
    yield from ((rule.pattern, rule.tier, day, today) for rule in before.rules if rule not in after.rules)


def _told(price: Candidate | None) -> dict[str, str]:
    """Return the figures of a price as texts by their names."""
    if price is None:
        return {}
    rule, long = price.rule, price.long_context
    figures = {field: f"{figure:f}" for field in FIELDS if (figure := getattr(rule, field)) is not None}
    figures |= {f"{tier} factor": f"{factor:f}" for tier, factor in rule.tiers.items()}
    return figures | ({"long requests": f"above {long.above}: {long.input:f}, {long.output:f}"} if long else {})
