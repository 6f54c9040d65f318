"""Rate limits that rise with use and start again with each window."""

import msgspec

from codex_usage_tracker.demo.rhythm import Rhythm
from codex_usage_tracker.demo.stamps import DAY, HOUR, MINUTE, SECOND

_PRIMARY = 5 * HOUR
_SECONDARY = 7 * DAY
_UPGRADE = 0.35
_WHOLE = 100
_STEP = 4 * MINUTE
_MANY = 20_000
_OFFSET = 2 * DAY + 9 * HOUR


class Limits:
    """The snapshots of the two windows, as a function of time alone."""

    def __init__(self, rhythm: Rhythm) -> None:
        """Size the allowances so that busy windows come near their limit."""
        self.rhythm = rhythm
        self.upgrade = rhythm.first + int((rhythm.end - rhythm.first) * _UPGRADE)
        self._room = {_PRIMARY: self._allowance(_PRIMARY, 0.985), _SECONDARY: self._allowance(_SECONDARY, 1.0)}
        self._before: dict[int, float] = {}
        self._known: dict[int, msgspec.Raw] = {}

    def _allowance(self, length: int, level: float) -> float:
        """Return the use that fills a window, taken from the busiest windows of the history."""
        starts = range(self._window(self.rhythm.first, length), self.rhythm.end, length)
        uses = sorted(self.rhythm.spent(start + length) - self.rhythm.spent(start) for start in starts)
        return 1.06 * uses[min(len(uses) - 1, int(level * len(uses)))] or 1.0

    def _window(self, moment: int, length: int) -> int:
        """Return the start of the window around a moment."""
        return (moment - _OFFSET) // length * length + _OFFSET

    def _used(self, spent: float, window: int, length: int) -> int:
        """Return the used percent of a window; the smaller first plan fills faster."""
        before = self._before.get(window)
        if before is None:
            before = self._before[window] = self.rhythm.spent(window)
        room = self._room[length] * (0.55 if window < self.upgrade else 1.0)
        return min(_WHOLE, int(_WHOLE * (spent - before) / room))

    def at(self, moment: int, *, spark: bool = False) -> msgspec.Raw:
        """Return the rate_limits object of a moment, of the main family or of the spark family."""
        step = moment // _STEP * 2 + spark
        known = self._known.get(step)
        if known is None:
            if len(self._known) > _MANY:
                self._known.clear()
            known = self._known[step] = self._at(step // 2 * _STEP, spark=spark)
        return known

    def _at(self, moment: int, *, spark: bool) -> msgspec.Raw:
        """Return the rate_limits object of a step of time."""
        spent = self.rhythm.spent(moment)
        window, week = self._window(moment, _PRIMARY), self._window(moment, _SECONDARY)
        key = (window, week, self._used(spent, window, _PRIMARY), self._used(spent, week, _SECONDARY), spark)
        return msgspec.Raw(msgspec.json.encode(self._snapshot(key)))

    def _snapshot(self, key: tuple[int, int, int, int, bool]) -> dict[str, object]:
        """Return the snapshot that belongs to two windows and their used percents."""
        start, week, primary, secondary, spark = key
        broke = _WHOLE in {primary, secondary}
        credits_left = {"has_credits": broke, "unlimited": False, "balance": "38.50" if broke else None}
        return {
            "limit_id": "codex_bengalfox" if spark else "codex",
            "limit_name": "GPT-5.3-Codex-Spark" if spark else None,
            "primary": _slot(primary // 2 if spark else primary, 300, start + _PRIMARY),
            "secondary": _slot(secondary // 2 if spark else secondary, 10_080, week + _SECONDARY),
            "credits": credits_left,
            "individual_limit": None,
            "spend_control_reached": None,
            "plan_type": "plus" if week < self.upgrade else "pro",
            "rate_limit_reached_type": None,
        }


def _slot(used: int, minutes: int, resets: int) -> dict[str, object]:
    """Return one window of a snapshot."""
    return {"used_percent": float(used), "window_minutes": minutes, "resets_at": resets // SECOND}
