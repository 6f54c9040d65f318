"""The rhythm of work: which days and hours hold how much of the history."""

from bisect import bisect_left
from itertools import accumulate

from codex_usage_tracker.demo.dice import Dice
from codex_usage_tracker.demo.moments import DAY, HOUR, MINUTE, day_of

_WEEKDAY = (0, 0, 0, 0, 0, 0, 5, 30, 100, 130, 135, 100, 30, 100, 130, 130, 110, 70, 25, 20, 40, 40, 20, 0)
_WEEKEND = (2, 0, 0, 0, 0, 0, 0, 2, 10, 50, 90, 80, 30, 30, 70, 90, 80, 50, 20, 30, 70, 90, 50, 10)
_SATURDAY = 5
_GAPS_FROM = 21


def _curve(hours: tuple[int, ...]) -> list[float]:
    """Return the share of a day's work that lies before each minute."""
    return [0.0, *accumulate(weight / sum(hours) / 60 for weight in hours for _ in range(60))]


_CURVES = (_curve(_WEEKDAY), _curve(_WEEKEND))


def _is_leisure(moment: int) -> bool:
    return day_of(moment // DAY * DAY).weekday() >= _SATURDAY


def _share(moment: int) -> float:
    """Return the share of its day's work that lies before a moment."""
    curve = _CURVES[_is_leisure(moment)]
    minute, rest = divmod(moment % DAY, MINUTE)
    return curve[minute] + (curve[minute + 1] - curve[minute]) * rest / MINUTE


class Rhythm:
    """The days of the history with their weights and quotas of calls."""

    def __init__(self, end: int, days: int, dice: Dice) -> None:
        self.dice = dice
        self.end = end
        self.first = (end // DAY - days + 1) * DAY
        self.weights = [self._weight(day, days) for day in range(days)]
        if days >= _GAPS_FROM:
            self._leave_gaps(days)
        self.weights[-1] *= _share(end)
        if not any(self.weights):
            self.weights[-1] = 1.0
        self._before = [0.0, *accumulate(self.weights)]

    def _weight(self, day: int, days: int) -> float:
        """Return the weight of a day: working days count more, later days count more."""
        growth = 0.3 + 1.4 * (day + 1) / days
        return growth * self.dice.around(1.0, 0.35) * (0.16 if _is_leisure(self.first + day * DAY) else 1.0)

    def _leave_gaps(self, days: int) -> None:
        """Empty some holidays and single days off."""
        for _ in range(max(1, days // 70)):
            start, length = self.dice.span(3, days - 12), self.dice.span(4, 9)
            self.weights[start : start + length] = [0.0] * length
        for day in range(days - 2):
            if self.dice.chance(0.04):
                self.weights[day] = 0.0

    def quota(self, day: int, calls: int) -> int:
        """Return how many of the calls belong to the days up to and with this one."""
        return round(calls * self._before[day + 1] / self._before[-1])

    def any_day(self) -> int:
        """Pick a day by weight."""
        return self.dice.choices(range(len(self.weights)), self.weights)[0]

    def start(self, day: int) -> int:
        """Pick the moment at which somebody begins to work on that day."""
        midnight = self.first + day * DAY
        latest = 0.985 * _share(self.end) if day == len(self.weights) - 1 else 1.0
        minute = max(0, bisect_left(_CURVES[_is_leisure(midnight)], self.dice.random() * latest) - 1)
        moment = midnight + minute * MINUTE + self.dice.span(0, MINUTE - 1)
        return max(min(moment, self.end - HOUR // 4), self.first)

    def later_day(self, moment: int, days: int) -> int | None:
        """Return a moment on the first day with work at least `days` after, or None if the history ends before."""
        first = (moment - self.first) // DAY + days
        return next((self.start(day) for day in range(first, len(self.weights)) if self.weights[day]), None)

    def spent(self, moment: int) -> float:
        """Return the share of all work that lies before a moment."""
        day = (moment - self.first) // DAY
        if not 0 <= day < len(self.weights):
            return float(day >= 0)
        return min(1.0, (self._before[day] + self.weights[day] * _share(moment)) / self._before[-1])
