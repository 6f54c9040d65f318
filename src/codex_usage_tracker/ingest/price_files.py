"""The prices that hold: the user's files before the bundled cards."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.pricing import bundled

if TYPE_CHECKING:
    from collections.abc import Callable

    from codex_usage_tracker.pricing.card import Card
    from codex_usage_tracker.pricing.prices import Prices

RULES_VERSION = "1"
"""Raised when the same cards give other costs."""


class PriceState(NamedTuple):
    """What the prices are made from, by a fingerprint, and how to have them where they are needed."""

    fingerprint: str
    load: Callable[[], Prices]


def state(pricing: str, rate_card: str, settings: Callable[[str, type[Card]], Card]) -> PriceState:
    """Return the prices that two files, as `settings` reads them, and the bundled cards make."""
    contents = (bundled.data(), _content(pricing), _content(rate_card))
    sums = [f"{len(one)}-{zlib.crc32(one):x}-{zlib.adler32(one):x}" for one in contents]
    fingerprint = " ".join([RULES_VERSION, *sums])

    def load() -> Prices:
        from codex_usage_tracker.pricing.card import Card  # noqa: PLC0415  (most runs price nothing)
        from codex_usage_tracker.pricing.prices import Prices  # noqa: PLC0415

        usd, credits_ = settings(pricing, Card), settings(rate_card, Card)
        return Prices((usd, bundled.catalogue()), (credits_, bundled.rate_card()), fingerprint)

    return PriceState(fingerprint, load)


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
