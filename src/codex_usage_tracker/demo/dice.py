"""Chance, and the ids made from it."""

from collections.abc import Sequence
from math import exp
from random import Random
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")

_STEPS = 2_048
_VARIANT = 8 << 72
_BELL = [NormalDist().inv_cdf((step + 0.5) / _STEPS) for step in range(_STEPS)]


class Dice(Random):
    """A seeded source of chance that also makes the ids of the format."""

    def chance(self, odds: float) -> bool:
        """Say yes with the given odds."""
        return self.random() < odds

    def around(self, typical: float, spread: float = 0.8) -> float:
        """Return a positive number with the given median and a long tail upward."""
        return typical * exp(spread * _BELL[int(self.random() * _STEPS)])

    def span(self, low: int, high: int) -> int:
        """Return a whole number from low to high."""
        return low + int(self.random() * (high - low + 1))

    def pick(self, things: Sequence[T]) -> T:
        """Return one of some things, faster than `choice`."""
        return things[int(self.random() * len(things))]

    def hexes(self, length: int) -> str:
        """Return a run of hex digits."""
        return f"{self.getrandbits(4 * length):0{length}x}"

    def uuid(self, moment: int) -> str:
        """Return a version 7 UUID whose time is the moment."""
        time, rest = f"{moment:012x}", f"{self.getrandbits(74) | _VARIANT:019x}"
        return f"{time[:8]}-{time[8:]}-7{rest[16:]}-{rest[:4]}-{rest[4:16]}"
