"""The counting rule where files depend on each other: forks, reverts, sub-agents and migrations, each call once."""

import pytest

from tests.ingest import lines
from tests.ingest.home import Home, rewrite
from tests.ingest.lines import (
    Line,
    event,
    function_call,
    function_output,
    overflow,
    plus,
    record,
    session_meta,
    settings,
    spawned,
    task_complete,
    task_started,
    thread,
    token_count,
    turn,
    turn_context,
    used,
    user_message,
)

MAIN, FORK, FORK_OF_FORK = thread(0), thread(10), thread(20)
A, B, C, D = used(1000, output=10), used(1500, 500, output=20), used(2200, 1000, output=30), used(900, output=40)


# -- forks with turn ids -----------------------------------------------------------------------------------------------


def parent_log() -> list[Line]:
    return [
        session_meta(MAIN, cli_version="0.120.0"),
        task_started(turn(1)),
        turn_context(turn(1), model="gpt-5.4"),
        user_message(),
        token_count(A),
        function_call("call_1"),
        function_output("call_1"),
        token_count(plus(A, B), B),
        task_complete(turn(1)),
    ]


def fork_log(own: str = FORK, parent: str | None = MAIN, copied: list[Line] | None = None) -> list[Line]:
    """A fork as 0.120 writes it: its own `session_meta`, the parent's file again, its own turn."""
    named = {} if parent is None else {"forked_from_id": parent}
    copies = parent_log() if copied is None else copied
    total = plus(A, B) if copied is None else plus(A, B, D)
    minute = 11.0 if own == FORK else 21.0
    return [
        session_meta(own, cli_version="0.120.0", **named),
        *copies,
        task_started(turn(minute)),
        turn_context(turn(minute), model="gpt-5.4-mini"),
        user_message(),
        token_count(plus(total, D), D),
    ]


def test_a_fork_does_not_count_what_it_copied(home: Home) -> None:
    home.log(MAIN, *parent_log())
    home.log(FORK, *fork_log(), minute=10)
    assert home.refreshed_calls("thread.thread_id, input, model") == [
        (MAIN, 1000, "gpt-5.4"),
        (MAIN, 1500, "gpt-5.4"),
        (FORK, 900, "gpt-5.4-mini"),
    ]


def test_a_fork_whose_origin_is_gone_speaks_for_it(home: Home) -> None:
    """The calls belong to the origin, at the time of their turn, and say that they were inherited."""
    home.log(FORK, *fork_log(), minute=10)
    assert home.refreshed_calls("thread.thread_id, input, basis, model") == [
        (MAIN, 1000, "inherited", "gpt-5.4"),
        (MAIN, 1500, "inherited", "gpt-5.4"),
        (FORK, 900, "snapshot", "gpt-5.4-mini"),
    ]
    begun, forked = lines.at(1), lines.at(10)
    assert [begun <= at < forked for at in home.calls("call.at")] == [True, True, False]


def test_inherited_calls_stop_counting_when_the_origin_appears(home: Home) -> None:
    home.log(FORK, *fork_log(), minute=10)
    home.refresh()
    home.log(MAIN, *parent_log())
    assert home.refreshed_calls("thread.thread_id, input, basis") == [
        (MAIN, 1000, "snapshot"),
        (MAIN, 1500, "snapshot"),
        (FORK, 900, "snapshot"),
    ]


def test_two_forks_of_an_origin_that_is_gone_speak_for_it_once(home: Home) -> None:
    home.log(FORK, *fork_log(), minute=10)
    home.log(thread(12), *fork_log(own=thread(12)), minute=12)
    assert sorted(home.refreshed_calls("input")) == [900, 900, 1000, 1500]


def test_a_fork_of_a_fork_counts_only_its_own_turn(home: Home) -> None:
    home.log(MAIN, *parent_log())
    home.log(FORK, *fork_log(), minute=10)
    home.log(FORK_OF_FORK, *fork_log(FORK_OF_FORK, FORK, fork_log()), minute=20)
    assert home.refreshed_calls("thread.thread_id, input") == [
        (MAIN, 1000),
        (MAIN, 1500),
        (FORK, 900),
        (FORK_OF_FORK, 900),
    ]


