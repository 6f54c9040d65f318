"""Costs worked out by hand, each from the list price that stands beside it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from codex_usage_tracker.pricing import bundled
from codex_usage_tracker.pricing.card import Alias, Card, LongContext, Rule
from codex_usage_tracker.pricing.prices import ABSURD_TOKENS, Prices
from codex_usage_tracker.pricing.rates import CREDIT_UNITS, USD_UNITS

M = 1_000_000
PLAIN = (100_000, 0, 0, 10_000, 0)
"""100k input, 10k output: a tenth and a hundredth of the price per million."""
CACHED = (100_000, 80_000, 0, 10_000, 5_000)
WRITTEN = (100_000, 60_000, 20_000, 10_000, 0)
"""20k of plain input, 60k cached, 20k written to the cache."""
AT_THE_EDGE = (272_000, 200_000, 0, 1_000, 0)
OVER_IT = (272_001, 200_000, 0, 1_000, 0)
BUNDLED = Prices((bundled.catalogue(),), (bundled.rate_card(),))


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


NOW = at("2026-11-20")
CUT_30_JULY, CUT_21_AUGUST = at("2026-07-30"), at("2026-08-21")

# model, tier, provider, usage, at; USD and credits as decimals, or None; status, confidence, assumed
COSTS = [
    # gpt-5.5: 5 / 0.5 / 30; credits 125 / 12.5 / 750
    ("gpt-5.5", "default", "openai", PLAIN, NOW, "0.8", "20", "priced exact"),  # .5 + .3; 12.5 + 7.5
    ("gpt-5.5", "default", "openai", CACHED, NOW, "0.44", "11", "priced exact"),  # .1 + .04 + .3; 2.5 + 1 + 7.5
    ("GPT-5.5", "Default", "OpenAI", PLAIN, NOW, "0.8", "20", "priced exact"),  # names in any case
    ("gpt-5.5", "priority", "openai", PLAIN, NOW, "2", "50", "priced exact"),  # 2.5 times each
    ("gpt-5.5", "fast", "openai", PLAIN, NOW, "2", "50", "priced exact"),  # fast is priority
    ("gpt-5.5", "flex", "openai", PLAIN, NOW, "0.4", "20", "priced inferred tier"),  # half; no factor for credits
    ("gpt-5.5", "batch", "openai", PLAIN, NOW, "0.4", "20", "priced inferred tier"),
    ("gpt-5.5", "snail", "openai", PLAIN, NOW, "0.8", "20", "estimated inferred tier"),  # a tier that nobody knows
    ("gpt-5.5", "", "openai", PLAIN, NOW, "0.8", "20", "priced exact tier"),  # the log tells no tier
    ("gpt-5.5", "", "", PLAIN, NOW, "0.8", "20", "priced exact tier"),  # nor a provider: clients before 0.80
    # before 5.6 a cache write is plain input: 40k * 5 + 60k * .5 + 10k * 30 = .2 + .03 + .3
    ("gpt-5.5", "default", "openai", WRITTEN, NOW, "0.53", "13.25", "priced exact"),
    # 72k * 5 + 200k * .5 + 1k * 30; one token more: 72,001 * 10 + 200k * 1 + 1k * 45; credits know no long requests
    ("gpt-5.5", "default", "openai", AT_THE_EDGE, NOW, "0.49", "12.25", "priced exact"),
    ("gpt-5.5", "default", "openai", OVER_IT, NOW, "0.96501", "12.250125", "priced exact"),
    ("gpt-5.5", "priority", "openai", OVER_IT, NOW, "2.412525", "30.6253125", "priced exact"),  # 2.5 times that
    # gpt-5.4: 2.5 / 0.25 / 15, priority 2; credits 62.5 / 6.25 / 375, fast 2
    ("gpt-5.4", "priority", "openai", PLAIN, NOW, "0.8", "20", "priced exact"),
    # gpt-5.6-sol since 21 Aug 2026: 4 / 0.4 / 20 / 5; credits 100 / 10 / 500
    # 20k * 4 + 60k * .4 + 20k * 5 + 10k * 20 = .08 + .024 + .1 + .2; credits 40k * 100 + 60k * 10 + 10k * 500
    ("gpt-5.6-sol", "default", "openai", WRITTEN, NOW, "0.404", "9.6", "priced exact"),
    ("gpt-5.6-sol", "priority", "openai", WRITTEN, NOW, "0.808", "24", "priced exact"),  # USD 2, credits 2.5
    ("gpt-5.6-sol", "ultrafast", "openai", WRITTEN, NOW, "2.424", "9.6", "priced inferred tier"),  # 6
    ("gpt-5.6", "default", "openai", PLAIN, NOW, "0.6", "15", "priced exact"),  # another name of Sol
    ("gpt-5.6-2026-06-30", "default", "openai", PLAIN, NOW, "0.6", "15", "priced exact"),  # and its snapshot
    # until then: 5 / 0.5 / 30 / 6.25; credits 125 / 12.5 / 750
    ("gpt-5.6-sol", "default", "openai", PLAIN, CUT_21_AUGUST - 1, "0.8", "20", "priced exact"),
    ("gpt-5.6-sol", "default", "openai", PLAIN, CUT_21_AUGUST, "0.6", "15", "priced exact"),
    # gpt-5.6-terra: 2.5 / 0.25 / 15, credits 62.5 / 6.25 / 375; since 30 July 2 / 0.2 / 12, times 25
    ("gpt-5.6-terra", "default", "openai", PLAIN, CUT_30_JULY - 1, "0.4", "10", "priced exact"),
    ("gpt-5.6-terra", "default", "openai", PLAIN, CUT_30_JULY, "0.32", "8", "priced inferred"),
    # gpt-5.6-luna: 1 / 0.1 / 6, credits 25 / 2.5 / 150; since 30 July 0.2 / 0.02 / 1.2, times 25
    ("gpt-5.6-luna", "default", "openai", PLAIN, CUT_30_JULY - 1, "0.16", "4", "priced exact"),
    ("gpt-5.6-luna", "default", "openai", PLAIN, CUT_30_JULY, "0.032", "0.8", "priced inferred"),
    # the hidden reviewer: gpt-5.4 (2.5 / 15; 62.5 / 375), from 30 July on gpt-5.6-luna
    ("codex-auto-review", "default", "openai", PLAIN, CUT_30_JULY - 1, "0.4", "10", "estimated inferred model"),
    ("codex-auto-review", "default", "openai", PLAIN, CUT_30_JULY, "0.032", "0.8", "estimated inferred model"),
    ("gpt-reserve", "default", "openai", PLAIN, NOW, "0.032", "0.8", "estimated inferred model"),
    # gpt-6-astra: 10 / 1 / 50 / 12.5, no surcharge on long requests: 72,001 * 10 + 200k * 1 + 1k * 50
    ("gpt-6-astra", "default", "openai", OVER_IT, NOW, "0.97001", "24.25025", "priced exact"),
    ("gpt-6-astra", "ultrafast", "openai", PLAIN, NOW, "9", "37.5", "priced inferred tier"),  # (1 + .5) * 6
    # gpt-6.1-sol: 2 / 0.1 / 10, none either: 72,001 * 2 + 200k * .1 + 1k * 10
    ("gpt-6.1-sol", "default", "openai", OVER_IT, NOW, "0.174002", "4.35005", "priced exact"),
    # gpt-6-sol: 2 / 0.2 / 10, with it: 72,001 * 4 + 200k * .4 + 1k * 15; credits times 25
    ("gpt-6-sol", "default", "openai", OVER_IT, NOW, "0.383004", "4.85005", "priced inferred"),
    ("gpt-6-sol", "default", "openai", PLAIN, at("2026-09-01"), "0.3", None, "estimated missing date"),  # before it
    # gpt-6.2-astra: 8 / 0.4 / 40, of which not all is published
    ("gpt-6.2-astra", "default", "openai", CACHED, NOW, "0.592", "14.8", "estimated inferred"),  # .16 + .032 + .4
    ("gpt-5.2-2025-12-11", "default", "openai", PLAIN, NOW, "0.315", "7.875", "priced exact"),  # a snapshot of gpt-5.2
    ("gpt-5-mini", "priority", "openai", PLAIN, NOW, "0.081", "1.125", "priced inferred tier"),  # (.025 + .02) * 1.8
    ("o3", "priority", "openai", PLAIN, NOW, "0.49", "7", "priced inferred tier"),  # (.2 + .08) * 1.75
    ("o4-mini", "priority", "openai", CACHED, NOW, "0.16", "2.2", "priced inferred tier"),  # 2 / .5 / 8 of its own
    ("o4-mini", "default", "openai", CACHED, NOW, "0.088", "2.2", "priced inferred"),  # 1.1 / .275 / 4.4
    # credits were counted by message before 2 April 2026
    ("gpt-5-codex", "default", "openai", PLAIN, at("2026-04-02") - 1, "0.225", None, "priced missing"),
    ("gpt-5-codex", "default", "openai", PLAIN, at("2026-04-02"), "0.225", "5.625", "priced inferred"),
    # a preview without a list price that costs no credits: zero is known here, the dollars are not
    ("gpt-5.3-codex-spark", "default", "openai", PLAIN, NOW, None, "0", "unpriced exact"),
    ("gpt-7-nova", "default", "openai", PLAIN, NOW, None, None, "unpriced missing"),
    ("gpt-5.55", "default", "openai", PLAIN, NOW, None, None, "unpriced missing"),
    ("", "default", "openai", PLAIN, NOW, None, None, "unpriced missing"),
    ("gpt-5.5", "default", "azure", PLAIN, NOW, None, None, "unpriced missing"),  # OpenAI's prices are not theirs
    ("gpt-5.5", "default", "openai", (ABSURD_TOKENS, 0, 0, 1, 0), NOW, None, None, "unpriced missing"),
    ("gpt-5.5", "default", "openai", (0, 0, 0, 0, 0), NOW, "0", "0", "priced exact"),
]


@pytest.mark.parametrize(("model", "tier", "provider", "usage", "moment", "usd", "credit", "told"), COSTS)
def test_a_call_costs_what_a_reader_works_out_by_hand(
    model: str, tier: str, provider: str, usage: tuple[int, int, int, int, int], moment: int,
    usd: str | None, credit: str | None, told: str,
) -> None:  # fmt: skip
    rate = BUNDLED.rate(model, tier, provider, usage, moment)
    assert rate.cost(usage) == (units(usd, USD_UNITS), units(credit, CREDIT_UNITS))
    assert f"{rate.status} {rate.confidence} {rate.assumed}".strip() == told


def units(amount: str | None, of: int) -> int | None:
    return None if amount is None else int(Decimal(amount) * of)


def cost(own: Card, model: str, *, tier: str = "default", provider: str = "openai", when: int = NOW) -> str | None:
    """Return the dollars of a plain call where the user has a card."""
    found = Prices((own, bundled.catalogue()), (bundled.rate_card(),)).rate(model, tier, provider, PLAIN, when)
    usd = found.cost(PLAIN)[0]
    return None if usd is None else f"{Decimal(usd) / USD_UNITS:f}"


def rule(pattern: str, price: int, **more: object) -> Rule:
    """Return a rule with one price for all tokens, so that a plain call costs 0.11 times it."""
    return Rule(pattern=pattern, input=Decimal(price), output=Decimal(price), **more)  # type: ignore[arg-type]


def test_a_rule_of_the_user_goes_before_the_bundled_one() -> None:
    assert cost(Card(rules=(rule("gpt-5.5", 100),)), "gpt-5.5") == "11"
    assert cost(Card(rules=(rule("gpt-*", 100),)), "gpt-5.5") == "11"


def test_a_rule_that_does_not_hold_yet_leaves_the_bundled_one_in_force() -> None:
    card = Card(rules=(rule("gpt-5.5", 100, from_="2026-10-01"),))
    assert cost(card, "gpt-5.5", when=at("2026-10-01") - 1) == "0.8"
    assert cost(card, "gpt-5.5", when=at("2026-10-01")) == "11"


def test_what_names_a_model_more_exactly_goes_before_what_is_newer() -> None:
    card = Card(rules=(rule("gpt-*", 100, from_="2026-10-01"), rule("gpt-5*", 200), rule("gpt-5.5", 300)))
    assert [cost(card, model) for model in ("gpt-5.5", "gpt-5.4", "gpt-7")] == ["33", "22", "11"]


def test_of_rules_for_one_name_the_newer_goes_first() -> None:
    card = Card(rules=(rule("gpt-5.5", 100, from_="2026-10-01"), rule("gpt-5.5", 200)))
    assert [cost(card, "gpt-5.5", when=when) for when in (at("2026-09-30"), NOW)] == ["22", "11"]


def test_a_rule_for_a_tier_has_the_prices_of_that_tier_alone() -> None:
    card = Card(rules=(rule("gpt-5.5", 100), rule("gpt-5.5", 150, tier="fast")))
    assert [cost(card, "gpt-5.5", tier=tier) for tier in ("default", "priority", "fast")] == ["11", "16.5", "16.5"]


def test_a_tier_has_a_factor_by_any_of_its_names() -> None:
    assert cost(Card(rules=(rule("gpt-5.5", 100, tiers={"Fast": Decimal(3)}),)), "gpt-5.5", tier="priority") == "33"


def test_a_star_stands_for_anything_and_a_dot_for_a_dot() -> None:
    card = Card(rules=(rule("*-local", 100), rule("my.model", 200)))
    assert [cost(card, model) for model in ("a-local", "a-local-b", "my.model", "my-model")] == ["11", None, "22", None]


def test_an_alias_of_the_user_leads_to_a_bundled_price() -> None:
    guessed = Card(aliases=(Alias(pattern="my-*", model="gpt-5.5"),))
    assert cost(guessed, "my-model") == "0.8"
    assert Prices((guessed, bundled.catalogue()), ()).rate("my-model", "", "", PLAIN, NOW).status == "estimated"
    exact = Card(aliases=(Alias(pattern="my-*", model="gpt-5.5", exact=True),))
    assert Prices((exact, bundled.catalogue()), ()).rate("my-model", "", "", PLAIN, NOW).status == "priced"


def test_another_provider_has_the_prices_that_the_user_names_for_it() -> None:
    card = Card(rules=(rule("gpt-5.5", 100, provider="azure"),))
    assert cost(card, "gpt-5.5", provider="azure") == "11"
    assert cost(card, "gpt-5.5", provider="openai") == "0.8"


def test_behind_a_complete_card_nothing_is_looked_up() -> None:
    card = Card(complete=True, rules=(rule("gpt-5.5", 100),))
    assert [cost(card, model) for model in ("gpt-5.5", "gpt-5.4")] == ["11", None]


def test_a_lower_layer_goes_first_whatever_the_patterns_say() -> None:
    card = Card(complete=True, rules=(rule("gpt-5.5", 100, layer=1), rule("gpt-*", 200)))
    assert cost(card, "gpt-5.5") == "22"


def test_a_card_tells_what_its_long_requests_cost() -> None:
    usage = (1_001, 0, 0, 0, 0)
    card = Card(rules=(rule("x", 1),), long_context=LongContext(above=1_000, input=Decimal(3), output=Decimal(1)))
    assert Prices((card,), ()).rate("x", "default", "", usage, NOW).cost(usage) == (3 * 1_001 * M, None)


def test_credits_of_the_user_are_called_that() -> None:
    credits_ = Card(rules=(rule("gpt-5.5", 100),))
    found = Prices((), (credits_, bundled.rate_card())).rate("gpt-5.5", "default", "", PLAIN, NOW)
    assert (found.confidence, found.status, found.cost(PLAIN)) == (
        "user_override",
        "unpriced",
        (None, 11 * CREDIT_UNITS),
    )
