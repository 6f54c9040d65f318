"""The memory of all processes of a cold start, at its peak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import programs
from bench.measures.cold import first_refresh
from bench.results import Budget, Line

if TYPE_CHECKING:
    from bench.setting import Setting

BUDGET = Budget("ours", 200)


def measure(setting: Setting) -> list[Line]:
    """Compare with the other trackers, each in one run: looking on takes time from it, and memory varies little."""
    history = setting.history(setting.scale.long_lines)
    ours, bare = first_refresh(setting, history), programs.bare_python()
    others = programs.rivals(history.path, setting.work / "rivals", fresh=True)
    runs = {one.name: setting.measured("memory", one, watched=True) for one in (ours, bare, *others)}
    peaks = {name: run.peak_mb for name, run in runs.items() if run is not None}
    peak = peaks.pop(ours.name)
    return [
        Line("memory", str(history), "MB", peak, name, other, budget=BUDGET if name == bare.name else None)
        for name, other in peaks.items()
    ]
