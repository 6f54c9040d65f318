"""The counting rule: every call once, with its tokens, model and settings."""

from tests.ingest import lines
from tests.ingest.home import Home
from tests.ingest.lines import (
    NOTHING,
    compacted,
    estimate,
    overflow,
    plus,
    record,
    session_meta,
    settings,
    task_started,
    thread,
    token_count,
    turn,
    turn_context,
    used,
    user_message,
)

MAIN, FORK = thread(0), thread(10)
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
        MAIN,
        session_meta(MAIN),
        turn_context(),
        token_count(A),
        overflow(),
        token_count(B),
        token_count(plus(B, A), A),
    )
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
