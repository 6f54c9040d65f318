"""Facts: sums that are kept by day are those of the calls, and shares add up to the last token."""

import random
from collections import defaultdict
from typing import Any

import pytest

from codex_usage_tracker.query import facts
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.store import database
from codex_usage_tracker.store import facts as store
from tests.ingest import lines
from tests.ingest.home import Home
from tests.ingest.lines import Line, function_call, function_output, record, session_meta, thread, turn, used

COMMANDS = (
    "cat a",
    "rg x src",
    "git status",
    "pytest -q",
    "cat a; git diff; rg y",
    "npm test && npm run build",
    "false",
)
DAY = store.DAY_MS


def history(home: Home, seed: int = 5) -> None:
    """Write threads over nine days, of three models, one of them archived."""
    chosen = random.Random(seed)
    for number in range(8):
        own = thread(number * 3)
        log: list[Line] = [session_meta(own)]
        for call in range(20):
            at = lines.DAY_MS + chosen.randrange(9 * DAY)
            log.append(
                lines.turn_context(turn(call), model=chosen.choice(("gpt-5.5", "gpt-5.6-sol", "o3")))._replace(at=at)
            )
            for place in range(chosen.randrange(4)):
                name = f"call_{number}_{call}_{place}"
                log.append(function_call(name, arguments=f'{{"cmd": "{chosen.choice(COMMANDS)}"}}')._replace(at=at))
                log.append(function_output(name, f"Process exited with code {chosen.randrange(3)}")._replace(at=at))
            usage = used(chosen.randrange(1, 5000), cached=0, output=chosen.randrange(100))
            log.append(record(own, turn(call), usage, response=f"resp_{number}_{call}")._replace(at=at))
        path = home.log(own, *log)
        if number == 0:
            path.rename(home.archived / path.name)
    home.refresh()


def fill(home: Home) -> None:
    connection = database.open_writer(home.database)
    store.fill(connection)
    assert store.unsummed(connection) == []
    connection.close()


def asked(home: Home, chosen: Filter) -> dict[str, dict[str, Any]]:
    connection = database.open_reader(home.database)
    found = {one.label: one._asdict() for one in facts.sums(connection, chosen)}
    connection.close()
    return found


def counted(home: Home, chosen: Filter) -> dict[str, dict[str, Any]]:
    """Return the same, fact by fact."""
    rows = home.ask(
        "SELECT call.id, label_id, label, fact.count, tokens, at, input, cached_input, output, reasoning, model,"
        " archived, thread.thread_id FROM fact JOIN fact_label ON fact_label.id = label_id"
        " JOIN call ON call.id = call_id JOIN profile ON profile.id = profile_id"
        " JOIN thread ON thread.id = call.thread_id ORDER BY call.id, label_id"
    )
    of_type: dict[tuple[int, str], list[int]] = defaultdict(list)
    kept = [row for row in rows if matches(chosen, *row[5:])]
    for row in kept:
        of_type[row[0], row[2].partition(":")[0]].append(row[1])
    found: dict[str, dict[str, Any]] = {}
    for call, label_id, label, times, tokens, at, inputs, cached, output, reasoning, *_ in kept:
        among = of_type[call, label.partition(":")[0]]
        place, total = among.index(label_id), inputs + output
        one = found.setdefault(label, dict.fromkeys(store.SUMMED, 0))
        added = {
            "calls": 1, "first_calls": int(place == 0), "count": times, "tokens": tokens, "input": inputs,
            "cached_input": cached, "output": output, "reasoning": reasoning,
            "share": total // len(among) + (place < total % len(among)),
        }  # fmt: skip
        for name, number in added.items():
            one[name] += number
        one["most"], one["latest_at"] = max(one["most"], total), max(one["latest_at"], at)
    return found


def matches(
    chosen: Filter, at: int, inputs: int, _: int, output: int, __: int, model: str, archived: int, own: str
) -> bool:
    return (
        (chosen.since or 0) <= at < (chosen.until or 2**60)
        and (not chosen.model or model in chosen.model)
        and (chosen.archived or not archived)
        and (not chosen.thread or own in chosen.thread)
        and inputs + output >= chosen.min_tokens
    )


