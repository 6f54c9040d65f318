"""Lines are found by their numbers in logs of any size, plain or compressed, from either end."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_usage_tracker.errors import FileAccessError
from codex_usage_tracker.evidence import source
from codex_usage_tracker.evidence.source import Known, SourceMissingError
from tests.ingest import zst

texts = st.lists(st.binary(max_size=9).map(lambda line: line.replace(b"\n", b"")), min_size=1, max_size=40)


def read(path: Path, first: int, last: int, known: Known = source.Known()) -> list[tuple[int, bytes]]:  # noqa: B008
    return [(line.number, line.data) for line in source.lines(str(path), first, last, known)]


@given(lines=texts, data=st.data(), block=st.integers(1, 30))
def test_any_lines_are_found_from_either_end(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], data: st.DataObject, block: int,
) -> None:  # fmt: skip
    ended = data.draw(st.booleans())
    whole = [line + b"\n" for line in lines[:-1]] + [lines[-1] + (b"\n" if ended else b"")]
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    path.write_bytes(b"".join(whole))
    first = data.draw(st.integers(1, len(whole)))
    last = data.draw(st.integers(first, len(whole) + 2))
    read_lines = data.draw(st.integers(0, len(whole) if ended else len(whole) - 1))
    known = Known(sum(map(len, whole[:read_lines])), read_lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "BLOCK_BYTES", block)
        expected = [(number, line) for number, line in enumerate(whole, 1) if first <= number <= last and line]
        assert read(path, first, last, known) == expected


def test_a_compressed_log_is_read_up_to_where_it_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    lines = [f"{number:09}{'x' * (number % 300)}\n".encode() for number in range(1, 5001)]
    path.write_bytes(b"".join(lines))
    packed = zst.compress(path)
    assert read(packed, 3000, 3001) == [(3000, lines[2999]), (3001, lines[3000])]
    packed.write_bytes(packed.read_bytes()[:-200])
    assert read(packed, 1, 2)[0] == (1, lines[0])
    assert read(packed, 5000, 5000) == []


def test_lines_behind_the_end_are_none(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"one\ntwo\n")
    assert read(path, 3, 4) == []
    assert read(path, 9, 9) == []
    assert read(path, 7, 9, Known(10**9, 9)) == []


def test_of_a_line_that_is_too_long_the_beginning_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_LINE_BYTES", 10)
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"a" * 1000 + b"\nshort\n")
    long, short = source.lines(str(path), 1, 2, Known())
    assert (long.data, long.size) == (b"a" * 10, 1001)
    assert (short.number, short.data, short.size) == (2, b"short\n", 6)


def test_of_lines_that_are_too_large_together_the_last_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(source, "MOST_BYTES", 10)
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"one\ntwo\nthree\n" + b"x" * 20 + b"\nfour\n")
    assert [number for number, _ in read(path, 1, 3)] == [2, 3]
    assert [number for number, _ in read(path, 1, 4)] == [4]
    assert [number for number, _ in read(zst.compress(path), 1, 5)] == [5]


def test_what_is_no_readable_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceMissingError):
        read(tmp_path / "gone", 1, 1)
    with pytest.raises(FileAccessError):
        read(tmp_path, 1, 1)
