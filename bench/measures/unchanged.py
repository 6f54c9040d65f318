"""Looking at a history of which everything was read before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import programs
from bench.programs import RIVALS
from bench.results import Budget, Line, compared

if TYPE_CHECKING:
    from bench.setting import Setting

BUDGETS = {**dict.fromkeys(RIVALS, Budget("ratio", 0.1)), "find -newer": Budget("ratio", 3)}
REPEATED = 5


def measure(setting: Setting) -> list[Line]:
    """Compare with the least that looking at all files takes, and, less often, with the other trackers."""
    history = setting.history(setting.scale.many_files)
    ours = programs.refresh(history.path, setting.filled(history), 0)
    floors = [programs.newer(history.path, setting.work / "reference"), programs.bare_python()]
    others = programs.rivals(history.path, setting.work / "rivals")
    found = setting.compare("unchanged", [ours, *floors], repeated=REPEATED)
    beside = setting.compare("unchanged", [ours, *others])
    return [line for one in (found, beside) for line in compared("unchanged", str(history), one, BUDGETS)]