@pytest.mark.parametrize("there", [[], ["main"], ["fork"]])
def test_a_fork_of_a_fork_speaks_for_each_origin_that_is_gone(home: Home, there: list[str]) -> None:
    if "main" in there:
        home.log(MAIN, *parent_log())
    if "fork" in there:
        home.log(FORK, *fork_log(), minute=10)
    home.log(FORK_OF_FORK, *fork_log(FORK_OF_FORK, FORK, fork_log()), minute=20)
    home.refresh()
    assert sorted(home.calls("thread.thread_id, input")) == [
        (MAIN, 1000),
        (MAIN, 1500),
        (FORK, 900),
        (FORK_OF_FORK, 900),
    ]


def test_a_sub_agent_with_inherited_context_counts_only_its_own_turns(home: Home) -> None:
    """0.144: the parent's snapshots are copied, the totals go on from the parent's."""
    home.log(MAIN, *parent_log())
    meta = session_meta(FORK, source=spawned(MAIN, agent_nickname="Gibbs"), parent_thread_id=MAIN, session_id=MAIN)
    home.log(
        FORK,
        meta,
        *parent_log(),
        task_started(turn(11)),
        turn_context(turn(11)),
        token_count(plus(A, B, D), D),
        minute=10,
    )
    assert home.refreshed_calls("thread.thread_id, input, kind") == [
        (MAIN, 1000, "turn"),
        (MAIN, 1500, "turn"),
        (FORK, 900, "subagent"),
    ]


def test_siblings_whose_first_totals_are_equal_both_count(home: Home) -> None:
    for minute in (10.0, 11.0):
        own = thread(minute)
        meta = session_meta(own, source=spawned(MAIN), parent_thread_id=MAIN)
        home.log(
            own, meta, task_started(turn(minute + 1)), turn_context(turn(minute + 1)), token_count(A), minute=minute
        )
    assert home.refreshed_calls("input") == [1000, 1000]


def test_a_thread_that_only_calls_itself_forked_counts_its_turns(home: Home) -> None:
    """A migrated fork keeps `forked_from_id`; what it did itself has turn ids younger than itself."""
    home.log(
        FORK,
        session_meta(FORK, forked_from_id=MAIN),
        task_started(turn(11)),
        turn_context(turn(11)),
        token_count(A),
        minute=10,
    )
    assert home.refreshed_calls("thread.thread_id, input, basis") == [(FORK, 1000, "snapshot")]


def test_settings_of_the_thread_itself_end_the_copied_part(home: Home) -> None:
    home.log(MAIN, *parent_log())
    home.log(
        FORK,
        session_meta(FORK, forked_from_id=MAIN),
        *parent_log(),
        settings(thread_id=FORK),
        token_count(plus(A, B, D), D),
        minute=10,
    )
    assert home.refreshed_calls("thread.thread_id, input")[-1] == (FORK, 900)


def test_a_later_session_meta_does_not_change_whose_log_it_is(home: Home) -> None:
    home.log(MAIN, *parent_log())
    meta = session_meta(FORK, forked_from_id=MAIN, agent_role="reviewer", cwd="/home/dev/fork")
    home.log(FORK, meta, session_meta(MAIN, agent_role="planner", cwd="/home/dev/main"), *fork_log()[2:], minute=10)
    home.refresh()
    query = "SELECT thread_id, role, cwd FROM thread JOIN project ON project.id = project_id ORDER BY thread_id"
    assert home.ask(query) == [(MAIN, None, "/home/dev/proj"), (FORK, "reviewer", "/home/dev/fork")]


def test_a_turn_that_a_fork_closes_for_its_origin_is_not_its_own(home: Home) -> None:
    home.log(MAIN, *parent_log())
    home.log(
        FORK,
        *fork_log()[:-4],
        event("turn_aborted", turn_id=turn(1), reason="interrupted"),
        *fork_log()[-4:],
        minute=10,
    )
    home.refresh()
    turns = "SELECT thread.thread_id, turn.turn_id, outcome FROM turn JOIN thread ON thread.id = turn.thread_id"
    assert sorted(home.ask(turns)) == [(MAIN, turn(1), "complete"), (FORK, turn(11), None)]


