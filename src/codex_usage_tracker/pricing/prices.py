"""Which price holds for a call: by model, service tier, provider and instant."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker.pricing.rates import ONE, UNPRICED, Rate, credit_units, usd_units

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from codex_usage_tracker.model import Usage
    from codex_usage_tracker.pricing.card import Alias, Card, LongContext, Rule

ABSURD_TOKENS = 10**8
"""A call of more tokens is damage to a log: it has no price, so that sums stay within 64 bits."""
OPENAI = "openai"
"""The provider of a log that names none: clients before 0.80 wrote none."""
STANDARD = frozenset({"", "default", "standard", "auto"})
SPELLINGS = {"fast": "priority"}
SNAPSHOT = re.compile(r"-20\d\d-\d\d-\d\d$")
"""A snapshot of a model, such as `gpt-5.2-2025-12-11`, costs what the model costs."""
NAMED = 10_000
"""Specificity of a pattern without wildcards."""
MODEL, TIER, DATE = "model", "tier", "date"


class Period(NamedTuple):
    """The rates from an instant on: as usual, and of requests with more than `above` input tokens."""

    since: int
    usual: Rate
    above: int
    long: Rate


class Candidate(NamedTuple):
    """A rule that a model's name leads to, when it holds (ms UTC), and its rank: the smallest is taken."""

    rank: tuple[int, ...]
    since: int
    until: int
    model: str
    rule: Rule
    card: Card
    assumed: frozenset[str]

    @property
    def long_context(self) -> LongContext | None:
        """What long requests cost: the rule's own, or else its card's."""
        own = self.rule.long_context
        return self.card.long_context if isinstance(own, msgspec.UnsetType) else own

    def factor(self, tier: str, usual: Card) -> Decimal | None:
        """Return a tier's factor on the rule's prices, None if nobody tells it."""
        if tier in STANDARD or self.is_of(tier):
            return ONE
        told = (self.rule.tiers, self.card.tiers, usual.tiers)
        return next((factors[name] for factors in told for name in factors if spelled(name) == tier), None)

    def is_of(self, tier: str) -> bool:
        """Say whether the prices are those of this tier alone."""
        return self.rule.tier is not None and spelled(self.rule.tier) == tier

    def holds_for(self, tier: str) -> bool:
        """Say whether the prices can be asked for a tier."""
        return self.rule.tier is None or self.is_of(tier)


class Prices:
    """The prices that hold: cards in USD and cards in credits, the user's before the bundled ones.

    `fingerprint` names the state of all that the prices were made from.
    """

    def __init__(self, usd: Sequence[Card], credits_: Sequence[Card], fingerprint: str = "") -> None:
        self.usd = _until_complete(usd)
        self.credits = _until_complete(credits_)
        self.fingerprint = fingerprint
        self._periods: dict[tuple[str, str, str], list[Period]] = {}

    def rate(self, model: str, tier: str, provider: str, usage: Usage, at: int) -> Rate:
        """Return the rate of one call; an empty text is what the log does not tell."""
        if usage[0] + usage[3] > ABSURD_TOKENS:
            return UNPRICED
        periods = self.periods(model, tier, provider)
        period = periods[bisect_right(periods, at, key=_since) - 1]
        return period.long if usage[0] > period.above else period.usual

    def periods(self, model: str, tier: str, provider: str) -> list[Period]:
        """Return the rates of one sort of call, in order of time."""
        found = self._periods.get((model, tier, provider))
        if found is None:
            found = list(self._made(model.lower(), spelled(tier), provider.lower() or OPENAI))
            self._periods[model, tier, provider] = found
        return found

    def edges(self) -> set[int]:
        """Return all instants (ms UTC) at which a price may begin or end."""
        dated = [one for card in (*self.usd, *self.credits) for one in (*card.rules, *card.aliases)]
        return {edge for one in dated for edge in one.span if edge is not None}

    def _made(self, model: str, tier: str, provider: str) -> Iterator[Period]:
        usd = [one for one in candidates(self.usd, model, provider) if one.holds_for(tier)]
        credits_ = [one for one in candidates(self.credits, model, provider) if one.holds_for(tier)]
        last = None
        for since in sorted({0, *(edge for one in (*usd, *credits_) for edge in (one.since, one.until))}):
            period = self._period(since, tier, holding(usd, since) or first_after(usd, since), holding(credits_, since))
            if last is None or period[1:] != last[1:]:
                yield period
            last = period

    def _period(self, since: int, tier: str, usd: Candidate | None, credits_: Candidate | None) -> Period:
        long = usd.long_context if usd else None
        usual = self._rate(tier, usd, credits_, None)
        if long is None:
            return Period(since, usual, ABSURD_TOKENS, usual)
        return Period(since, usual, long.above, self._rate(tier, usd, credits_, long))

    def _rate(self, tier: str, usd: Candidate | None, credits_: Candidate | None, long: LongContext | None) -> Rate:
        told = [one for one in (usd, credits_) if one]
        if not told:
            return UNPRICED
        factor = usd.factor(tier, self.usd[-1]) if usd else ONE
        credit_factor = credits_.factor(tier, self.credits[-1]) if credits_ else ONE
        guessed = not tier or None in {factor, credit_factor}
        return Rate(
            model=told[0].model,
            status=_status(usd, factor),
            confidence=_confidence(credits_, credit_factor, self.credits),
            assumed=" ".join(sorted(told[0].assumed | told[-1].assumed | ({TIER} if guessed else set()))),
            usd=usd_units(usd.rule, factor or ONE, long) if usd else None,
            credits=credit_units(credits_.rule, credit_factor or ONE) if credits_ else None,
            source=(usd.rule.source or usd.card.as_of) if usd else "",
        )


