"""Lines that make no sense, or are too long: the rest of the log is read."""

import json
from typing import Any

import apsw
import pytest

from codex_usage_tracker.ingest import rollout, scan
from tests.ingest import lines, process
from tests.ingest.home import Home
from tests.ingest.lines import (
    Line,
    event,
    file_name,
    good_log,
    plus,
    record,
    session_meta,
    task_complete,
    task_started,
    text,
    thread,
    token_count,
    turn,
    turn_context,
    used,
)

MAIN, OTHER = thread(0), thread(10)
A, B, C = used(1000, output=10), used(1500, output=20), used(2200, output=30)


def with_line(line: bytes) -> bytes:
    """Put a line into the midst of a good log."""
    before, after = good_log(MAIN)[:4], good_log(MAIN)[4:]
    return lines.rollout(*before) + line + b"\n" + lines.rollout(*after, minute=1)


# -- lines -------------------------------------------------------------------------------------------------------------

RECORD = text({"timestamp": "2026-11-22T00:00:30.000Z", "type": "token_usage_record", "payload": {"usage": C}})[:-1]
USAGE_LINE = text({"timestamp": "2026-11-22T00:00:30.000Z", "type": "token_usage_record", "payload": {"usage": "?"}})[
    :-1
]
BAD_LINES: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"Killed", "invalid_json"),
    "half a line": (USAGE_LINE[:60], "invalid_json"),
    "a brace too few": (RECORD[:-1], "invalid_json"),
    "two lines in one": (RECORD + RECORD, "invalid_json"),
    "no object": (b"[1, 2]", "unexpected_shape"),
    "null": (b"null", "unexpected_shape"),
    "a number": (b"12", "unexpected_shape"),
    "too deep": (b"[" * 200_000, "unexpected_shape"),
    "too deep inside": (USAGE_LINE.replace(b'"?"', b'{"a":' * 200_000), "invalid_json"),
    "zero bytes": (b"\0" * 4096, "invalid_json"),
    "no payload": (b'{"timestamp":"2026-11-22T00:00:30.000Z","type":"token_usage_record"}', "unexpected_shape"),
    "payload null": (USAGE_LINE.replace(b'{"usage":"?"}', b"null"), "unexpected_shape"),
    "payload a list": (USAGE_LINE.replace(b'{"usage":"?"}', b"[]"), "unexpected_shape"),
    "payload a text": (USAGE_LINE.replace(b'{"usage":"?"}', b'"text"'), "unexpected_shape"),
    "usage a text": (USAGE_LINE, "unexpected_shape"),
    "usage missing": (USAGE_LINE.replace(b'"usage":"?"', b""), "unexpected_shape"),
    "type a number": (b'{"timestamp":"2026-11-22T00:00:30.000Z","type":7,"payload":{}}', "unexpected_shape"),
    "no type": (b'{"timestamp":"2026-11-22T00:00:30.000Z","payload":{}}', "unknown_type"),
    "an empty object": (b"{}", "unknown_type"),
    "an unknown type": (b'{"timestamp":"2026-11-22T00:00:30.000Z","type":"novel","payload":{}}', "unknown_type"),
    "an unknown event": (
        b'{"timestamp":"2026-11-22T00:00:30.000Z","type":"event_msg","payload":{"type":"novel"}}', "unknown_type",
    ),
    "a type of other letters": (
        '{"timestamp":"2026-11-22T00:00:30.000Z","type":"é","payload":{}}'.encode(), "unknown_type",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("line", "note"), BAD_LINES.values(), ids=BAD_LINES)
def test_a_line_that_makes_no_sense_is_counted_and_stepped_over(home: Home, line: bytes, note: str) -> None:
    home.write(file_name(MAIN), with_line(line))
    assert home.refreshed_calls("input, call.line") == [(1000, 3), (1500, 6)]
    assert home.ask("SELECT code, count, first_line FROM note") == [(note, 1, 5)]


@pytest.mark.parametrize("line", [b"", b"   ", b"\t", b"\r"])
def test_blank_lines_are_normal(home: Home, line: bytes) -> None:
    home.write(file_name(MAIN), with_line(line))
    assert home.refreshed_calls("input, call.line") == [(1000, 3), (1500, 6)]
    assert home.notes() == {}


def test_lines_may_end_as_on_windows(home: Home) -> None:
    home.write(file_name(MAIN), lines.rollout(*good_log(MAIN)).replace(b"\n", b"\r\n"))
    assert home.refreshed_calls("input, call.line") == [(1000, 3), (1500, 5)]
    assert home.notes() == {}


