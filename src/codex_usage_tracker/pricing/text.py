"""A card as the text of a file that people can read and edit: a rule a line, exact numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from codex_usage_tracker.pricing.card import Card

ENCODER = msgspec.json.Encoder(decimal_format="number")
LISTS = ("rules", "aliases", "examples")


def text(card: Card) -> str:
    """Return a card as JSON."""
    told = msgspec.json.decode(ENCODER.encode(card), type=dict[str, msgspec.Raw])
    told.setdefault("rules", msgspec.Raw(b"[]"))
    lines = [f'  "{key}": {_list(value) if key in LISTS else _line(value)}' for key, value in told.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _list(items: msgspec.Raw) -> str:
    lines = [f"    {_line(item)}" for item in msgspec.json.decode(items, type=list[msgspec.Raw])]
    return "[\n" + ",\n".join(lines) + "\n  ]" if lines else "[]"


def _line(value: msgspec.Raw) -> str:
    return msgspec.json.format(bytes(value), indent=0).decode()
