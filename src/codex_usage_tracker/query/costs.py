"""What the classes of tokens cost, by the rates of the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codex_usage_tracker.query.filters import where

if TYPE_CHECKING:
    from collections.abc import Sequence

    import apsw

    from codex_usage_tracker.query.filters import Filter

COLUMNS = {"model": "nullif(profile.model, '')", "effort": "nullif(profile.effort, '')"}
TOKENS = (
    "SELECT profile_id, rate_id, sum(input - cached_input - cache_write) AS plain, sum(cache_write) AS written,"
    " sum(cached_input) AS cached, sum(output) AS output FROM "
)
COSTS = "sum(plain * usd_input + written * usd_write), sum(cached * usd_cached), sum(output * usd_output)"


def by_class(reader: apsw.Connection, chosen: Filter, split: Sequence[str]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Return the cost of uncached input, cached input and output in USD units by model, effort or neither.

    Calls without a price are in none; a group that has no other is missing.
    """
    built = where(chosen)
    keys = [COLUMNS[name] for name in split]
    grouped = f" GROUP BY {', '.join(str(place + 1) for place in range(len(keys)))}" if keys else ""
    sums = f"{TOKENS}{'rollup' if built.by_quarter else 'call'}{built.sql} GROUP BY profile_id, rate_id"
    rows = reader.execute(
        f"SELECT {''.join(f'{key}, ' for key in keys)}{COSTS} FROM ({sums}) sums JOIN rate ON rate.id = rate_id"
        f" JOIN profile ON profile.id = profile_id WHERE usd_input IS NOT NULL{grouped}", built.values,
    )  # fmt: skip
    return {tuple(row[: len(keys)]): tuple(row[len(keys) :]) for row in rows if row[-1] is not None}