def test_a_mark_of_the_byte_order_costs_at_most_the_first_line(home: Home) -> None:
    home.write(file_name(MAIN), b"\xef\xbb\xbf" + lines.rollout(*good_log(MAIN)))
    assert home.refreshed_calls("input, thread.thread_id") == [(1000, MAIN), (1500, MAIN)]


@pytest.mark.parametrize("bad", [b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80"])
def test_bytes_that_are_no_text_do_not_cost_the_line(home: Home, bad: bytes) -> None:
    """They stand in a text beside what matters."""
    log = lines.rollout(*good_log(MAIN), task_complete(turn(1), duration_ms=7)).replace(b'"done"', b'"' + bad + b'"')
    log = log.replace(b'"response_id":', b'"text":"' + bad + b'","response_id":')
    home.write(file_name(MAIN), log)
    assert home.refreshed_calls("input, response_id") == [(1000, "resp_1"), (1500, "resp_2")]
    assert home.ask("SELECT duration_ms FROM turn") == [7]


def test_bytes_that_are_no_text_are_replaced_in_what_is_kept(home: Home) -> None:
    log = lines.rollout(*good_log(MAIN)).replace(b"/home/dev", b"/home/\xff").replace(b"gpt-5.5", b"gpt-\xff")
    home.write(file_name(MAIN), log)
    assert home.refreshed_calls("input, model") == [(1000, "gpt-\ufffd"), (1500, "gpt-\ufffd")]
    assert set(home.ask("SELECT cwd FROM project")) == {"/home/\ufffd/proj"}


def test_escapes_that_are_no_characters_cost_only_their_line(home: Home) -> None:
    home.write(file_name(MAIN), lines.rollout(*good_log(MAIN)).replace(b"resp_1", rb"\ud800"))
    assert home.refreshed_calls("input") == [1000, 1500]


@pytest.mark.parametrize("timestamp", ["", "yesterday", "2026-13-45T99:99:99.999Z", "0001-01-01T00:00:00+23:59", None])
@pytest.mark.parametrize("kind", ["record", "snapshot"])
def test_a_time_that_makes_no_sense_is_that_of_the_line_before(home: Home, timestamp: str | None, kind: str) -> None:
    line = record(MAIN, turn(1), C, response="resp_3") if kind == "record" else token_count(plus(A, C), C)
    odd = {} if timestamp is None else {"timestamp": timestamp}
    log = lines.rollout(*good_log(MAIN)[:2], token_count(A))
    home.write(file_name(MAIN), log + text({**odd, "type": line.kind, "payload": line.payload}))
    assert home.refreshed_calls("input, call.at") == [(1000, lines.at(0) + 3000), (2200, lines.at(0) + 3000)]
    assert home.notes() == {"invalid_timestamp": 1}


def test_a_time_that_is_a_number_costs_at_most_its_line(home: Home) -> None:
    odd = {"timestamp": 1795305600, "type": "token_usage_record", "payload": {"usage": C}}
    home.write(file_name(MAIN), with_line(text(odd)[:-1]))
    assert set(home.refreshed_calls("input")) >= {1000, 1500}


COUNTERS = {
    "a text": ("2200", 2200),
    "a float": (2200.0, 2200),
    "zero": (0, None),
    "a fraction": (2200.5, None),
    "negative": (-1, None),
    "absurd": (2**63, None),
    "more absurd": (2**64, None),
    "beyond all": (10**40, None),
    "a large float": (1e30, None),
    "null": (None, None),
    "a truth": (True, None),
    "a list": ([2200], None),
    "words": ("many", None),
}


@pytest.mark.parametrize(("value", "counted"), COUNTERS.values(), ids=COUNTERS)
@pytest.mark.parametrize("kind", ["record", "snapshot"])
def test_a_counter_is_a_number_or_not_counted(home: Home, kind: str, value: object, counted: int | None) -> None:
    odd = {**used(0), "input_tokens": value}
    log = [session_meta(MAIN), turn_context(turn(1))]
    if kind == "record":
        log += [record(MAIN, turn(1), odd, A), record(MAIN, turn(1), B, plus(A, B), response="resp_2")]
    else:
        log += [token_count(odd), token_count({**B, "input_tokens": 9_000_000}, B)]
    home.log(MAIN, *log)
    found = home.refreshed_calls("input, basis")
    assert [tokens for tokens, basis in found if basis != "gap"] == [*([counted] if counted else []), 1500]
    assert bool(home.notes()) == (counted is None and value != 0)


@pytest.mark.parametrize(
    "field", ["cached_input_tokens", "cache_write_input_tokens", "output_tokens", "reasoning_output_tokens"]
)
@pytest.mark.parametrize("value", [-1, 2**63, 10**40])
def test_every_counter_is_looked_at(home: Home, field: str, value: int) -> None:
    home.log(MAIN, *good_log(MAIN), record(MAIN, turn(1), {**C, field: value}, response="resp_3"))
    assert home.refreshed_calls("input") == [1000, 1500]
    assert home.notes() == {"invalid_counter": 1}


def test_counters_that_are_missing_are_nothing(home: Home) -> None:
    home.log(MAIN, session_meta(MAIN), record(MAIN, turn(1), {"input_tokens": 1000, "output_tokens": 10}))
    columns = "input, cached_input, cache_write, output, reasoning"
    assert home.refreshed_calls(columns) == [(1000, 0, 0, 10, 0)]


HUGE: list[Any] = [2**63, 2**64, 10**40, -(2**70), 1e300, -1e300, 1e15, "9" * 30]


@pytest.mark.parametrize("value", HUGE, ids=str)
def test_absurd_figures_beside_the_counters_do_no_harm(home: Home, value: object) -> None:
    window = {"used_percent": value, "window_minutes": value, "resets_at": value, "resets_in_seconds": value}
    relative = {"used_percent": 5.0, "window_minutes": 300, "resets_in_seconds": value}
    home.log(
        MAIN,
        session_meta(MAIN, history_base={"thread_id": OTHER, "end_ordinal_exclusive": value}),
        event("task_started", turn_id=turn(1), model_context_window=value, started_at=value),
        turn_context(turn(1)),
        record(MAIN, turn(1), A, {**A, "input_tokens": value}, response="resp_1"),
        token_count(A, limits=lines.limits(window, relative), model_context_window=value),
        event("exec_command_end", exit_code=value),
        Line(
            "event_msg",
            {
                "type": "item_completed",
                "item": {"type": "CommandExecution", "id": "x", "command": ["ls"], "exit_code": value},
            },
        ),
        event("task_complete", turn_id=turn(1), duration_ms=value, time_to_first_token_ms=value, completed_at=value),
        Line("session_meta", {"id": OTHER, "subagent_history_start_ordinal": value}),
        record(MAIN, turn(1), B, plus(A, B), response="resp_2"),
    )
    home.refresh()
    assert 1500 in home.calls("input")


@pytest.mark.parametrize("value", HUGE[:4], ids=str)
def test_absurd_ordinals_do_no_harm(home: Home, value: int) -> None:
    home.log(MAIN, session_meta(MAIN, subagent_history_start_ordinal=value), *good_log(MAIN)[1:])
    home.refresh()
    log = lines.rollout(*good_log(OTHER), ordinal=0).replace(b'"ordinal":', b'"ordinal":' + str(abs(value)).encode())
    home.write(file_name(OTHER), log)
    home.refresh()
    assert set(home.calls("thread.thread_id, input")) >= {(OTHER, 1000), (OTHER, 1500)}


def test_identities_of_any_form_do_no_harm(home: Home) -> None:
    """Ids need not be UUIDs, texts may be long, empty or hold zero bytes."""
    odd_texts = ["", "x" * 100_000, "a\0b", "\u202e", "💥", "'; DROP TABLE call; --"]
    for number, odd in enumerate(odd_texts):
        log = [
            session_meta(odd, cwd=odd, originator=odd, source={odd: {odd: odd}}, agent_role=odd, git={"branch": odd}),
            task_started(odd),
            turn_context(odd, model=odd, effort=odd),
            record(odd, odd, A, response=odd),
            token_count(A, limits=lines.limits(lines.window(1.0, 300), limit_id=odd, plan_type=odd)),
        ]
        home.log(thread(number), *log)
    assert home.refreshed_calls("input") == [1000] * len(odd_texts)


def test_a_log_without_a_session_meta_belongs_to_the_thread_of_its_name(home: Home) -> None:
    home.log(MAIN, *good_log(MAIN)[1:])
    assert home.refreshed_calls("thread.thread_id, input") == [(MAIN, 1000), (MAIN, 1500)]


# -- long lines --------------------------------------------------------------------------------------------------------


@pytest.fixture
def short_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are too long from 10,000 bytes on, and read in pieces of 1,000."""
    monkeypatch.setattr(scan, "MAX_LINE_BYTES", 10_000)
    monkeypatch.setattr(scan, "PIECE_BYTES", 1000)
    monkeypatch.setattr(rollout, "PIECE_BYTES", 1000)


def long_line(size: int) -> bytes:
    """Return a record of a size, its newline counted."""
    line = record(MAIN, turn(1), C, plus(A, C), response="resp_3")
    whole = text(
        {
            "timestamp": lines.stamp(lines.at(0.5)),
            "type": line.kind,
            "payload": {**json.loads(json.dumps(line.payload)), "note": ""},
        }
    )
    return whole.replace(b'"note":""', b'"note":"' + b"x" * (size - len(whole)) + b'"')[:-1]


@pytest.mark.usefixtures("short_lines")
@pytest.mark.parametrize("size", [999, 1000, 1001, 2000, 9999, 10_000])
def test_a_long_line_is_read(home: Home, size: int) -> None:
    home.write(file_name(MAIN), with_line(long_line(size)))
    assert home.refreshed_calls("input, call.line") == [(1000, 3), (2200, 5), (1500, 6)]
    assert home.notes() == {}


@pytest.mark.usefixtures("short_lines")
@pytest.mark.parametrize("size", [10_001, 11_000, 50_000])
def test_a_line_that_is_too_long_is_stepped_over_and_counted(home: Home, size: int) -> None:
    home.write(file_name(MAIN), with_line(long_line(size)))
    assert home.refreshed_calls("input, call.line") == [(1000, 3), (1500, 6)]
    assert home.ask("SELECT code, count, first_line FROM note") == [("oversized_line", 1, 5)]
    before = home.dump()
    assert home.refresh().read_files == 0
    home.refresh(again=True)
    assert home.dump() == before
    with (home.sessions / file_name(MAIN)).open("ab") as log:
        log.write(lines.rollout(record(MAIN, turn(2), C, response="resp_4"), minute=2))
    assert home.refresh().rewritten_files == 0
    assert home.calls("input, call.line") == [(1000, 3), (1500, 6), (2200, 8)]


@pytest.mark.usefixtures("short_lines")
@pytest.mark.parametrize("size", [5000, 50_000])
def test_a_long_line_may_still_grow(home: Home, size: int) -> None:
    log = with_line(long_line(size))
    path = home.sessions / file_name(MAIN)
    for end in range(0, len(log), 2500):
        path.write_bytes(log[:end])
        home.refresh()
    path.write_bytes(log)
    assert home.refreshed_calls("call.line") == ([3, 5, 6] if size < 10_000 else [3, 6])


@pytest.mark.slow
def test_a_line_of_200_megabytes_takes_little_memory(home: Home) -> None:
    path = home.write(file_name(MAIN), lines.rollout(*good_log(MAIN)[:4]))
    with path.open("ab") as log:
        log.write(
            b'{"timestamp":"2026-11-22T00:00:30.000Z","type":"response_item","payload":{"type":"message","content":"'
        )
        for _ in range(200):
            log.write(b"x" * 2**20)
        log.write(b'"}}\n' + lines.rollout(*good_log(MAIN)[4:], minute=1))
    answer = process.run(home.database, [home.path])
    assert answer["notes"] == {"oversized_line": 1}
    assert answer["peak"] < 200 * 10**6
    assert home.calls("input, call.line") == [(1000, 3), (1500, 6)]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_size_of_a_log(home: Home) -> None:
    """64 MB of records take no more than a slice and its calls."""
    peaks = []
    for thread_id, count in ((MAIN, 2000), (OTHER, 120_000)):
        filling = (record(thread_id, turn(1), A, used(number), response=f"resp_{number}") for number in range(count))
        home.log(thread_id, session_meta(thread_id), *filling)
        peaks.append(process.run(home.database, [home.path])["peak"])
    assert home.ask("SELECT count(*) FROM call") == [122_000]
    assert peaks[1] - peaks[0] < 250 * 10**6


def test_a_saved_state_that_cannot_be_read_is_not_needed(home: Home) -> None:
    path = home.write(file_name(MAIN), lines.rollout(*good_log(MAIN)))
    home.refresh()
    before = home.usage()
    connection = apsw.Connection(home.database)
    connection.execute("UPDATE parser SET state = x'93c0'")
    connection.close()
    with path.open("ab") as log:
        log.write(b"\n")
    assert home.refresh().rewritten_files == 1
    assert home.usage() == before
