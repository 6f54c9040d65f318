"""Prices in USD, read and written as rules: the user's own before the bundled ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from codex_usage_tracker.config.writing import write
from codex_usage_tracker.contract.server import PriceRule, Updated
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.pricing import bundled
from codex_usage_tracker.pricing.card import Card, Rule
from codex_usage_tracker.shapes import ready
from codex_usage_tracker.web.settings import decoded, text

if TYPE_CHECKING:
    from codex_usage_tracker.tracker import Tracker
    from codex_usage_tracker.web.desk import Desk

NAMES = {
    "model_pattern": "pattern", "input_per_1m": "input", "cached_input_per_1m": "cached_input",
    "cache_write_per_1m": "cache_write", "output_per_1m": "output", "effective_from": "from", "effective_to": "to",
}  # fmt: skip
"""What a rule's fields are called in the file."""
NOT_WRITTEN = frozenset({"id", "bundled", "origin"})
OPTIONAL = frozenset({"tiers", "tier", "provider", "estimate", "source", "updated", "layer"})
"""Left out of the file where they say nothing."""


def prices(tracker: Tracker) -> list[PriceRule]:
    """Return the rules of prices in USD: the user's, then the bundled ones, which hold behind them."""
    own = tracker.settings(tracker.files.pricing, Card)
    usual = "pinned" if own.complete else "own"
    found = [_told(rule, f"own-{n}", "updated" if rule.updated else usual) for n, rule in enumerate(own.rules, 1)]
    if own.complete:
        return found
    return found + [_told(rule, f"bundled-{n}", "bundled") for n, rule in enumerate(bundled.catalogue().rules, 1)]


def _told(rule: Rule, number: str, origin: str) -> PriceRule:
    plain = msgspec.to_builtins(rule)
    values = {name: plain[own] for name, own in NAMES.items() if own in plain}
    rest = {name: value for name, value in plain.items() if name not in NAMES.values()}
    return msgspec.convert(
        values | rest | {"id": number, "bundled": origin == "bundled", "origin": origin}, ready(PriceRule)
    )


def put_prices(desk: Desk, body: bytes) -> Updated:
    """Replace the rules of the user's prices, and let the stored costs follow."""
    told: list[dict[str, Any]] = decoded(body, list[dict[str, Any]])
    rules = [_rule(one) for one in told if not one.get("bundled")]
    path = desk.tracker.files.pricing
    card = msgspec.to_builtins(desk.tracker.settings(path, Card)) | {"rules": rules}
    write(path, text("pricing", msgspec.json.encode(card)), replace=True)
    return Updated(updated=len(rules), repriced_calls=desk.tracker.reprice())


def _rule(told: dict[str, Any]) -> dict[str, Any]:
    """Return a rule as the file has it; that of the file's own names means nothing here."""
    for name in told.keys() - set(PriceRule.__struct_fields__):
        raise InvalidValueError(f"`{name}` means nothing in a rule", "Send rules as GET /api/pricing tells them.")
    kept = {name: value for name, value in told.items() if name not in NOT_WRITTEN and not _says_nothing(name, value)}
    return {NAMES.get(name, name): value for name, value in kept.items()}


def _says_nothing(name: str, value: object) -> bool:
    """Say whether a field need not be written; that there is no long context is said by null."""
    return (value is None and name != "long_context") or (name in OPTIONAL and not value)
