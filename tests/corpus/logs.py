"""The recorded homes and what they must add up to."""

import json
import tarfile
from functools import cache
from pathlib import Path
from typing import TypedDict

HERE = Path(__file__).parent

Sums = list[int]
"""Calls, input, cached input, cache write, output, reasoning."""


class Expected(TypedDict):
    """What a scenario's rollouts show of the calls that were billed."""

    all: Sums
    by_model: dict[str, Sums]
    by_thread: dict[str, Sums]
    by_session: dict[str, Sums]
    by_kind: dict[str, Sums]


@cache
def expected() -> dict[str, Expected]:
    found: dict[str, Expected] = json.loads((HERE / "expected.json").read_bytes())
    return found


SCENARIOS = sorted(expected(), key=lambda name: [int(part) for part in name.partition("/")[0].split(".")])


@cache
def printed() -> dict[str, dict[str, dict[str, Sums]]]:
    """What was billed and could be printed, by scenario, thread and model (`*` where all of a thread is one)."""
    found: dict[str, dict[str, dict[str, Sums]]] = json.loads((HERE / "printed.json").read_bytes())
    return found


def unpack(target: Path, archive_name: str = "logs.tar.xz") -> None:
    """Unpack every scenario, with the times of its files."""
    with tarfile.open(HERE / archive_name) as archive:
        archive.extractall(target, filter="data")
