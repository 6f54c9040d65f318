"""Histories with limits: turns at given times, each with what the limits were then."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.cli.history import NOW, Log
from tests.ingest import lines
from tests.ingest.lines import Json, used

WEEK = timedelta(days=7)
FIVE_HOURS = timedelta(hours=5)
THREAD = lines.uuid7(1, 0x11111)


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def window(percent: float, resets: datetime | None, length: timedelta = FIVE_HOURS) -> Json:
    minutes = int(length.total_seconds()) // 60
    return lines.window(percent, minutes, **({} if resets is None else {"resets_at": int(resets.timestamp())}))


def limits(*windows: Json, **fields: Any) -> Json:
    return lines.limits(*windows, **{"plan_type": "pro", **fields})


def log(
    home: Path, *turns: tuple[datetime, Json | None], thread: str = THREAD, model: str = "gpt-5.5", **meta: Any
) -> None:
    """Write a thread with a call of 100,000 tokens for each instant, and the limits that it was told."""
    written = Log(thread, turns[0][0] - timedelta(minutes=1), **meta)
    for number, (at, told) in enumerate(turns):
        written.turn(number, at, used(99_000, 90_000, 0, 1_000), limits=told, model=model)
    written.write(home / "sessions" / f"{written.start:%Y/%m/%d}")


def steady_weeks(weeks: int = 6) -> Iterator[tuple[datetime, Json]]:
    """Give turns of every day at 8, 10 and 11 up to now: 6 % of five hours each, and 2 % of a week."""
    first = ago(hours=2, days=7 * weeks)
    week_of = ago(days=7 * weeks + 2, hours=3)
    percents: dict[datetime, float] = {}
    for day in range(7 * weeks + 1):
        begins = first + timedelta(days=day) - timedelta(hours=2)
        for hour in (0, 2, 3):
            at = begins + timedelta(hours=hour)
            if at > NOW:
                return
            ends = week_of + WEEK * ((at - week_of) // WEEK + 1)
            resets = begins + FIVE_HOURS
            percents[ends] = percents.get(ends, 0) + 2
            percents[resets] = percents.get(resets, 0) + 6
            yield at, limits(window(percents[resets], resets), window(percents[ends], ends, WEEK))
