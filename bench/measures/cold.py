"""Reading a whole history for the first time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bench import programs
from bench.programs import RIVALS
from bench.results import Budget, Line, compared

if TYPE_CHECKING:
    from bench.histories import History
    from bench.process import Program
    from bench.setting import Setting

BUDGETS = dict.fromkeys(RIVALS, Budget("ratio", 1, at_worst=2))


def measure(setting: Setting) -> list[Line]:
    """Compare with the least that finding the lines takes, and with the other trackers."""
    history = setting.history(setting.scale.long_lines)
    floors = [programs.grep(history.path), programs.line_count(history.path)]
    others = programs.rivals(history.path, setting.work / "rivals", fresh=True)
    found = setting.compare("cold", [first_refresh(setting, history), *floors, *others])
    setting.full.add(setting.database(history.path))
    return compared("cold", str(history), found, BUDGETS, "s")


def first_refresh(setting: Setting, history: History) -> Program:
    """Return a refresh that finds no database."""
    database = setting.database(history.path)
    return programs.refresh(history.path, database, history.calls, before=partial(programs.remove, database))
