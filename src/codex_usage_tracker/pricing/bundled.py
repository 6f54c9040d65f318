"""The cards that come with the program: OpenAI's list prices in USD, and Codex credits."""

from __future__ import annotations

import os

import msgspec

from codex_usage_tracker.pricing.card import Card

CATALOGUE = "catalogue.json"
RATE_CARD = "rate-card.json"


def catalogue() -> Card:
    """Return the list prices in USD."""
    return msgspec.json.decode(_content(CATALOGUE), type=Card)


def rate_card() -> Card:
    """Return the prices in Codex credits."""
    return msgspec.json.decode(_content(RATE_CARD), type=Card)


def data() -> bytes:
    """Return all that the bundled cards are made from, to tell one state of them from another."""
    return _content(CATALOGUE) + _content(RATE_CARD)


def _content(name: str) -> bytes:
    with open(os.path.join(os.path.dirname(__file__), name), "rb") as file:
        return file.read()
