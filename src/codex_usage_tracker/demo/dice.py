"""Chance, and the ids made from it."""

from math import exp
from random import Random
from statistics import NormalDist

_NORMAL = NormalDist()
_STEPS = 8_192
_BELL = [_NORMAL.inv_cdf((step + 0.5) / _STEPS) for step in range(_STEPS)]


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

    def hexes(self, length: int) -> str:
        """Return a run of hex digits."""
        return f"{self.getrandbits(4 * length):0{length}x}"

    def uuid7(self, moment: int) -> str:
        """Return a version 7 UUID whose time is the moment."""
        bits = self.getrandbits(74)
        return (
            f"{moment >> 16:08x}-{moment & 0xFFFF:04x}-7{bits & 0xFFF:03x}-"
            f"{8 + (bits >> 12 & 3):x}{bits >> 14 & 0xFFF:03x}-{bits >> 26:012x}"
        )

    def uuid4(self) -> str:
        """Return a version 4 UUID."""
        bits = self.getrandbits(122)
        return (
            f"{bits & 0xFFFFFFFF:08x}-{bits >> 32 & 0xFFFF:04x}-4{bits >> 48 & 0xFFF:03x}-"
            f"{8 + (bits >> 60 & 3):x}{bits >> 62 & 0xFFF:03x}-{bits >> 74:012x}"
        )
