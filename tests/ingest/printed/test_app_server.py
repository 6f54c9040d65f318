"""The messages of `codex app-server`."""

import pytest

from tests.ingest import lines
from tests.ingest.lines import at, turn
from tests.ingest.printed.printing import ONE, TWO, Printing, answered, began, tell, text, tokens, updated

FIRST, SECOND = tokens(100, 40, 10), tokens(120, 60, 20)
BOTH = tokens(220, 100, 30)
T1, T2 = turn(1.1), turn(1.2)


def a_thread(thread: str = ONE, **told: object) -> dict[str, object]:
    return {"id": thread, "model": "gpt-5.5", "modelProvider": "openai", "cwd": "/home/dev/alpha", **told}


SNAPSHOTS = (
    tell("thread/started", at(1), thread=a_thread(ephemeral=True)),
    began(ONE, T1, at(1.1)),
    updated(ONE, FIRST, FIRST, turn=T1, at=at(1.11)),
    updated(ONE, FIRST, FIRST, turn=T1, at=at(1.12)),
    updated(ONE, BOTH, SECOND, turn=T1, at=at(1.13)),
)
RESPONSES = (
    SNAPSHOTS[0],
    SNAPSHOTS[1],
    answered(ONE, T1, "resp_1", FIRST, at(1.11)),
    SNAPSHOTS[2],
    answered(ONE, T1, "resp_2", SECOND, at(1.13)),
    SNAPSHOTS[4],
)


def test_a_thread_without_a_rollout_is_counted_by_its_snapshots(printing: Printing) -> None:
    done = printing.take(text(*SNAPSHOTS))
    assert (done.new_calls, done.clocks, done.turns) == (2, {"line": 2}, 1)
    assert printing.calls("input, cached_input, output, model, basis, call.at, context_window") == [
        (100, 40, 10, "gpt-5.5", "printed", at(1.11), 258400),
        (120, 60, 20, "gpt-5.5", "printed", at(1.13), 258400),
    ]
    assert printing.ask("SELECT cwd, path, printed FROM project, source_file") == [("/home/dev/alpha", "run.log", 1)]


def test_responses_go_before_snapshots_of_their_turn_in_one_log_and_in_two(printing: Printing) -> None:
    assert printing.take(text(*RESPONSES)).new_calls == 2
    assert printing.calls("input, response_id") == [(100, "resp_1"), (120, "resp_2")]
    done = printing.take(text(*SNAPSHOTS), "b.log")
    assert (done.new_calls, printing.sums()) == (0, (2, 220, 100, 30))


def test_snapshots_give_way_to_responses_that_come_later(printing: Printing) -> None:
    printing.take(text(*SNAPSHOTS))
    done = printing.take(text(*RESPONSES), "a.log")
    assert (done.new_calls, done.superseded_calls, printing.sums()) == (2, 2, (2, 220, 100, 30))


@pytest.mark.parametrize("cut", range(1, len(RESPONSES)))
def test_a_log_in_pieces_is_the_same_as_in_one(printing: Printing, cut: int) -> None:
    printing.take(text(*RESPONSES[:cut]))
    printing.take(text(*RESPONSES[cut:]))
    printing.take(text(*RESPONSES))
    assert printing.sums() == (2, 220, 100, 30)


def test_the_first_total_of_a_fork_is_what_its_parent_used(printing: Printing) -> None:
    fork = (
        {"id": 7, "result": {"thread": a_thread(TWO, forkedFromId=ONE, ephemeral=True), "model": "gpt-5.6-terra"}},
        updated(TWO, BOTH, SECOND, turn=T1, at=at(2)),
        tell("thread/started", at(2), thread=a_thread(TWO, forkedFromId=ONE)),
        began(TWO, turn(2.1), at(2.1)),
        updated(TWO, tokens(320, 150, 45), tokens(100, 50, 15), turn=turn(2.1), at=at(2.2)),
    )
    printing.take(text(*SNAPSHOTS, *fork))
    assert printing.sums() == (3, 320, 150, 45)
    printing.take(text(*fork), "fork.log")
    assert printing.sums() == (3, 320, 150, 45)


def test_settings_hold_for_the_turns_that_follow(printing: Printing) -> None:
    settings = {"model": "gpt-5.6-terra", "effort": "high", "serviceTier": "priority"}
    printing.take(text(*SNAPSHOTS[:3], tell("thread/settings/updated", threadId=ONE, threadSettings=settings),
                       began(ONE, T2, at(1.2)), updated(ONE, BOTH, SECOND, turn=T2, at=at(1.21))))  # fmt: skip
    assert printing.calls("model, effort, tier") == [("gpt-5.5", "", ""), ("gpt-5.6-terra", "high", "priority")]


