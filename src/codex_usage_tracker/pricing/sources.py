"""Price lists that others publish, read as dated rules: OpenAI's models alone, exact decimals per million tokens."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.pricing.card import HIGHEST_PRICE, Alias, Card, LongContext, Rule
from codex_usage_tracker.pricing.prices import OPENAI
from codex_usage_tracker.pricing.rates import MILLION
from codex_usage_tracker.shapes import ready

URLS = {
    "litellm": "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json",
    "genai-prices": "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json",
    "models.dev": "https://models.dev/api.json",
}
"""Where the lists that are known by name are published."""
FINEST = Decimal("0.000001")
"""No price per million tokens has more digits; what a list has beyond is the noise of binary fractions."""
LARGEST_EXPONENT = 12
LONGEST_NAME = 200
FACTOR_DIGITS = 4
FIELDS = ("input", "cached_input", "cache_write", "output")
OLDER_BAND = 200_000

FOR_OTHER_WORK = re.compile(
    "audio|embedding|image|live|moderation|realtime|search|transcri|translat|tts|vision|whisper"
)
"""Names of models that Codex cannot run."""

Quote = dict[str, Decimal]
"""Prices of one sort of request by the names of `FIELDS`."""


class Listing(NamedTuple):
    """What a list says: rules, other names of models, and whether it is a card of our own."""

    rules: list[Rule]
    aliases: tuple[Alias, ...] = ()
    own: bool = False


class Entry(NamedTuple):
    """What a list says of a model from a day on: as usual, in long requests, and by service tier."""

    usual: Quote
    long: Quote
    above: int
    tiers: dict[str, Quote]
    since: str | None


def listing(data: bytes) -> Listing:
    """Return what a price list of any known shape says."""
    try:
        document = msgspec.json.Decoder(float_hook=Decimal).decode(data)
    except (msgspec.MsgspecError, RecursionError, ArithmeticError) as error:
        raise InvalidValueError(f"the price list is no JSON: {error}", _hint()) from error
    if isinstance(document, dict) and isinstance(document.get("rules"), list):
        return _own(data)
    found = next((read for fits, read in SHAPES if fits(document)), None)
    if found is None:
        raise InvalidValueError("the price list has no shape that is known", _hint())
    rules = [rule for name, entries in found(document) for rule in _understood(name, entries)]
    if not rules:
        raise InvalidValueError("the price list has no model of OpenAI", _hint())
    return Listing(rules)


def _hint() -> str:
    return f"Known are the lists of {', '.join(URLS)}, and files such as pricing.json."


def _own(data: bytes) -> Listing:
    try:
        card = msgspec.json.decode(data, type=ready(Card))
    except (msgspec.MsgspecError, RecursionError, ArithmeticError) as error:
        raise InvalidValueError(f"the price list cannot be understood: {error}", _hint()) from error
    return Listing(list(card.rules), card.aliases, own=True)


# -- shapes -----------------------------------------------------------------------------------------------------------


def _is_litellm(document: Any) -> bool:
    return isinstance(document, dict) and any("litellm_provider" in _dict(entry) for entry in document.values())


def _litellm(document: dict[str, Any]) -> Iterator[tuple[str, list[Entry]]]:
    """Read USD per token, each sort of request in keys of its own; a slash or colon parts a name from another house."""
    for name, told in document.items():
        entry = _dict(told)
        chats = entry.get("mode") in {"chat", "responses"} and entry.get("litellm_provider") == OPENAI
        if not chats or "/" in name or ":" in name:
            continue
        tiers = {tier: _litellm_quote(entry, f"_{suffix}") for tier, suffix in LITELLM_TIERS.items()}
        yield name, [Entry(_litellm_quote(entry, ""), _litellm_quote(entry, LITELLM_LONG), 272_000, tiers, None)]


LITELLM_LONG = "_above_272k_tokens"
LITELLM_TIERS = {"priority": "priority", "flex": "flex", "batch": "batches", "ultrafast": "ultrafast"}
LITELLM_KEYS = ("input_cost_per_token", "cache_read_input_token_cost", "cache_creation_input_token_cost",
                "output_cost_per_token")  # fmt: skip


def _litellm_quote(entry: dict[str, Any], suffix: str) -> Quote:
    return _quote([entry.get(key + suffix) for key in LITELLM_KEYS], MILLION)


def _is_genai(document: Any) -> bool:
    return isinstance(document, list) and any("models" in _dict(provider) for provider in document)


def _genai(document: list[Any]) -> Iterator[tuple[str, list[Entry]]]:
    """Read USD per million tokens with their dates; a price may have bands of input tokens."""
    models = [
        model for one in document if _dict(one).get("id") == OPENAI for model in _list(_dict(one).get("models"))
    ]  # fmt: skip
    for model in map(_dict, models):
        entries = [_genai_entry(prices, since) for prices, since in _genai_periods(model.get("prices"))]
        if entries and (variants := _list(model.get("price_variants"))):
            entries[-1] = entries[-1]._replace(tiers=dict(map(_genai_tier, variants)))
        for name in _genai_names(model):
            yield name, entries


GENAI_KEYS = ("input_mtok", "cache_read_mtok", "cache_write_mtok", "output_mtok")


def _genai_periods(prices: Any) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Return prices with the day they begin; those that hold at hours of the day are none of OpenAI's."""
    for period in _list(prices) or [{"prices": prices}]:
        constraint = _dict(_dict(period).get("constraint"))
        if not constraint or isinstance(constraint.get("start_date"), str):
            yield _dict(_dict(period).get("prices")), constraint.get("start_date")


