"""The Codex allowance: the limit that presses most, where one may not last until its reset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.contract.findings import ViewLink
from codex_usage_tracker.contract.insights import Card
from codex_usage_tracker.insights.score import HIGH, MEDIUM
from codex_usage_tracker.reports.windows import LEARNED_DAYS, current_windows

if TYPE_CHECKING:
    from codex_usage_tracker.contract.windows import Forecast
    from codex_usage_tracker.query.reader import Reader

SEVERITIES = {"full": HIGH, "over": HIGH, "tight": MEDIUM}
"""How severe a forecast is, the one that presses most first; the others do not press."""


def card(reader: Reader) -> list[Card]:
    """Return a card of the limit that presses most, in a list that is empty where none does."""
    told = [(one, one.forecast) for one in current_windows(reader, LEARNED_DAYS) if one.forecast]
    pressing = [(_rank(forecast), one, forecast) for one, forecast in told if forecast.verdict in SEVERITIES]
    if not pressing:
        return []
    _, window, forecast = min(pressing, key=lambda one: one[0])
    return [
        Card(
            key="allowance",
            title="Codex allowance",
            severity=SEVERITIES[forecast.verdict],
            stake=None,
            credits=None,
            count=len(pressing),
            unit="limits",
            thread_id=None,
            thread_name=None,
            window=window,
            action=forecast.sentence,
            link=ViewLink(view="limits", filters={}),
        )
    ]


def _rank(forecast: Forecast) -> tuple[int, int]:
    """Return how much a forecast presses: the least the most; of the same verdict what is used up first."""
    return list(SEVERITIES).index(forecast.verdict), forecast.full_at or forecast.full_earliest_at or 0
