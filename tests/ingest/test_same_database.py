"""However a history comes to be read, the same database is the result."""

import json
import os
import pkgutil
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_usage_tracker.errors import BusyError
from codex_usage_tracker.ingest import intake, rollout
from codex_usage_tracker.ingest.sync import Refreshed, refresh
from codex_usage_tracker.store.lock import refreshing
from tests.ingest import process, zst
from tests.ingest.home import rewrite
from tests.prices import BUNDLED
from tests.store import dump as canonical
from tests.store.dump import Dump, differences

BRANCHED = [
    "0.36.0/exec_resume",
    "0.50.0/exec_resume",
    "0.80.0/appserver_rollback",
    "0.120.0/appserver_fork",
    "0.144.0/appserver_fork",
    "0.144.0/subagents_v2",
    "0.150.0/exec_resume",
    "0.154.0/autocompact_local",
    "0.169.0/compress",
    "0.169.0/exec_fork",
    "0.169.0/paginated",
    "0.169.0/subagents",
    "0.169.0/tui",
    "0.169.0/upgrade",
]
"""Scenarios with resumes, forks, sub-agents, compactions, names and mixed versions: where order could matter."""

a_scenario = st.sampled_from(BRANCHED)


class History:
    """A home that comes to be, and the database that follows it."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.source = source
        self.home = folder / "codex"
        self.home.mkdir()
        self.database = canonical.new(folder / "usage.sqlite3")
        self.files = sorted(path.relative_to(source) for path in source.rglob("*") if path.is_file())

    def put(self, name: Path, size: int | None = None) -> Path:
        """Let a file be as long as `size`, or whole; its time is the original's when it is whole."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((self.source / name).read_bytes()[:size])
        if size is None:
            shutil.copystat(self.source / name, path)
        return path

    def put_all(self) -> None:
        for name in self.files:
            self.put(name)

    def refresh(self) -> Refreshed:
        return refresh(self.database, [str(self.home)], BUNDLED)

    def dump(self) -> Dump:
        return canonical.dump(self.database)

    def usage(self) -> Dump:
        return canonical.usage(self.database)


@contextmanager
def history(source: Path) -> Iterator[History]:
    with tempfile.TemporaryDirectory() as folder:
        yield History(source, Path(folder))


@cache
def read_at_once(source: Path) -> Dump:
    """What one refresh of the finished home gives; it is measured against the truth elsewhere."""
    with history(source) as whole:
        whole.put_all()
        whole.refresh()
        found = whole.dump()
    assert found["calls"]
    assert found["unsettled"] == found["loose ends"] == []
    return found


def usage_at_once(source: Path) -> Dump:
    return {name: rows for name, rows in read_at_once(source).items() if name in canonical.USAGE}


# -- pieces and order --------------------------------------------------------------------------------------------------


@given(a_scenario, st.data())
def test_a_log_that_grows_by_any_pieces(corpus: Path, scenario: str, data: st.DataObject) -> None:
    with history(corpus / scenario) as growing:
        steps: list[tuple[Path, int | None]] = []
        for name in growing.files:
            size = (growing.source / name).stat().st_size
            most = 0 if name.suffix == ".zst" else 4  # a compressed file is put there whole
            cuts = data.draw(st.lists(st.integers(0, size - 1), max_size=most), label=str(name))
            steps += [(name, cut) for cut in sorted(cuts)] + [(name, None)]
        order = data.draw(st.randoms(use_true_random=False), label="order")
        for name, cut in in_any_order(steps, order):
            growing.put(name, cut)
            if order.random() < 0.7:
                growing.refresh()
        growing.refresh()
        assert differences(growing.dump(), read_at_once(growing.source)) == []


def in_any_order(steps: list[tuple[Path, int | None]], order: random.Random) -> list[tuple[Path, int | None]]:
    """Mix the steps of several files, each file's own in their order."""
    waiting: dict[Path, list[int | None]] = {}
    for name, cut in steps:
        waiting.setdefault(name, []).append(cut)
    mixed = [name for name, _ in steps]
    order.shuffle(mixed)
    return [(name, waiting[name].pop(0)) for name in mixed]