def _genai_entry(prices: dict[str, Any], since: str | None) -> Entry:
    told = [prices.get(key) for key in GENAI_KEYS]
    bands = [_dict((_list(_dict(price).get("tiers")) or [None])[0]) for price in told]
    usual = _quote([_dict(price).get("base") if isinstance(price, dict) else price for price in told])
    above = next((band["start"] for band in bands if isinstance(band.get("start"), int)), 0)
    return Entry(usual, _quote([band.get("price") for band in bands]), above, {}, since)


def _genai_tier(variant: Any) -> tuple[str, Quote]:
    when = _dict(_dict(variant).get("when"))
    tier = next((one for one in when.values() if isinstance(one, str)), "")
    return tier, _genai_entry(_dict(_dict(variant).get("prices")), None).usual


def _genai_names(model: dict[str, Any]) -> list[str]:
    """Return the names that a model is matched by exactly, its own first."""
    match = _dict(model.get("match"))
    clauses = map(_dict, _list(match.get("or")) or [match])
    names = (model.get("id"), *(clause.get("equals") for clause in clauses))
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def _is_models_dev(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(_dict(document.get(OPENAI)).get("models"), dict)


def _models_dev(document: dict[str, Any]) -> Iterator[tuple[str, list[Entry]]]:
    """Read USD per million tokens; what long requests cost stands in `tiers`, before that in one older key."""
    for name, model in document[OPENAI]["models"].items():
        cost = _dict(_dict(model).get("cost"))
        band = _dict((_list(cost.get("tiers")) or [cost.get("context_over_200k")])[0])
        above = _dict(band.get("tier")).get("size", OLDER_BAND)
        long = _models_dev_quote(band) if isinstance(above, int) else {}
        yield name, [Entry(_models_dev_quote(cost), long, above, {}, None)]


def _models_dev_quote(cost: dict[str, Any]) -> Quote:
    return _quote([cost.get(key) for key in ("input", "cache_read", "cache_write", "output")])


SHAPES: tuple[tuple[Callable[[Any], bool], Callable[[Any], Iterator[tuple[str, list[Entry]]]]], ...] = (
    (_is_litellm, _litellm), (_is_genai, _genai), (_is_models_dev, _models_dev),
)  # fmt: skip


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


# -- rules ------------------------------------------------------------------------------------------------------------


def _quote(prices: list[Any], times: int = 1) -> Quote:
    """Return the prices that are numbers, per million tokens, without the noise of binary fractions."""
    told = dict(zip(FIELDS, map(_number, prices), strict=True))
    whole = {key: price * times for key, price in told.items() if price is not None}
    return {key: _tidy(price.quantize(FINEST)) for key, price in whole.items() if price <= HIGHEST_PRICE}


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    number = Decimal(value)
    small = number.is_finite() and abs(number.adjusted()) <= LARGEST_EXPONENT
    return number if small and number >= 0 else None


def _understood(name: str, entries: list[Entry]) -> list[Rule]:
    """Return the rules of a model; none where a list says what cannot be, such as a price that ends before it began."""
    if not 0 < len(name) <= LONGEST_NAME or "*" in name or FOR_OTHER_WORK.search(name):
        return []
    try:
        return list(_rules(name, entries))
    except ValueError:
        return []


def _rules(name: str, entries: list[Entry]) -> Iterator[Rule]:
    """Return the rules of a model, one after another in time; a price of nothing is none."""
    days = [entry.since for entry in entries] + [None]
    for entry, (since, until) in zip(entries, pairwise(days), strict=True):
        usual = entry.usual
        if not (usual.get("input") and usual.get("output")):
            continue
        factors, own = _tiers(usual, entry.tiers)
        rule = Rule(pattern=name, from_=since, to=until, tiers=factors, long_context=_long(entry), **_priced(usual))
        yield rule
        for tier, quote in own.items():
            yield replace(rule, tier=tier, tiers={}, **_priced(quote))


def _priced(quote: Quote) -> dict[str, Any]:
    """Return a value for each price of a rule."""
    return {key: quote.get(key) for key in FIELDS}


def _tiers(usual: Quote, tiers: dict[str, Quote]) -> tuple[dict[str, Decimal], dict[str, Quote]]:
    """Return tiers as factors on all prices where they are that, else as prices of their own."""
    factors, own = {}, {}
    for tier, quote in tiers.items():
        if not {"input", "output"} <= quote.keys() or not tier:
            continue
        factor = _ratio(quote["input"], usual["input"])
        if all(usual.get(key, 0) * factor == price for key, price in quote.items()):
            factors[tier] = factor
        else:
            own[tier] = quote
    return factors, own


def _long(entry: Entry) -> LongContext | None:
    if not {"input", "output"} <= entry.long.keys() or entry.above <= 0:
        return None
    return LongContext(
        above=entry.above,
        input=_ratio(entry.long["input"], entry.usual["input"]),
        output=_ratio(entry.long["output"], entry.usual["output"]),
    )


def _ratio(part: Decimal, whole: Decimal) -> Decimal:
    """Return how many times one price is another."""
    return _tidy(round(part / whole, FACTOR_DIGITS)) if whole else Decimal(1)


def _tidy(number: Decimal) -> Decimal:
    """Return a number without needless zeros, and not as 2E+1."""
    return Decimal(f"{number.normalize():f}")