def spelled(tier: str) -> str:
    """Return the one name of a service tier that has several."""
    return SPELLINGS.get(tier.lower(), tier.lower())


def _since(period: Period) -> int:
    return period.since


def _until_complete(cards: Sequence[Card]) -> list[Card]:
    """Return the cards up to one that stands alone."""
    kept = []
    for card in cards:
        kept.append(card)
        if card.complete:
            break
    return kept


def _status(usd: Candidate | None, factor: Decimal | None) -> str:
    if usd is None:
        return "unpriced"
    return "estimated" if usd.rule.estimate or usd.assumed or factor is None else "priced"


def _confidence(credits_: Candidate | None, factor: Decimal | None, cards: Sequence[Card]) -> str:
    if credits_ is None:
        return "missing"
    if credits_.rule.estimate or credits_.assumed or factor is None:
        return "inferred"
    copied = cards[-1].bundled and credits_.rule in cards[-1].rules
    return "exact" if copied or credits_.card.bundled or credits_.card.complete else "user_override"


# -- looking up -------------------------------------------------------------------------------------------------------


def holding(found: Sequence[Candidate], at: int) -> Candidate | None:
    """Return the best of the candidates that hold at an instant."""
    return min((one for one in found if one.since <= at < one.until), key=_rank, default=None)


def first_after(found: Sequence[Candidate], at: int) -> Candidate | None:
    """Return the first price of a model that was used before it had one: a guess."""
    later = min((one for one in found if one.since > at), key=lambda one: (one.since, one.rank), default=None)
    return later._replace(assumed=later.assumed | {DATE}) if later else None


def _rank(candidate: Candidate) -> tuple[int, ...]:
    return candidate.rank


def candidates(cards: Sequence[Card], model: str, provider: str) -> list[Candidate]:
    """Return every rule that a model's name leads to, by itself or by an alias of it."""
    found = [one for place, card in enumerate(cards) for one in _direct(card, model, provider, (), place)]
    for place, card in enumerate(cards):
        for alias in card.aliases:
            if matches(alias.pattern, model) or matches(alias.pattern, SNAPSHOT.sub("", model)):
                found += _by_alias(cards, alias, provider, place)
    return found


def _direct(card: Card, model: str, provider: str, before: tuple[int, ...], place: int) -> Iterator[Candidate]:
    for name in dict.fromkeys((model, SNAPSHOT.sub("", model))):
        for rule in card.rules:
            if matches(rule.pattern, name) and matches(rule.provider or card.provider or "*", provider):
                since, until = _span(rule)
                own = (-specificity(rule.pattern), rule.tier is None, rule.provider is None, -since)
                rank = (*before, place, rule.layer, 0, name != model, *own)
                yield Candidate(rank, since, until, name, rule, card, frozenset())


def _by_alias(cards: Sequence[Card], alias: Alias, provider: str, place: int) -> Iterator[Candidate]:
    assumed = frozenset() if alias.exact else frozenset({MODEL})
    since, until = _span(alias)
    before = (place, alias.layer, 1, -specificity(alias.pattern), -since)
    for its_place, card in enumerate(cards):
        for one in _direct(card, alias.model.lower(), provider, before, its_place):
            held = one._replace(since=max(one.since, since), until=min(one.until, until), assumed=assumed)
            if held.since < held.until:
                yield held


def _span(dated: Rule | Alias) -> tuple[int, int]:
    since, until = dated.span
    return since or 0, 2**62 if until is None else until


def specificity(pattern: str) -> int:
    """Return how much of a name a pattern tells; a name without wildcards tells all."""
    return NAMED if "*" not in pattern else len(pattern.replace("*", ""))


def matches(pattern: str, name: str) -> bool:
    """Say whether a name, in lower case, is what a pattern names; `*` stands for anything."""
    pattern = pattern.lower()
    if "*" not in pattern:
        return pattern == name
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None
