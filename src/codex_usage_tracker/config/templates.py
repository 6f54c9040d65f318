"""Files to begin with: they change nothing, and their `examples` show what may be moved out of there."""

from typing import Any

from codex_usage_tracker.config.thresholds import Thresholds

CARD_EXAMPLES = {
    "pricing": {"pattern": "my-model*", "from": "2026-01-01", "input": "1.25", "cached_input": "0.125", "output": "10"},
    "rate_card": {"pattern": "my-model*", "input": "31.25", "cached_input": "3.125", "output": "250"},
}
"""Prices per million tokens, in USD and in credits."""
WINDOW_EXAMPLE = {
    "remaining_percent": 79,
    "reset_at": "2026-06-07T18:50:00+02:00",
    "captured_at": "2026-06-07T15:00:00+02:00",
}
TEMPLATES: dict[str, dict[str, Any]] = {
    "pricing": {"rules": [], "aliases": [], "examples": [CARD_EXAMPLES["pricing"]]},
    "rate_card": {"rules": [], "aliases": [], "examples": [CARD_EXAMPLES["rate_card"]]},
    "allowance": {
        "plan": None,
        "windows": {"five_hour": None, "weekly": None},
        "examples": {"plan": "Plus", "windows": {"five_hour": WINDOW_EXAMPLE, "weekly": {"remaining_percent": 33}}},
    },
    "projects": {
        "aliases": {},
        "ignored_paths": [],
        "tags": {},
        "examples": {
            "aliases": {"/home/me/code/api": "Backend"},
            "ignored_paths": ["~/scratch"],
            "tags": {"Backend": ["work", "python"]},
        },
    },
    "budgets": {
        "budgets": [],
        "examples": [
            {"name": "Every day", "unit": "usd", "amount": "10.00", "per": "day", "warn_at": 80},
            {"unit": "tokens", "amount": 50_000_000, "per": "week", "project": "Backend"},
            {"unit": "credits", "amount": 500, "per": "window", "limit": "weekly"},
        ],
    },
}


def template(name: str) -> str:
    """Return the text of a file to begin with."""
    from msgspec import json, to_builtins  # noqa: PLC0415

    found = TEMPLATES.get(name) or to_builtins(Thresholds(), builtin_types=())
    found = {key: value for key, value in found.items() if key != "examples" or value is not None}
    return json.format(json.encode(found), indent=2).decode() + "\n"
