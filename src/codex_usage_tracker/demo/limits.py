"""Rate limits that rise with use and start again with each window."""

from functools import lru_cache

from msgspec import Raw

from codex_usage_tracker.demo.forms import FORMS
from codex_usage_tracker.demo.moments import DAY, HOUR, MINUTE, SECOND
from codex_usage_tracker.demo.rhythm import Rhythm

_PRIMARY = 5 * HOUR
_SECONDARY = 7 * DAY
_UPGRADE = 0.35
_WHOLE = 100
_STEP = 4 * MINUTE
_OFFSET = 2 * DAY + 9 * HOUR


def _window(moment: int, length: int) -> int:
    """Return the start of the window around a moment."""
    return (moment - _OFFSET) // length * length + _OFFSET


class Limits:
    """The snapshots of the two windows, as a function of time alone."""

    def __init__(self, rhythm: Rhythm) -> None:
        self.rhythm = rhythm
        self._upgrade = rhythm.first + int((rhythm.end - rhythm.first) * _UPGRADE)
        self._room = {_PRIMARY: self._allowance(_PRIMARY, 0.985), _SECONDARY: self._allowance(_SECONDARY, 1.0)}
        self._spent = lru_cache(rhythm.spent)
        self._known = lru_cache(maxsize=20_000)(self._at)

    def _allowance(self, length: int, level: float) -> float:
        """Return the use that fills a window, taken from the busiest windows of the history."""
        spent, starts = self.rhythm.spent, range(_window(self.rhythm.first, length), self.rhythm.end, length)
        uses = sorted(spent(start + length) - spent(start) for start in starts)
        return 1.06 * uses[min(len(uses) - 1, int(level * len(uses)))] or 1.0

    def at(self, moment: int, model: str) -> Raw:
        """Return the rate_limits object of a moment, of the main family or of the spark family."""
        return self._known(moment // _STEP, model.endswith("spark"))

    def _used(self, moment: int, length: int) -> int:
        """Return the used percent of a window; the smaller first plan fills faster."""
        window = _window(moment, length)
        room = self._room[length] * (0.55 if window < self._upgrade else 1.0)
        return min(_WHOLE, int(_WHOLE * (self._spent(moment) - self._spent(window)) / room))

    def _at(self, step: int, spark: bool) -> Raw:  # noqa: FBT001  (a key of the cache)
        moment = step * _STEP
        primary, secondary = self._used(moment, _PRIMARY), self._used(moment, _SECONDARY)
        broke, week = _WHOLE in {primary, secondary}, _window(moment, _SECONDARY)
        return FORMS["rate_limits"].filled(
            limit="codex_bengalfox" if spark else "codex",
            limit_name="GPT-5.3-Codex-Spark" if spark else None,
            primary=float(primary // (1 + spark)),
            primary_resets=(_window(moment, _PRIMARY) + _PRIMARY) // SECOND,
            secondary=float(secondary // (1 + spark)),
            secondary_resets=(week + _SECONDARY) // SECOND,
            has_credits=broke,
            balance="38.50" if broke else None,
            plan="plus" if week < self._upgrade else "pro",
        )
