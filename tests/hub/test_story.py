"""One story of a hub on either engine, told with the real commands: what it counts is what the tracker counts."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hub.places import Machine, Serves, tokens
from tests.ingest import lines

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


LATE = lines.thread(600)


def late_log(*outputs: int) -> bytes:
    """Return a log whose calls have so many output tokens."""
    calls = [
        lines.record(LATE, lines.turn(600), lines.used(5_000, 1_000, output=output), response=f"resp_late_{number}")
        for number, output in enumerate(outputs)
    ]
    return lines.rollout(lines.session_meta(LATE), lines.turn_context(lines.turn(600)), *calls, minute=600)


def write_late(machine: Machine, *outputs: int) -> None:
    folder = machine.home / "sessions" / "late"
    folder.mkdir(exist_ok=True)
    (folder / lines.file_name(LATE)).write_bytes(late_log(*outputs))


def test_a_story_of_two_machines_and_a_board(  # noqa: PLR0915  (a story is long)
    serves: Serves, split: tuple[Machine, Machine, Machine]
) -> None:
    hub = serves()
    hub.account("ada")
    hub.account("bob")
    first, second, union = split
    for one in split:
        write_late(one, 700, 900)

    # Both send all they have: what lies on both counts once.
    links = [hub.link(one, "ada", "--label", label) for one, label in ((first, "desk"), (second, "l\u00e4p top"))]
    for one in (first, second):
        told = one.json("sync")
        assert told["accepted"] > 0
        assert not told["rejected"]
    assert tokens(hub.totals("ada")) == tokens(union.totals())
    assert first.totals()["calls"] + second.totals()["calls"] > union.totals()["calls"]
    assert first.json("sync")["accepted"] == 0

    # A log is mended on one machine, later on the other one: a call has fewer tokens than was thought.
    before = hub.totals("ada")["total_tokens"]
    for one in (union, first, second):
        write_late(one, 700, 200)
        one.json("clear-db", "--yes")
        one.json("refresh")
    for one in (first, second):
        one.json("sync", "--replace")
    assert tokens(hub.totals("ada")) == tokens(union.totals())
    assert hub.totals("ada")["total_tokens"] == before - 700
    traces = hub.ask("GET", "/api/corrections", links[0]["token"]).json()["rows"]
    assert [(row["device"], row["tokens_before"] - row["tokens_after"]) for row in traces] == [(2, 700), (1, 700)]

    # Who shows himself is on the board, who does not sees only his own place.
    bob = hub.link(union, "bob")
    union.json("sync")
    everybody = "/api/leaderboard?period=all"
    assert hub.ask("GET", everybody, bob["token"]).json()["rows"] == []
    shown = hub.ask("PUT", "/api/account", links[0]["token"], json={"visibility": "alias", "alias": "countess"})
    assert shown.status_code == 200
    board = hub.ask("GET", everybody, bob["token"]).json()
    total = union.totals()["total_tokens"]
    assert [(row["rank"], row["name"], row["value"]) for row in board["rows"]] == [(1, "countess", total)]
    assert (board["me"]["rank"], board["me"]["value"]) == (1, total)
    assert "ada" not in str(board)

    # A device that is revoked sends no more; what it sent stays.
    hub.command("device", "revoke", "ada", "--device", "2")
    write_late(second, 700, 200, 100)
    refused = second.run("sync")
    assert refused.code != 0
    assert "link" in refused.err
    assert tokens(hub.totals("ada")) == tokens(union.totals())

    # Everything can be taken along, and taken away.
    export = hub.ask("GET", "/api/export", links[0]["token"]).json()
    kept = {call[0]: call[1] + call[4] for bucket in export["bucket"] for call in bucket["calls"]}
    assert sum(kept.values()) == total
    assert links[0]["token"].rpartition(".")[2] not in str(export)
    hub.command("verify")
    gone = hub.ask("DELETE", "/api/data", links[0]["token"], json={"name": "ada", "device": 2})
    assert gone.json()["buckets"] > 0
    assert tokens(hub.totals("ada")) == tokens(first.totals())
    hub.command("verify")
    hub.command("account", "delete", "ada", "--yes")
    assert hub.ask("GET", everybody, bob["token"]).json()["rows"] == []
    assert first.run("sync").code != 0
    assert tokens(hub.totals("bob")) == tokens(union.totals())


def test_a_machine_that_is_linked_anew_counts_once(serves: Serves, machine: Machines, corpus: Path) -> None:
    """It lost its link and all that it knew of the hub, and has a folder of its own again."""
    hub = serves()
    hub.account("ada")
    old = copied(machine(), logs(corpus))
    hub.link(old, "ada")
    old.json("sync")
    new = machine(old.home)
    hub.link(new, "ada")
    assert new.json("sync")["accepted"] > 0
    assert tokens(hub.totals("ada")) == tokens(old.totals())
    unlinked = new.run("unlink")
    assert unlinked.code == 0
    assert tokens(hub.totals("ada")) == tokens(old.totals())
