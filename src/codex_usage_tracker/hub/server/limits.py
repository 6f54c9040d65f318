"""How often somebody may ask: so many at once, and so many a second after that."""

from __future__ import annotations

import time

from codex_usage_tracker.errors import TrackerError

MOST_KEPT = 20_000


class TooOftenError(TrackerError):
    """Somebody asks more often than he may."""

    code = "too_often"

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, round(seconds + 0.5))
        super().__init__("too many requests", f"Try again in {self.seconds} s.")


class Limiter:
    """Permissions by name, refilled as time goes by."""

    def __init__(self, burst: int, per_second: float) -> None:
        self.burst = float(burst)
        self.per_second = per_second
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> None:
        """Use a permission of a name, or raise."""
        now = time.monotonic()
        left, since = self._left.pop(name, (self.burst, now))
        left = min(self.burst, left + (now - since) * self.per_second)
        self._left[name] = (left - 1 if left >= 1 else left, now)
        while len(self._left) > MOST_KEPT:
            self._left.pop(next(iter(self._left)))
        if left < 1:
            raise TooOftenError((1 - left) / self.per_second)

    def give_back(self, name: str) -> None:
        """Let a permission count as unused."""
        left, since = self._left.get(name, (self.burst, 0.0))
        self._left[name] = (left + 1, since)
