"""Made-up people who work in bursts: other than the demo's, their days tell little of the next."""

from __future__ import annotations

import random
from itertools import accumulate
from typing import TYPE_CHECKING

from codex_usage_tracker.query.limits import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
FIRST_DAY = 20_600
DAYS = 180
FRIDAY = 4
WORKING, LEISURE = 0.85, 0.3
"""How likely somebody works on a weekday, and on a weekend."""
WEEK_MINUTES = 10_080

Use = tuple[int, float]
"""An instant and how much was used at it, in a unit of its own."""


def told_by_bursts(seed: int) -> dict[int, list[Snapshot]]:
    """Return the snapshots of a person by the minutes of the windows: five hours from a first use, and fixed weeks."""
    dice = random.Random(seed)
    uses = sorted(_uses(dice))
    return {minutes: _snapshots(uses, minutes, dice) for minutes in (300, WEEK_MINUTES)}


def _uses(dice: random.Random) -> Iterator[Use]:
    """Give what is used in sessions of uneven length and pace; some people work by day, some by night, some always."""
    hour, spread = dice.choice([(13, 3), (21, 3), (12, 8)])
    growth = dice.choice([0, 1])
    for day in range(FIRST_DAY, FIRST_DAY + DAYS):
        if dice.random() < (WORKING if (day + 3) % 7 <= FRIDAY else LEISURE):
            for _ in range(dice.choice([1, 1, 2, 3, 4])):
                begin = day * DAY_MS + int(dice.gauss(hour, spread) * HOUR_MS)
                pace = dice.lognormvariate(0, 0.9) * (1 + growth * (day - FIRST_DAY) / DAYS)
                calls = 1 + int(dice.gammavariate(1.5, 12))
                steps = accumulate(int(dice.expovariate(1 / 240_000)) for _ in range(calls))
                yield from ((begin + step, pace * dice.gammavariate(0.6, 1)) for step in steps)


def _snapshots(uses: list[Use], minutes: int, dice: random.Random) -> list[Snapshot]:
    """Return what is told of a limit that this person fills in some windows."""
    room = sorted(sums := _sums(uses, minutes))[int(len(sums) * dice.choice([0.7, 0.9, 0.99]))]
    ends, used, found = 0, 0.0, list[Snapshot]()
    for at, more in uses:
        if at >= ends:
            ends, used = _end(at, minutes), 0.0
        used = min(100.0, used + more / room * 100)
        if not found or (found[-1].used, found[-1].resets_at) != (int(used), ends):
            found.append(Snapshot(at, float(int(used)), ends))
    return found


def _sums(uses: list[Use], minutes: int) -> list[float]:
    sums, ends = list[float](), 0
    for at, more in uses:
        if at >= ends:
            ends = _end(at, minutes)
            sums.append(0.0)
        sums[-1] += more
    return sums


def _end(at: int, minutes: int) -> int:
    length = minutes * 60_000
    return (at // length + 1) * length if minutes == WEEK_MINUTES else at + length
