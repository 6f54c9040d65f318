"""Answering questions from the database, as commands and as functions."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import apsw

from bench import programs
from bench.machine import ROOT
from bench.process import Program
from bench.results import Budget, Line, compared

if TYPE_CHECKING:
    from pathlib import Path

    from bench.scale import Size
    from bench.setting import Setting

REPEATED = 3
DAYS = 30
VERSION = programs.version().name
PASS = "one pass over all calls"  # noqa: S105
COMMAND = Budget("difference", 150)
FUNCTION = Budget("ours", 100)


class Asked(NamedTuple):
    """A database to ask, how many calls it holds, and where the last days of its history begin."""

    database: Path
    calls: str
    since: datetime


def measure(setting: Setting) -> list[Line]:
    """Measure each question on each size of history."""
    sizes = [setting.scale.long_lines, setting.scale.large]
    return [line for size in sizes if size for line in _of_size(setting, size)]


def _of_size(setting: Setting, size: Size) -> list[Line]:
    history = setting.history(size)
    database = setting.filled(history)
    asked = Asked(database, f"{history.calls:,} calls", _last_days(database))
    return [*_commands(setting, asked), *_functions(setting, asked)]


def _last_days(database: Path) -> datetime:
    """Return the day with which the last days begin; the history may have been made long ago."""
    connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    (last,) = connection.execute("SELECT max(at) FROM call").fetchone() or (0,)
    connection.close()
    day = datetime.fromtimestamp(int(str(last)) / 1000, UTC) - timedelta(days=DAYS - 1)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def questions(asked: Asked) -> dict[str, tuple[str, ...]]:
    """Return the commands by the names of what they ask."""
    report = ("report", "--no-refresh", "--format", "json")
    return {
        "report": (*report, "--from", f"{asked.since:%Y-%m-%d}"),
        "report --last all": (*report, "--last", "all"),
        "summary by model": ("summary", "--group-by", "model", "--json"),
        "summary by thread": ("summary", "--group-by", "thread", "--limit", "20"),
        "query": ("query", "--limit", "100", "--json"),
    }


def _commands(setting: Setting, asked: Asked) -> list[Line]:
    """Compare each command with `--version`: the difference is what answering takes."""
    compared_programs = [programs.version()]
    for name, words in questions(asked).items():
        program = programs.ask(*words, "--db", str(asked.database))
        compared_programs.append(replace(program, name=name))
    version, *found = setting.compare("report", compared_programs, repeated=REPEATED)
    pairs = [(one.name, [one, version]) for one in found]
    return [
        line for name, pair in pairs for line in compared("report", f"{name}, {asked.calls}", pair, {VERSION: COMMAND})
    ]


def _functions(setting: Setting, asked: Asked) -> list[Line]:
    """Compare each report inside a process of its own with one pass over all calls."""
    found = setting.compare("report", [_probe(asked, name) for name in questions(asked)])
    lines = []
    for one in found:
        told = [json.loads(run.output) for run in one.runs]
        first, again, once = (median(run[key] for run in told) for key in ("first_ms", "again_ms", "pass_ms"))
        what = f"{one.name}, {asked.calls}"
        lines.append(Line("report", f"{what}: first answer", "ms", first, PASS, once, budget=FUNCTION))
        lines.append(Line("report", f"{what}: later ones", "ms", again, PASS, once, budget=FUNCTION))
    return lines


def _probe(asked: Asked, question: str) -> Program:
    since = str(int(asked.since.timestamp() * 1000))
    words = (sys.executable, "-m", "bench.probe", str(asked.database), question, since)
    return Program(f"{question}, as a function", words, {"PYTHONPATH": str(ROOT / "src")})