def test_turns_have_their_own_clocks(printing: Printing) -> None:
    start, end = at(1.1) // 1000, at(1.3) // 1000
    ended = {"id": T1, "status": "interrupted", "startedAt": start, "completedAt": end, "durationMs": 11_900}
    quiet = [{**one, "emittedAtMs": None} for one in SNAPSHOTS]
    done = printing.take(text(quiet[0], began(ONE, T1), *quiet[2:], tell("turn/completed", threadId=ONE, turn=ended)))
    assert done.clocks == {"turn": 2}
    assert printing.ask("SELECT turn_id, started_at, ended_at, duration_ms, outcome FROM turn") == [
        (T1, at(1.1), at(1.3), 11_900, "interrupted"),
    ]


def test_a_sample_is_counted_whether_its_thread_has_a_rollout_or_not(printing: Printing) -> None:
    printing.log(ONE, lines.session_meta(ONE))
    printing.refresh()
    asked = {"id": 9, "method": "thread/sample", "params": {"threadId": ONE}}
    result = {"inputTokens": 50, "cachedInputTokens": 10, "outputTokens": 5, "responseId": "resp_9"}
    for _ in range(2):
        printing.take(text(asked, {"id": 9, "result": result}, {"id": 9, "result": result | {"responseId": "resp_8"}}))
    assert printing.calls("thread.thread_id, kind, response_id, input") == [
        (ONE, "sample", "resp_9", 50),
        ("resp_8", "sample", "resp_8", 50),
    ]


def test_limits_are_noted_by_family_and_what_is_left_out_stays(printing: Printing) -> None:
    def limits(used: float, minutes: int | None, **more: object) -> dict[str, object]:
        return {"limitId": "codex", "primary": {"usedPercent": used, "windowDurationMins": minutes}, **more}

    other = {"usedPercent": 2, "windowDurationMins": 10_080, "resetsAt": 1795651200}
    families = {"codex": limits(9, 300), "other": {"limitId": "codex_bengalfox", "secondary": other}}
    read = {"rateLimits": limits(9, 300), "rateLimitsByLimitId": families}
    done = printing.take(
        text(
            tell("account/rateLimits/updated", at(1), rateLimits=limits(4, 300, planType="pro")),
            tell("account/rateLimits/updated", at(2), rateLimits=limits(4, 300)),
            tell("account/rateLimits/updated", at(3), rateLimits=limits(5, None)),
            tell("account/rateLimits/updated", at(4), rateLimits={"limitId": "codex", "primary": None}),
            {"id": 4, "result": read, "emittedAtMs": at(5)},
        )
    )
    assert done.noted_limits == 4
    columns = "at, limit_id, window_minutes, used_percent, resets_at, plan"
    assert printing.ask(f"SELECT {columns} FROM limit_snapshot ORDER BY at, limit_id") == [
        (at(1), "codex", 300, 4.0, None, "pro"),
        (at(3), "codex", 300, 5.0, None, None),
        (at(5), "codex", 300, 9.0, None, None),
        (at(5), "codex_bengalfox", 10_080, 2.0, 1795651200000, None),
    ]


def test_tools_are_facts_and_their_commands_are_not_kept(printing: Printing) -> None:
    ran = {"type": "commandExecution", "id": "i1", "command": "/bin/bash -lc 'git status --canary'", "exitCode": 1}
    found = {"type": "web_search_call", "action": {"type": "search", "query": "canary"}}
    done = printing.take(
        text(
            *SNAPSHOTS[:3],
            tell("item/started", at(1.12), threadId=ONE, turnId=T1, item=ran | {"exitCode": None}),
            tell("item/completed", at(1.12), threadId=ONE, turnId=T1, item=ran),
            tell("rawResponseItem/completed", at(1.12), threadId=ONE, turnId=T1, item=found),
        )
    )
    assert (done.items, done.web_actions) == (1, 1)
    assert printing.ask("SELECT label FROM fact JOIN fact_label ON id = label_id ORDER BY 1") == [
        "command:git", "exit:1", "subcommand:git status",
    ]  # fmt: skip
    assert b"canary" not in b"".join(path.read_bytes() for path in printing.path.parent.glob("tracker/*"))


def test_the_rollout_takes_the_place_of_what_was_printed(printing: Printing) -> None:
    printing.take(text(*SNAPSHOTS))
    printing.log(
        ONE, lines.session_meta(ONE), lines.turn_context(T1),
        lines.record(ONE, T1, lines.used(100, 40, 0, 10), response="resp_1"),
        lines.record(ONE, T1, lines.used(120, 60, 0, 20), lines.used(220, 100, 0, 30), "resp_2"), minute=1,
    )  # fmt: skip
    assert printing.refreshed_calls("input, output, basis") == [(100, 10, "record"), (120, 20, "record")]
    done = printing.take(text(*SNAPSHOTS))
    assert (done.new_calls, done.held_calls, printing.sums()) == (0, 2, (2, 220, 100, 30))
