"""Starting the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import programs
from bench.results import Budget, Line, compared

if TYPE_CHECKING:
    from bench.setting import Setting

REPEATED = 7


def measure(setting: Setting) -> list[Line]:
    """Compare the least that the command does with the least that Python does."""
    bare = programs.bare_python()
    found = setting.compare("start-up", [programs.version(), bare], repeated=REPEATED)
    return compared("start-up", "--version", found, {bare.name: Budget("ratio", 3)})
