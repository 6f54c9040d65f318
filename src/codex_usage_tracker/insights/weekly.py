"""When weekly limits reset, by a setting: for logs of old clients, which do not tell."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.query import zones

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from codex_usage_tracker.query.limits import Snapshot

VARIABLE = "CODEX_USAGE_WEEKLY_RESET"
WEEKLY_MINUTES = 10_080
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FORM = re.compile(r"([a-z]{3,9})\s+([01]?\d|2[0-3]):([0-5]\d)\Z", re.ASCII)


class WeeklyReset(NamedTuple):
    """A weekday (Monday is 0) and a time of day in local time."""

    weekday: int
    hour: int
    minute: int

    def after(self, at: int, zone: ZoneInfo) -> int:
        """Return the first reset after an instant."""
        local = zones.moment(at, zone)
        day = local.date() + timedelta(days=(self.weekday - local.weekday()) % 7)
        found = self._on(day, zone)
        return found if found > at else self._on(day + timedelta(days=7), zone)

    def assumed(self, one: Snapshot, zone: ZoneInfo) -> Snapshot:
        """Return a snapshot with a reset, if it told none."""
        return one if one.resets_at else one._replace(resets_at=self.after(one.at, zone), assumed=True)

    def _on(self, day: date, zone: ZoneInfo) -> int:
        return zones.milliseconds(datetime.combine(day, time(self.hour, self.minute), zone))


def weekly_reset(text: str | None) -> WeeklyReset | None:
    """Return the reset that the setting names; None where it names none."""
    if not text or not text.strip():
        return None
    found = FORM.match(text.strip().lower())
    day = next((index for index, name in enumerate(DAYS) if found and name.startswith(found[1])), None)
    if found is None or day is None:
        msg = f"{VARIABLE} is {text!r}, which is no weekday with a time of day"
        raise InvalidValueError(msg, f'Set it as in `{VARIABLE}="thu 09:15"`, in local time, or leave it unset.')
    return WeeklyReset(day, int(found[2]), int(found[3]))
