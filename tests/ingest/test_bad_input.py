"""Whatever lies in a home or in the place of the database: the rest is read, or an error says what to do."""

import io
import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from codex_usage_tracker.errors import (
    BusyError,
    CorruptDatabaseError,
    DatabaseError,
    DiskFullError,
    FileAccessError,
    ForeignDatabaseError,
    NewerSchemaError,
    TrackerError,
)
from codex_usage_tracker.ingest import intake, jobs, rollout, scan, sync
from codex_usage_tracker.store import database
from tests.ingest import lines, process, zst
from tests.ingest.home import Home
from tests.ingest.lines import (
    Line,
    event,
    file_name,
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


def good_log(thread_id: str = MAIN) -> list[Line]:
    return [
        session_meta(thread_id),
        turn_context(turn(1)),
        record(thread_id, turn(1), A, response="resp_1"),
        token_count(A),
        record(thread_id, turn(1), B, plus(A, B), response="resp_2"),
        token_count(plus(A, B), B),
    ]


def with_line(line: bytes) -> bytes:
    """Put a line into the midst of a good log."""
    before, after = good_log()[:4], good_log()[4:]
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
    "a type of other letters": ('{"timestamp":"2026-11-22T00:00:30.000Z","type":"é","payload":{}}'.encode(), "unknown_type"),
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
    home.write(file_name(MAIN), lines.rollout(*good_log()).replace(b"\n", b"\r\n"))
    assert home.refreshed_calls("input, call.line") == [(1000, 3), (1500, 5)]
    assert home.notes() == {}


def test_a_mark_of_the_byte_order_costs_at_most_the_first_line(home: Home) -> None:
    home.write(file_name(MAIN), b"\xef\xbb\xbf" + lines.rollout(*good_log()))
    assert home.refreshed_calls("input, thread.thread_id") == [(1000, MAIN), (1500, MAIN)]


@pytest.mark.parametrize("bad", [b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80"])
def test_bytes_that_are_no_text_do_not_cost_the_line(home: Home, bad: bytes) -> None:
    """They stand in a text beside what matters."""
    log = lines.rollout(*good_log(), task_complete(turn(1), duration_ms=7)).replace(b'"done"', b'"' + bad + b'"')
    log = log.replace(b'"response_id":', b'"text":"' + bad + b'","response_id":')
    home.write(file_name(MAIN), log)
    assert home.refreshed_calls("input, response_id") == [(1000, "resp_1"), (1500, "resp_2")]
    assert home.ask("SELECT duration_ms FROM turn") == [7]


def test_escapes_that_are_no_characters_cost_only_their_line(home: Home) -> None:
    home.write(file_name(MAIN), lines.rollout(*good_log()).replace(b"resp_1", rb"\ud800"))
    assert home.refreshed_calls("input") == [1000, 1500]


@pytest.mark.parametrize("timestamp", ["", "yesterday", "2026-13-45T99:99:99.999Z", "0001-01-01T00:00:00+23:59", None])
@pytest.mark.parametrize("kind", ["record", "snapshot"])
def test_a_time_that_makes_no_sense_is_that_of_the_line_before(home: Home, timestamp: str | None, kind: str) -> None:
    line = record(MAIN, turn(1), C, response="resp_3") if kind == "record" else token_count(plus(A, C), C)
    odd = {} if timestamp is None else {"timestamp": timestamp}
    log = lines.rollout(*good_log()[:2], token_count(A))
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
    home.log(MAIN, *good_log(), record(MAIN, turn(1), {**C, field: value}, response="resp_3"))
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
    home.log(MAIN, session_meta(MAIN, subagent_history_start_ordinal=value), *good_log()[1:])
    home.refresh()
    log = lines.rollout(*good_log(OTHER), ordinal=0).replace(b'"ordinal":', b'"ordinal":' + str(abs(value)).encode())
    home.write(file_name(OTHER), log)
    home.refresh()
    assert {row for row in home.calls("thread.thread_id, input")} >= {(OTHER, 1000), (OTHER, 1500)}


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
    home.log(MAIN, *good_log()[1:])
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
    path = home.write(file_name(MAIN), lines.rollout(*good_log()[:4]))
    with path.open("ab") as log:
        log.write(
            b'{"timestamp":"2026-11-22T00:00:30.000Z","type":"response_item","payload":{"type":"message","content":"'
        )
        for _ in range(200):
            log.write(b"x" * 2**20)
        log.write(b'"}}\n' + lines.rollout(*good_log()[4:], minute=1))
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


# -- files -------------------------------------------------------------------------------------------------------------

BAD_FILES: dict[str, bytes] = {
    "empty": b"",
    "only half a line": USAGE_LINE,
    "only a newline": b"\n",
    "binary": random.Random(1).randbytes(50_000),
    "an image": b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(5000),
    "a JSON document": json.dumps({"session": {"id": OTHER}, "items": [1, 2, 3]}, indent=1).encode(),
    "zeros": b"\0" * 100_000,
}


@pytest.mark.parametrize("data", BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_that_is_no_log_does_not_disturb_the_others(home: Home, data: bytes) -> None:
    home.log(MAIN, *good_log())
    home.write(file_name(OTHER), data)
    refreshed = home.refresh()
    assert refreshed.problems == []
    assert home.calls("input") == [1000, 1500]
    assert home.refresh().read_files == 0


def test_a_file_that_becomes_a_log_later_is_read(home: Home) -> None:
    home.write(file_name(MAIN), b"")
    home.refresh()
    home.log(MAIN, *good_log())
    assert home.refreshed_calls("input") == [1000, 1500]


@pytest.mark.parametrize(
    "make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere"), lambda path: path.symlink_to(path)]
)
def test_what_is_no_file_is_told_of(home: Home, make: Callable[[Path], object]) -> None:
    home.log(MAIN, *good_log())
    path = home.sessions / file_name(OTHER)
    make(path)
    refreshed = home.refresh()
    assert [problem.path for problem in refreshed.problems] == [str(path)]
    assert all(problem.reason for problem in refreshed.problems)
    assert home.calls("input") == [1000, 1500]


def test_a_file_that_cannot_be_opened_is_told_of_and_read_when_it_can(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.log(MAIN, *good_log())
    path = home.log(OTHER, *good_log(OTHER))

    def refuse(name: str, *given: Any, **named: Any) -> io.BufferedReader:
        if name == str(path):
            raise PermissionError(13, "Permission denied")
        return open(name, *given, **named)  # noqa: PTH123, SIM115  (as the module would)

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "open", refuse, raising=False)
        refreshed = home.refresh()
    assert [tuple(problem) for problem in refreshed.problems] == [(str(path), "Permission denied")]
    assert home.calls("thread.thread_id, input") == [(MAIN, 1000), (MAIN, 1500)]
    assert len(home.refreshed_calls()) == 4


def test_a_file_that_breaks_while_it_is_read_is_told_of_and_read_when_it_can(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.log(MAIN, *good_log())
    path = home.log(OTHER, *good_log(OTHER))

    class Broken(io.FileIO):
        def readinto(self, _buffer: Any, /) -> int:
            raise OSError(5, "Input/output error")

    def breaking(name: str, *given: Any, **named: Any) -> io.BufferedReader:
        if name == str(path):
            return io.BufferedReader(Broken(name))
        return open(name, *given, **named)  # noqa: PTH123, SIM115  (as the module would)

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "open", breaking, raising=False)
        refreshed = home.refresh()
    assert [tuple(problem) for problem in refreshed.problems] == [(str(path), "Input/output error")]
    assert len(home.refreshed_calls()) == 4


def test_a_file_that_goes_away_between_finding_and_reading_is_told_of(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.log(MAIN, *good_log())
    path = home.log(OTHER, *good_log(OTHER))
    sort_and_read = jobs.read_all

    def gone(*given: Any) -> Iterator[Any]:
        path.unlink()
        return sort_and_read(*given)

    monkeypatch.setattr(jobs, "read_all", gone)
    refreshed = home.refresh()
    assert [problem.path for problem in refreshed.problems] == [str(path)]
    assert home.calls("input") == [1000, 1500]


class BrokenListing:
    """A listing that fails in its midst, as on a network file system."""

    def __init__(self, listing: Any) -> None:
        self.listing = listing

    def __enter__(self) -> "BrokenListing":
        return self

    def __exit__(self, *_: object) -> None:
        self.listing.close()

    def __iter__(self) -> Iterator[Any]:
        raise OSError(116, "Stale file handle")


@pytest.mark.parametrize("at_once", [True, False])
def test_a_folder_that_cannot_be_listed_is_told_of(
    home: Home, monkeypatch: pytest.MonkeyPatch, *, at_once: bool
) -> None:
    home.log(MAIN, *good_log())
    bad = home.path / "sessions" / "2026" / "12"
    bad.mkdir()
    listing = os.scandir

    def refuse(path: str) -> Any:
        if path != str(bad):
            return listing(path)
        if at_once:
            raise PermissionError(13, "Permission denied")
        return BrokenListing(listing(path))

    monkeypatch.setattr(os, "scandir", refuse)
    refreshed = home.refresh()
    assert [problem.path for problem in refreshed.problems] == [str(bad)]
    assert home.calls("input") == [1000, 1500]


def test_a_home_that_is_empty_or_missing_is_no_error(home: Home, tmp_path: Path) -> None:
    refreshed = sync.refresh(home.database, [str(tmp_path / "nowhere"), str(home.path)])
    assert (refreshed.scanned_files, refreshed.new_calls, refreshed.problems) == (0, 0, [])


def test_folders_that_hold_links_to_themselves_are_walked_once(home: Home) -> None:
    home.log(MAIN, *good_log())
    (home.sessions / "again").symlink_to(home.path / "sessions")
    (home.sessions / "self").symlink_to("self")
    (home.path / "sessions" / "up").symlink_to(home.path)
    assert home.refresh().scanned_files == 1
    assert home.calls("input") == [1000, 1500]


def test_a_folder_that_is_a_link_to_elsewhere_is_walked(home: Home, tmp_path: Path) -> None:
    """Its path may begin as that of the folder it is in."""
    home.log(MAIN, *good_log())
    for number, name in enumerate(["elsewhere", "codex/sess", "codex/sessions-old"]):
        folder = tmp_path / name
        folder.mkdir()
        (folder / file_name(thread(20 + number))).write_bytes(lines.rollout(*good_log(thread(20 + number))))
        (home.path / "sessions" / f"link{number}").symlink_to(folder)
    assert home.refresh().scanned_files == 4


@pytest.mark.parametrize(
    "name",
    [
        file_name(MAIN).replace(".jsonl", " (copy).jsonl"),
        file_name(MAIN).replace(".jsonl", ".bak.jsonl"),
        f"rollout-copy-{MAIN}.jsonl",
        file_name(MAIN) + ".tmp",
        file_name(MAIN) + ".rollout-materialize-1",
        "." + file_name(MAIN),
    ],
)
def test_copies_under_other_names_are_not_counted_again(home: Home, name: str) -> None:
    home.log(MAIN, *good_log())
    home.write(name, lines.rollout(*good_log()))
    assert home.refreshed_calls("input") == [1000, 1500]


def test_names_that_are_no_text_are_told_of_or_read(home: Home) -> None:
    home.log(MAIN, *good_log())
    name = os.fsencode(home.sessions) + b"/rollout-\xff-" + OTHER.encode() + b".jsonl"
    with open(name, "wb") as log:  # noqa: PTH123  (a path of bytes)
        log.write(lines.rollout(*good_log(OTHER)))
    refreshed = home.refresh()
    assert len(refreshed.problems) == 1 or len(home.calls()) == 4
    assert set(home.calls("thread.thread_id, input")) >= {(MAIN, 1000), (MAIN, 1500)}


def test_a_log_that_lies_in_two_folders_is_counted_once(home: Home) -> None:
    """Its name tells which log it is."""
    path = home.log(MAIN, *good_log())
    other_day = home.path / "sessions" / "2026" / "11" / "23"
    other_day.mkdir()
    shutil.copy2(path, other_day)
    assert home.refreshed_calls("input") == [1000, 1500]
    assert home.refresh().read_files == 0


# -- compressed files --------------------------------------------------------------------------------------------------


def long_log() -> bytes:
    """Return a log that does not fit into one block of a compressed file."""
    noise = random.Random(3)
    filling = (Line("world_state", {"noise": noise.randbytes(600).hex()}) for _ in range(300))
    return lines.rollout(*good_log()[:4], *filling, *good_log()[4:])


@pytest.mark.parametrize("size", [0, 1, 3, 10, 1000, 100_000, -1])
def test_a_compressed_file_that_was_cut_off_gives_what_it_holds(home: Home, size: int) -> None:
    home.log(OTHER, *good_log(OTHER))
    whole = zst.compress(home.write(file_name(MAIN), long_log())).read_bytes()
    path = home.write(file_name(MAIN) + ".zst", whole[:size])
    refreshed = home.refresh()
    assert set(home.calls("thread.thread_id, input")) >= {(OTHER, 1000), (OTHER, 1500)}
    assert refreshed.problems or refreshed.notes or size == 0
    if size == 100_000:
        assert (MAIN, 1000) in home.calls("thread.thread_id, input")
    path.write_bytes(whole)
    assert len(home.refreshed_calls()) == 4
    path.unlink()
    home.write(file_name(MAIN), long_log())
    assert len(home.refreshed_calls()) == 4


@pytest.mark.parametrize(
    "data", [b"no zstd at all", b"\x28\xb5\x2f\xfd" + random.Random(4).randbytes(5000), lines.rollout(*good_log())]
)
def test_a_compressed_file_that_is_none_is_told_of(home: Home, data: bytes) -> None:
    home.log(OTHER, *good_log(OTHER))
    home.write(file_name(MAIN) + ".zst", data)
    refreshed = home.refresh()
    assert home.calls("thread.thread_id, input") == [(OTHER, 1000), (OTHER, 1500)]
    assert refreshed.problems or refreshed.notes == {"damaged_compression": 1}


def test_a_compressed_file_with_a_bad_block_gives_what_stands_before_it(home: Home) -> None:
    path = zst.compress(home.write(file_name(MAIN), long_log()))
    data = bytearray(path.read_bytes())
    data[-2000:-1000] = random.Random(5).randbytes(1000)
    path.write_bytes(data)
    home.refresh()
    assert home.calls("input")[:1] == [1000]


# -- names of threads --------------------------------------------------------------------------------------------------


def test_an_index_of_names_that_is_damaged_gives_what_it_holds(home: Home) -> None:
    home.log(MAIN, *good_log())
    good = text({"id": MAIN, "thread_name": "Parser", "updated_at": "2026-11-22T00:00:01Z"})
    bad = [b"\xff\xfe\n", b"{\n", b"null\n", b'{"id":7}\n', b'{"thread_name":"x"}\n', b"x" * 3_000_000 + b"\n"]
    (home.path / "session_index.jsonl").write_bytes(b"".join(bad) + good + b"".join(bad) + b'{"id":"half')
    home.refresh()
    assert home.ask("SELECT name FROM thread") == ["Parser"]


def test_an_index_of_names_that_is_no_file_is_no_error(home: Home) -> None:
    home.log(MAIN, *good_log())
    (home.path / "session_index.jsonl").mkdir()
    assert home.refreshed_calls("input") == [1000, 1500]


def test_a_name_holds_from_when_it_was_given(home: Home) -> None:
    """The log tells of it too, at its own time, whatever calls follow."""
    first = event("thread_name_updated", thread_id=MAIN, thread_name="first")._replace(at=lines.at(1))
    home.log(MAIN, *good_log()[:2], first, *[line._replace(at=lines.at(30)) for line in good_log()[2:]])
    index = home.path / "session_index.jsonl"
    index.write_bytes(text({"id": MAIN, "thread_name": "second", "updated_at": lines.stamp(lines.at(2))}))
    home.refresh()
    assert home.ask("SELECT name, named_at FROM thread") == [("second", lines.at(2))]


# -- the database ------------------------------------------------------------------------------------------------------


def failure(home: Home, kind: type[TrackerError]) -> TrackerError:
    """Refresh, and return the error that this must end with: it names the file and says what to do."""
    with pytest.raises(kind) as caught:
        home.refresh()
    assert Path(home.database).name in caught.value.message
    assert caught.value.hint
    return caught.value


def test_a_database_of_a_newer_version_is_left_alone(home: Home) -> None:
    home.log(MAIN, *good_log())
    connection = apsw.Connection(home.database)
    connection.pragma("user_version", 999)
    connection.close()
    before = Path(home.database).read_bytes()
    assert "999" in failure(home, NewerSchemaError).message
    assert Path(home.database).read_bytes() == before


@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_database_that_another_program_holds_is_waited_for(
    home: Home, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.setattr(database, "BUSY_MS", 50)
    home.log(MAIN, *good_log())
    holder = apsw.Connection(home.database)
    holder.execute(statement)
    failure(home, BusyError)
    holder.execute("ROLLBACK")
    holder.close()
    assert home.refreshed_calls("input") == [1000, 1500]


@pytest.mark.parametrize(
    "data", [b"no database\n" * 1000, random.Random(6).randbytes(20_000), b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_file_that_is_no_database_is_left_alone(home: Home, data: bytes) -> None:
    home.log(MAIN, *good_log())
    Path(home.database).write_bytes(data)
    failure(home, CorruptDatabaseError)
    assert Path(home.database).read_bytes() == data


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("table", ["meta (x)", "notes (x)"])
def test_a_database_of_another_program_is_left_alone(home: Home, tmp_path: Path, version: int, table: str) -> None:
    home.log(MAIN, *good_log())
    home.database = str(tmp_path / "another.sqlite3")
    other = sqlite3.connect(home.database)
    other.execute(f"CREATE TABLE {table}")
    other.execute(f"PRAGMA user_version = {version}")
    other.close()
    failure(home, ForeignDatabaseError)
    other = sqlite3.connect(home.database)
    assert other.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (1,)
    other.close()


@pytest.mark.parametrize("seed", range(40))
def test_a_database_with_damaged_pages_gives_an_error_or_works(home: Home, seed: int) -> None:
    home.log(MAIN, *good_log())
    home.log(FORK := thread(5), *[session_meta(FORK, forked_from_id=OTHER), *good_log(OTHER)])
    home.refresh()
    damage(Path(home.database), random.Random(seed))
    home.log(OTHER, *good_log(OTHER))
    home.log(MAIN, *good_log(), record(MAIN, turn(2), C, response="resp_3"))
    try:
        home.refresh()
    except TrackerError as error:
        assert error.hint
        assert Path(home.database).name in error.message


def damage(path: Path, chance: random.Random) -> None:
    """Overwrite some of a database, but not its first bytes, by which it is known as one."""
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 12)):
        begin = chance.randrange(100, len(data) - 200)
        size = chance.randint(1, 200)
        data[begin : begin + size] = chance.randbytes(size)
    path.write_bytes(data)


@pytest.mark.parametrize("pages", [0, 1, 3, 6])
def test_a_full_disk_loses_nothing(home: Home, monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    """The database may grow by some pages only."""
    for minute in range(40):
        home.log(thread(minute), *good_log(thread(minute)), *[Line("novel", {})] * 3)
    opened = database.open_writer

    def small(path: str) -> apsw.Connection:
        connection = opened(path)
        connection.pragma("max_page_count", connection.pragma("page_count") + pages)
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(database, "open_writer", small)
        patch.setattr(intake, "COMMIT_SECONDS", -1.0)
        failure(home, DiskFullError)
    assert len(home.calls()) < 80
    assert len(home.refreshed_calls()) == 80


@pytest.mark.parametrize("refused", ["makedirs", "open"])
def test_a_folder_that_may_not_be_written_to_is_told_of(
    home: Home, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    home.log(MAIN, *good_log())
    home.database = str(Path(home.database).parent / "new" / "usage.sqlite3")

    def refuse(*_given: object, **_named: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, refused, refuse)
    assert "Read-only" in failure(home, FileAccessError).message


def test_a_lock_that_cannot_be_made_is_told_of(home: Home) -> None:
    home.log(MAIN, *good_log())
    Path(f"{home.database}.lock").mkdir()
    failure(home, FileAccessError)


@pytest.mark.parametrize("where", ["folder", "below a file"])
def test_a_path_that_can_be_no_database_is_told_of(home: Home, where: str) -> None:
    home.log(MAIN, *good_log())
    home.database = str(home.sessions if where == "folder" else home.sessions / file_name(MAIN) / "usage.sqlite3")
    failure(home, TrackerError)


def test_a_database_that_may_only_be_read_is_told_of(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.log(MAIN, *good_log())

    def read_only(path: str, **_named: object) -> apsw.Connection:
        return connect(path, flags=apsw.SQLITE_OPEN_READONLY)

    connect = apsw.Connection
    monkeypatch.setattr(database.apsw, "Connection", read_only)
    failure(home, DatabaseError)


def test_the_database_is_its_owners_alone(home: Home, tmp_path: Path) -> None:
    home.database = str(tmp_path / "private" / "deep" / "usage.sqlite3")
    home.log(MAIN, *good_log())
    old_mask = os.umask(0)
    try:
        home.refresh()
    finally:
        os.umask(old_mask)
    folder = Path(home.database).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o077 for path in folder.iterdir()} == dict.fromkeys(
        (path.name for path in folder.iterdir()), 0,
    )  # fmt: skip
