"""The counting rule, one test for each thing that a log does: every call once, with its tokens and what is known of it."""

from typing import Any

import pytest

from tests.ingest import lines
from tests.ingest.home import Home, rewrite
from tests.ingest.lines import (
    NOTHING,
    Line,
    agent_message,
    compacted,
    estimate,
    event,
    function_call,
    function_output,
    item,
    message,
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
RATE_LIMITS = lines.limits(lines.window(8.0, 300, resets_at=1795320000))


# -- records -----------------------------------------------------------------------------------------------------------


def test_each_record_is_a_call_and_the_snapshot_after_it_is_not(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN),
        task_started(turn(1)),
        turn_context(turn(1)),
        record(MAIN, turn(1), A, response="resp_1"),
        token_count(A),
        record(MAIN, turn(1), B, plus(A, B), response="resp_2"),
        token_count(plus(A, B), B),
    )
    assert home.refreshed_calls("input, output, basis, response_id") == [
        (1000, 10, "record", "resp_1"),
        (1500, 20, "record", "resp_2"),
    ]


def test_a_call_has_all_five_kinds_of_tokens(home: Home) -> None:
    usage = used(15571, cached=1024, written=512, output=481, reasoning=320)
    home.log(MAIN, session_meta(MAIN), turn_context(turn(1)), record(MAIN, turn(1), usage))
    columns = "input, cached_input, cache_write, output, reasoning"
    assert home.refreshed_calls(columns) == [(15571, 1024, 512, 481, 320)]


def test_a_snapshot_has_all_five_kinds_of_tokens(home: Home) -> None:
    usage = used(15571, cached=1024, written=512, output=481, reasoning=320)
    home.log(MAIN, session_meta(MAIN), turn_context(turn(1)), token_count(usage))
    columns = "input, cached_input, cache_write, output, reasoning"
    assert home.refreshed_calls(columns) == [(15571, 1024, 512, 481, 320)]


def test_a_record_without_usage_is_no_call(home: Home) -> None:
    home.log(MAIN, session_meta(MAIN), turn_context(turn(1)), record(MAIN, turn(1), NOTHING), token_count(NOTHING))
    assert home.refreshed_calls() == []


def test_a_record_that_no_snapshot_follows_is_counted(home: Home) -> None:
    """A remote compaction is in no running total."""
    home.log(
        MAIN,
        session_meta(MAIN),
        turn_context(turn(1)),
        record(MAIN, turn(1), A),
        token_count(A),
        record(MAIN, turn(1), D, plus(A, D), response="resp_compaction"),
        compacted("resp_compaction"),
        estimate(A),
        record(MAIN, turn(2), B, plus(A, D, B), response="resp_3"),
        token_count(plus(A, B), B),
    )
    assert home.refreshed_calls("input, kind") == [(1000, "turn"), (900, "compaction"), (1500, "turn")]


def test_running_sums_beside_a_record_are_not_counted(home: Home) -> None:
    first = record(MAIN, turn(1), A, plus(A, B, C))
    home.log(MAIN, session_meta(MAIN), turn_context(turn(1)), first, compacted("resp_other", latest=first))
    assert home.refreshed_calls("input") == [1000]


def test_a_response_id_that_a_provider_uses_again_is_another_call(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN, model_provider="custom"),
        record(MAIN, turn(1), A, A, response="chatcmpl-0"),
        record(MAIN, turn(1), B, plus(A, B), response="chatcmpl-0"),
        record(MAIN, turn(2), A, plus(A, B, A), response="chatcmpl-0"),
    )
    home.log(
        FORK,
        session_meta(FORK, model_provider="custom"),
        record(FORK, turn(11), A, A, response="chatcmpl-0"),
        minute=10,
    )
    assert home.refreshed_calls("input") == [1000, 1500, 1000, 1000]


def test_a_record_that_stands_twice_in_a_file_is_one_call(home: Home) -> None:
    home.log(MAIN, session_meta(MAIN), record(MAIN, turn(1), A), record(MAIN, turn(1), A))
    assert home.refreshed_calls("input") == [1000]