@pytest.mark.parametrize("scenario", ["0.120.0/appserver_fork", "0.169.0/subagents", "0.169.0/upgrade"])
def test_a_log_that_grows_line_by_line(corpus: Path, scenario: str) -> None:
    with history(corpus / scenario) as growing:
        for name in growing.files:
            size = 0
            for line in (growing.source / name).read_bytes().splitlines(keepends=True):
                size += len(line)
                growing.put(name, size)
                growing.refresh()
        growing.put_all()
        growing.refresh()
        assert differences(growing.dump(), read_at_once(growing.source)) == []


@given(a_scenario, st.randoms(use_true_random=False))
def test_files_that_appear_in_any_order(corpus: Path, scenario: str, order: random.Random) -> None:
    """Children may come before their parents and forks before their originals."""
    with history(corpus / scenario) as appearing:
        order.shuffle(appearing.files)
        for name in appearing.files:
            appearing.put(name)
            appearing.refresh()
        assert differences(appearing.dump(), read_at_once(appearing.source)) == []


@pytest.mark.parametrize("scenario", BRANCHED)
def test_files_from_the_newest_to_the_oldest(corpus: Path, scenario: str) -> None:
    with history(corpus / scenario) as appearing:
        for name in reversed(appearing.files):
            appearing.put(name)
            appearing.refresh()
        assert differences(appearing.dump(), read_at_once(appearing.source)) == []


