"""`setup`."""

import os
import pty
import shlex
import sys
from pathlib import Path

import pytest

from codex_usage_tracker.config.templates import TEMPLATES
from tests.cli import history
from tests.cli.conftest import Run
from tests.plugin.conftest import snapshot


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The user's home with a Codex home in it."""
    history.write(tmp_path / "me" / ".codex")
    return tmp_path / "me"


def steps(run_plain: Run, *args: str) -> dict[str, str]:
    ran = run_plain("setup", *args, "--json")
    assert ran.code == 0, ran.out
    return {step["name"]: step["status"] for step in ran.json["steps"]}


def test_it_writes_nothing_but_its_own_unless_asked(home: Path, run_plain: Run) -> None:
    before = snapshot(home)
    assert steps(run_plain) == {"logs": "done", "prices": "unchanged"}
    assert snapshot(home) == before
    assert not list((home.parent / "tracker").glob("*.json"))


def test_twice_is_harmless(home: Path, run_plain: Run) -> None:
    asked = ("--plugin", "--hook", "--settings")
    first = steps(run_plain, *asked)
    assert first == dict.fromkeys(("logs", "settings", "plugin", "hook"), "done") | {"prices": "unchanged"}
    after = snapshot(home)
    assert steps(run_plain, *asked) == dict.fromkeys(("logs", "settings", "prices", "plugin", "hook"), "unchanged")
    assert snapshot(home) == after
    assert {path.stem.replace("-", "_") for path in (home.parent / "tracker").glob("*.json")} >= set(TEMPLATES)


def test_each_step_says_how_it_is_undone(home: Path, run_plain: Run) -> None:
    before = snapshot(home)
    told = run_plain("setup", "--plugin", "--hook", "--json").json["steps"]
    for step in told:
        if step["name"] in {"plugin", "hook"}:
            assert run_plain(*step["undo"].split()[1:]).code == 0
    assert snapshot(home) == before


def test_a_database_that_it_made_goes_with_the_command_it_tells(home: Path, run_plain: Run) -> None:
    mine = home.parent / "my own.sqlite3"
    assert run_plain("refresh").code == 0
    told = run_plain("setup", "--db", str(mine), "--json").json["steps"][0]["undo"]
    assert run_plain(*shlex.split(told)[1:]).code == 0
    assert not mine.exists()
    assert run_plain("setup", "--json").json["steps"][0]["undo"] == "codex-usage-tracker clear-db"


def test_a_place_for_the_plugin_asks_for_it(home: Path, run_plain: Run) -> None:
    found = steps(run_plain, "--plugin-dir", str(home / "mine"), "--skip-pricing")
    assert found == {"logs": "done", "plugin": "done"}
    assert (home / "mine" / ".mcp.json").exists()


def test_what_fails_keeps_nobody_from_the_rest(home: Path, run_plain: Run) -> None:
    (home / ".codex" / "hooks.json").write_text("{")
    ran = run_plain("setup", "--plugin", "--hook", "--json")
    assert ran.code == 1
    assert {step["name"]: step["status"] for step in ran.json["steps"]} == {
        "logs": "done", "prices": "unchanged", "plugin": "done", "hook": "failed",
    }  # fmt: skip


def test_without_logs_it_says_so(run_plain: Run) -> None:
    ran = run_plain("setup")
    assert ran.code == 0
    assert "skipped" in ran.out
    assert "there are none yet in 1 Codex home" in ran.out


def test_what_doctor_finds_broken_is_a_failure(home: Path, run_plain: Run) -> None:
    (home.parent / "tracker").mkdir()
    (home.parent / "tracker" / "budgets.json").write_text("{")
    assert run_plain("setup", "--skip-pricing").code == 1


def test_what_people_see(home: Path, run_plain: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/fish")
    ran = run_plain("setup", "--plugin", "--timezone", "UTC")
    assert ran.out.startswith("done       logs    4 files in 1 Codex home, 12 new calls\n")
    assert "undo: codex-usage-tracker uninstall-plugin" in ran.out
    assert "All is in order." in ran.out
    assert "Next: codex plugin add codex-usage-tracker@personal\n" in ran.out
    assert ran.out.endswith(
        "Next: codex-usage-tracker completion fish > ~/.config/fish/completions/codex-usage-tracker.fish\n"
    )
    assert home.exists()


@pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")
def test_on_a_terminal_it_asks(home: Path) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-m", "codex_usage_tracker", "setup", "--skip-pricing"])  # noqa: S606
    os.write(terminal, b"y\nn\n")
    said = b""
    try:
        while part := os.read(terminal, 1 << 16):
            said += part
    except OSError:  # it has ended
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, said
    assert (home / ".agents" / "plugins" / "marketplace.json").exists()
    assert not (home / ".codex" / "hooks.json").exists()