def test_a_thread_that_a_newer_client_goes_on_with_is_counted_turn_by_turn(home: Home) -> None:
    """Its old turns have snapshots only, its new turns have records too."""
    home.log(
        MAIN,
        session_meta(MAIN, cli_version="0.120.0"),
        turn_context(turn(1)),
        token_count(A),
        turn_context(turn(2)),
        record(MAIN, turn(2), B, B),
        token_count(plus(A, B), B),
        turn_context(turn(3)),
        token_count(plus(A, B, C), C),
    )
    assert home.refreshed_calls("input, basis") == [(1000, "snapshot"), (1500, "record"), (2200, "snapshot")]


# -- snapshots ---------------------------------------------------------------------------------------------------------


def test_a_snapshot_that_is_repeated_is_one_call(home: Home) -> None:
    """Up to 0.130 each response wrote two: the old one again with new limits, then its own."""
    home.log(
        MAIN,
        session_meta(MAIN),
        turn_context(),
        token_count(None, limits=RATE_LIMITS),
        token_count(A, limits=RATE_LIMITS),
        token_count(A, limits=RATE_LIMITS),
        token_count(plus(A, B), B),
        token_count(plus(A, B), B),
    )
    assert home.refreshed_calls() == [(1000, 10), (1500, 20)]


def test_usages_that_are_equal_in_a_row_are_calls_of_their_own(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN),
        turn_context(),
        token_count(A),
        token_count(plus(A, A), A),
        token_count(plus(A, A), A),
        token_count(plus(A, A, A), A),
        token_count(plus(A, A, A, A), A),
    )
    assert home.refreshed_calls("input") == [1000] * 4


def test_a_snapshot_of_rate_limits_alone_is_no_call(home: Home) -> None:
    home.log(MAIN, session_meta(MAIN), turn_context(), token_count(None, limits=RATE_LIMITS))
    assert home.refreshed_calls() == []


def test_a_context_that_was_too_long_fills_the_total_and_is_no_call(home: Home) -> None:
    """The total falls to nothing, and the next call counts from there."""
    home.log(
        MAIN, session_meta(MAIN), turn_context(), token_count(A), overflow(), token_count(B), token_count(plus(B, A), A),
    )  # fmt: skip
    assert home.refreshed_calls("input") == [1000, 1500, 1000]


def test_the_guess_after_a_compaction_is_no_call(home: Home) -> None:
    home.log(
        MAIN, session_meta(MAIN), turn_context(), token_count(A), compacted(), estimate(A), token_count(plus(A, B), B),
    )  # fmt: skip
    assert home.refreshed_calls("input") == [1000, 1500]


def test_a_restored_snapshot_after_a_guess_is_no_call(home: Home) -> None:
    """A resume shows the state again: the same total, with the last usage it had."""
    home.log(MAIN, session_meta(MAIN), turn_context(), token_count(A), estimate(A), token_count(A, B))
    assert home.refreshed_calls("input") == [1000]


def test_totals_that_begin_again_after_a_resume_are_new_calls(home: Home) -> None:
    """Up to 0.50 each process counts from nothing; an event without usage comes first there."""
    home.log(
        MAIN,
        session_meta(MAIN),
        turn_context(),
        token_count(None, limits=RATE_LIMITS),
        token_count(C),
        token_count(plus(C, B), B),
        token_count(None, limits=RATE_LIMITS),
        token_count(A),
        token_count(plus(A, B), B),
    )
    assert home.refreshed_calls("input") == [2200, 1500, 1000, 1500]


def test_a_resume_whose_first_call_equals_the_first_of_all_is_a_call(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN),
        turn_context(),
        token_count(None, limits=RATE_LIMITS),
        token_count(A),
        token_count(plus(A, B), B),
        token_count(None, limits=RATE_LIMITS),
        token_count(A),
        token_count(plus(A, B), B),
    )
    assert home.refreshed_calls("input") == [1000, 1500, 1000, 1500]


def test_a_resume_right_after_one_call_is_told_by_the_event_before_it(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN),
        turn_context(),
        token_count(None, limits=RATE_LIMITS),
        token_count(A),
        token_count(None, limits=RATE_LIMITS),
        token_count(A),
    )
    assert home.refreshed_calls("input") == [1000, 1000]


