"""The system's own scheduler, in a home of the test's own: its commands only note that they were called."""

import plistlib
import stat
import sys
from pathlib import Path

import pytest

from codex_usage_tracker.errors import MissingPartError
from codex_usage_tracker.hub.client import scheduling
from codex_usage_tracker.hub.client.scheduling import SchedulerError

SYSTEMD = ".config/systemd/user/codex-usage-tracker-sync"


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the only commands that there are, each of which notes its arguments."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("systemctl", "launchctl", "schtasks"):
        tool(folder, name)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    for name in ("XDG_CONFIG_HOME", *scheduling.KEPT):
        monkeypatch.delenv(name, raising=False)
    return folder


def tool(folder: Path, name: str, code: int = 0) -> None:
    path = folder / name
    path.write_text(
        f'#!/bin/sh\necho "{name} $*" >> "{folder}/called"\necho no bus >&2\nexit {code}\n', encoding="utf-8"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def called(tools: Path) -> list[str]:
    path = tools / "called"
    found = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return found


def files(tmp_path: Path) -> list[str]:
    return sorted(str(path.relative_to(tmp_path / "me")) for path in (tmp_path / "me").rglob("*") if path.is_file())


def test_systemd_has_a_timer_until_it_is_taken_away(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("CODEX_HOME", '/home/a "b" 100%/$x')
    told = scheduling.begin(20, ["--db", "/tmp/my db"])  # noqa: S108  (nothing is there)
    assert files(tmp_path) == [f"{SYSTEMD}.service", f"{SYSTEMD}.timer"]
    assert called(tools) == [
        "systemctl --user daemon-reload", "systemctl --user enable --now codex-usage-tracker-sync.timer",
    ]  # fmt: skip
    assert (told.minutes, told.scheduler, len(told.commands)) == (20, "systemd", 2)
    service = (tmp_path / "me" / f"{SYSTEMD}.service").read_text(encoding="utf-8")
    assert f'ExecStart="{sys.executable}" "-m" "codex_usage_tracker" "sync"' in service
    assert '"--db" "/tmp/my db"' in service
    assert 'Environment="CODEX_HOME=/home/a \\"b\\" 100%%/$x"' in service
    assert "OnUnitInactiveSec=20min" in (tmp_path / "me" / f"{SYSTEMD}.timer").read_text(encoding="utf-8")
    ended = scheduling.end()
    assert called(tools)[0] == "systemctl --user disable --now codex-usage-tracker-sync.timer"
    assert files(tmp_path) == []
    assert len(ended.files) == 2
    assert scheduling.end().commands == called(tools) == []


def test_launchd_has_an_agent_until_it_is_taken_away(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    told = scheduling.begin(30)
    agent = plistlib.loads(Path(told.files[0]).read_bytes())
    assert agent["StartInterval"] == 1800
    assert agent["ProgramArguments"][:4] == [sys.executable, "-m", "codex_usage_tracker", "sync"]
    assert called(tools)[0].startswith("launchctl bootstrap gui/")
    scheduling.begin(60)
    assert [line.split()[1] for line in called(tools)] == ["bootout", "bootstrap"]
    scheduling.end()
    assert (files(tmp_path), called(tools)[0].split()[1]) == ([], "bootout")


def test_windows_has_a_task_until_it_is_taken_away(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr("shutil.which", lambda name: str(tools / name))  # its own looks for .exe now
    scheduling.begin(15)
    scheduling.end()
    made = [line.split()[1:3] for line in called(tools)]
    assert made == [["/Query", "/TN"], ["/Delete", "/F"], ["/Create", "/F"], ["/Query", "/TN"], ["/Delete", "/F"]]


def test_without_a_scheduler_nothing_is_left(tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    (tools / "systemctl").unlink()
    with pytest.raises(MissingPartError, match="no systemctl") as told:
        scheduling.begin(20)
    assert "cron" in told.value.hint
    assert files(tmp_path) == []


def test_a_scheduler_that_says_no_leaves_nothing(tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    tool(tools, "systemctl", 1)
    with pytest.raises(SchedulerError, match="daemon-reload fails: no bus"):
        scheduling.begin(20)
    assert files(tmp_path) == []
