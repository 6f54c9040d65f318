"""The cards that come with the program: OpenAI's list prices in USD, and Codex credits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codex_usage_tracker.pricing.card import Card

CATALOGUE = "catalogue.json"
RATE_CARD = "rate-card.json"


def catalogue() -> Card:
    """Return the list prices in USD."""
    return _card(CATALOGUE)


def rate_card() -> Card:
    """Return the prices in Codex credits."""
    return _card(RATE_CARD)


def data() -> bytes:
    """Return all that the bundled cards are made from, to tell one state of them from another."""
    return _content(CATALOGUE) + _content(RATE_CARD)


def _card(name: str) -> Card:
    from msgspec import json  # noqa: PLC0415  (most runs only ask whether the prices are still the same)

    from codex_usage_tracker.pricing.card import Card  # noqa: PLC0415  (as above)
    from codex_usage_tracker.shapes import ready  # noqa: PLC0415  (as above)

    return json.decode(_content(name), type=ready(Card))


def _content(name: str) -> bytes:
    with open(os.path.join(os.path.dirname(__file__), name), "rb") as file:
        return file.read()