def test_a_resume_whose_first_usage_equals_the_old_total_is_a_call(home: Home) -> None:
    """In 0.36 nothing else tells of the resume: the total is the same, the last usage is not."""
    home.log(
        MAIN, session_meta(MAIN), turn_context(), token_count(A), token_count(plus(A, B), B), token_count(plus(A, B)),
    )  # fmt: skip
    assert home.refreshed_calls("input") == [1000, 1500, 2500]


def test_tokens_that_only_the_total_shows_are_a_call_that_says_so(home: Home) -> None:
    home.log(MAIN, session_meta(MAIN), turn_context(turn(1)), token_count(A), token_count(plus(A, B, C), C))
    assert sorted(home.refreshed_calls("input, output, basis")) == [
        (1000, 10, "snapshot"),
        (1500, 20, "gap"),
        (2200, 30, "snapshot"),
    ]


def test_a_total_that_lags_is_no_gap(home: Home) -> None:
    """Remote compaction of old clients is missing from the totals, so they may fall behind but never show more."""
    home.log(MAIN, session_meta(MAIN), turn_context(), token_count(plus(A, B), B), token_count(C))
    assert home.refreshed_calls("input, basis") == [(1500, "snapshot"), (2200, "snapshot")]


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
        FORK, session_meta(FORK, forked_from_id=MAIN), task_started(turn(11)), turn_context(turn(11)), token_count(A), minute=10,
    )  # fmt: skip
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
    home.log(
        MAIN, session_meta(MAIN), turn_context(turn(1), model="gpt-5.6-terra"), record(MAIN, turn(1), A), ordinal=0
    )
    meta = session_meta(FORK, timestamp=lines.stamp(lines.at(10)), forked_from_id=MAIN, history_base=base(MAIN, 3))
    home.log(
        FORK,
        meta,
        record(FORK, turn(11), B, plus(A, B)),
        turn_context(turn(11), model="gpt-6-sol"),
        minute=10,
        ordinal=3,
    )
    assert home.refreshed_calls("input, model") == [(1000, "gpt-5.6-terra"), (1500, "gpt-5.6-terra")]


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


# -- model, effort, tier, window ---------------------------------------------------------------------------------------


def test_the_model_is_that_of_the_last_turn_context(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN),
        turn_context(turn(1), model="gpt-5.5", effort="high"),
        token_count(A),
        turn_context(turn(2), model="gpt-5.6-terra"),
        token_count(plus(A, B), B),
    )
    assert home.refreshed_calls("model, effort") == [("gpt-5.5", "high"), ("gpt-5.6-terra", "")]


def test_a_compaction_before_a_new_turn_has_the_old_model(home: Home) -> None:
    """On a switch of models the client first compacts with the old one, under the id of the new turn."""
    home.log(
        MAIN,
        session_meta(MAIN),
        task_started(turn(1)),
        turn_context(turn(1), model="gpt-5.5"),
        user_message(),
        record(MAIN, turn(1), A, response="resp_1"),
        token_count(A),
        task_started(turn(2)),
        record(MAIN, turn(2), D, plus(A, D), response="resp_2"),
        compacted("resp_2", model="gpt-5.5"),
        estimate(A),
        turn_context(turn(2), model="gpt-6-sol"),
        record(MAIN, turn(2), B, plus(A, D, B), response="resp_3"),
        token_count(plus(A, B), B),
    )
    assert home.refreshed_calls("input, model, kind, reason") == [
        (1000, "gpt-5.5", "turn", "user_message"),
        (900, "gpt-5.5", "compaction", "compaction"),
        (1500, "gpt-6-sol", "turn", "post_compaction"),
    ]


def test_a_log_without_turn_context_has_calls_without_a_model(home: Home) -> None:
    """The first builds of September 2025 wrote none."""
    home.log(MAIN, session_meta(MAIN), token_count(A))
    assert home.refreshed_calls("input, model, effort") == [(1000, "", "")]


def test_a_tier_set_in_the_midst_of_a_turn_holds_from_the_next_one_on(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN),
        task_started(turn(1)),
        turn_context(turn(1)),
        settings(thread_id=MAIN),
        record(MAIN, turn(1), A, response="resp_1"),
        settings("priority", thread_id=MAIN),
        record(MAIN, turn(1), B, plus(A, B), response="resp_2"),
        task_started(turn(2)),
        turn_context(turn(2)),
        record(MAIN, turn(2), C, plus(A, B, C), response="resp_3"),
    )
    assert home.refreshed_calls("input, tier") == [(1000, "default"), (1500, "default"), (2200, "priority")]


