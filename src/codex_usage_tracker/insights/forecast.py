"""What will be used of a limit window at its reset, told from the user's own earlier windows, with an interval."""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codex_usage_tracker.insights.windows import Window

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS
WORKDAYS_MS = 5 * DAY_MS
MONDAY_MS = 3 * DAY_MS
"""1970 began on a Thursday: so long after a Monday."""
FULL = 100.0

TAIL = 0.08
"""The share of the past that the interval leaves out at each end, before it is widened for how little past there is."""
WORST = 0.02
"""What is called safe leaves out no more than this share of the past."""
LEAST_STRETCHES = 2.0
"""So many stretches of the past that do not overlap are needed to learn from them."""
STEPS = 1_440
"""How many steps back the past is looked at: a month of five-hour windows, half a year of weeks."""
HALF_LIFE_MS = 28 * DAY_MS
LEVEL_MS, LEVEL_PERCENT = 14 * DAY_MS, 20.0
"""How much is used in general is judged by two weeks, and differences below these percents tell little."""
PACE_PERCENT, PACE_WIDTH, WEEKEND_WIDTH = 2.0, 0.7, 0.15
HOUR_WIDTH_MS, FAR = 3 * HOUR_MS // 2, 4.0
"""Differences in pace, share of weekend and hour of the day at which a stretch counts a third; what is too far off."""
AT_WORK_MS = HOUR_MS // 2
"""Somebody is at work whose use rose so recently."""
PAST_MS = 42 * DAY_MS
"""What began earlier teaches nothing, however much of the past is at hand: so all surfaces foretell the same."""
BREAK_MS = 14 * DAY_MS
"""Where nothing of a limit was seen for longer, it may not have been in force: the past begins after it."""


class Burn(NamedTuple):
    """Percent per hour: lately, over how many milliseconds that is, and since the window began."""

    recent: float
    recent_ms: int
    overall: float


class Range(NamedTuple):
    """Percents used at an instant to come: what is expected, between what it will most likely lie, and the worst."""

    low: float
    expected: float
    high: float
    worst: float


class Forecast(NamedTuple):
    """Percents at the reset and when all is used up (None: not before); why nothing is said, where nothing is."""

    verdict: str
    at_reset: Range | None = None
    full_at: int | None = None
    full_earliest_at: int | None = None
    full_latest_at: int | None = None
    stretches: float = 0.0
    """How many stretches of the past it rests on; 0 where it follows the window's own pace alone."""
    reason: str = ""


def burn(window: Window, now: int) -> Burn | None:
    """Return how fast a window is being used, None where too little of it was seen to tell."""
    passed = now - window.starts_at
    if passed < window.length_ms // 100 or window.ends_at <= now:
        return None
    span = min(_lately(window), passed)
    before = max((point.used for point in window.points if point.at <= now - span), default=0.0)
    began = window.points[0].used if window.starts_at == window.first_seen_at else 0.0
    recent = window.used - max(before, began)
    return Burn(recent / span * HOUR_MS, span, (window.used - began) / passed * HOUR_MS)


def forecast(windows: Sequence[Window], now: int, utc_offset_ms: int = 0) -> Forecast:
    """Return what will become of the last of one limit's windows."""
    window = windows[-1]
    reason = _silence(window, now)
    if reason:
        return Forecast("unknown", reason=reason)
    if window.used >= FULL:
        return Forecast("full", Range(*[window.used] * 4), now, now, now)
    past = _Past(_comparable(windows, now), now, utc_offset_ms)
    if past.stretches >= LEAST_STRETCHES:
        return _told(window, past, now)
    if window.seen == 1 or now - window.starts_at < window.length_ms // 10:
        return Forecast("unknown", reason="there are too few earlier windows to learn from")
    return _told(window, _Pace(window, now), now)


def _silence(window: Window, now: int) -> str:
    """Return why nothing can be said of a window, or an empty text."""
    if window.resets_at is None:
        return "the logs do not tell when it resets"
    if window.resets_at <= now:
        return "it has been reset since it was last seen"
    if window.contested:
        return "the logs tell of two resets at once, as with two accounts"
    if now - window.last_seen_at > window.length_ms // 2:
        return f"it was last seen {span_text(now - window.last_seen_at)} ago"
    return ""


