"""What a price list changes in the user's prices."""

from datetime import UTC, datetime
from decimal import Decimal

from codex_usage_tracker.pricing import bundled
from codex_usage_tracker.pricing.card import Alias, Card, Rule
from codex_usage_tracker.pricing.prices import Prices
from codex_usage_tracker.pricing.sources import listing
from codex_usage_tracker.pricing.updates import Change, changes, updated
from tests.pricing.lists import genai, litellm, model

FEW = (1_000, 0, 0, 0, 0)
TODAY = "2026-11-20"


def read_foreign(data: bytes, day: str) -> Card:
    """Return what a price list says to somebody without prices of his own."""
    return updated(Card(), listing(data), day)


def dollars(card: Card, name: str, day: str, tier: str = "default") -> int | None:
    """Return the dollars of a million tokens of input, in short requests."""
    at = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)
    usual = [one for one in Prices((card, bundled.catalogue()), ()).periods(name, tier, "openai") if one.since <= at]
    usd = usual[-1].usual.usd
    return None if usd is None else usd[0] // 10**6


def test_a_price_that_is_bundled_already_gives_no_rule() -> None:
    assert read_foreign(litellm(gpt__5_5=model(5e-06, 3e-05, cache_read_input_token_cost=5e-07)), TODAY) == Card()


def test_a_price_that_changed_holds_from_today_on() -> None:
    card = read_foreign(litellm(gpt__5_5=model(3e-06, 3e-05)), TODAY)
    assert [dollars(card, "gpt-5.5", day) for day in ("2026-11-19", TODAY)] == [5, 3]
    assert all(rule.updated and rule.source is None for rule in card.rules)


def test_of_a_bundled_model_tiers_and_long_requests_stay_what_they_are() -> None:
    entry = model(3e-06, 3e-05, input_cost_per_token_priority=9e-05, output_cost_per_token_priority=9e-05)
    long = {f"{side}_cost_per_token_above_272k_tokens": 9e-05 for side in ("input", "output")}
    card = read_foreign(litellm(gpt__6_1__sol=entry | long, gpt__5_5=entry), TODAY)
    assert {rule.pattern: rule.long_context for rule in card.rules}["gpt-6.1-sol"] is None
    assert dollars(card, "gpt-6.1-sol", TODAY, "priority") == 6
    assert Prices((card,), ()).rate("gpt-5.5", "priority", "openai", FEW, 2**60).usd == (
        7_500_000, 7_500_000, 7_500_000, 75_000_000,
    )  # fmt: skip


def test_the_price_of_an_unknown_model_holds_since_ever_and_for_openai_alone() -> None:
    card = read_foreign(litellm(gpt__7=model(3e-06, 3e-05), **{"gpt__7__2026-01-01": model(3e-06, 3e-05)}), TODAY)
    assert [rule.pattern for rule in card.rules] == ["gpt-7"]
    assert dollars(card, "gpt-7-2026-01-01", "2025-01-01") == 3
    assert Prices((card,), ()).rate("gpt-7", "", "azure", FEW, 0).usd is None


def test_a_list_with_dates_is_believed_in_them() -> None:
    periods = [
        {"prices": {"input_mtok": 5, "cache_read_mtok": 0.5, "output_mtok": 30}},
        {"constraint": {"start_date": "2026-11-01"}, "prices": {"input_mtok": 3, "output_mtok": 30}},
    ]
    data = genai({"id": "gpt-5.5", "prices": periods})
    card = read_foreign(data, TODAY)
    assert [(rule.from_, rule.to) for rule in card.rules] == [("2026-11-01", None)]
    assert updated(card, listing(data), "2026-12-01") == card


def test_the_same_list_again_changes_nothing() -> None:
    data = litellm(gpt__5_5=model(3e-06, 3e-05), gpt__7=model(3e-06, 3e-05))
    card = updated(Card(), listing(data), TODAY, "a list of that day")
    assert updated(card, listing(data), "2026-12-01", "a list of another day") == card


def test_prices_between_two_updates_are_kept() -> None:
    first = read_foreign(litellm(gpt__5_5=model(3e-06, 3e-05), gpt__7=model(1e-06, 2e-06)), TODAY)
    second = updated(
        first, listing(litellm(gpt__5_5=model(2e-06, 3e-05), gpt__7=model(9e-06, 9e-06))), "2026-12-01"
    )  # fmt: skip
    assert [dollars(second, "gpt-5.5", day) for day in ("2026-11-19", TODAY, "2026-12-01")] == [5, 3, 2]
    assert [dollars(second, "gpt-7", day) for day in ("2026-11-30", "2026-12-01")] == [1, 9]


def test_a_price_that_went_back_to_the_bundled_one_ends() -> None:
    first = read_foreign(litellm(gpt__5_5=model(3e-06, 3e-05)), TODAY)
    back = litellm(gpt__5_5=model(5e-06, 3e-05, cache_read_input_token_cost=5e-07))
    second = updated(first, listing(back), "2026-12-01")
    assert [dollars(second, "gpt-5.5", day) for day in (TODAY, "2026-12-01")] == [3, 5]


def test_a_model_that_a_list_no_longer_has_keeps_its_price() -> None:
    first = read_foreign(litellm(gpt__7=model(3e-06, 3e-05)), TODAY)
    assert updated(first, listing(litellm(gpt__8=model(3e-06, 3e-05))), "2026-12-01").rules[0] == first.rules[0]


def test_rules_of_the_user_stay_and_go_on_deciding() -> None:
    own = Rule(pattern="gpt-5.5", input=Decimal(100), output=Decimal(100))
    alias = Alias(pattern="mine", model="gpt-5.5")
    card = updated(Card(rules=(own,), aliases=(alias,)), listing(litellm(gpt__5_5=model(3e-06, 3e-05))), TODAY)
    assert (card.rules[0], card.aliases) == (own, (alias,))
    assert dollars(card, "gpt-5.5", TODAY) == 100


def test_a_card_of_our_own_takes_the_place_of_earlier_lists() -> None:
    first = read_foreign(litellm(gpt__7=model(3e-06, 3e-05)), TODAY)
    second = updated(first, listing(b'{"rules": [{"pattern": "gpt-8", "input": 1, "output": 2}]}'), "2026-12-01")
    assert [(rule.pattern, rule.updated) for rule in second.rules] == [("gpt-8", True)]


def test_changes_are_told_by_figure_with_what_was_before() -> None:
    before = Card()
    after = read_foreign(
        litellm(gpt__5_5=model(3e-06, 3e-05, cache_read_input_token_cost=5e-07), gpt__7=model(1e-06, 2e-06)), TODAY
    )
    assert list(changes(before, after, TODAY)) == [
        Change("gpt-5.5", "", "input", "5", "3", TODAY),
        Change("gpt-7", "", "input", "", "1", ""),
        Change("gpt-7", "", "output", "", "2", ""),
    ]
    assert list(changes(after, after, TODAY)) == []


def test_a_price_that_is_gone_is_told() -> None:
    before = read_foreign(litellm(gpt__7=model(1e-06, 2e-06)), TODAY)
    assert [one[2:] for one in changes(before, Card(), "2026-12-01")] == [
        ("input", "1", "", "2026-12-01"), ("output", "2", "", "2026-12-01"),
    ]  # fmt: skip