NOON = lines.DAY_MS + DAY // 2
FILTERS = (
    Filter(), Filter(archived=False), Filter(model=("o3",)), Filter(thread=(thread(3),)), Filter(min_tokens=2500),
    Filter(since=NOON), Filter(until=NOON + 3 * DAY), Filter(since=NOON + DAY, until=NOON + DAY + 5000),
    Filter(since=NOON + DAY, until=NOON + 5 * DAY, archived=False, model=("gpt-5.5",)),
    Filter(since=lines.DAY_MS + 2 * DAY, until=lines.DAY_MS + 4 * DAY), Filter(since=NOON + 99 * DAY),
)  # fmt: skip


@pytest.mark.parametrize("filled", [False, True])
@pytest.mark.parametrize("chosen", FILTERS, ids=str)
def test_sums_are_those_of_the_facts(home: Home, chosen: Filter, filled: bool) -> None:  # noqa: FBT001
    history(home)
    if filled:
        fill(home)
    found = {
        label: {name: one["occurrences" if name == "count" else name] for name in store.SUMMED}
        for label, one in asked(home, chosen).items()
    }
    assert found == counted(home, chosen)


def test_shares_of_a_type_add_up_to_the_tokens_of_its_calls(home: Home) -> None:
    history(home)
    fill(home)
    rows = home.ask(
        "SELECT DISTINCT call.id, input + output, substr(label, 1, instr(label, ':')) FROM fact"
        " JOIN fact_label ON fact_label.id = label_id JOIN call ON call.id = call_id"
    )
    wanted: dict[str, int] = defaultdict(int)
    for _, tokens, kind in rows:
        wanted[kind] += tokens
    shared: dict[str, int] = defaultdict(int)
    for label, one in asked(home, Filter()).items():
        shared[label.partition(":")[0] + ":"] += one["share"]
    assert shared == wanted
    assert {"command:", "exit:", "tool:"} <= wanted.keys()


def test_what_is_appended_is_in_the_sums(home: Home) -> None:
    history(home)
    fill(home)
    path = home.sessions / lines.file_name(thread(3))
    more = [
        function_call("late", arguments='{"cmd": "cargo build"}'),
        record(thread(3), turn(1), used(77), response="x"),
    ]
    path.write_bytes(path.read_bytes() + lines.rollout(*more, minute=60))
    home.refresh()
    assert asked(home, Filter())["command:cargo"]["share"] == 77
    fill(home)
    assert asked(home, Filter())["command:cargo"]["share"] == 77


def test_a_thread_that_is_archived_leaves_the_active_ones(home: Home) -> None:
    history(home)
    fill(home)
    for path in home.sessions.iterdir():
        path.rename(home.archived / path.name)
    home.refresh()
    assert asked(home, Filter(archived=False)) == {}
    fill(home)
    assert asked(home, Filter(archived=False)) == {}
    assert asked(home, Filter()) != {}


def test_a_fork_whose_original_appears_gives_its_facts_back(home: Home) -> None:
    first, own = used(1000), used(500)
    old = [session_meta(thread(0)), lines.task_started(turn(1)), function_call("a"), lines.token_count(first)]
    new = [lines.task_started(turn(11)), lines.token_count(lines.plus(first, own), own)]
    home.log(thread(10), session_meta(thread(10), forked_from_id=thread(0)), *old, *new, minute=10)
    home.refresh()
    fill(home)
    home.log(thread(0), *old)
    home.refresh()
    assert asked(home, Filter())["tool:exec_command"]["calls"] == 1
    fill(home)
    assert asked(home, Filter())["tool:exec_command"]["calls"] == 1


def test_calls_behind_a_fact_come_in_pages(home: Home) -> None:
    history(home)
    fill(home)
    connection = database.open_reader(home.database)
    label = next(one for one in facts.sums(connection, Filter()) if one.label == "command:git")
    pages = [
        facts.calls(connection, Filter(), label.id, sort="time", ascending=True, limit=7, offset=offset)
        for offset in range(0, label.calls + 7, 7)
    ]
    connection.close()
    ids = [row[0] for page in pages for row in page]
    wanted = home.ask("SELECT printf('%016x', key) FROM call JOIN fact ON call_id = id WHERE label_id = "
                      f"{label.id} ORDER BY at, line, key")  # fmt: skip
    assert ids == wanted
    assert len(ids) == label.calls