@pytest.mark.parametrize("scenario", BRANCHED)
def test_slices_of_any_size(corpus: Path, scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read_at_once(corpus / scenario)
    monkeypatch.setattr(rollout, "SLICE_BYTES", 5000)
    with history(corpus / scenario) as sliced:
        sliced.put_all()
        sliced.refresh()
        assert differences(sliced.dump(), expected) == []


@pytest.mark.parametrize("scenario", BRANCHED)
def test_everything_read_again(corpus: Path, scenario: str) -> None:
    with history(corpus / scenario) as whole:
        whole.put_all()
        whole.refresh()
        again = refresh(whole.database, [str(whole.home)], BUNDLED, again=True)
        assert (again.read_files, again.new_calls) == (again.scanned_files, 0)
        assert differences(whole.dump(), read_at_once(whole.source)) == []


def test_worker_processes(corpus: Path, tmp_path: Path) -> None:
    source = corpus / "0.169.0/upgrade"
    whole = History(source, tmp_path)
    whole.put_all()
    small = {"ingest.jobs.SMALL_BYTES": 0, "ingest.jobs.BATCH_BYTES": 50_000, "ingest.rollout.SLICE_BYTES": 20_000}
    process.run(whole.database, [whole.home], changed=small)
    assert differences(whole.dump(), read_at_once(source)) == []


# -- lines of another layout -------------------------------------------------------------------------------------------


def spaced(line: dict[str, Any]) -> bytes:
    return json.dumps(line).encode()


def other_order(line: dict[str, Any]) -> bytes:
    """Write the payload first, and what it holds from the end."""
    turned = dict(reversed(list(line.items())))
    if isinstance(turned.get("payload"), dict):
        turned["payload"] = dict(reversed(list(turned["payload"].items())))
    return json.dumps(turned, separators=(",", ":")).encode()


def longer_time(line: dict[str, Any]) -> bytes:
    """Write instants with microseconds and an offset."""
    line = {**line, "timestamp": line["timestamp"].removesuffix("Z") + "000+00:00"}
    return json.dumps(line, separators=(",", ":")).encode()


@pytest.mark.parametrize("scenario", BRANCHED)
@pytest.mark.parametrize("layout", [spaced, other_order, longer_time])
def test_lines_of_another_layout(corpus: Path, scenario: str, layout: Callable[[dict[str, Any]], bytes]) -> None:
    """Where keys stand and whether blanks are between them says nothing."""
    with history(corpus / scenario) as written:
        written.put_all()
        for path in written.home.rglob("rollout-*"):
            plain = path if path.suffix == ".jsonl" else zst.decompress(path)
            rewrite(plain, b"".join(layout(json.loads(line)) + b"\n" for line in plain.read_bytes().splitlines()))
        written.refresh()
        assert differences(written.usage(), usage_at_once(written.source)) == []


# -- processes that are killed, and two at once ------------------------------------------------------------------------

SMALL_STEPS = {"ingest.intake.COMMIT_SECONDS": -1.0, "ingest.rollout.SLICE_BYTES": 20_000}
POINTS = [
    "ingest.jobs.read",
    "store.writer.Writer.write",
    "store.writer.Writer.put",
    "store.rollups.renew",
    "ingest.names.apply",
    "store.claims.ClaimBook.settle",
    "store.files.unknown_models",
    "store.files.mark_archived",
    "store.files.hang_together",
    "store.files.settled",
    "store.files.advance_generation",
]


class Killed(BaseException):
    """Stands for the end of a process: nothing but a rollback follows."""


@given(a_scenario, st.sampled_from(POINTS), st.integers(1, 30), st.booleans())
def test_a_refresh_that_ends_anywhere(corpus: Path, scenario: str, point: str, call: int, again: bool) -> None:  # noqa: FBT001
    expected = read_at_once(corpus / scenario)
    with history(corpus / scenario) as ended:
        ended.put_all()
        for _ in range(1 + again):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(intake, "COMMIT_SECONDS", -1.0)
                patch.setattr(rollout, "SLICE_BYTES", 20_000)
                end_at(patch, point, call)
                with suppress(Killed):
                    ended.refresh()
        ended.refresh()
        assert differences(ended.dump(), expected) == []


@pytest.mark.parametrize("point", ["ingest.jobs.read", "store.writer.Writer.write", "store.files.settled"])
def test_a_refresh_that_is_interrupted_says_so(corpus: Path, point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with history(corpus / "0.169.0/subagents") as ended:
        ended.put_all()
        with monkeypatch.context() as patch:
            end_at(patch, point, 1, KeyboardInterrupt)
            assert ended.refresh().interrupted
        assert not ended.refresh().interrupted
        assert differences(ended.dump(), read_at_once(ended.source)) == []


def end_at(
    patch: pytest.MonkeyPatch, point: str, call: int, how: type[BaseException] = Killed,
) -> None:  # fmt: skip
    """Raise at one call of a function."""
    name = "codex_usage_tracker." + point
    original: Callable[..., Any] = pkgutil.resolve_name(name)
    calls = 0

    def counted(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            raise how
        return original(*given, **named)

    patch.setattr(name, counted)


@pytest.mark.parametrize(("point", "call"), [(point, call) for point in POINTS for call in (1, 3)][::3])
def test_a_process_that_is_killed_at_a_point(corpus: Path, tmp_path: Path, point: str, call: int) -> None:
    killed = History(corpus / "0.169.0/subagents", tmp_path)
    killed.put_all()
    running = process.start(killed.database, [killed.home], changed=SMALL_STEPS, killed_at=(point, call))
    process.ready(running)
    process.go(running)
    was_killed = process.killed(running)
    assert was_killed or call > 1
    killed.refresh()
    assert differences(killed.dump(), read_at_once(killed.source)) == []


@pytest.mark.parametrize("seed", range(4))
def test_a_process_that_is_killed_at_any_moment(corpus: Path, tmp_path: Path, seed: int) -> None:
    killed = History(corpus / "0.169.0/upgrade", tmp_path)
    killed.put_all()
    running = process.start(killed.database, [killed.home], changed=SMALL_STEPS)
    process.ready(running)
    process.go(running)
    time.sleep(random.Random(seed).uniform(0.0, 0.06))
    running.kill()
    running.communicate()
    killed.refresh()
    assert differences(killed.dump(), read_at_once(killed.source)) == []


def test_two_refreshes_at_once(corpus: Path, tmp_path: Path) -> None:
    """One works, the other waits for it, and neither fails."""
    both = History(corpus / "0.169.0/upgrade", tmp_path)
    both.put_all()
    changed = SMALL_STEPS | {"ingest.rollout.SLICE_BYTES": 2000}
    running = [process.start(both.database, [both.home], changed=changed) for _ in range(2)]
    for one in running:
        process.ready(one)
    for one in running:
        process.go(one)
    answers = [process.answer(one) for one in running]
    assert sorted(answer["waited"] for answer in answers) == [False, True]
    assert sorted(answer["new_calls"] for answer in answers) == [0, 30]
    assert differences(both.dump(), read_at_once(both.source)) == []


@pytest.mark.parametrize("attempt", range(3))
def test_two_first_refreshes_at_once(corpus: Path, tmp_path: Path, attempt: int) -> None:
    """The database itself does not exist yet."""
    source = corpus / "0.169.0/subagents"
    path = str(tmp_path / f"new-{attempt}" / "usage.sqlite3")
    running = [process.start(path, [source]) for _ in range(3)]
    for one in running:
        process.ready(one)
    for one in running:
        process.go(one)
    answers = [process.answer(one) for one in running]
    assert [answer.get("error") for answer in answers] == [None] * 3
    assert canonical.dump(path)["calls"] == read_at_once(source)["calls"]


def test_a_refresh_that_may_not_wait_says_that_another_runs(corpus: Path, tmp_path: Path) -> None:
    busy = History(corpus / "0.169.0/exec_simple", tmp_path)
    busy.put_all()
    with refreshing(busy.database, 0.0), pytest.raises(BusyError) as caught:
        refresh(busy.database, [str(busy.home)], BUNDLED, wait_seconds=0.0)
    assert caught.value.hint
    busy.refresh()
    assert differences(busy.dump(), read_at_once(busy.source)) == []


# -- files that move ---------------------------------------------------------------------------------------------------

OPERATIONS = ("grow", "whole", "archive", "unarchive", "compress", "decompress", "touch", "delete")


class Moving(History):
    """A home whose files grow, move, are compressed and go away."""

    def __init__(self, source: Path, folder: Path) -> None:
        super().__init__(source, folder)
        names = [name for name in self.files if name.name.startswith("rollout-")]
        self.at: dict[Path, Path | None] = dict.fromkeys(names)
        self.sizes = dict.fromkeys(self.at, 0)
        self.contents = {name: zst.plain(source / name) for name in self.at}

    def change(self, name: Path, operation: str, amount: float) -> None:
        """Do one thing to one file, as far as it is possible there."""
        path = self.at[name]
        if path is None or operation in {"grow", "whole"}:
            grown = self.sizes[name] + int((len(self.contents[name]) - self.sizes[name]) * amount)
            self.write(name, len(self.contents[name]) if operation == "whole" else grown)
        elif operation == "touch":
            os.utime(path)
        elif operation == "delete":
            path.unlink()
            self.at[name] = None
        elif operation in {"archive", "unarchive"}:
            self.move(
                name, self.home / "archived_sessions" if operation == "archive" else self.home / "sessions/2026/11/22"
            )
        elif operation == "compress" and path.suffix != ".zst":
            self.at[name] = zst.compress(path)
        elif operation == "decompress" and path.suffix == ".zst":
            self.at[name] = zst.decompress(path)

    def write(self, name: Path, size: int) -> None:
        """Write a file up to a size where it is; a compressed one is plain again before it grows."""
        path = self.at[name]
        if path is not None and path.suffix == ".zst":
            path = zst.decompress(path)
        path = path or self.home / "sessions/2026/11/22" / name.name.removesuffix(".zst")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.contents[name][:size])
        self.at[name], self.sizes[name] = path, size

    def move(self, name: Path, folder: Path) -> None:
        path = self.at[name]
        if path is not None and path.parent != folder:
            folder.mkdir(parents=True, exist_ok=True)
            self.at[name] = path.rename(folder / path.name)

    def paths(self) -> list[Path]:
        return [path for path in self.at.values() if path is not None]

    def settle(self) -> None:
        """Let every file be where and what it is in the end."""
        for name, path in self.at.items():
            if path is not None and path != self.home / name:
                path.unlink()
        self.put_all()


an_operation = st.tuples(
    st.integers(0, 5), st.sampled_from(OPERATIONS), st.floats(0.0, 1.0, allow_subnormal=False), st.booleans(),
)  # fmt: skip


@given(a_scenario, st.lists(an_operation, min_size=1, max_size=25))
def test_files_that_grow_move_and_are_compressed(
    corpus: Path, scenario: str, operations: list[tuple[int, str, float, bool]],
) -> None:  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        moving = Moving(corpus / scenario, Path(folder))
        names = sorted(moving.at)
        for number, operation, amount, refreshed in operations:
            moving.change(names[number % len(names)], operation, amount)
            if refreshed:
                moving.refresh()
        moving.settle()
        moving.refresh()
        assert differences(moving.dump(), read_at_once(moving.source)) == []


@pytest.fixture
def forked(corpus: Path, tmp_path: Path) -> Moving:
    """A home that was read as it is."""
    found = Moving(corpus / "0.144.0/appserver_fork", tmp_path)
    for name in found.at:
        found.write(name, len(found.contents[name]))
    found.refresh()
    assert differences(found.usage(), usage_at_once(found.source)) == []
    return found


def without_archived(found: Dump) -> Dump:
    """Return the threads without the mark that they are archived."""
    return {**found, "threads": [(*row[:5], *row[6:]) for row in found["threads"]]}


def test_archived_threads_are_marked_and_counted_once(forked: Moving) -> None:
    for name in forked.at:
        forked.move(name, forked.home / "archived_sessions")
    refreshed = forked.refresh()
    assert refreshed.new_calls == 0
    assert {row[5] for row in forked.dump()["threads"]} == {1}
    assert without_archived(forked.usage()) == without_archived(usage_at_once(forked.source))
    for name in forked.at:
        forked.move(name, forked.home / "sessions/2026/11/22")
    forked.refresh()
    assert differences(forked.usage(), usage_at_once(forked.source)) == []


def test_a_thread_in_both_folders_is_counted_once(forked: Moving) -> None:
    """An interrupted move leaves two copies; the active one holds."""
    archived = forked.home / "archived_sessions"
    archived.mkdir()
    for path in forked.paths():
        shutil.copy2(path, archived)
    forked.refresh()
    assert differences(forked.usage(), usage_at_once(forked.source)) == []


def test_archived_threads_stay_when_the_archive_is_not_asked_for(forked: Moving) -> None:
    for name in forked.at:
        forked.move(name, forked.home / "archived_sessions")
    refresh(forked.database, [str(forked.home)], BUNDLED, include_archived=False)
    assert differences(forked.usage(), usage_at_once(forked.source)) == []


def test_an_archive_that_is_not_asked_for_is_not_read(corpus: Path, tmp_path: Path) -> None:
    archived = Moving(corpus / "0.169.0/exec_fork", tmp_path)
    for name in archived.at:
        archived.write(name, len(archived.contents[name]))
        archived.move(name, archived.home / "archived_sessions")
    assert refresh(archived.database, [str(archived.home)], BUNDLED, include_archived=False).new_calls == 0
    archived.refresh()
    assert without_archived(archived.usage()) == without_archived(usage_at_once(archived.source))


def test_compressed_files_are_not_counted_again(forked: Moving) -> None:
    for name in forked.at:
        forked.change(name, "compress", 0.0)
    refreshed = forked.refresh()
    assert (refreshed.new_calls, refreshed.rewritten_files) == (0, 0)
    assert differences(forked.usage(), usage_at_once(forked.source)) == []
    for name in forked.at:
        forked.change(name, "decompress", 0.0)
    refreshed = forked.refresh()
    assert (refreshed.new_calls, refreshed.rewritten_files) == (0, 0)
    assert differences(forked.usage(), usage_at_once(forked.source)) == []


def test_a_plain_file_holds_before_a_compressed_one_beside_it(forked: Moving) -> None:
    """Materialising an archive leaves both for a moment."""
    for path in forked.paths():
        kept = path.read_bytes()
        zst.compress(path)
        path.write_bytes(kept)
    forked.refresh()
    assert differences(forked.usage(), usage_at_once(forked.source)) == []


# -- homes that are copies ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", BRANCHED)
@pytest.mark.parametrize("together", [True, False])
def test_two_homes_that_are_copies_are_counted_once(
    corpus: Path, tmp_path: Path, scenario: str, *, together: bool
) -> None:
    first = History(corpus / scenario, tmp_path)
    first.put_all()
    second = shutil.copytree(first.home, tmp_path / "another")
    for homes in [[first.home, second]] if together else [[first.home], [second]]:
        refresh(first.database, [str(home) for home in homes], BUNDLED)
    assert differences(first.usage(), usage_at_once(first.source)) == []


@pytest.mark.parametrize("scenario", BRANCHED)
def test_the_order_of_homes_that_are_copies_does_not_matter(corpus: Path, tmp_path: Path, scenario: str) -> None:
    homes = [str(shutil.copytree(corpus / scenario, tmp_path / name)) for name in ("one", "two")]
    paths = [canonical.new(tmp_path / f"{number}.sqlite3") for number in range(2)]
    refresh(paths[0], homes, BUNDLED)
    for home in reversed(homes):
        refresh(paths[1], [home], BUNDLED)
    assert differences(canonical.dump(paths[1]), canonical.dump(paths[0])) == []


@given(a_scenario, st.data())
def test_a_home_and_an_older_copy_of_it_are_counted_once(corpus: Path, scenario: str, data: st.DataObject) -> None:
    """A backup ends somewhere in the midst of each file."""
    with history(corpus / scenario) as backed_up:
        backed_up.put_all()
        older = backed_up.home.with_name(data.draw(st.sampled_from(["a-backup", "z-backup"])))
        shutil.copytree(backed_up.home, older)
        for path in older.rglob("rollout-*.jsonl"):
            os.truncate(path, data.draw(st.integers(0, path.stat().st_size)))
        homes = [str(older), str(backed_up.home)]
        for home in data.draw(st.permutations(homes)):
            refresh(backed_up.database, [home], BUNDLED)
        assert tokens(backed_up.dump()) == tokens(read_at_once(backed_up.source))


def tokens(found: Dump) -> list[Any]:
    """Return the calls' keys, instants, threads and tokens, without what later lines tell of them."""
    return sorted((row[0], row[1], row[2], row[14:19]) for row in found["calls"])


def test_a_home_and_a_link_to_it_are_counted_once(corpus: Path, tmp_path: Path) -> None:
    linked = History(corpus / "0.120.0/appserver_fork", tmp_path)
    linked.put_all()
    link = tmp_path / "link"
    link.symlink_to(linked.home)
    refresh(linked.database, [str(linked.home), str(link)], BUNDLED)
    assert differences(linked.usage(), usage_at_once(linked.source)) == []


# -- files that go away or lose lines ----------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", BRANCHED)
def test_calls_whose_files_are_gone_stay(corpus: Path, tmp_path: Path, scenario: str) -> None:
    gone = History(corpus / scenario, tmp_path)
    gone.put_all()
    gone.refresh()
    for path in gone.home.rglob("rollout-*"):
        path.unlink()
        gone.refresh()
    assert differences(gone.usage(), usage_at_once(gone.source)) == []
    gone.put_all()
    gone.refresh()
    assert differences(gone.usage(), usage_at_once(gone.source)) == []


@given(a_scenario, st.data())
def test_calls_of_a_file_that_was_cut_off_stay(corpus: Path, scenario: str, data: st.DataObject) -> None:
    with history(corpus / scenario) as cut:
        cut.put_all()
        cut.refresh()
        for path in sorted(cut.home.rglob("rollout-*.jsonl")):
            os.truncate(path, data.draw(st.integers(0, path.stat().st_size)))
        cut.refresh()
        assert tokens(cut.dump()) == tokens(read_at_once(cut.source))
        cut.put_all()
        cut.refresh()
        assert differences(cut.usage(), usage_at_once(cut.source)) == []


MIGRATED = ["0.120.0/appserver_fork", "0.144.0/appserver_fork", "0.144.0/tui", "0.169.0/paginated", "0.169.0/upgrade"]


@pytest.mark.parametrize("scenario", MIGRATED)
@pytest.mark.parametrize("dropped", range(3))
def test_a_migration_that_drops_a_turn_changes_no_call(
    corpus: Path, tmp_path: Path, scenario: str, dropped: int
) -> None:
    """The file keeps its time, has another size, and lost the lines of a turn that was rolled back."""
    migrated = History(corpus / scenario, tmp_path)
    migrated.put_all()
    migrated.refresh()
    for path in migrated.home.rglob("rollout-*.jsonl"):
        rewrite(path, without_turn(path.read_bytes(), dropped))
    refreshed = migrated.refresh()
    assert refreshed.rewritten_files > 0
    assert refreshed.new_calls == 0
    assert tokens(migrated.dump()) == tokens(read_at_once(migrated.source))


def without_turn(data: bytes, number: int) -> bytes:
    """Drop the lines of one turn, from its beginning to its end; the first `session_meta` stays the only one."""
    kept: list[bytes] = []
    turn = -1
    inside = False
    for index, line in enumerate(data.splitlines(keepends=True)):
        if b'"payload":{"type":"task_started"' in line:
            turn, inside = turn + 1, True
        if not (inside and turn == number) and (index == 0 or b'"type":"session_meta"' not in line[:80]):
            kept.append(line)
        if b'"payload":{"type":"task_complete"' in line:
            inside = False
    return b"".join(kept)
