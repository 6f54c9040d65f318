"""Every file of the tracker is its owner's alone, whatever the umask says, and what others could read is mended."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from codex_usage_tracker import __main__, owned
from codex_usage_tracker.config.files import Files
from codex_usage_tracker.config.writing import write
from codex_usage_tracker.errors import FileAccessError
from codex_usage_tracker.store import permissions
from tests.cli import history

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
SOURCE = str(Path(__main__.__file__).parents[1])
COMMANDS = (
    ["refresh"],
    ["report", "--last", "all"],
    ["init-pricing"],
    ["init-pricing", "--force"],
    ["init-budgets", "--output", "{}/given/budgets.json"],
    ["parse-allowance", "5h 79% 6:50 PM Weekly 33% Jun 7"],
    ["pin-pricing", "--output", "{}/pinned.json"],
    ["export", "--out", "{}/calls.csv"],
    ["export", "--out", "{}/calls.parquet"],
    ["demo", "--calls", "20", "--days", "3"],
    ["demo", "--calls", "20", "--days", "3", "--home", "{}/demo/deep"],
    ["diagnostics", "overview", "--refresh"],
    ["dashboard"],
    ["dashboard", "--output", "{}/page.html"],
    ["support-bundle", "--yes"],
    ["support-bundle", "--yes", "--output", "{}/bundle.json"],
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for all that is written, where nothing is yet."""
    place = tmp_path / "place"
    place.mkdir(mode=0o755)
    monkeypatch.setenv("CODEX_USAGE_TRACKER_HOME", str(place / "deep" / "own"))
    monkeypatch.setenv("CODEX_HOME", str(history.write(tmp_path / "codex")))
    return place


def start(*args: str, umask: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the real command where everybody may do everything with a new file."""
    program = [sys.executable, "-m", "codex_usage_tracker", *args]
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    return subprocess.run(program, env=environment, capture_output=True, text=True, check=False, umask=umask)


def modes(folder: Path) -> Iterator[tuple[str, int]]:
    """Give all that lies below a folder, with what others may do with it."""
    for path in folder.rglob("*"):
        yield str(path.relative_to(folder)), stat.S_IMODE(path.lstat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_whatever_a_command_writes_is_its_owners_alone(place: Path, umask: int) -> None:
    for command in COMMANDS:
        ran = start(*(arg.format(place) for arg in command), umask=umask)
        assert ran.returncode == 0, ran.stderr
    found = dict(modes(place))
    assert {"deep/own/usage.sqlite3", "deep/own/pricing.json.bak", "given/budgets.json", "calls.parquet"} <= set(found)
    assert {name for name, mode in found.items() if mode & owned.OTHERS} == set()
    inside = {path.name for path in (place / "deep" / "own").iterdir()}
    assert {name for name in inside if not permissions._is_known(name)} == set()


def test_what_others_could_read_is_mended_and_told_once(place: Path) -> None:
    assert start("refresh").returncode == 0
    assert start("init-pricing").returncode == 0
    own = place / "deep" / "own"
    own.chmod(0o755)
    for path in own.iterdir():
        path.chmod(0o666)
    first, second = (start("status", "--no-refresh") for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stderr.count("others on this machine could read") == 1
    assert second.stderr == ""
    assert own.stat().st_mode & owned.OTHERS == 0
    assert {name for name, mode in modes(own) if mode & owned.OTHERS} == set()


def test_a_folder_with_other_things_stays_as_it_is_and_is_named(place: Path) -> None:
    own = place / "deep" / "own"
    own.mkdir(parents=True, mode=0o755)
    (own / "letter.txt").write_text("dear", encoding="utf-8")
    (own / "letter.txt").chmod(0o644)
    assert start("refresh").returncode == 0
    assert {name: mode for name, mode in modes(own) if mode & owned.OTHERS} == {"letter.txt": 0o644}
    assert stat.S_IMODE(own.stat().st_mode) == 0o755
    told = start("doctor").stdout
    assert "others on this machine can read the folder" in told
    assert "letter" not in told


def test_nothing_is_changed_through_a_link(place: Path) -> None:
    own, other = place / "deep" / "own", place / "other.sqlite3"
    assert start("refresh", "--db", str(other)).returncode == 0
    other.chmod(0o644)
    own.mkdir(parents=True, mode=0o700)
    (own / "usage.sqlite3").symlink_to(other)
    assert start("status").returncode == 0
    assert stat.S_IMODE(other.stat().st_mode) == 0o644
    assert "the database is a link to what others on this machine can read" in start("doctor").stdout


def test_a_lock_that_is_a_link_is_not_followed(place: Path) -> None:
    own = place / "deep" / "own"
    own.mkdir(parents=True, mode=0o700)
    (own / "usage.sqlite3.lock").symlink_to(place / "victim")
    ran = start("refresh")
    assert ran.returncode == 1
    assert "[os_error]" in ran.stderr
    assert not (place / "victim").exists()


def test_a_kept_copy_of_settings_goes_in_the_place_of_a_link(place: Path) -> None:
    victim = place / "victim"
    victim.write_text("precious", encoding="utf-8")
    (place / "budgets.json").write_text("old", encoding="utf-8")
    (place / "budgets.json.bak").symlink_to(victim)
    write(str(place / "budgets.json"), "new", replace=True)
    assert victim.read_text(encoding="utf-8") == "precious"
    assert (place / "budgets.json.bak").read_text(encoding="utf-8") == "old"
    assert not (place / "budgets.json.bak").is_symlink()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files to others")
def test_what_is_another_users_stays_as_it_is_and_is_named(place: Path) -> None:
    assert start("refresh").returncode == 0
    database = place / "deep" / "own" / "usage.sqlite3"
    database.chmod(0o644)
    os.chown(database, 12345, 12345)
    (place / "link.json").symlink_to(database)
    ran = start("status", "--no-refresh")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert stat.S_IMODE(database.stat().st_mode) == 0o644
    told = start("doctor", "--suggest-repair").stdout
    assert "the database is another user's, and others on this machine can read it" in told
    assert "chmod" not in told
    with pytest.raises(FileAccessError, match="another user"):
        write(str(place / "link.json"), "{}", replace=True)


def test_a_file_that_is_not_written_to_its_end_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(b"before")
    with pytest.raises(TypeError), owned.replacing(str(path)) as file:
        file.writelines([b"half", "no bytes"])  # type: ignore[list-item]
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("calls.csv", b"before")]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only_is_asked_and_told_of(place: Path) -> None:
    assert start("refresh").returncode == 0
    own = place / "deep" / "own"
    own.chmod(0o555)
    try:
        told = start("init-pricing")
        assert told.returncode == 1
        assert "[os_error]" in told.stderr
    finally:
        own.chmod(0o700)


def test_every_file_of_settings_is_known() -> None:
    assert {f"{name.replace('_', '-')}.json" for name in Files._fields} <= permissions.FILES.keys()
