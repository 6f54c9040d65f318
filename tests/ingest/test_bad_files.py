"""Files and folders that are no logs, cannot be read or are damaged: the others are read."""

import io
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from codex_usage_tracker.errors import FileAccessError
from codex_usage_tracker.ingest import jobs, names, sync
from tests.ingest import lines, zst
from tests.ingest.home import Home
from tests.ingest.lines import (
    Line,
    event,
    file_name,
    good_log,
    text,
    thread,
)
from tests.prices import BUNDLED

MAIN, OTHER = thread(0), thread(10)


# -- files -------------------------------------------------------------------------------------------------------------

BAD_FILES: dict[str, bytes] = {
    "empty": b"",
    "only half a line": lines.rollout(*good_log(OTHER))[:100],
    "only a newline": b"\n",
    "binary": random.Random(1).randbytes(50_000),
    "an image": b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(5000),
    "a JSON document": json.dumps({"session": {"id": OTHER}, "items": [1, 2, 3]}, indent=1).encode(),
    "zeros": b"\0" * 100_000,
}


@pytest.mark.parametrize("data", BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_that_is_no_log_does_not_disturb_the_others(home: Home, data: bytes) -> None:
    home.log(MAIN, *good_log(MAIN))
    home.write(file_name(OTHER), data)
    refreshed = home.refresh()
    assert refreshed.problems == []
    assert home.calls("input") == [1000, 1500]
    assert home.refresh().read_files == 0


def test_a_file_that_becomes_a_log_later_is_read(home: Home) -> None:
    home.write(file_name(MAIN), b"")
    home.refresh()
    home.log(MAIN, *good_log(MAIN))
    assert home.refreshed_calls("input") == [1000, 1500]


@pytest.mark.parametrize(
    "make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere"), lambda path: path.symlink_to(path)]
)
def test_what_is_no_file_is_told_of(home: Home, make: Callable[[Path], object]) -> None:
    home.log(MAIN, *good_log(MAIN))
    path = home.sessions / file_name(OTHER)
    make(path)
    refreshed = home.refresh()
    assert [problem.path for problem in refreshed.problems] == [str(path)]
    assert all(problem.reason for problem in refreshed.problems)
    assert home.calls("input") == [1000, 1500]


opened: Callable[..., io.BufferedReader] = open


