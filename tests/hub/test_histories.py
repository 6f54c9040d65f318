"""However machines sync, in whatever order, with whatever losses: the hub counts what one tracker counts."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codex_usage_tracker.hub.client.sending import HubUnreachableError
from tests.hub.inside import Inside, Sender
from tests.ingest import lines
from tests.ingest.home import Home
from tests.ingest.lines import record, session_meta, thread, turn, used

MACHINES = 2


class Call(NamedTuple):
    """A call of a thread, some quarters of an hour after the one before."""

    thread: int
    quarters: int
    tokens: int


class Step(NamedTuple):
    """What happens: logs reach a machine, and perhaps it syncs, in small uploads of which some may be lost."""

    machine: int
    logs: list[int]
    act: str
    answers: int


CALLS = st.builds(Call, st.integers(0, 3), st.integers(0, 2), st.integers(1, 999))
ACTS = st.sampled_from(["wait", "sync", "sync", "lose uploads", "lose answers", "forget ledger", "link again", "again"])
STEPS = st.builds(
    Step, st.integers(0, MACHINES - 1), st.lists(st.integers(0, 3), max_size=3), ACTS, st.integers(0, 3)
)  # fmt: skip


def logs(calls: list[Call]) -> dict[int, bytes]:
    """Return the logs of threads."""
    written: dict[int, list[lines.Line]] = {}
    minute = 0
    for number, (one, quarters, tokens) in enumerate(calls):
        minute += 15 * quarters
        usage = used(tokens * 2, tokens, 0, tokens, tokens // 2)
        told = record(thread(one), turn(one), usage, response=f"resp_{number}")._replace(at=lines.at(minute))
        written.setdefault(one, [session_meta(thread(one))]).append(told)
    return {one: lines.rollout(*log) for one, log in written.items()}


def put(home: Home, number: int, log: bytes, part: float = 1.0) -> None:
    """Copy a log, or only so much of it."""
    whole = log.splitlines(keepends=True)
    home.write(lines.file_name(thread(number)), b"".join(whole[: max(1, round(len(whole) * part))]))


def run(step: Step, machine: Sender) -> None:
    if step.act == "wait":
        return
    machine.here()
    if step.act == "forget ledger":
        (machine.folder / "hub-ledger").unlink()
    if step.act == "link again":
        machine.link_again()
    if step.act == "again":
        machine.home.refresh(again=True)
    machine.wire.most_buckets = 2
    machine.wire.answers = step.answers if step.act.startswith("lose") else 10**6
    machine.wire.loses_uploads = step.act == "lose uploads"
    try:
        machine.sync()
    except HubUnreachableError:
        assert step.act.startswith("lose")


@settings(max_examples=settings.default.max_examples // 2 if settings.default else 10)
@given(calls=st.lists(CALLS, min_size=1, max_size=14), steps=st.lists(STEPS, max_size=8), growing=st.booleans())
def test_the_hub_counts_what_one_tracker_over_all_logs_counts(
    calls: list[Call], steps: list[Step], *, growing: bool
) -> None:
    written = logs(calls)
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        inside = Inside(Path(place))
        machines = [Sender(inside, Path(place) / f"machine{number}", patch) for number in range(MACHINES)]
        had: list[set[int]] = [set() for _ in machines]
        for step in steps:
            for number in written.keys() & set(step.logs):
                had[step.machine].add(number)
                put(machines[step.machine].home, number, written[number], 0.5 if growing else 1.0)
            run(step, machines[step.machine])
        one_tracker = Home(Path(place) / "union")
        for number in written:
            put(one_tracker, number, written[number])
        for machine, own in zip(machines, had, strict=True):
            for number in own | (written.keys() - set().union(*had) if machine is machines[0] else set()):
                put(machine.home, number, written[number])
            machine.wire.answers = 10**6
            machine.sync()
        one_tracker.refresh()
        union = Sender.__new__(Sender)
        union.home = one_tracker
        assert inside.totals() == union.totals()
        for machine in machines:
            assert machine.sync().accepted == 0
        inside.close()
        shutil.rmtree(place, ignore_errors=True)