def test_a_tier_set_before_the_first_call_of_a_turn_holds_at_once(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN),
        task_started(turn(1)),
        turn_context(turn(1)),
        settings("flex", thread_id=MAIN),
        record(MAIN, turn(1), A),
    )
    assert home.refreshed_calls("tier") == ["flex"]


def test_a_log_that_never_tells_the_tier_has_an_unknown_one(home: Home) -> None:
    home.log(MAIN, session_meta(MAIN, cli_version="0.120.0"), turn_context(turn(1)), token_count(A))
    assert home.refreshed_calls("tier") == [""]


def test_a_call_knows_its_context_window(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN),
        task_started(turn(1)),
        turn_context(turn(1)),
        token_count(A),
        token_count(plus(A, B), B, model_context_window=475000),
    )
    assert home.refreshed_calls("context_window") == [lines.WINDOW, 475000]


# -- why a call was made -----------------------------------------------------------------------------------------------


def reasons(home: Home) -> list[Any]:
    return home.refreshed_calls("origin, reason, confidence")


def test_the_user_the_tools_and_a_compaction_cause_calls(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN),
        task_started(turn(1)),
        user_message(),
        turn_context(turn(1)),
        function_call("call_1"),
        function_output("call_1"),
        token_count(A),
        message("assistant"),
        agent_message(),
        token_count(plus(A, B), B),
        compacted(),
        estimate(plus(A, B)),
        agent_message(),
        message("assistant"),
        token_count(plus(A, B, C), C),
    )
    assert reasons(home) == [
        ("user", "user_message", "high"),
        ("codex", "tool_result", "high"),
        ("codex", "post_compaction", "high"),
    ]


def test_records_have_the_same_causes(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN),
        task_started(turn(1)),
        turn_context(turn(1)),
        event("item_completed", thread_id=MAIN, turn_id=turn(1), item={"type": "UserMessage", "id": "item_1"}),
        function_call("call_1"),
        record(MAIN, turn(1), A, response="resp_1"),
        function_output("call_1"),
        token_count(A),
        message("assistant"),
        record(MAIN, turn(1), B, plus(A, B), response="resp_2"),
        token_count(plus(A, B), B),
    )
    assert reasons(home) == [("user", "user_message", "high"), ("codex", "tool_result", "high")]


def test_a_snapshot_of_rate_limits_alone_does_not_use_up_the_cause(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN),
        turn_context(),
        user_message(),
        token_count(None, limits=RATE_LIMITS),
        function_call("call_1"),
        token_count(A, limits=RATE_LIMITS),
        function_output("call_1"),
        token_count(A, limits=lines.limits(lines.window(9.0, 300))),
        message("assistant"),
        agent_message(),
        token_count(plus(A, B), B),
    )
    assert [reason for _, reason, _ in reasons(home)] == ["user_message", "tool_result"]


def test_a_sub_agents_message_was_not_written_by_the_user(home: Home) -> None:
    meta = session_meta(FORK, source=spawned(MAIN), parent_thread_id=MAIN)
    home.log(FORK, meta, task_started(turn(11)), turn_context(turn(11)), user_message(), token_count(A), minute=10)
    assert reasons(home) == [("codex", "delegated", "high")]


def test_a_call_that_nothing_led_to_says_so(home: Home) -> None:
    home.log(MAIN, session_meta(MAIN), turn_context(), token_count(A))
    assert reasons(home) == [("unknown", "no_signal", "low")]


def test_a_message_of_another_agent_is_no_users(home: Home) -> None:
    spoke = item("agent_message", author="/root/inspect", recipient="/root", content=[])
    home.log(MAIN, session_meta(MAIN), task_started(turn(1)), spoke, turn_context(turn(1)), record(MAIN, turn(1), A))
    assert reasons(home) == [("codex", "agent_continuation", "medium")]


