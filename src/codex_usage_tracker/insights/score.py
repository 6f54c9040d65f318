"""The one score of calls and threads: what is at stake in them, and how severe that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codex_usage_tracker.insights.thread import Bounds

SEVERITIES = HIGH, MEDIUM, REVIEW = "high", "medium", "review"
TENTH = 10


def score(stakes: Iterable[int | None]) -> int | None:
    """Return the sum of what is at stake (USD units), None where nothing of it has a price."""
    known = [stake for stake in stakes if stake is not None]
    return sum(known) if known else None


def severity(stake: int | None, bounds: Bounds) -> str:
    """Return how severe it is: high from the cost of a costly call on, medium from a tenth of it on."""
    if stake is None or stake * TENTH < bounds.high_cost:
        return REVIEW
    return HIGH if stake >= bounds.high_cost else MEDIUM
