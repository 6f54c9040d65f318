"""Price lists of others, each in its shape."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.pricing.card import LongContext, Rule
from codex_usage_tracker.pricing.sources import listing
from tests.pricing.lists import genai, litellm, model, models_dev

LONG = LongContext(above=272_000, input=Decimal(2), output=Decimal("1.5"))


def rule(pattern: str, price: str, output: str, **more: Any) -> Rule:
    return Rule(pattern=pattern, input=Decimal(price), output=Decimal(output), **({"long_context": None} | more))


def test_litellm_prices_are_exact_per_million_without_the_noise_of_binary_fractions() -> None:
    data = litellm(gpt__7=model(1.7500000000000002e-06, 1.4e-05, cache_read_input_token_cost=1.75e-07))
    assert listing(data).rules == [rule("gpt-7", "1.75", "14", cached_input=Decimal("0.175"))]


def test_litellm_tells_tiers_as_factors_and_what_long_requests_cost() -> None:
    data = litellm(
        gpt__7=model(
            4e-06, 2e-05, cache_creation_input_token_cost=5e-06,
            input_cost_per_token_priority=1e-05, output_cost_per_token_priority=5e-05,
            input_cost_per_token_batches=2e-06, output_cost_per_token_batches=1e-05,
            input_cost_per_token_above_272k_tokens=8e-06, output_cost_per_token_above_272k_tokens=3e-05,
        ),
    )  # fmt: skip
    tiers = {"priority": Decimal("2.5"), "batch": Decimal("0.5")}
    assert listing(data).rules == [
        rule("gpt-7", "4", "20", cache_write=Decimal(5), tiers=tiers, long_context=LONG)
    ]  # fmt: skip


def test_a_tier_that_is_no_multiple_has_prices_of_its_own() -> None:
    data = litellm(gpt__7=model(4e-06, 2e-05, input_cost_per_token_flex=1e-06, output_cost_per_token_flex=9e-06))
    assert listing(data).rules == [rule("gpt-7", "4", "20"), rule("gpt-7", "1", "9", tier="flex")]


@pytest.mark.parametrize(
    "entry",
    [
        model(4e-06, 2e-05, litellm_provider="azure"),
        model(4e-06, 2e-05, mode="embedding"),
        model(0, 0),
        model(-1e-06, 2e-05),
        model(4e06, 2e07),
        {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": "1e-06", "output_cost_per_token": True},
    ],
)
def test_what_is_no_price_of_a_model_of_openai_that_codex_runs_is_left_out(entry: dict[str, Any]) -> None:
    data = litellm(gpt__7=model(1e-06, 2e-06), gpt__8=entry, gpt__audio=model(1e-06, 2e-06), **{"azure/gpt__9": entry})
    assert [one.pattern for one in listing(data).rules] == ["gpt-7"]


def test_genai_prices_are_dated_and_banded() -> None:
    banded = (
        {"base": 4, "tiers": [{"start": 272_000, "price": 8}]},
        {"base": 20, "tiers": [{"start": 272_000, "price": 30}]},
    )
    later = {"input_mtok": banded[0], "cache_read_mtok": 0.4, "output_mtok": banded[1]}
    data = genai({
        "id": "gpt-7",
        "match": {"or": [{"equals": "gpt-7"}, {"equals": "gpt-7-0"}, {"regex": "^gpt-7-.*$"}]},
        "prices": [
            {"prices": {"input_mtok": 5, "output_mtok": 30}},
            {"constraint": {"start_date": "2026-08-21"}, "prices": later},
            {"constraint": {"start_time": "01:00", "end_time": "02:00"}, "prices": {"input_mtok": 9, "output_mtok": 9}},
        ],
        "price_variants": [
            {"when": {"service_tier": "default"}, "prices": {}},
            {"when": {"service_tier": "priority"}, "prices": {"input_mtok": 8, "output_mtok": 40}},
            {"when": {"processing": "batch"}, "prices": {"input_mtok": 2, "output_mtok": 10}},
        ],
    })  # fmt: skip
    newer = {
        "cached_input": Decimal("0.4"),
        "long_context": LONG,
        "tiers": {"priority": Decimal(2), "batch": Decimal("0.5")},
    }
    assert listing(data).rules == [
        one
        for name in ("gpt-7", "gpt-7-0")
        for one in (rule(name, "5", "30", to="2026-08-21"), rule(name, "4", "20", from_="2026-08-21", **newer))
    ]


def test_a_price_that_ends_before_it_begins_is_left_out() -> None:
    price = {"input_mtok": 1, "output_mtok": 2}
    periods = [{"constraint": {"start_date": day}, "prices": price} for day in ("2026-08-21", "2026-07-01")]
    data = genai({"id": "gpt-7", "prices": price}, {"id": "gpt-8", "prices": periods})
    assert [one.pattern for one in listing(data).rules] == ["gpt-7"]


@pytest.mark.parametrize(
    ("band", "above"),
    [
        ({"tiers": [{"input": 8, "output": 30, "tier": {"type": "context", "size": 272_000}}]}, 272_000),
        ({"context_over_200k": {"input": 8, "output": 30}}, 200_000),
    ],
)
def test_models_dev_tells_long_requests_in_either_key(band: dict[str, Any], above: int) -> None:
    data = models_dev(gpt__7={"input": 4, "output": 20, "cache_read": 0.4, "cache_write": 5} | band)
    long = LongContext(above=above, input=Decimal(2), output=Decimal("1.5"))
    written = {"cached_input": Decimal("0.4"), "cache_write": Decimal(5), "long_context": long}
    assert listing(data).rules == [rule("gpt-7", "4", "20", **written)]


def test_a_card_of_our_own_is_read_whole() -> None:
    data = b'{"rules": [{"pattern": "x*", "input": "0.1", "output": 2}], "aliases": [{"pattern": "y", "model": "x"}]}'
    found = listing(data)
    assert (found.own, [one.input for one in found.rules], len(found.aliases)) == (True, [Decimal("0.1")], 1)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"null", b"3", b"[]", b"{}", b'"text"', b"\xff\xfe", b"[" * 100_000, b"[1, 2]", b'{"openai": 3}',
        b'{"rules": [{"pattern": "x"}]}', b'{"rules": [{"pattern": "x", "input": -1, "output": 1}]}',
        b"<!doctype html>", b'[{"models": 3}]', b'{"a": {"litellm_provider": "azure"}}',
        b'{"openai": {"models": {"x": {"cost": 1e999999999}}}}',
    ],
)  # fmt: skip
def test_what_is_no_price_list_is_told_with_the_shapes_that_are_known(data: bytes) -> None:
    with pytest.raises(InvalidValueError) as caught:
        listing(data)
    assert "litellm, genai-prices, models.dev" in caught.value.hint


SCRAPS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["input", "output", "tiers", "tier", "size", "cost", "prices", "constraint", "start_date",
                         "input_mtok", "output_mtok", "base", "price", "start", "when", "match", "or", "equals", "id",
                         "price_variants", "context_over_200k", "litellm_provider", "mode"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(SCRAPS)
def test_nothing_that_stands_in_a_list_breaks_reading(scrap: Any) -> None:
    for document in (
        {"x": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": scrap}},
        [{"id": "openai", "models": [scrap, {"id": "x", "prices": scrap, "match": scrap, "price_variants": scrap}]}],
        {"openai": {"models": {"x": scrap, "y": {"cost": scrap}}}},
        {"rules": [scrap]},
    ):
        with pytest.raises(InvalidValueError):
            raise_unless_read(document)


def raise_unless_read(document: object) -> None:
    """Read a list, and fail like one without any model where it has some."""
    listing(json.dumps(document).encode())
    raise InvalidValueError("read")
