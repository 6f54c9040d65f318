"""A card of prices: dated rules with service tiers and long context, and other names of models."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

Price = Decimal
HIGHEST_PRICE = Decimal(10**6)
Factor = Decimal
HIGHEST_FACTOR = Decimal(1000)
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Layer = Annotated[int, msgspec.Meta(ge=0, le=100)]
Note = Annotated[str, msgspec.Meta(max_length=1000)]


class LongContext(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a request of more than `above` input tokens costs, all of it: factors on input and on output."""

    above: Annotated[int, msgspec.Meta(gt=0)]
    input: Factor
    output: Factor

    def __post_init__(self) -> None:
        check({"input": self.input, "output": self.output}, HIGHEST_FACTOR)


class Dated(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What holds from a day or instant on (UTC, included) and to another (excluded); open where nothing is said."""

    from_: str | None = msgspec.field(default=None, name="from")
    to: str | None = None

    def __post_init__(self) -> None:
        since, until = self.span
        if since is not None and until is not None and since >= until:
            raise ValueError(f"`from` {self.from_} is not before `to` {self.to}")

    @property
    def span(self) -> tuple[int | None, int | None]:
        """The first instant and the one after the last, in milliseconds UTC."""
        return instant("from", self.from_), instant("to", self.to)


class Rule(Dated, frozen=True, kw_only=True, omit_defaults=True):
    """The price of the models that a pattern names, per million tokens; output includes reasoning.

    `cached_input` and `cache_write` cost what `input` does where nothing is said. With `tier`, these are the prices of
    that service tier alone; `tiers` are factors for others. `estimate` says why a price is a guess, `updated` that an
    update wrote the rule. Rules of a lower `layer` go before the others of a card, whatever their patterns say.
    """

    pattern: Name
    input: Price
    output: Price
    cached_input: Price | None = None
    cache_write: Price | None = None
    tier: Name | None = None
    tiers: dict[str, Factor] = {}
    long_context: LongContext | msgspec.UnsetType | None = msgspec.UNSET
    provider: Name | None = None
    estimate: Note | None = None
    source: Note | None = None
    updated: bool = False
    layer: Layer = 0

    def __post_init__(self) -> None:
        Dated.__post_init__(self)
        prices = {key: getattr(self, key) for key in ("input", "output", "cached_input", "cache_write")}
        check({key: price for key, price in prices.items() if price is not None}, HIGHEST_PRICE)
        check({f"tiers.{name}": factor for name, factor in self.tiers.items()}, HIGHEST_FACTOR)


class Alias(Dated, frozen=True, kw_only=True, omit_defaults=True):
    """Another name of a model; unless it is `exact`, what follows from it is an estimate."""

    pattern: Name
    model: Name
    exact: bool = False
    source: Note | None = None
    layer: Layer = 0


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Prices that belong together: in USD, or in Codex credits.

    `tiers`, `long_context` and `provider` hold for every rule that says nothing else. A `complete` card stands alone:
    no bundled price is looked up behind it. `examples` are for the reader.
    """

    schema: str = ""
    as_of: str = ""
    note: Note = ""
    complete: bool = False
    bundled: bool = False
    provider: Name | None = None
    tiers: dict[str, Factor] = {}
    long_context: LongContext | None = None
    rules: tuple[Rule, ...] = ()
    aliases: tuple[Alias, ...] = ()
    examples: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        check({f"tiers.{name}": factor for name, factor in self.tiers.items()}, HIGHEST_FACTOR)


def instant(key: str, text: str | None) -> int | None:
    """Return a day (`2026-07-30`: its midnight UTC) or an ISO 8601 instant in milliseconds UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`{key}` is {text!r}, not a day such as 2026-07-30 or an instant") from None
    return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000)


def check(told: dict[str, Decimal], highest: Decimal) -> None:
    """Refuse a figure that is negative, larger than any real one, or no number."""
    for key, figure in told.items():
        if not (figure.is_finite() and 0 <= figure <= highest):
            raise ValueError(f"`{key}` is {figure}, not between 0 and {highest}")
