"""However a printed log comes, and whatever stands in it."""

import json
import os
import random
import sys
import threading
import time
from pathlib import Path
from subprocess import PIPE, Popen

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_usage_tracker.errors import FileAccessError, InvalidValueError, NamedFileMissingError
from codex_usage_tracker.ingest.printed import taking
from codex_usage_tracker.store import database, rollups
from tests.ingest import lines
from tests.ingest.printed.printing import ONE, TWO, Printing, exec_run, text, updated

PROGRAM = [sys.executable, "-m", "codex_usage_tracker"]
DAMAGED = [
    (b'{"type":"turn.completed","usage":{"input_tokens":1', "invalid_json"),
    (b'{"type":"turn.completed"}', "missing_field"),
    (b'{"type":"turn.completed","usage":{"input_tokens":-5,"output_tokens":1}}', "invalid_counter"),
    (b'{"type":"turn.completed","usage":{"input_tokens":%s}}' % (b"9" * 40), "invalid_counter"),
    (b'{"type":"turn.completed","usage":{"input_tokens":99999999999999999}}', "invalid_counter"),
    (b'{"type":"turn.completed","usage":"much"}', "unexpected_shape"),
    (b'{"type":["turn.completed"]}', "unexpected_shape"),
    (b'{"method":"thread/tokenUsage/updated","params":{"threadId":7}}', "unexpected_shape"),
    (b'{"method":"thread/tokenUsage/updated","params":[]}', "unexpected_shape"),
    (b'{"method":"thread/tokenUsage/updated","params":null}', "unexpected_shape"),
    (b'{"method":"thread/tokenUsage/updated"}', "missing_field"),
    (b'{"method":"turn/started","params":{"threadId":"t","turn":{}}}', "missing_field"),
    (b'{"method":"rawResponse/completed","params":{"threadId":"t"}}', "missing_field"),
    (b'{"id":1,"result":{"rateLimits":3}}', "unexpected_shape"),
    (b'{"id":1,"result":{"responseId":"r","inputTokens":-1}}', "invalid_counter"),
    (b'{"id":1,"result":{"dailyUsageBuckets":[]}}', "account_usage"),
    (b'{"a":1}', "unknown_json"),
    (b"{" * 5000, "invalid_json"),
    (b'{"msg":' + b"[" * 3000 + b"]" * 3000 + b"}", "invalid_json"),
    (b'{"timestamp":"2026-11-22T00:00:00.000Z","type":"event_msg","payload":{}}', "rollout_line"),
    (b"\xff\xfe\x00words", "plain_text"),
    (b'{"method":"\xff"}', "invalid_json"),
]


@pytest.mark.parametrize(("line", "reason"), DAMAGED)
def test_a_damaged_line_is_counted_and_those_around_it_are_read(printing: Printing, line: bytes, reason: str) -> None:
    run = exec_run(ONE, 100, 40, 10).splitlines(keepends=True)
    done = printing.take(b"".join([*run[:2], line, b"\n", *run[2:]]))
    assert done.skipped == {reason: 1}
    assert printing.sums() == (1, 100, 40, 10)


def test_a_line_that_is_too_long_is_stepped_over(printing: Printing) -> None:
    run = exec_run(ONE, 100, 40, 10)
    done = printing.take(b'{"type":"item.completed","item":"' + b"x" * 100_000_000 + b'"}\n' + run)
    assert (done.skipped, done.lines) == ({"oversized_line": 1}, 5)
    assert printing.sums() == (1, 100, 40, 10)


def test_a_last_line_without_an_end_is_read(printing: Printing) -> None:
    assert printing.take(exec_run(ONE, 100, 40, 10).rstrip()).new_calls == 1


def test_lines_may_end_as_on_windows(printing: Printing) -> None:
    assert printing.take(exec_run(ONE, 100, 40, 10).replace(b"\n", b"\r\n")).new_calls == 1


