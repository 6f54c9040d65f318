"""One story of a hub on either engine, told with the real commands: what it counts is what the tracker counts."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hub.places import Machine, Serves, tokens

Machines = Callable[..., Machine]


def logs(corpus: Path) -> list[tuple[Path, str]]:
    """Return all logs of the recorded homes, each with its place in a home."""
    homes = sorted(home for version in corpus.iterdir() for home in version.iterdir())
    return [(log, str(log.relative_to(home))) for home in homes for log in sorted(home.rglob("rollout-*"))]


def copied(machine: Machine, chosen: list[tuple[Path, str]]) -> Machine:
    """Copy logs into a machine's home."""
    for log, place in chosen:
        target = machine.home / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(log, target)
    return machine


@pytest.fixture
def split(corpus: Path, machine: Machines) -> tuple[Machine, Machine, Machine]:
    """Two machines of which each has logs of its own and some that both have, and one that has all of them."""
    all_logs = logs(corpus)
    dice = random.Random(7)
    places = [dice.choice(("first", "second", "both")) for _ in all_logs]
    chosen = {
        name: [log for log, place in zip(all_logs, places, strict=True) if place in (name, "both")]
        for name in ("first", "second")
    }
    return copied(machine(), chosen["first"]), copied(machine(), chosen["second"]), copied(machine(), all_logs)


def test_two_machines_with_copied_logs_count_as_one_tracker_over_all_of_them(
    serves: Serves, split: tuple[Machine, Machine, Machine]
) -> None:
    hub = serves()
    hub.account("ada")
    first, second, union = split
    for one, label in ((first, "desk"), (second, "lap top")):
        hub.link(one, "ada", "--label", label)
        told = one.json("sync")
        assert told["accepted"] > 0
        assert not told["rejected"]
    assert tokens(hub.totals("ada")) == tokens(union.totals())
    assert tokens(first.totals())["calls"] + tokens(second.totals())["calls"] > tokens(union.totals())["calls"]
