"""What led to a call, what it did, and what is odd about a log."""

from typing import Any

from tests.ingest import lines
from tests.ingest.home import Home
from tests.ingest.lines import (
    Line,
    agent_message,
    compacted,
    estimate,
    event,
    function_call,
    function_output,
    item,
    message,
    plus,
    record,
    session_meta,
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

MAIN, FORK = thread(0), thread(10)
A, B, C = used(1000, output=10), used(1500, 500, output=20), used(2200, 1000, output=30)
RATE_LIMITS = lines.limits(lines.window(8.0, 300, resets_at=1795320000))


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


# -- facts and notes ---------------------------------------------------------------------------------------------------


def facts(home: Home) -> dict[str, list[str]]:
    home.refresh()
    labels = "fact JOIN fact_label ON fact_label.id = label_id"
    rows = home.ask(f"SELECT label, response_id FROM {labels} JOIN call ON call.id = call_id")
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
    log: list[lines.Json] = [
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