@given(st.integers(0, 2**32))
def test_no_mangled_log_is_any_trouble(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    chance, printing = random.Random(seed), Printing(tmp_path_factory.mktemp("mangled"))
    total = {"inputTokens": 10, "cachedInputTokens": 4, "outputTokens": 1}
    log = bytearray(exec_run(ONE, 100, 40, 10) + text(updated(TWO, total, total, turn=lines.turn(2), at=lines.at(2))))
    for _ in range(chance.randrange(1, 20)):
        begin = chance.randrange(len(log))
        log[begin : begin + chance.randrange(8)] = chance.randbytes(chance.randrange(8))
    done = printing.take(bytes(log))
    assert done.new_calls == printing.sums()[0] <= 4


def test_only_one_kind_is_read_where_that_is_asked_for(printing: Printing) -> None:
    done = printing.take(exec_run(ONE, 100, 40, 10) + b"Hello.\n", only="terminal")
    assert (done.kinds, done.skipped) == ({"terminal": 1}, {"other_kind": 4, "plain_text": 1})
    assert printing.sums()[0] == 0


def test_a_rollout_is_refused_by_its_name(printing: Printing) -> None:
    path = printing.log(ONE, *lines.good_log(ONE))
    with pytest.raises(InvalidValueError, match="is a rollout"):
        printing.take_files([str(path)])


def test_a_file_that_cannot_be_read_is_told(printing: Printing) -> None:
    with pytest.raises(NamedFileMissingError):
        printing.take_files([str(printing.logs / "none.log")])
    with pytest.raises(FileAccessError):
        printing.take_files([str(printing.logs)])


def test_reading_all_rollouts_again_keeps_what_was_printed(printing: Printing) -> None:
    printing.take(exec_run(TWO, 100, 40, 10))
    printing.log(ONE, *lines.good_log(ONE))
    printing.refresh()
    before = printing.dump()
    (printing.logs / "run.log").unlink()
    printing.refresh(again=True)
    assert printing.dump() == before


def _pipe(printing: Printing, *options: str) -> "Popen[bytes]":
    """Start a process that takes in what is written into it."""
    command = [*PROGRAM, "--db", printing.database, "--codex-home", str(printing.path), "ingest", "-", *options]
    own = {**os.environ, "CODEX_USAGE_TRACKER_HOME": str(printing.path.parent / "tracker")}
    return Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=own)


def _until(condition: "object", seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _inputs(path: str) -> list[int]:
    connection = database.open_reader(path)
    found = [row[0] for row in connection.execute("SELECT input FROM call ORDER BY logged_input")]
    connection.close()
    return found


def test_what_comes_through_a_pipe_can_be_seen_while_it_is_open(printing: Printing) -> None:
    with _pipe(printing, "--json") as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(exec_run(ONE, 100, 40, 10))
        process.stdin.flush()
        _until(lambda: _inputs(printing.database) == [100])
        process.stdin.write(exec_run(ONE, 250, 140, 30))
        process.stdin.flush()
        _until(lambda: _inputs(printing.database) == [100, 150])
        assert process.poll() is None
        process.stdin.close()
        answer = json.loads(process.stdout.read())
    assert (answer["new_calls"], answer["files"], answer["lines"]) == (2, ["stdin"], 8)
    assert printing.dump()["loose ends"] == []


def test_what_was_seen_stays_when_the_reader_is_killed_and_all_is_read_again(printing: Printing) -> None:
    log = exec_run(ONE, 100, 40, 10)
    with _pipe(printing) as process:
        assert process.stdin
        process.stdin.write(log)
        process.stdin.flush()
        _until(lambda: _inputs(printing.database) == [100])
        process.kill()
    assert printing.take(log, "stdin").new_calls == 0
    assert printing.sums() == (1, 100, 40, 10)


def test_what_comes_is_passed_on_at_once_where_that_is_asked_for(printing: Printing) -> None:
    log = exec_run(ONE, 100, 40, 10)
    with _pipe(printing, "--tee") as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(log)
        process.stdin.flush()
        assert process.stdout.read(len(log)) == log
        process.stdin.close()
        assert process.stdout.read() == b""
        assert b"1 new call" in process.stderr.read()


def test_nobody_who_stops_listening_keeps_it_from_reading(printing: Printing) -> None:
    with _pipe(printing, "--tee") as process:
        assert process.stdin
        assert process.stdout
        process.stdout.close()
        for total in (100, 250):
            process.stdin.write(exec_run(ONE, total, 40, 10))
            process.stdin.flush()
        process.stdin.close()
        assert process.wait() == 0
    assert _inputs(printing.database) == [100, 150]


def test_an_interrupt_in_the_midst_of_writing_loses_nothing(
    printing: Printing, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    renew, interrupts = rollups.renew, iter([KeyboardInterrupt()])

    def interrupted(connection: apsw.Connection, thread: int, since: int) -> None:
        for one in interrupts:
            raise one
        renew(connection, thread, since)

    monkeypatch.setattr(rollups, "renew", interrupted)
    monkeypatch.setattr(taking, "BATCH_SECONDS", 0)
    done = printing.take(exec_run(ONE, 100, 40, 10))
    assert (done.interrupted, done.new_calls, printing.sums()) == (True, 1, (1, 100, 40, 10))


def test_two_at_once_count_once(printing: Printing) -> None:
    paths = [printing.printed(exec_run(ONE, 100, 40, 10), f"{name}.log") for name in "ab"]
    both = [threading.Thread(target=printing.take_files, args=([path],)) for path in paths]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert printing.sums() == (1, 100, 40, 10)


def test_a_log_may_be_a_named_pipe(printing: Printing, tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(exec_run(ONE, 100, 40, 10)))
    writer.start()
    assert printing.take_files([str(path)]).files == ["fifo"]
    writer.join()
    assert printing.sums()[0] == 1