# -- forks without turn ids (0.80) -------------------------------------------------------------------------------------


def old_parent() -> list[Line]:
    return [
        session_meta(MAIN, cli_version="0.80.0"),
        turn_context(),
        token_count(A),
        token_count(A),
        token_count(plus(A, B), B),
        token_count(plus(A, B), B),
    ]


def test_an_old_fork_begins_with_the_first_pair_that_its_origin_does_not_have(home: Home) -> None:
    home.log(MAIN, *old_parent())
    own = [turn_context(), token_count(plus(A, B), B), token_count(plus(A, B, D), D), token_count(plus(A, B, D), D)]
    home.log(FORK, session_meta(FORK), *old_parent(), *own, minute=10)
    assert home.refreshed_calls("thread.thread_id, input") == [(MAIN, 1000), (MAIN, 1500), (FORK, 900)]


def test_an_old_fork_from_the_middle_of_its_origin_is_told_apart(home: Home) -> None:
    home.log(MAIN, *old_parent())
    kept = old_parent()[:4]
    home.log(FORK, session_meta(FORK), *kept, token_count(plus(A, D), D), token_count(plus(A, D, B), B), minute=10)
    assert home.refreshed_calls("thread.thread_id, input") == [
        (MAIN, 1000),
        (MAIN, 1500),
        (FORK, 900),
        (FORK, 1500),
    ]


def test_an_old_fork_whose_origin_is_gone_counts_all_until_it_appears(home: Home) -> None:
    home.log(FORK, session_meta(FORK), *old_parent(), token_count(plus(A, B, D), D), minute=10)
    assert home.refreshed_calls("input") == [1000, 1500, 900]
    home.log(MAIN, *old_parent())
    assert home.refreshed_calls("thread.thread_id, input") == [(MAIN, 1000), (MAIN, 1500), (FORK, 900)]


def test_an_old_fork_of_an_old_fork_counts_only_its_own(home: Home) -> None:
    fork = [session_meta(FORK), *old_parent(), token_count(plus(A, B, D), D)]
    home.log(MAIN, *old_parent())
    home.log(FORK, *fork, minute=10)
    home.log(FORK_OF_FORK, session_meta(FORK_OF_FORK), *fork, token_count(plus(A, B, D, C), C), minute=20)
    assert home.refreshed_calls("thread.thread_id, input") == [
        (MAIN, 1000),
        (MAIN, 1500),
        (FORK, 900),
        (FORK_OF_FORK, 2200),
    ]


# -- paginated forks, reverts, sub-agents ------------------------------------------------------------------------------


def base(thread_id: str, end: int) -> lines.Json:
    return {"thread_id": thread_id, "end_ordinal_exclusive": end, "end_byte_offset": 4000}


def test_a_paginated_fork_counts_from_its_origins_total(home: Home) -> None:
    """0.150 has no records yet: the first own total is the origin's plus the first own usage."""
    home.log(MAIN, *parent_log(), ordinal=0)
    meta = session_meta(FORK, forked_from_id=MAIN, history_base=base(MAIN, 9))
    home.log(
        FORK, meta, task_started(turn(11)), turn_context(turn(11)), token_count(plus(A, B, D), D), minute=10, ordinal=9
    )
    assert home.refreshed_calls("thread.thread_id, input, basis") == [
        (MAIN, 1000, "snapshot"),
        (MAIN, 1500, "snapshot"),
        (FORK, 900, "snapshot"),
    ]


def test_a_paginated_fork_may_begin_by_repeating_its_origins_snapshot(home: Home) -> None:
    home.log(MAIN, *parent_log(), ordinal=0)
    home.log(
        FORK,
        session_meta(FORK, forked_from_id=MAIN, history_base=base(MAIN, 9)),
        task_started(turn(11)),
        turn_context(turn(11)),
        token_count(plus(A, B), B),
        token_count(plus(A, B, D), D),
        minute=10,
        ordinal=9,
    )
    assert home.refreshed_calls("thread.thread_id, input") == [(MAIN, 1000), (MAIN, 1500), (FORK, 900)]


