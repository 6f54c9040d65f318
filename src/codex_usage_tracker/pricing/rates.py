"""What one token of a call costs, as exact integers."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from codex_usage_tracker.model import Usage
    from codex_usage_tracker.pricing.card import LongContext, Rule

USD_UNITS = 10**12
"""Units of a dollar: a price in USD per million tokens times 10^6 is units per token."""
CREDIT_UNITS = 10**10
"""Units of a Codex credit: a rate in credits per million tokens times 10^4 is units per token."""
MILLION = 10**6
ONE = Decimal(1)


class Rate(NamedTuple):
    """What one token costs: USD units for uncached input, cached input, cache write and output; credit units likewise.

    `status` is priced, estimated or unpriced; `confidence`, of the credits, is exact, inferred, user_override or
    missing; `assumed` has the words model, tier and date, parted by blanks, where one of these was not known.
    """

    model: str
    status: str
    confidence: str
    assumed: str
    usd: tuple[int, int, int, int] | None
    credits: tuple[int, int, int] | None
    source: str

    def cost(self, usage: Usage) -> tuple[int | None, int | None]:
        """Return the USD units and the credit units of a call, None for what has no price."""
        tokens, cached, written, output, _ = usage
        usd = credits_ = None
        if self.usd is not None:
            plain, read, write, out = self.usd
            usd = (tokens - cached - written) * plain + cached * read + written * write + output * out
        if self.credits is not None:
            plain, read, out = self.credits
            credits_ = (tokens - cached) * plain + cached * read + output * out
        return usd, credits_


UNPRICED = Rate("", "unpriced", "missing", "", None, None, "")


def usd_units(rule: Rule, factor: Decimal, long: LongContext | None) -> tuple[int, int, int, int]:
    """Return USD units per token of a rule under a tier's factor, for a long request if `long` is given."""
    on_input, on_output = (long.input, long.output) if long else (ONE, ONE)
    return (
        _units(rule.input * factor * on_input, USD_UNITS),
        _units(_or(rule.cached_input, rule.input) * factor * on_input, USD_UNITS),
        _units(_or(rule.cache_write, rule.input) * factor * on_input, USD_UNITS),
        _units(rule.output * factor * on_output, USD_UNITS),
    )


def credit_units(rule: Rule, factor: Decimal) -> tuple[int, int, int]:
    """Return credit units per token; credits know neither long context nor a price for cache writes."""
    prices = (rule.input, _or(rule.cached_input, rule.input), rule.output)
    plain, read, out = (_units(price * factor, CREDIT_UNITS) for price in prices)
    return plain, read, out


def _or(price: Decimal | None, other: Decimal) -> Decimal:
    return other if price is None else price


def _units(per_million: Decimal, units: int) -> int:
    """Return a price per million tokens as units per token; only prices finer than a unit are rounded."""
    return int((per_million * units / MILLION).to_integral_value(ROUND_HALF_EVEN))
