"""What real clients printed: nothing is counted twice, and what no rollout tells of is counted as it was billed."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from codex_usage_tracker.contract.outcomes import Ingest
from codex_usage_tracker.ingest.printed.taking import Asked, take
from codex_usage_tracker.ingest.sync import refresh
from codex_usage_tracker.store import database, rollups
from tests.corpus.logs import SCENARIOS, printed
from tests.prices import BUNDLED
from tests.store import dump as canonical

COUNTED = ("calls", "facts", "rollups", "threads", "turns", "loose ends", "unsettled")
SUMS = "count(*), sum(input), sum(cached_input), sum(cache_write), sum(output), sum(reasoning)"
BY_THREAD = (
    f"SELECT thread.thread_id, basis, model, {SUMS} FROM call JOIN thread ON thread.id = call.thread_id"
    " JOIN profile ON profile.id = profile_id GROUP BY 1, 2, 3"
)
NORMAL = {"plain_text", "no_thread", "total_of_a_fork", "invalid_json"}
"""What is stepped over in logs of real clients: the last is what other programs print between."""


class Taken:
    """One scenario's home and logs, and a database."""

    def __init__(self, scenario: str, corpus: Path, captures: Path, folder: Path) -> None:
        self.home = str(corpus / scenario)
        self.logs = sorted(map(str, (captures / scenario / "captures").iterdir()))
        self.database = canonical.new(folder / "usage.sqlite3")

    def take(self, logs: list[str]) -> Ingest:
        return take(self.database, BUNDLED, logs, Asked(self.home, ZoneInfo("UTC")))

    def refresh(self) -> None:
        refresh(self.database, [self.home], BUNDLED)

    def counted(self) -> canonical.Dump:
        found = canonical.dump(self.database)
        return {name: found[name] for name in COUNTED}


@pytest.fixture(params=SCENARIOS)
def taken(request: pytest.FixtureRequest, corpus: Path, captures: Path, tmp_path: Path) -> Taken:
    return Taken(str(request.param), corpus, captures, tmp_path)


def test_what_rollouts_tell_is_not_counted_again_in_any_order(taken: Taken, tmp_path: Path) -> None:
    taken.refresh()
    rollouts = taken.counted()
    first, second = taken.take(taken.logs), taken.take(taken.logs)
    assert (first.new_calls, second.new_calls, second.noted_limits) == (0, 0, 0)
    assert taken.counted() == rollouts
    before, taken.database = taken.database, canonical.new(tmp_path / "other" / "usage.sqlite3")
    taken.take(taken.logs)
    taken.refresh()
    assert canonical.dump(taken.database) == canonical.dump(before)


def test_the_order_of_logs_and_their_repetition_change_nothing(taken: Taken, tmp_path: Path) -> None:
    done = taken.take(taken.logs)
    assert taken.take(taken.logs).new_calls == 0
    alone, before = taken.counted(), taken.database
    assert set(done.skipped) <= NORMAL
    for seed in (1, 2):
        taken.database = canonical.new(tmp_path / str(seed) / "usage.sqlite3")
        for log in Random(seed).sample(taken.logs, len(taken.logs)):
            taken.take([log])
        assert taken.counted() == alone
    taken.database = before


SERVED = [
    "0.80.0/appserver_rollback",
    "0.120.0/appserver_fork",
    "0.144.0/appserver_fork",
    "0.144.0/subagents_v2",
    "0.169.0/paginated",
    "0.169.0/subagents",
]
"""Scenarios of the app server with forks and sub-agents, whose rollouts copy and follow one another."""


@pytest.mark.parametrize("scenario", SERVED)
def test_any_one_rollout_may_be_missing_and_turn_up_later(
    scenario: str, corpus_home: Callable[[str], Path], corpus: Path, captures: Path, tmp_path: Path,
) -> None:  # fmt: skip
    taken, home = Taken(scenario, corpus, captures, tmp_path), corpus_home(scenario)
    taken.refresh()
    whole, all_there = _by_thread(taken.database), taken.home
    for number, rollout in enumerate(sorted(home.rglob("rollout-*"))):
        data = rollout.read_bytes()
        rollout.unlink()
        ends = []
        for order in ("first", "last"):
            taken.database, taken.home = canonical.new(tmp_path / f"{number}-{order}" / "usage.sqlite3"), str(home)
            (taken.refresh if order == "last" else lambda: taken.take(taken.logs))()
            (taken.refresh if order == "first" else lambda: taken.take(taken.logs))()
            found = _by_thread(taken.database)
            assert not [thread for thread, sums in found.items() if any(map(int.__gt__, sums, whole[thread]))]
            taken.home = all_there
            taken.refresh()
            assert _by_thread(taken.database) == whole
            ends.append(found)
        assert ends[0] == ends[1]
        rollout.write_bytes(data)


def _by_thread(path: str) -> dict[str, list[int]]:
    connection = database.open_reader(path)
    assert rollups.differences(connection) == 0
    sql = f"SELECT thread.thread_id, {SUMS} FROM call JOIN thread ON thread.id = call.thread_id GROUP BY 1"
    found = {row[0]: list(row[1:]) for row in connection.execute(sql)}
    connection.close()
    return found


@pytest.mark.parametrize("scenario", sorted(printed()))
def test_threads_without_rollouts_have_what_was_billed(
    scenario: str, corpus: Path, captures: Path, tmp_path: Path,
) -> None:  # fmt: skip
    taken = Taken(scenario, corpus, captures, tmp_path)
    done = taken.take(taken.logs)
    connection = database.open_reader(taken.database)
    found = list(connection.execute(BY_THREAD))
    connection.close()
    assert len({row[0] for row in found}) > 0 or done.skipped.get("no_thread")
    for thread, basis, model, *sums in found:
        billed = printed()[scenario].get(str(thread))
        if billed is None:  # one of its turns failed, of which nothing is printed
            continue
        total = [sum(column) for column in zip(*billed.values(), strict=True)]
        if basis == "printed":
            assert sums == billed.get(str(model), total)
        else:  # sums do not tell how many calls they are of, nor in every version of cache writes and reasoning
            assert (sums[1], sums[2], sums[4]) == (total[1], total[2], total[4])
            assert [(told, true) for told, true in zip(sums[3:], total[3:], strict=True) if told not in {0, true}] == []
