"""One run of the benchmark: where it works, how often it measures, and all that it measured."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bench import histories, programs
from bench.process import Measured, MeasureError, Program, Run, run

if TYPE_CHECKING:
    from pathlib import Path

    from bench.histories import History
    from bench.scale import Scale, Size


class Setting:
    """What all measures share."""

    def __init__(self, work: Path, scale: Scale, runs: int) -> None:
        self.work = work
        self.scale = scale
        self.runs = runs
        self.log: list[dict[str, object]] = []
        self.notes: list[str] = []
        self.full: set[Path] = set()
        """The databases that hold all of their history."""
        (work / "databases").mkdir(parents=True, exist_ok=True)

    def say(self, text: str) -> None:
        """Tell what is being done."""
        print(text, file=sys.stderr, flush=True)

    def history(self, size: Size) -> History:
        """Return a demo history, made if it is not there."""
        return histories.demo(self.work, size, self.say)

    def database(self, home: Path) -> Path:
        """Return where the database of a home lies."""
        return self.work / "databases" / f"{home.name}.sqlite3"

    def filled(self, history: History) -> Path:
        """Return a database that holds a whole history, read by the present code."""
        database = self.database(history.path)
        if database not in self.full:
            programs.remove(database)
            run(programs.refresh(history.path, database, history.calls))
            self.full.add(database)
        return database

    def compare(self, measure: str, compared: list[Program], *, repeated: int = 1) -> list[Measured]:
        """Run programs in turn, as often as asked for; once before, unmeasured, so that all find the same caches."""
        able = {program.name: program for program in compared if self._attempt(program)}
        found = {name: Measured(name) for name in able}
        for _ in range(self.runs * (repeated if self.scale.repeated else 1)):
            for name, program in list(able.items()):
                done = self.measured(measure, program)
                if done is None:
                    del able[name]
                else:
                    found[name].runs.append(done)
        return [found[name] for name in able]

    def measured(self, measure: str, program: Program, *, watched: bool = False) -> Run | None:
        """Run a program once and keep its figures."""
        done = self._attempt(program, watched=watched)
        if done is not None:
            figures = {"wall_ms": done.wall_ms, "cpu_ms": done.cpu_ms, "peak_mb": done.peak_mb}
            self.log.append({"measure": measure, "program": program.name, **figures})
        return done

    def _attempt(self, program: Program, *, watched: bool = False) -> Run | None:
        """Run a program; only a rival may fail, and is then left out."""
        try:
            return run(program, watched=watched)
        except MeasureError as error:
            if not program.rival:
                raise
            self.notes.append(f"left out: {error}")
            return None
