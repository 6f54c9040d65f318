"""How well forecasts hold: `python -m bench.forecast` makes histories and asks at random moments of them.

Of each moment only what was known by then is given; what the window came to is known from what follows.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bench.bursts import told_by_bursts
from codex_usage_tracker.demo import DemoPlan, write_history
from codex_usage_tracker.insights.forecast import forecast
from codex_usage_tracker.insights.windows import cut
from codex_usage_tracker.query.limits import CODEX, Snapshot, snapshots
from codex_usage_tracker.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Iterator

END = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
MINUTES = (300, 10_080)
SIZES = (4_000, 20_000)
AT_WORK_MS = 600_000

Told = dict[int, list[Snapshot]]
"""The snapshots of the usual limit by the length of its windows in minutes."""


@dataclass
class Score:
    """At how many moments something was foretold, how often it came true, and how wide the intervals were."""

    moments: int = 0
    silent: int = 0
    held: int = 0
    widths: list[float] = field(default_factory=list)
    full: dict[str, list[bool]] = field(default_factory=dict)
    """Of each verdict whether the window was used up."""

    @property
    def told(self) -> int:
        """The moments at which something was foretold."""
        return len(self.widths)

    @property
    def coverage(self) -> float:
        """The share of intervals that held."""
        return self.held / self.told

    @property
    def width(self) -> float:
        """The mean width in points."""
        return sum(self.widths) / self.told


def told_by(seed: int, calls: int, days: int = 180) -> Told:
    """Return what the logs of a demo history tell."""
    with tempfile.TemporaryDirectory() as folder:
        home, path = Path(folder) / "codex", str(Path(folder) / "usage.sqlite3")
        write_history(DemoPlan(home, calls=calls, seed=seed, days=days, end=END, bytes_per_call=1_600))
        tracker = Tracker(path, [str(home)], "UTC")
        tracker.refresh()
        with tracker.reader() as reader:
            found = snapshots(reader.db, int(END.timestamp() * 1000))
    return {limit.minutes: told for limit, told in found.items() if limit.limit_id == CODEX}


def score(told: list[Snapshot], minutes: int, dice: random.Random, count: int, *, working: bool) -> Score:
    """Ask at random moments of a history: at any time, or right after something was used."""
    length = minutes * 60_000
    came_to = {window.resets_at: window.used for window in cut(told, length).windows}
    found = Score()
    for at in _moments(told, dice, working=working):
        windows = cut(told[: bisect_right(told, at, key=lambda one: one.at)], length).windows
        resets_at = windows[-1].resets_at or 0
        if not at < resets_at < told[-1].at:
            continue
        found.moments += 1
        answer = forecast(windows, at)
        if answer.at_reset is None or answer.verdict == "full":
            found.silent += answer.at_reset is None
        else:
            low, _, high, _ = answer.at_reset
            found.held += low <= came_to[resets_at] <= high
            found.widths.append(high - low)
            found.full.setdefault(answer.verdict, []).append(came_to[resets_at] >= 100)  # noqa: PLR2004
        if found.moments == count:
            break
    return found


def _moments(told: list[Snapshot], dice: random.Random, *, working: bool) -> Iterator[int]:
    for _ in range(len(told) * 1_000):
        if working:
            yield dice.choice(told).at + dice.randrange(AT_WORK_MS)
        else:
            yield dice.randrange(told[0].at, told[-1].at)


def added(scores: list[Score]) -> Score:
    """Return several scores as one."""
    whole = Score()
    for one in scores:
        whole.moments += one.moments
        whole.silent += one.silent
        whole.held += one.held
        whole.widths += one.widths
        for verdict, came in one.full.items():
            whole.full.setdefault(verdict, []).extend(came)
    return whole


def main() -> None:
    """Print coverage and mean width for both limits, sparse and dense histories, any time and working time."""
    parser = argparse.ArgumentParser("python -m bench.forecast", description=main.__doc__)
    parser.add_argument("--seeds", type=int, default=6, metavar="N", help="how many histories of each size")
    parser.add_argument("--moments", type=int, default=100, metavar="N", help="how many moments of each history")
    asked = parser.parse_args()
    print("history       window  when     moments  told  held  width  used up, by verdict")
    seeds = range(1, asked.seeds + 1)
    histories = {f"demo, {calls:,}": [told_by(seed, calls) for seed in seeds] for calls in SIZES}
    for name, people in (histories | {"bursts": [told_by_bursts(seed) for seed in seeds]}).items():
        for minutes in MINUTES:
            for working in (False, True):
                dice = random.Random(minutes)
                whole = added([score(one[minutes], minutes, dice, asked.moments, working=working) for one in people])
                print(_line(name, whole, minutes, working=working))


def _line(history: str, one: Score, minutes: int, *, working: bool) -> str:
    verdicts = ", ".join(f"{verdict} {sum(came)} of {len(came)}" for verdict, came in sorted(one.full.items()))
    name, when = ("5 h" if minutes == MINUTES[0] else "weekly"), ("at work" if working else "any time")
    figures = f"{one.moments:7}  {one.told:4}  {one.coverage:4.0%}  {one.width:5.1f}"
    return f"{history:12}  {name:6}  {when:8} {figures}  {verdicts}"


if __name__ == "__main__":
    main()