def test_times_are_the_lines_own(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN),
        turn_context(turn(1)),
        user_message()._replace(at=lines.at(1)),
        message("assistant")._replace(at=lines.at(1) + 2500),
        record(MAIN, turn(1), A, response="resp_1")._replace(at=lines.at(1) + 3000),
        function_output("call_1")._replace(at=lines.at(1) + 9000),
        record(MAIN, turn(1), B, plus(A, B), response="resp_2")._replace(at=lines.at(1) + 10_000),
    )
    assert home.refreshed_calls("call.at, call.duration_ms, gap_ms") == [
        (lines.at(1) + 3000, 3000, None),
        (lines.at(1) + 10_000, 1000, 7000),
    ]


# -- turns -------------------------------------------------------------------------------------------------------------


def test_turns_have_their_times_and_outcomes(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN),
        task_started(turn(1))._replace(at=lines.at(1)),
        record(MAIN, turn(1), A)._replace(at=lines.at(2)),
        task_complete(turn(1), duration_ms=59000, time_to_first_token_ms=139)._replace(at=lines.at(2)),
        task_started(turn(3))._replace(at=lines.at(3)),
        event("turn_aborted", turn_id=turn(3), reason="interrupted", duration_ms=4021)._replace(at=lines.at(4)),
        task_started(turn(5))._replace(at=lines.at(5)),
        task_complete(turn(5), error={"message": "too long", "codex_error_info": "context_window_exceeded"}),
    )
    home.refresh()
    turns = "SELECT turn_id, started_at, ended_at, duration_ms, first_token_ms, outcome FROM turn ORDER BY turn_id"
    assert home.ask(turns) == [
        (turn(1), lines.at(1), lines.at(2), 59000, 139, "complete"),
        (turn(3), lines.at(3), lines.at(4), 4021, None, "interrupted"),
        (turn(5), lines.at(5), lines.at(5) + 1000, None, None, "context_window_exceeded"),
    ]


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


# -- limits ------------------------------------------------------------------------------------------------------------

LIMITS = "SELECT limit_id, window_minutes, used_percent, resets_at, plan, credits FROM limit_snapshot ORDER BY at, 1, 2"


def test_limits_are_known_by_family_and_length_never_by_slot(home: Home) -> None:
    five_hours, week = lines.window(8.0, 300, resets_at=1795320000), lines.window(2.5, 10080, resets_at=1795651200)
    credits_left = {"has_credits": True, "unlimited": False, "balance": "12.50"}
    home.log(
        MAIN,
        session_meta(MAIN),
        token_count(None, limits=lines.limits(five_hours, week, plan_type="pro", credits=credits_left)),
        token_count(None, limits=lines.limits(week | {"used_percent": 3.0}, None)),
        token_count(
            None, limits=lines.limits(lines.window(50.0, 300, resets_at=1795320000), limit_id="codex_bengalfox")
        ),
    )
    home.refresh()
    assert home.ask(LIMITS) == [
        ("codex", 300, 8.0, 1795320000000, "pro", "12.50"),
        ("codex", 10080, 2.5, 1795651200000, "pro", "12.50"),
        ("codex", 10080, 3.0, 1795651200000, None, None),
        ("codex_bengalfox", 300, 50.0, 1795320000000, None, None),
    ]


def test_a_limit_without_a_family_is_codexs_own(home: Home) -> None:
    """Before 0.120 there was no `limit_id`."""
    home.log(MAIN, session_meta(MAIN), token_count(A, limits={"primary": lines.window(8.0, 300), "secondary": None}))
    home.refresh()
    assert home.ask(LIMITS) == [("codex", 300, 8.0, None, None, None)]


def test_seconds_until_a_reset_count_from_the_line(home: Home) -> None:
    """Builds of autumn 2025 wrote no instant."""
    limit = lines.limits(lines.window(8.0, 300, resets_in_seconds=1800))
    home.log(MAIN, session_meta(MAIN), token_count(A, limits=limit)._replace(at=lines.at(30)))
    home.refresh()
    assert home.ask("SELECT at, resets_at FROM limit_snapshot") == [(lines.at(30), lines.at(60))]


def test_a_limit_that_did_not_change_is_kept_once(home: Home) -> None:
    limits = [lines.limits(lines.window(8.0, 300, resets_in_seconds=1800 - second)) for second in range(5)]
    home.log(MAIN, session_meta(MAIN), *(token_count(A, limits=limit) for limit in limits))
    home.refresh()
    assert len(home.ask(LIMITS)) == 1