def test_a_paginated_fork_without_a_turn_context_has_the_model_of_its_origin(home: Home) -> None:
    """That is the model before the fork, whatever the origin does later."""
    home.log(
        MAIN,
        session_meta(MAIN),
        turn_context(turn(1), model="gpt-5.6-terra"),
        record(MAIN, turn(1), A),
        turn_context(turn(15), model="gpt-5.5"),
        record(MAIN, turn(15), C, plus(A, C))._replace(at=lines.at(15)),
        ordinal=0,
    )
    home.log(
        FORK,
        session_meta(FORK, timestamp=lines.stamp(lines.at(10)), forked_from_id=MAIN, history_base=base(MAIN, 3)),
        record(FORK, turn(11), B, plus(A, B)),
        turn_context(turn(11), model="gpt-6-sol"),
        minute=10,
        ordinal=3,
    )
    assert home.refreshed_calls("input, model") == [
        (1000, "gpt-5.6-terra"),
        (1500, "gpt-5.6-terra"),
        (2200, "gpt-5.5"),
    ]


def test_what_a_sub_agent_was_given_is_not_its_own(home: Home) -> None:
    """Lines below `subagent_history_start_ordinal` are the parent's, for every figure."""
    meta = session_meta(
        FORK, source=spawned(MAIN), parent_thread_id=MAIN, forked_from_id=MAIN, subagent_history_start_ordinal=7,
    )  # fmt: skip
    home.log(
        FORK,
        meta,
        session_meta(MAIN),
        task_started(turn(1)),
        turn_context(turn(1), model="gpt-5.4"),
        function_call("call_1"),
        function_output("call_1"),
        token_count(plus(A, B), B),
        task_started(turn(11)),
        turn_context(turn(11)),
        function_call("call_2"),
        record(FORK, turn(11), D),
        token_count(D),
        minute=10,
        ordinal=0,
    )
    assert home.refreshed_calls("thread.thread_id, input, model, kind") == [(FORK, 900, "gpt-5.5", "subagent")]
    assert home.ask("SELECT turn_id FROM turn") == [turn(11)]
    assert home.ask(
        "SELECT sum(count) FROM fact JOIN fact_label ON fact_label.id = label_id WHERE label LIKE 'tool:%'"
    ) == [1]


def test_both_files_of_a_reverted_thread_count(home: Home) -> None:
    """The turns that were reverted stand in the first file and were billed; the second starts from the kept total."""
    home.log(
        MAIN,
        session_meta(MAIN),
        turn_context(turn(1)),
        record(MAIN, turn(1), A, response="resp_1"),
        token_count(A),
        turn_context(turn(2)),
        record(MAIN, turn(2), B, plus(A, B), response="resp_2"),
        token_count(plus(A, B), B),
        ordinal=0,
    )
    home.log(
        MAIN,
        session_meta(MAIN, history_base=base(MAIN, 4)),
        turn_context(turn(11)),
        record(MAIN, turn(11), D, plus(A, D), response="resp_3"),
        token_count(plus(A, D), D),
        other=thread(10),
        minute=10,
        ordinal=4,
    )
    assert home.refreshed_calls("thread.thread_id, input") == [(MAIN, 1000), (MAIN, 1500), (MAIN, 900)]
    assert home.ask("SELECT count(*) FROM thread") == [1]


def records_parent() -> list[Line]:
    return [
        session_meta(MAIN),
        task_started(turn(1)),
        turn_context(turn(1)),
        record(MAIN, turn(1), A, response="resp_1"),
        token_count(A),
        record(MAIN, turn(1), B, plus(A, B), response="resp_2"),
        token_count(plus(A, B), B),
    ]


