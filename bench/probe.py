"""The time of one report inside a process: run as `python -m bench.probe DATABASE QUESTION SINCE`, prints JSON."""

from __future__ import annotations

import json
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.reports.calls import calls
from codex_usage_tracker.reports.summary import summary
from codex_usage_tracker.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Callable

    from codex_usage_tracker.query.reader import Reader

AGAIN = 5
PASS = "SELECT count(*), sum(input), sum(cached_input), sum(output), sum(reasoning) FROM call"  # noqa: S105


def questions(since: int) -> dict[str, Callable[[Reader], object]]:
    """Return what the commands of `bench.measures.report` ask for, by name."""
    return {
        "report": lambda reader: summary(reader, Filter(since=since), ["day"]),
        "report --last all": lambda reader: summary(reader, Filter(), ["day"]),
        "summary by model": lambda reader: summary(reader, Filter(), ["model"], limit=20),
        "summary by thread": lambda reader: summary(reader, Filter(), ["thread"], limit=20),
        "query": lambda reader: calls(reader, Filter(), limit=100),
    }


def times(tracker: Tracker, question: Callable[[Reader], object]) -> dict[str, float]:
    """Return milliseconds: the first answer of a process, later ones, and one pass over all calls."""
    with tracker.reader() as reader:
        first = _timed(lambda: question(reader))
        again = median(_timed(lambda: question(reader)) for _ in range(AGAIN))
    with tracker.reader() as reader:
        once = _timed(lambda: reader.db.execute(PASS).fetchall())
    return {"first_ms": first, "again_ms": again, "pass_ms": once}


def _timed(answer: Callable[[], object]) -> float:
    started = time.perf_counter()
    answer()
    return (time.perf_counter() - started) * 1e3


def main() -> None:
    """Answer the question that the arguments name."""
    database, name, since = sys.argv[1:]
    print(json.dumps(times(Tracker(database), questions(int(since))[name])))


if __name__ == "__main__":
    main()
