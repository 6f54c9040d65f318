"""Rate limits of one rollout: a window is told again only when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.ingest import labels
from codex_usage_tracker.ingest.decode import whole
from codex_usage_tracker.model import Limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.ingest.decode import LimitsJson, WindowJson

RESET_JITTER_MS = 60_000
"""Reset times that move by less are the same: some servers send the seconds left rather than the instant."""

Last = dict[str, tuple[float, int | None]]
"""Used percent and reset of each window, by `limit_id:minutes`, as last told."""


def changed(limits: LimitsJson, at: int, last: Last) -> Iterator[Limit]:
    """Give the windows that differ from the last ones, and remember them.

    A window is known by its length, not its slot.
    """
    family = labels.name_of(limits.limit_id) or "codex"
    for window in (limits.primary, limits.secondary):
        minutes = whole(window.window_minutes) if window else None
        if window is None or not minutes or not 0 <= window.used_percent < 10**6:
            continue
        name, resets_at = f"{family}:{minutes}", _resets_at(window, at)
        before = last.get(name)
        if before is None or before[0] != window.used_percent or not _near(before[1], resets_at):
            last[name] = (window.used_percent, resets_at)
            plan = labels.known(limits.plan_type, labels.PLANS)
            balance = _decimal(limits.credits.balance) if limits.credits else None
            yield Limit(at, family, minutes, window.used_percent, resets_at, plan, balance)


def _resets_at(window: WindowJson, at: int) -> int | None:
    """Return the reset in milliseconds; builds of autumn 2025 wrote the seconds left."""
    if window.resets_at is not None and 0 < window.resets_at < 10**11:
        return int(window.resets_at * 1000)
    if window.resets_in_seconds is not None and 0 <= window.resets_in_seconds < 10**9:
        return at + int(window.resets_in_seconds * 1000)
    return None


def _near(one: int | None, other: int | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < RESET_JITTER_MS


def _decimal(text: str | None) -> str | None:
    return text if text and len(text) < 24 and text.replace(".", "", 1).isdecimal() else None