def records_fork(own: str) -> list[Line]:
    """A fork in legacy mode copies the records with the parent's thread id in them."""
    return [
        session_meta(own, forked_from_id=MAIN, history_mode="legacy"),
        *records_parent(),
        task_started(turn(15)),
        turn_context(turn(15)),
        record(own, turn(15), D, plus(A, B, D), response="resp_3"),
        token_count(plus(A, B, D), D),
    ]


def test_records_that_a_fork_copied_are_not_counted_again(home: Home) -> None:
    home.log(MAIN, *records_parent())
    home.log(FORK, *records_fork(FORK), minute=10)
    assert home.refreshed_calls("thread.thread_id, input, basis") == [
        (MAIN, 1000, "record"),
        (MAIN, 1500, "record"),
        (FORK, 900, "record"),
    ]


def test_records_that_two_forks_copied_from_what_is_gone_are_counted_once(home: Home) -> None:
    home.log(FORK, *records_fork(FORK), minute=10)
    home.log(thread(12), *records_fork(thread(12)), minute=12)
    found = home.refreshed_calls("thread.thread_id, input, basis")
    assert sorted(found) == [
        (MAIN, 1000, "inherited"),
        (MAIN, 1500, "inherited"),
        (FORK, 900, "record"),
        (thread(12), 900, "record"),
    ]
    home.log(MAIN, *records_parent())
    assert sorted(home.refreshed_calls("input, basis")) == [
        (900, "record"),
        (900, "record"),
        (1000, "record"),
        (1500, "record"),
    ]


# -- migration ---------------------------------------------------------------------------------------------------------


def before_migration() -> list[Line]:
    return [
        session_meta(MAIN),
        turn_context(turn(1)),
        token_count(A),
        turn_context(turn(2)),
        token_count(plus(A, B), B),
        event("thread_rolled_back", num_turns=1),
        turn_context(turn(3)),
        token_count(plus(A, B, C), C),
    ]


def after_migration() -> list[Line]:
    """What `migrate-rollouts --apply` leaves: the turn that was rolled back is gone, its total is not."""
    log = [line._replace(at=lines.at(0) + 1000 * number) for number, line in enumerate(before_migration(), 1)]
    return [*log[:3], *log[6:]]


def test_a_migrated_file_that_is_new_shows_what_it_lost_as_a_gap(home: Home) -> None:
    home.log(MAIN, *after_migration())
    assert sorted(home.refreshed_calls("input, basis")) == [(1000, "snapshot"), (1500, "gap"), (2200, "snapshot")]


def test_a_migrated_file_that_was_read_before_changes_nothing(home: Home) -> None:
    path = home.log(MAIN, *before_migration())
    before = home.refreshed_calls("input, output, basis, call.at")
    rewrite(path, lines.rollout(*after_migration()))
    refreshed = home.refresh()
    assert refreshed.rewritten_files == 1
    assert home.calls("input, output, basis, call.at") == before


def test_a_gap_of_which_part_was_read_before_counts_for_the_rest(home: Home) -> None:
    """A file was read up to the turn that was rolled back, then rewritten and gone on with."""
    path = home.log(MAIN, *before_migration()[:5])
    home.refresh()
    log = [*after_migration()[:3], turn_context(turn(4)), token_count(plus(A, B, D, C), C)]
    rewrite(path, lines.rollout(*log))
    home.refresh()
    assert sorted(home.calls("input, basis")) == [
        (900, "gap"),
        (1000, "snapshot"),
        (1500, "snapshot"),
        (2200, "snapshot"),
    ]


def test_a_migration_that_drops_an_overflow_adds_nothing_twice(home: Home) -> None:
    log = [
        session_meta(MAIN),
        turn_context(turn(1)),
        token_count(A),
        turn_context(turn(2)),
        overflow(),
        event("thread_rolled_back", num_turns=1),
        turn_context(turn(3)),
        token_count(C),
        token_count(plus(C, B), B),
    ]
    path = home.log(MAIN, *log)
    assert home.refreshed_calls("input") == [1000, 2200, 1500]
    rewrite(path, lines.rollout(*log[:3], *log[6:]))
    assert home.refreshed_calls("input") == [1000, 2200, 1500]
