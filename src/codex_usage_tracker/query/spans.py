"""Ranges of time as people say them: half-open, in local days of a zone."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.query import zones

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

LAST = re.compile(r"(\d{1,5})([hdw])\Z")
PRESETS = ("today", "yesterday", "this-week", "last-7-days", "last-14-days", "last-30-days", "this-month", "all")


class Span(NamedTuple):
    """A half-open range in milliseconds UTC; None is open."""

    since: int | None = None
    until: int | None = None


def last(text: str, now: int, zone: ZoneInfo) -> Span:
    """Return the last N hours up to now, or the last N days or weeks as whole local days with today."""
    found = LAST.match(text.strip().lower())
    if not found or not int(found[1]):
        msg = f"{text!r} is no length of time"
        raise InvalidValueError(msg, "Use hours, days or weeks: 24h, 7d, 4w.")
    count = int(found[1])
    if found[2] == "h":
        return Span(now - count * 3_600_000, None)
    days = count * (7 if found[2] == "w" else 1)
    return Span(_midnight(zones.moment(now, zone).date() - timedelta(days=days - 1), zone), None)


def preset(name: str, now: int, zone: ZoneInfo) -> Span:
    """Return a range by its name."""
    today = zones.moment(now, zone).date()
    if name == "all":
        return Span()
    if name == "yesterday":
        return Span(_midnight(today - timedelta(days=1), zone), _midnight(today, zone))
    first = {
        "today": today,
        "this-week": today - timedelta(days=today.weekday()),
        "last-7-days": today - timedelta(days=6),
        "last-14-days": today - timedelta(days=13),
        "last-30-days": today - timedelta(days=29),
        "this-month": today.replace(day=1),
    }[name]
    return Span(_midnight(first, zone), None)


def between(since: str | None, until: str | None, zone: ZoneInfo) -> Span:
    """Return the range from one day or instant to another; a last day is within the range, a last instant is not."""
    span = Span(_edge(since, zone, 0) if since else None, _edge(until, zone, 1) if until else None)
    if span.since is not None and span.until is not None and span.since >= span.until:
        msg = f"the range from {since} to {until} is empty"
        raise InvalidValueError(msg, "Give the earlier day first.")
    return span


def _edge(text: str, zone: ZoneInfo, days: int) -> int:
    """Return where a day or instant begins, `days` later for a day."""
    try:
        if len(text) == len("2026-06-10"):
            return _midnight(date.fromisoformat(text) + timedelta(days=days), zone)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        msg = f"{text!r} is no date"
        raise InvalidValueError(msg, "Use a day such as 2026-06-10 or an instant such as 2026-06-10T14:00.") from error
    return zones.milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _midnight(day: date, zone: ZoneInfo) -> int:
    try:
        return zones.midnight(day, zone)
    except OverflowError as error:
        msg = f"{day} is out of range"
        raise InvalidValueError(msg, "Use a date that lies in the history of Codex.") from error
