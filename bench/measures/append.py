"""Reading one line that was appended to a long file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bench import programs
from bench.histories import LongFile
from bench.process import run
from bench.results import Budget, Line, compared

if TYPE_CHECKING:
    from bench.setting import Setting

UNCHANGED = "nothing appended"
REPEATED = 3


def measure(setting: Setting) -> list[Line]:
    """Compare with a refresh of the same home to which nothing was appended."""
    base = setting.history(setting.scale.many_files)
    file = LongFile(base, setting.work, setting.scale.long_file_bytes, setting.say)
    database = setting.database(file.home)
    programs.remove(database)
    run(programs.refresh(file.home, database, file.calls))
    appended = programs.refresh(file.home, database, 1, before=file.append)
    unchanged = replace(programs.refresh(file.home, database, 0), name=UNCHANGED)
    found = setting.compare("append", [appended, unchanged], repeated=REPEATED)
    what = f"a line to {setting.scale.long_file_bytes / 1e6:,.0f} MB, {base.files + 1:,} files"
    return compared("append", what, found, {UNCHANGED: Budget("difference", 20)})