def test_a_file_that_cannot_be_opened_is_told_of_and_read_when_it_can(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.log(MAIN, *good_log(MAIN))
    path = home.log(OTHER, *good_log(OTHER))

    def refuse(name: str, *given: Any, **named: Any) -> io.BufferedReader:
        if name == str(path):
            raise PermissionError(13, "Permission denied")
        return opened(name, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "open", refuse, raising=False)
        refreshed = home.refresh()
    assert [tuple(problem) for problem in refreshed.problems] == [(str(path), "Permission denied")]
    assert home.calls("thread.thread_id, input") == [(MAIN, 1000), (MAIN, 1500)]
    assert len(home.refreshed_calls()) == 4


def test_a_file_that_breaks_while_it_is_read_is_told_of_and_read_when_it_can(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.log(MAIN, *good_log(MAIN))
    path = home.log(OTHER, *good_log(OTHER))

    class Broken(io.FileIO):
        def readinto(self, _buffer: Any, /) -> int:
            raise OSError(5, "Input/output error")

    def breaking(name: str, *given: Any, **named: Any) -> io.BufferedReader:
        if name == str(path):
            return io.BufferedReader(Broken(name))
        return opened(name, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "open", breaking, raising=False)
        refreshed = home.refresh()
    assert [tuple(problem) for problem in refreshed.problems] == [(str(path), "Input/output error")]
    assert len(home.refreshed_calls()) == 4


def test_a_file_that_goes_away_between_finding_and_reading_is_told_of(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.log(MAIN, *good_log(MAIN))
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.listing.close()

    def __iter__(self) -> Iterator[Any]:
        raise OSError(116, "Stale file handle")


@pytest.mark.parametrize("at_once", [True, False])
def test_a_folder_that_cannot_be_listed_is_told_of(
    home: Home, monkeypatch: pytest.MonkeyPatch, *, at_once: bool
) -> None:
    home.log(MAIN, *good_log(MAIN))
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
    refreshed = sync.refresh(home.database, [str(tmp_path / "nowhere"), str(home.path)], BUNDLED)
    assert (refreshed.scanned_files, refreshed.new_calls, refreshed.problems) == (0, 0, [])


def test_folders_that_hold_links_to_themselves_are_walked_once(home: Home) -> None:
    home.log(MAIN, *good_log(MAIN))
    (home.sessions / "again").symlink_to(home.path / "sessions")
    (home.sessions / "self").symlink_to("self")
    (home.path / "sessions" / "up").symlink_to(home.path)
    assert home.refresh().scanned_files == 1
    assert home.calls("input") == [1000, 1500]


def test_a_folder_that_is_a_link_to_elsewhere_is_walked(home: Home, tmp_path: Path) -> None:
    """Its path may begin as that of the folder it is in."""
    home.log(MAIN, *good_log(MAIN))
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
    home.log(MAIN, *good_log(MAIN))
    home.write(name, lines.rollout(*good_log(MAIN)))
    assert home.refreshed_calls("input") == [1000, 1500]


def test_names_that_are_no_text_are_told_of_or_read(home: Home) -> None:
    home.log(MAIN, *good_log(MAIN))
    name = os.fsencode(home.sessions) + b"/rollout-\xff-" + OTHER.encode() + b".jsonl"
    with open(name, "wb") as log:  # noqa: PTH123  (a path of bytes)
        log.write(lines.rollout(*good_log(OTHER)))
    refreshed = home.refresh()
    assert len(refreshed.problems) == 1 or len(home.calls()) == 4
    assert set(home.calls("thread.thread_id, input")) >= {(MAIN, 1000), (MAIN, 1500)}


@pytest.mark.parametrize("which", ["home", "database"])
def test_a_path_that_is_no_text_is_refused(home: Home, tmp_path: Path, which: str) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    with pytest.raises(FileAccessError) as caught:
        sync.refresh(*((odd, [str(home.path)]) if which == "database" else (home.database, [odd])), BUNDLED)
    assert "xff" in caught.value.message
    assert caught.value.hint


def test_a_log_that_lies_in_two_folders_is_counted_once(home: Home) -> None:
    """Its name tells which log it is."""
    path = home.log(MAIN, *good_log(MAIN))
    other_day = home.path / "sessions" / "2026" / "11" / "23"
    other_day.mkdir()
    shutil.copy2(path, other_day)
    assert home.refreshed_calls("input") == [1000, 1500]
    assert home.refresh().read_files == 0


def test_a_plain_log_holds_before_a_compressed_one_in_another_folder(home: Home) -> None:
    zst.compress(home.write(file_name(MAIN), lines.rollout(*good_log(MAIN)[:4])))
    other_day = home.path / "sessions" / "2026" / "11" / "23"
    other_day.mkdir()
    (other_day / file_name(MAIN)).write_bytes(lines.rollout(*good_log(MAIN)))
    assert home.refreshed_calls("input") == [1000, 1500]


# -- compressed files --------------------------------------------------------------------------------------------------


def long_log() -> bytes:
    """Return a log that does not fit into one block of a compressed file."""
    noise = random.Random(3)
    filling = (Line("world_state", {"noise": noise.randbytes(600).hex()}) for _ in range(300))
    return lines.rollout(*good_log(MAIN)[:4], *filling, *good_log(MAIN)[4:])


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
    "data", [b"no zstd at all", b"\x28\xb5\x2f\xfd" + random.Random(4).randbytes(5000), lines.rollout(*good_log(MAIN))]
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
    home.log(MAIN, *good_log(MAIN))
    good = text({"id": MAIN, "thread_name": "Parser", "updated_at": "2026-11-22T00:00:01Z"})
    bad = [b"\xff\xfe\n", b"{\n", b"null\n", b'{"id":7}\n', b'{"thread_name":"x"}\n', b"x" * 3_000_000 + b"\n"]
    (home.path / "session_index.jsonl").write_bytes(b"".join(bad) + good + b"".join(bad) + b'{"id":"half')
    home.refresh()
    assert home.ask("SELECT name FROM thread") == ["Parser"]


def test_an_index_of_names_that_is_no_file_is_no_error(home: Home) -> None:
    home.log(MAIN, *good_log(MAIN))
    (home.path / "session_index.jsonl").mkdir()
    assert home.refreshed_calls("input") == [1000, 1500]


def test_an_index_of_names_that_cannot_be_read_is_read_when_it_can(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.log(MAIN, *good_log(MAIN))
    (home.path / "session_index.jsonl").write_bytes(text({"id": MAIN, "thread_name": "Parser"}))

    def refuse(*_given: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(names, "open", refuse, raising=False)
        home.refresh()
    assert home.ask("SELECT name FROM thread") == [None]
    home.refresh()
    assert home.ask("SELECT name FROM thread") == ["Parser"]


def test_a_name_holds_from_when_it_was_given(home: Home) -> None:
    """The log tells of it too, at its own time, whatever calls follow."""
    first = event("thread_name_updated", thread_id=MAIN, thread_name="first")._replace(at=lines.at(1))
    home.log(MAIN, *good_log(MAIN)[:2], first, *[line._replace(at=lines.at(30)) for line in good_log(MAIN)[2:]])
    index = home.path / "session_index.jsonl"
    index.write_bytes(text({"id": MAIN, "thread_name": "second", "updated_at": lines.stamp(lines.at(2))}))
    home.refresh()
    assert home.ask("SELECT name, named_at FROM thread") == [("second", lines.at(2))]


def test_a_file_that_cannot_be_read_changes_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.write(file_name(MAIN), lines.rollout(*good_log(MAIN)))
    before = home.refresh().generation
    home.write(file_name(OTHER), lines.rollout(*good_log(OTHER)))
    monkeypatch.setattr(jobs, "read", lambda job: jobs.Done(job.file_id, problem="is locked"))
    refused = home.refresh()
    assert [problem.reason for problem in refused.problems] == ["is locked"]
    assert refused.generation == before


def test_a_compressed_log_that_is_whole_again_is_no_longer_called_damaged(home: Home) -> None:
    path = zst.compress(home.write(file_name(MAIN), lines.rollout(*good_log(MAIN))))
    log = path.read_bytes()
    path.write_bytes(log[: len(log) - 5])
    home.refresh()
    assert home.notes() == {"damaged_compression": 1}
    path.write_bytes(log)
    home.refresh()
    assert home.notes() == {}