def _told(window: Window, past: _Past | _Pace, now: int) -> Forecast:
    rest = window.ends_at - now
    at_reset = past.used_after(rest)
    verdict = "safe" if at_reset.worst < FULL else "over" if at_reset.expected >= FULL else "tight"
    instants = [_full_after(past, rest, place) for place in (1, 3, 0)]
    full = [None if after is None else now + after for after in instants]
    return Forecast(verdict, at_reset, full[0], full[1], full[2], past.stretches)


def _full_after(past: _Past | _Pace, rest: int, place: int) -> int | None:
    """Return after how long one of the percents is at 100, None if it is not before the reset."""
    if past.used_after(rest)[place] < FULL:
        return None
    low, high = 0, rest
    while high - low > max(rest // 100, 60_000):
        middle = (low + high) // 2
        low, high = (low, middle) if past.used_after(middle)[place] >= FULL else (middle, high)
    return high


def _lately(window: Window) -> int:
    return window.length_ms // 6


def _comparable(windows: Sequence[Window], now: int) -> list[Window]:
    """Return the latest windows of one plan, back to where the limit was not in force."""
    found = [windows[-1]]
    for later, earlier in pairwise(reversed(windows)):
        paused = later.first_seen_at - earlier.ends_at > BREAK_MS
        other = later.plan_changed or earlier.plans != later.plans
        if paused or other or earlier.starts_at < now - PAST_MS:
            break
        found.append(earlier)
    return found[::-1]


class _Past:
    """Earlier use as one rising curve, and the stretches of it that are like the one to come."""

    def __init__(self, windows: list[Window], now: int, utc_offset_ms: int) -> None:
        rises = [rise for window in windows for rise in _rises(window)]
        self.times = [at for at, _ in rises]
        self.sums = [0.0, *accumulate(more for _, more in rises)]
        self.window = windows[-1]
        self.now = now
        self.offset = utc_offset_ms
        self.rate = _rate(self.window, now)
        self.since = windows[0].starts_at
        self.rest = self.window.ends_at - now
        self.like = self._like()
        self.stretches = self._stretches()
        self.wider = 1 + (0.5 + min(2.0, self.rest / DAY_MS)) / math.sqrt(max(self.stretches, 1.0))

    def used_after(self, after: int) -> Range:
        """Return the percents used so long from now, from what was added in like stretches of the past."""
        added = sorted((self._added(at, at + after) * factor, weight) for at, weight, factor in self.like)
        used = self.window.used
        low, middle, high, worst = (used + one for one in _quantiles(added, (TAIL, 0.5, 1 - TAIL, 1 - WORST)))
        return Range(
            min(FULL, max(used, math.floor(middle - (middle - low) * self.wider))),
            min(FULL, middle),
            min(FULL, math.ceil(middle + (high - middle) * self.wider)),
            min(FULL, math.ceil(max(middle + (worst - middle) * self.wider, used + self.rate * after))),
        )

    def _added(self, since: int, until: int) -> float:
        return self.sums[bisect_right(self.times, until)] - self.sums[bisect_right(self.times, since)]

    def _like(self) -> list[tuple[int, float, float]]:
        """Return the beginnings of stretches as long as the one to come, with their weights and factors."""
        step = max(self.window.length_ms // 56, HOUR_MS // 2)
        earliest = max(self.since + _lately(self.window), self.now - step * STEPS)
        present = (self._weekend(self.now), self._pace(self.now), self._level(self.now))
        starts = self._starts(earliest, self.now - self.rest, step)
        found = [self._weighed(at, off, *present) for at in starts if (off := self._hours_off(at)) < FAR]
        most = max((weight for _, weight, _ in found), default=0.0)
        return [one for one in found if one[1] > most / 1000]

    def _starts(self, earliest: int, latest: int, step: int) -> Iterable[int]:
        """Return instants of the past; while somebody is at work, those at which somebody was."""
        since = self.now - self.times[-1] if self.times else self.now
        if since > AT_WORK_MS:
            return range(latest, earliest, -step)
        at_work = {(at + since) // step: at + since for at in self.times if earliest < at + since <= latest}
        return at_work.values()

    def _hours_off(self, at: int) -> float:
        """Return how far an instant's time of day is from the present one; in long stretches that matters less."""
        off = (self.now - at) % DAY_MS
        return min(off, DAY_MS - off) / (HOUR_WIDTH_MS + self.rest // 8)

    def _weighed(self, at: int, off: float, weekend: float, pace: float, level: float) -> tuple[int, float, float]:
        """Return a stretch with its likeness to the one to come, and how much more is used today than in its days."""
        off += abs(self._weekend(at) - weekend) / WEEKEND_WIDTH + abs(self._pace(at) - pace) / PACE_WIDTH
        weight = math.exp(-off) * 0.5 ** ((self.now - at) / HALF_LIFE_MS)
        factor = math.sqrt(level / self._level(at)) if at - LEVEL_MS >= self.since else 1.0
        return at, weight, min(3.0, max(1 / 3, factor))

    def _pace(self, at: int) -> float:
        """Return the pace before an instant, on a scale on which differences count alike."""
        return math.log(self._added(at - _lately(self.window), at) + PACE_PERCENT)

    def _level(self, at: int) -> float:
        return self._added(at - LEVEL_MS, at) + LEVEL_PERCENT

    def _weekend(self, at: int) -> float:
        """Return the share of weekend in the stretch that begins at an instant."""
        return (self._weekends(at + self.rest) - self._weekends(at)) / max(self.rest, 1)

    def _weekends(self, at: int) -> int:
        weeks, rest = divmod(at + self.offset + MONDAY_MS, WEEK_MS)
        return weeks * (WEEK_MS - WORKDAYS_MS) + max(rest - WORKDAYS_MS, 0)

    def _stretches(self) -> float:
        """Return how many stretches there are, as if none overlapped another."""
        weights = [weight for _, weight, _ in self.like]
        if not weights:
            return 0.0
        alike = sum(weights) ** 2 / sum(weight * weight for weight in weights)
        return min(alike, (self.now - self.since) / max(self.rest, DAY_MS // 2))


def _rate(window: Window, now: int) -> float:
    """Return percents per millisecond since the window began, once that is a while ago."""
    rates = burn(window, now) if now - window.starts_at >= window.length_ms // 10 else None
    return rates.overall / HOUR_MS if rates else 0.0


class _Pace:
    """The window's own pace, as far as it goes: anything from a standstill to three times as fast."""

    stretches = 0.0

    def __init__(self, window: Window, now: int) -> None:
        self.used = window.used
        rates = burn(window, now)
        self.rate = _rate(window, now)
        self.fastest = 3 * max(self.rate, rates.recent / HOUR_MS if rates else 0.0) + 10 / window.length_ms

    def used_after(self, after: int) -> Range:
        """Return the percents used so long from now."""
        high = min(FULL, math.ceil(self.used + self.fastest * after))
        return Range(self.used, min(FULL, self.used + self.rate * after), high, high)


def _rises(window: Window) -> list[tuple[int, float]]:
    """Return when a window's percent rose, and by how much."""
    first = window.points[0]
    began = [] if window.cut_within else [(first.at, first.used)]
    return began + [(after.at, after.used - before.used) for before, after in pairwise(window.points)]


def _quantiles(weighted: list[tuple[float, float]], shares: Sequence[float]) -> list[float]:
    """Return the values below which these shares of the weight lie."""
    sums = list(accumulate(weight for _, weight in weighted))
    return [weighted[min(bisect_right(sums, share * sums[-1]), len(sums) - 1)][0] for share in shares]


def sentence(told: Forecast, window: Window, now: int) -> str:
    """Answer in words whether it is safe to go on."""
    rest = span_text(window.ends_at - now)
    if told.at_reset is None:
        return f"No forecast: {told.reason}."
    low, expected, high, _ = (f"{one:.0f}" for one in told.at_reset)
    between = f"{low}%" if low == high else f"{low} to {high}%"
    if told.verdict == "full":
        return f"Used up: nothing is left until the reset in {rest}."
    if told.verdict == "safe":
        return f"Safe at this pace: {between} used at the reset in {rest}."
    soonest = span_text((told.full_earliest_at or window.ends_at) - now)
    if told.verdict == "tight":
        return f"It may get tight: likely {expected}% at the reset in {rest}, used up in {soonest} at worst."
    spare = span_text(window.ends_at - (told.full_at or window.ends_at))
    return f"Too fast: used up in about {span_text((told.full_at or now) - now)}, {spare} before the reset."


def span_text(milliseconds: int) -> str:
    """Return a length of time in its two largest units: 2 d 3 h, 5 h 10 min, 7 min."""
    minutes = max(milliseconds // 60_000, 0)
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    first = next((index for index, (count, _) in enumerate(parts) if count), 2)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count) or "0 min"
