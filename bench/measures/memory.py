"""The memory of all processes of a cold start, at its peak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import programs
from bench.measures.cold import first_refresh
from bench.process import MeasureError
from bench.results import Budget, Line

if TYPE_CHECKING:
    from bench.process import Program
    from bench.setting import Setting

BARE = programs.bare_python()
BUDGETS = {BARE.name: Budget("ours", 200)}


def measure(setting: Setting) -> list[Line]:
    """Compare with the other trackers, each in one run: looking on takes time from it, and memory varies little."""
    history = setting.history(setting.scale.long_lines)
    ours = setting.measured("memory", first_refresh(setting, history), watched=True).peak_mb
    others = [BARE, *programs.rivals(history.path, setting.work / "rivals", fresh=True)]
    peaks = {other.name: _peak(setting, other) for other in others}
    return [
        Line("memory", str(history), "MB", ours, name, peak, budget=BUDGETS.get(name))
        for name, peak in peaks.items()
        if peak
    ]


def _peak(setting: Setting, program: Program) -> float | None:
    try:
        return setting.measured("memory", program, watched=True).peak_mb
    except MeasureError as error:
        setting.notes.append(f"left out: {error}")
        return None