def test_limits_that_a_fork_copied_are_not_seen_again(home: Home) -> None:
    copied = [*parent_log()[:4], token_count(A, limits=RATE_LIMITS)]
    home.log(MAIN, *copied)
    home.log(FORK, session_meta(FORK, forked_from_id=MAIN), *copied, task_started(turn(11)), minute=10)
    home.refresh()
    assert home.ask("SELECT count(*) FROM limit_snapshot") == [1]


# -- facts and notes ---------------------------------------------------------------------------------------------------


def facts(home: Home) -> dict[str, list[str]]:
    home.refresh()
    rows = home.ask(
        "SELECT label, response_id FROM fact JOIN fact_label ON fact_label.id = label_id JOIN call ON call.id = call_id",
    )
    found: dict[str, list[str]] = {}
    for label, response in sorted(rows):
        found.setdefault(response, []).append(label)
    return found


def test_tools_belong_to_the_response_that_asked_for_them(home: Home) -> None:
    output = (
        "Chunk ID: dfca5d\nProcess exited with code 3\nOriginal token count: 72\nOutput:\nProcess exited with code 9"
    )
    home.log(
        MAIN,
        session_meta(MAIN),
        turn_context(turn(1)),
        function_call("call_1", "mcp__tracker__find_issue", "{}"),
        function_call("call_2", "update_plan", "{}"),
        record(MAIN, turn(1), A, response="resp_1"),
        function_output("call_2", output),
        message("assistant"),
        record(MAIN, turn(1), B, plus(A, B), response="resp_2"),
        task_complete(turn(1)),
    )
    assert facts(home) == {
        "resp_1": ["exit:3", "mcp_server:tracker", "mcp_tool:tracker/find_issue", "tool:update_plan"],
        "resp_2": ["outcome:task_complete"],
    }
    assert home.ask("SELECT max(tokens) FROM fact") == [72]


def test_what_is_odd_is_counted_by_line(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN),
        Line("brand_new_kind", {"type": "x"}),
        event("brand_new_event"),
        Line("token_usage_record", {"thread_id": MAIN, "usage": used(-1)}),
        Line("token_usage_record", {"thread_id": MAIN, "usage": "many"}),
        Line("event_msg", {"type": "token_count", "info": {"last_token_usage": A}}),
        Line("session_meta", {"cwd": "/"}),
        Line("event_msg", {"type": "token_count", "info": {"total_token_usage": used(-5), "last_token_usage": A}}),
    )
    assert home.refreshed_calls() == []
    assert home.ask("SELECT code, count, first_line FROM note ORDER BY code") == [
        ("invalid_counter", 2, 4),
        ("missing_field", 2, 6),
        ("unexpected_shape", 1, 5),
        ("unknown_type", 2, 2),
    ]


def test_normal_lines_are_not_odd(home: Home) -> None:
    home.log(
        MAIN,
        session_meta(MAIN),
        Line("world_state", {"full": True}),
        Line("inter_agent_communication_metadata", {"trigger_turn": False}),
        item("additional_tools", tools=[]),
        item("tool_search_output", tools=[]),
        event("context_compacted"),
        event("thread_goal_updated", goal={}),
        event("entered_review_mode"),
        event("item_completed", item={"type": "Reasoning", "id": "x"}),
        token_count(A),
    )
    home.refresh()
    assert home.notes() == {}


def test_a_log_of_the_first_rust_builds_is_normal_and_has_no_calls(home: Home) -> None:
    """From May to August 2025 lines had no envelope."""
    log = [
        {"id": MAIN, "timestamp": "2025-05-17T10:00:00.000Z", "instructions": "be brief"},
        {"record_type": "state"},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "function_call", "name": "shell", "arguments": "{}", "call_id": "call_1"},
        {"type": "function_call_output", "call_id": "call_1", "output": "{}"},
        {
            "type": "local_shell_call",
            "call_id": "call_2",
            "status": "completed",
            "action": {"type": "exec", "command": ["ls"]},
        },
    ]
    home.write(lines.file_name(MAIN), b"".join(map(lines.text, log)))
    assert home.refreshed_calls() == []
    assert home.notes() == {}
