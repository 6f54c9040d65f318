"""Limit windows of a database with their forecasts: what `status`, `limits` and `blocks` tell of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from codex_usage_tracker.contract.windows import Forecast
from codex_usage_tracker.contract.windows import Window as WindowAnswer
from codex_usage_tracker.insights.forecast import FULL, PAST_MS, forecast, sentence
from codex_usage_tracker.insights.weekly import VARIABLE, WEEKLY_MINUTES, weekly_reset
from codex_usage_tracker.insights.windows import current, cut
from codex_usage_tracker.query import limits, zones
from codex_usage_tracker.query.limits import EVER, Past

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codex_usage_tracker.insights.windows import Window
    from codex_usage_tracker.query.limits import Kind, Limit
    from codex_usage_tracker.query.reader import Reader

    Windows = dict[Limit, list[Window]]

DAY_MS = 86_400_000
LEARNED_DAYS = PAST_MS // DAY_MS
"""Enough for a forecast."""
MARGIN = 2
"""So many lengths of a window before a window may matter to where that one is cut."""


def windows_of(reader: Reader, past: Past = EVER, kind: Kind | None = None, like: Windows | None = None) -> Windows:
    """Return the windows of each limit, the oldest first, of a past; of all where it has none; `like` others."""
    reset = weekly_reset(os.environ.get(VARIABLE))
    accounts = {limit.account for limit in like or ()}
    found = limits.snapshots(reader.db, reader.now, past, kind, accounts)
    if past != EVER:
        found = found or limits.snapshots(reader.db, reader.now, EVER, kind, accounts)
    if reset:
        for limit, told in found.items():
            if limit.minutes == WEEKLY_MINUTES:
                found[limit] = [reset.assumed(one, reader.zone) for one in told]
    return {limit: cut(told, limit.length_ms).windows for limit, told in found.items()}


def past_of(reader: Reader, days: int, windows: int = 0) -> Past:
    """Return how far to read back for all windows of so many days, and for so many windows if none is idle."""
    return Past(reader.now - days * DAY_MS, windows + MARGIN)


def account_of(limit: Limit, *, several: bool) -> str | None:
    """Return whose calls draw on a limit: anybody's, or where several accounts are told apart its own."""
    return limit.account or "" if several else None


def current_windows(reader: Reader, days: int) -> list[WindowAnswer]:
    """Return the windows that are of interest now."""
    found = windows_of(reader, past_of(reader, days))
    return [WindowAnswer(**told(reader, limit, found[limit], one)) for limit, one in current(found, reader.now)]


def told(reader: Reader, limit: Limit, windows: Sequence[Window], window: Window) -> dict[str, Any]:
    """Return what is told of one of a limit's windows; of the last one, what will become of it."""
    last = window is windows[-1]
    return {
        "limit_id": limit.limit_id,
        "window_minutes": limit.minutes,
        "used_percent": window.used,
        "left_percent": round(max(FULL - window.used, 0.0), 4),
        "observed_at": window.last_seen_at,
        "resets_at": window.resets_at,
        "passed": window.over_at <= reader.now,
        "plan": window.plan,
        "credits": window.credits,
        "forecast": forecast_of(reader, windows) if last else None,
    }


def forecast_of(reader: Reader, windows: Sequence[Window]) -> Forecast:
    """Return what will become of the last of a limit's windows."""
    offset = zones.moment(reader.now, reader.zone).utcoffset()
    found = forecast(windows, reader.now, int(offset.total_seconds() * 1000) if offset else 0)
    low, expected, high = (round(float(one), 1) for one in found.at_reset[:3]) if found.at_reset else (None, None, None)
    return Forecast(
        verdict=found.verdict,
        sentence=sentence(found, windows[-1], reader.now),
        percent_low=low,
        percent_expected=expected,
        percent_high=high,
        full_at=found.full_at,
        full_earliest_at=found.full_earliest_at,
        full_latest_at=found.full_latest_at,
        stretches=round(found.stretches, 1),
    )
