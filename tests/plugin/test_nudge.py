"""What the hook runs, as Codex runs it."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codex_usage_tracker.plugin import hooks, nudge, package
from codex_usage_tracker.store.lock import refreshing
from tests.cli import history

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Codex runs hooks by a shell of POSIX here")
TOLD = json.dumps({"session_id": "canary-session", "last_assistant_message": "canary " * 30_000})
PATIENCE_SECONDS = 30.0
TRULY_NOW = time.monotonic


@pytest.fixture
def surroundings_of_codex(tmp_path: Path, codex: Path) -> dict[str, str]:
    shutil.copytree(history.write(tmp_path / "written"), codex, dirs_exist_ok=True)
    return {"HOME": str(codex.parent), "CODEX_USAGE_TRACKER_HOME": str(tmp_path / "tracker"), "PATH": os.defpath}


def codex_runs(environment: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    """Run the hook's line by a shell, as Codex does: what it tells comes by a pipe."""
    line = hooks.command_of(package.program(), options)
    return subprocess.run(
        ["/bin/sh", "-c", line], input=TOLD, env=environment, capture_output=True, text=True, check=False
    )


def quiet(folder: Path) -> None:
    """Wait until nothing is new, and nobody reads."""
    until = TRULY_NOW() + PATIENCE_SECONDS
    while TRULY_NOW() < until:
        marks = [one for one in folder.glob("nudge-*") if one.suffix != ".lock"]
        locks = [str(one)[: -len(".lock")] for one in folder.glob("nudge-*.lock")]
        try:
            for lock in locks:
                with refreshing(lock, 0.0):
                    pass
        except Exception:  # noqa: BLE001  (somebody reads)
            marks.append(folder)
        if not marks:
            return
        time.sleep(0.05)
    pytest.fail("the refresh in the background did not end")


def test_it_says_nothing_takes_everything_and_lets_the_logs_be_read(
    surroundings_of_codex: dict[str, str], tmp_path: Path
) -> None:
    ran = codex_runs(surroundings_of_codex)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    quiet(tmp_path / "tracker")
    command = [*package.program(), "summary", "--json"]
    told = subprocess.run(command, env=surroundings_of_codex, capture_output=True, text=True, check=True)
    assert json.loads(told.stdout)["totals"]["calls"] == 12
    kept = b"".join(one.read_bytes() for one in (tmp_path / "tracker").iterdir() if one.is_file())
    assert b"canary-session" not in kept


def test_many_at_once_make_one_refresh_at_a_time(surroundings_of_codex: dict[str, str], tmp_path: Path) -> None:
    program, log = tmp_path / "program", tmp_path / "runs"
    program.write_text(f"#!/bin/sh\necho begins >> {log}; sleep 0.2; echo ends >> {log}\n")
    program.chmod(0o700)
    begin = (
        "from codex_usage_tracker import owned, paths; from codex_usage_tracker.plugin import nudge;"
        f"nudge.PAUSE_SECONDS = 0.1; nudge.START[:] = [{str(program)!r}]; owned.make_folder(paths.data_folder());"
        "owned.write(nudge._mark([]), b''); nudge.main([nudge.READ])"
    )
    command = [sys.executable, "-c", begin]
    started = [subprocess.Popen(command, env=surroundings_of_codex, stdin=subprocess.DEVNULL) for _ in range(12)]
    assert [one.wait(PATIENCE_SECONDS) for one in started] == [0] * 12
    quiet(tmp_path / "tracker")
    runs = log.read_text().split()
    assert runs == ["begins", "ends"] * (len(runs) // 2)
    assert 1 <= len(runs) // 2 <= 3


def test_while_one_reads_another_leaves_it_a_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(nudge, "_start", started.append)
    folder = tmp_path / "tracker"
    nudge.nudge([])
    [mark] = [one for one in folder.glob("nudge-*") if one.suffix != ".lock"]
    mark.unlink()
    with refreshing(str(mark), 0.0):
        nudge.nudge([])
    assert mark.exists()
    assert len(started) == 1


def test_a_folder_that_cannot_be_made_disturbs_nobody(surroundings_of_codex: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "tracker").write_text("a file")
    ran = codex_runs(surroundings_of_codex)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_when_the_program_is_there_no_more_nobody_is_disturbed(surroundings_of_codex: dict[str, str]) -> None:
    for python in ("/no/python", sys.executable):
        line = hooks.command_of([python], []).replace("codex_usage_tracker", "no_such_program")
        ran = subprocess.run(["/bin/sh", "-c", line], env=surroundings_of_codex, capture_output=True, check=False)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
