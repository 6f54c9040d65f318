"""A hub, its database or a machine that dies in the midst of an upload: nothing is lost, nothing counts twice."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest

from tests.hub.places import Machine, Postgres, Served, Serves, tokens, until
from tests.ingest import lines

Machines = Callable[..., Machine]
CALLS = 5_000
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
STRIKES_AFTER_SECONDS = (0.0, 0.02, 0.06)
"""After the hub acknowledged an upload, while it takes the next."""
pytestmark = pytest.mark.slow


@pytest.fixture
def busy(machine: Machines) -> Machine:
    """A machine that made one call in each quarter of an hour, so that they go in several uploads."""
    made = machine()
    (made.home / "sessions" / lines.file_name(lines.thread(0))).write_bytes(b"".join(log()))
    made.json("refresh")
    return made


def log() -> Iterator[bytes]:
    """Give the lines of a log of one call in each quarter of an hour."""
    thread, turn = lines.thread(0), lines.turn(0)
    for number, line in enumerate([lines.session_meta(thread), lines.turn_context(turn)]):
        yield stamped(FIRST + timedelta(seconds=number), line)
    for number in range(CALLS):
        usage = lines.used(1_000 + number, 500, output=50 + number % 700, reasoning=number % 50)
        record = lines.record(thread, turn, usage, response=f"resp_{number}")
        yield stamped(FIRST + timedelta(minutes=1) + number * QUARTER, record)


def stamped(when: datetime, line: lines.Line) -> bytes:
    return lines.text({"timestamp": f"{when:%Y-%m-%dT%H:%M:%S}.000Z", "type": line.kind, "payload": line.payload})


def acknowledged(machine: Machine) -> int:
    """Return when the hub last acknowledged an upload of a machine, or made its link."""
    ledger = machine.folder / "own" / "hub-ledger"
    return ledger.stat().st_mtime_ns if ledger.exists() else 0


def _went_on(machine: Machine, syncing: subprocess.Popen[str], last: int) -> bool:
    return acknowledged(machine) != last or syncing.poll() is not None


def disturbed(hub: Served, machine: Machine, struck: Served | Postgres) -> list[int]:
    """Sync while something is killed after acknowledged uploads; return the calls that the hub then had."""
    found, last = list[int](), acknowledged(machine)
    syncing = machine.begin("sync", "--no-refresh", "--json")
    for seconds in STRIKES_AFTER_SECONDS:
        if not until(partial(_went_on, machine, syncing, last)):
            break
        last = acknowledged(machine)
        time.sleep(seconds)
        struck.kill()
        syncing.send_signal(signal.SIGSTOP)  # until it was counted what the hub had
        struck.start()
        found.append(hub.totals("ada")["calls"])
        syncing.send_signal(signal.SIGCONT)
    syncing.communicate(timeout=120)
    return found


def counts(hub: Served, machine: Machine) -> None:
    """Sync to the end; everything is there once."""
    told = machine.json("sync")
    assert not told["rejected"]
    assert tokens(hub.totals("ada")) == tokens(machine.totals())
    assert machine.json("sync")["accepted"] == 0
    hub.command("verify")


def test_a_hub_that_is_killed_has_all_calls_once_in_the_end(serves: Serves, busy: Machine) -> None:
    hub = serves()
    hub.account("ada")
    hub.link(busy, "ada")
    found = disturbed(hub, busy, hub)
    assert 0 < found[0] < CALLS
    counts(hub, busy)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_database_that_is_killed_has_all_calls_once_in_the_end(
    serves: Serves, busy: Machine, server_of_postgres: Postgres
) -> None:
    hub = serves()
    hub.account("ada")
    hub.link(busy, "ada")
    found = disturbed(hub, busy, server_of_postgres)
    assert 0 < found[0] < CALLS
    counts(hub, busy)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_hub_whose_database_is_gone_says_so_until_it_is_back(
    serves: Serves, machine: Machines, server_of_postgres: Postgres
) -> None:
    hub = serves()
    hub.account("ada")
    token = hub.link(machine(), "ada")["token"]

    def answers() -> list[httpx.Response]:
        empty = {"schema": "codex-usage-tracker-upload-v1", "collector": "1", "data_version": 1, "buckets": []}
        return [hub.ask("GET", "/api/leaderboard", token), hub.ask("POST", "/v1/sync", token, json=empty)]

    assert [one.status_code for one in answers()] == [200, 200]
    server_of_postgres.kill()
    try:
        gone = answers()
    finally:
        server_of_postgres.start()
    assert [(one.status_code, one.json()["error"]["code"]) for one in gone] == [(503, "database")] * 2
    assert [one.status_code for one in answers()] == [200, 200]


def test_a_machine_that_is_killed_goes_on_where_it_was(serves: Serves, busy: Machine) -> None:
    hub = serves()
    hub.account("ada")
    hub.link(busy, "ada")
    linked = acknowledged(busy)
    syncing = busy.begin("sync", "--no-refresh")
    assert until(lambda: acknowledged(busy) > linked)
    syncing.kill()
    syncing.communicate()
    had = hub.totals("ada")["calls"]
    assert 0 < had < CALLS
    told = busy.json("sync", "--no-refresh")
    assert told["unchanged"] <= 500
    counts(hub, busy)
