"""All prices that hold now as one card, which gives the same amounts later. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate

from msgspec import UNSET
from msgspec.structs import replace

from codex_usage_tracker.pricing.card import Card, Rule
from codex_usage_tracker.pricing.prices import Prices, spelled


def pinned(cards: Sequence[Card], day: str) -> Card:
    """Return one card that stands alone and says what several say, the first of them going before the others."""
    said = Prices(cards, ()).usd
    layers = list(accumulate(map(_layers, said), initial=0))
    return Card(
        as_of=day,
        note=f"All prices as they were on {day}; behind them, no others are looked up.",
        complete=True,
        tiers=said[-1].tiers,
        rules=tuple(
            _alone(rule, card, first) for card, first in zip(said, layers, strict=False) for rule in card.rules
        ),
        aliases=tuple(
            replace(alias, layer=first + alias.layer)
            for card, first in zip(said, layers, strict=False)
            for alias in card.aliases
        ),
    )


def _layers(card: Card) -> int:
    """Return how many layers a card has."""
    return 1 + max([0, *(rule.layer for rule in card.rules), *(alias.layer for alias in card.aliases)])


def _alone(rule: Rule, card: Card, first: int) -> Rule:
    """Return a rule with all that its card says for it."""
    own = rule.long_context
    return replace(
        rule,
        tiers=_by_name(card.tiers) | _by_name(rule.tiers),
        long_context=card.long_context if own is UNSET else own,
        provider=rule.provider or card.provider,
        source=rule.source or card.as_of or None,
        layer=first + rule.layer,
    )


def _by_name(tiers: dict[str, Decimal]) -> dict[str, Decimal]:
    return {spelled(name): factor for name, factor in tiers.items()}
