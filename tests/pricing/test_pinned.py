"""One card that says what several say."""

from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from codex_usage_tracker.pricing import bundled
from codex_usage_tracker.pricing.card import Alias, Card, LongContext, Rule
from codex_usage_tracker.pricing.pinned import pinned
from codex_usage_tracker.pricing.prices import Prices
from codex_usage_tracker.pricing.text import text

NAMES = ["gpt-5.5", "gpt-5*", "*", "gpt-5.6-sol", "gpt-6.1-sol", "codex-auto-review", "gpt-5.6", "mine", "mi*"]
ASKED = [name for name in NAMES if "*" not in name]
DAYS = st.sampled_from([(None, None), ("2026-08-01", None), (None, "2026-08-01"), ("2026-05-01", "2026-10-01")])
TIERS = st.dictionaries(
    st.sampled_from(["fast", "priority", "flex", "mine"]), st.sampled_from([Decimal(3), Decimal("0.25")]), max_size=1
)
LONGS = st.sampled_from([msgspec.UNSET, None, LongContext(above=1000, input=Decimal(2), output=Decimal(3))])
RULES = st.builds(
    lambda pattern, days, price, tier, tiers, long, provider, layer: Rule(
        pattern=pattern, from_=days[0], to=days[1], input=price, output=price, tier=tier, tiers=tiers,
        long_context=long, provider=provider, layer=layer,
    ),
    st.sampled_from(NAMES), DAYS, st.decimals(0, 9, places=2), st.sampled_from([None, "flex", "fast"]), TIERS, LONGS,
    st.sampled_from([None, "openai", "azure"]), st.integers(0, 1),
)  # fmt: skip
ALIASES = st.builds(
    lambda pattern, model, exact, days: Alias(pattern=pattern, model=model, exact=exact, from_=days[0], to=days[1]),
    st.sampled_from(NAMES), st.sampled_from(ASKED), st.booleans(), DAYS,
)  # fmt: skip
CARDS = st.builds(
    lambda rules, aliases, tiers, long, provider: Card(
        rules=tuple(rules), aliases=tuple(aliases), tiers=tiers, long_context=long or None, provider=provider,
        as_of="then",
    ),
    st.lists(RULES, max_size=3), st.lists(ALIASES, max_size=2), TIERS, LONGS, st.sampled_from([None, "azure"]),
)  # fmt: skip


@given(CARDS)
def test_a_pinned_card_gives_the_prices_that_it_was_made_from(own: Card) -> None:
    card = msgspec.json.decode(text(pinned((own, bundled.catalogue()), "2026-11-20")), type=Card)
    before, after = Prices((own, bundled.catalogue()), ()), Prices((card, bundled.catalogue()), ())
    for name in ASKED:
        for tier in ("", "fast", "flex", "mine"):
            for provider in ("openai", "azure"):
                assert before.periods(name, tier, provider) == after.periods(name, tier, provider), (
                    name,
                    tier,
                    provider,
                )


def test_what_is_pinned_can_be_pinned_again() -> None:
    card = pinned((Card(), bundled.catalogue()), "2026-11-20")
    assert pinned((card, bundled.catalogue()), "2026-11-20").rules == card.rules


def test_a_card_is_written_a_rule_a_line_with_exact_numbers() -> None:
    card = Card(rules=(Rule(pattern="x", input=Decimal("0.1"), output=Decimal(20)),))
    assert text(card) == '{\n  "rules": [\n    {"pattern": "x", "input": 0.1, "output": 20}\n  ]\n}\n'
    assert text(Card()) == '{\n  "rules": []\n}\n'


def test_what_is_written_is_read_back() -> None:
    for card in (bundled.catalogue(), bundled.rate_card()):
        assert msgspec.json.decode(text(card), type=Card) == card
