"""The rhythm of work: which days and hours hold how much of the history."""

from bisect import bisect_left
from itertools import accumulate

from codex_usage_tracker.demo.dice import Dice
from codex_usage_tracker.demo.plan import DemoPlan
from codex_usage_tracker.demo.stamps import DAY, HOUR, MINUTE, weekday

_WEEKDAY = (0, 0, 0, 0, 0, 0, 5, 30, 100, 130, 135, 100, 30, 100, 130, 130, 110, 70, 25, 20, 40, 40, 20, 0)
_WEEKEND = (2, 0, 0, 0, 0, 0, 0, 2, 10, 50, 90, 80, 30, 30, 70, 90, 80, 50, 20, 30, 70, 90, 50, 10)
_SATURDAY = 5
_GAPS_FROM = 21


def _curve(hours: tuple[int, ...]) -> list[float]:
    """Return the share of a day's work that lies before each minute."""
    minutes = [weight for weight in hours for _ in range(60)]
    total = sum(minutes)
    return [0.0, *(part / total for part in accumulate(minutes))]


_CURVES = (_curve(_WEEKDAY), _curve(_WEEKEND))


def _share(moment: int) -> float:
    """Return the share of its day's work that lies before a moment."""
    curve = _CURVES[weekday(moment) >= _SATURDAY]
    minute, rest = divmod(moment % DAY, MINUTE)
    return curve[minute] + (curve[minute + 1] - curve[minute]) * rest / MINUTE


class Rhythm:
    """The days of the history with their weights and quotas of calls."""

    def __init__(self, plan: DemoPlan, dice: Dice) -> None:
        """Lay out the days up to the end of the plan."""
        self.dice = dice
        self.end = plan.end_ms
        self.first = (self.end // DAY - plan.days + 1) * DAY
        self.weights = [self._weight(day, plan.days) for day in range(plan.days)]
        self._leave_gaps(plan.days)
        self.weights[-1] *= _share(self.end)
        if not any(self.weights):
            self.weights[-1] = 1.0
        self.before = [0.0, *accumulate(self.weights)]
        self.total = self.before[-1]

    def _weight(self, day: int, days: int) -> float:
        """Return the weight of a day: working days count more, later days count more."""
        growth = 0.3 + 1.4 * (day + 1) / days
        leisure = weekday(self.first + day * DAY) >= _SATURDAY
        mood = self.dice.around(1.0, 0.35)
        return growth * mood * (0.16 if leisure else 1.0)

    def _leave_gaps(self, days: int) -> None:
        """Empty some holidays and single days off in a history that is long enough."""
        if days < _GAPS_FROM:
            return
        for _ in range(max(1, days // 70)):
            start = self.dice.span(3, days - 12)
            for day in range(start, start + self.dice.span(3, 8)):
                self.weights[day] = 0.0
        for day in range(days - 2):
            if self.dice.chance(0.04):
                self.weights[day] = 0.0

    def quota(self, day: int, calls: int) -> int:
        """Return how many of the calls belong to the days up to and with this one."""
        return round(calls * self.before[day + 1] / self.total)

    def any_day(self) -> int:
        """Pick a day by weight."""
        return self.dice.choices(range(len(self.weights)), self.weights)[0]

    def start(self, day: int) -> int:
        """Pick the moment at which somebody begins to work on that day."""
        midnight = self.first + day * DAY
        curve = _CURVES[weekday(midnight) >= _SATURDAY]
        latest = 0.985 * _share(self.end) if day == len(self.weights) - 1 else 1.0
        minute = max(0, bisect_left(curve, self.dice.random() * latest) - 1)
        moment = midnight + minute * MINUTE + self.dice.span(0, MINUTE - 1)
        return max(min(moment, self.end - HOUR // 4), self.first)

    def later_day(self, moment: int, days: int) -> int | None:
        """Return a moment on the first day with work at least `days` after, or None if the history ends before."""
        day = (moment - self.first) // DAY + days
        while day < len(self.weights) and not self.weights[day]:
            day += 1
        return self.start(day) if day < len(self.weights) else None

    def spent(self, moment: int) -> float:
        """Return the share of all work that lies before a moment."""
        day = (moment - self.first) // DAY
        if day < 0:
            return 0.0
        if day >= len(self.weights):
            return 1.0
        return min(1.0, (self.before[day] + self.weights[day] * _share(moment)) / self.total)
