"""What `codex exec --json` prints, of all versions."""

import itertools

import pytest

from codex_usage_tracker.model import PRINTED_TURN
from tests.ingest import lines
from tests.ingest.lines import at
from tests.ingest.printed.printing import AT_MS, ONE, TWO, Json, Printing, exec_run, text, updated

RUNS = [exec_run(ONE, 100, 40, 10), exec_run(ONE, 250, 140, 30), exec_run(ONE, 300, 150, 35)]
RUN_OF_0_50: Json = {"type": "item.started", "item": {"type": "command_execution", "status": "in_progress"}}


def test_a_turn_without_a_rollout_is_one_sum(printing: Printing) -> None:
    done = printing.take(RUNS[0], model="gpt-5.5")
    assert (done.new_calls, done.turns, done.items, done.kinds) == (1, 1, 1, {"exec": 4})
    assert printing.calls("input, cached_input, output, basis, model, call.at, context_window") == [
        (100, 40, 10, PRINTED_TURN, "gpt-5.5", at(1), None),
    ]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_totals_of_resumed_runs_count_what_they_show_beyond_the_one_before(
    printing: Printing, order: tuple[int, ...],
) -> None:  # fmt: skip
    for place in (*order, *order):
        printing.take(RUNS[place], f"run{place}.log")
    assert printing.ask("SELECT input, cached_input, output FROM call ORDER BY logged_input") == [
        (100, 40, 10), (150, 100, 20), (50, 10, 5),
    ]  # fmt: skip
    assert printing.sums() == (3, 300, 150, 35)


def test_builds_that_count_anew_in_each_process_are_told_by_what_they_leave_out(printing: Printing) -> None:
    processes = [_process_of_0_50(100, 40, 10), _process_of_0_50(250, 140, 30)]
    for process in (*processes, *processes):
        printing.take(process)
    assert printing.sums() == (2, 350, 180, 40)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_totals_that_cannot_be_one_count_are_all_counted(printing: Printing, order: tuple[int, ...]) -> None:
    runs = [exec_run(ONE, 58_765, 43_136, 1_318), exec_run(ONE, 40_136, 24_832, 297), exec_run(ONE, 41_000, 0, 278)]
    for place in (*order, *order):
        printing.take(runs[place], f"run{place}.log")
    assert printing.sums() == (3, 139_901, 67_968, 1_893)


def test_a_build_that_leaves_out_reasoning_goes_on_counting(printing: Printing) -> None:
    total = {"input_tokens": 100, "cached_input_tokens": 40, "output_tokens": 30, "reasoning_output_tokens": 20}
    told: Json = {"type": "turn.completed", "usage": total}
    logs = [text({"type": "thread.started", "thread_id": ONE}, told), exec_run(ONE, 250, 140, 40)]
    for log in (*logs, *reversed(logs)):
        printing.take(log)
    assert printing.sums() == (2, 250, 140, 40)


def test_what_a_newer_build_goes_on_counting_from_is_not_counted_again(printing: Printing) -> None:
    logs = [_process_of_0_50(100, 40, 10), exec_run(TWO, 250, 140, 30)]
    for log in (*logs, *reversed(logs)):
        printing.take(log)
    assert printing.sums() == (1, 250, 140, 30)


def _process_of_0_50(inputs: int, cached: int, output: int) -> bytes:
    usage = {"input_tokens": inputs, "cached_input_tokens": cached, "output_tokens": output}
    return text(
        {"type": "thread.started", "thread_id": TWO},
        RUN_OF_0_50,
        {"type": "turn.completed", "usage": usage},
    )


def test_single_calls_of_the_app_server_go_before_sums(printing: Printing) -> None:
    total: Json = {"inputTokens": 100, "cachedInputTokens": 40, "outputTokens": 10}
    printing.take(RUNS[0])
    done = printing.take(text(updated(ONE, total, total, turn=lines.turn(1), at=at(1))), "server.log")
    assert (done.new_calls, done.superseded_calls) == (1, 1)
    assert printing.take(RUNS[0]).held_calls == 1
    assert printing.calls("input, basis") == [(100, "printed")]


def test_a_rollout_takes_the_place_of_all_sums(printing: Printing) -> None:
    for place, run in enumerate(RUNS):
        printing.take(run, f"run{place}.log")
    printing.log(ONE, *lines.good_log(ONE), minute=1)
    (printing.path.parent / "alone").mkdir()
    alone = Printing(printing.path.parent / "alone")
    alone.log(ONE, *lines.good_log(ONE), minute=1)
    printing.refresh()
    alone.refresh()
    assert printing.usage() == alone.usage()


def test_events_of_0_36_name_no_thread_and_are_not_counted(printing: Printing) -> None:
    counts: Json = {"input_tokens": 10, "cached_input_tokens": 0, "output_tokens": 1, "total_tokens": 11}
    info = {"total_token_usage": counts, "last_token_usage": counts, "model_context_window": 272000}
    event: Json = {"id": "0", "msg": {"type": "token_count", "info": info}}
    done = printing.take(text({"model": "gpt-5-codex", "workdir": "/w"}, {"prompt": "canary"}, event))
    assert (done.new_calls, done.kinds, done.skipped) == (0, {"exec": 3}, {"no_thread": 1})
    configured: Json = {"id": "", "msg": {"type": "session_configured", "session_id": ONE, "model": "gpt-5-codex"}}
    assert printing.take(text(configured, event)).new_calls == 1
    assert printing.calls("input, output, model, basis") == [(10, 1, "gpt-5-codex", "printed")]


def test_a_thread_whose_id_tells_no_time_has_that_of_its_file(printing: Printing) -> None:
    done = printing.take(exec_run("0a1b2c3d-0000-4000-8000-000000000001", 5, 0, 1))
    assert done.clocks == {"file": 1}
    assert printing.calls("call.at") == [AT_MS]


def test_a_file_may_begin_with_a_mark_of_its_encoding(printing: Printing) -> None:
    assert printing.take(b"\xef\xbb\xbf" + RUNS[0]).new_calls == 1


def test_a_turn_that_used_nothing_is_no_call(printing: Printing) -> None:
    assert printing.take(exec_run(ONE, 0, 0, 0)).new_calls == 0
