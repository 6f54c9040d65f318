"""`demo` and `completion`."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_it_writes_a_history_and_says_how_to_look_at_it(run_plain: Run, tmp_path: Path) -> None:
    ran = run_plain(
        "demo", "--home", str(tmp_path / "demo"), "--calls", "200", "--days", "20", "--bytes-per-call", "1600"
    )
    assert ran.code == 0
    assert ran.out.startswith("Wrote 200 made-up calls with ")
    command = ran.out.splitlines()[-1].split()
    assert command[0] == "codex-usage-tracker"
    shown = run_plain(*command[1:])
    assert shown.code == 0
    assert "Total " in shown.out
    assert (tmp_path / "demo" / "usage.sqlite3").exists()


def test_without_a_folder_it_uses_its_own_and_shows_it_at_once(run_plain: Run, tmp_path: Path) -> None:
    for _ in range(2):
        ran = run_plain("demo", "--calls", "100", "--days", "10", "--bytes-per-call", "1600")
        assert ran.code == 0
        assert ran.out.index("Total ") < ran.out.index("Wrote 100 made-up calls")
    own = tmp_path / "tracker"
    assert own.stat().st_mode & 0o077 == 0
    assert (own / "demo" / "usage.sqlite3").exists()
    assert not (own / "usage.sqlite3").exists()


def test_an_earlier_demo_is_replaced_only_when_asked_to(run_plain: Run, tmp_path: Path) -> None:
    here = ("demo", "--home", str(tmp_path / "demo"), "--calls", "20", "--json")
    first = run_plain(*here)
    assert (first.code, first.json["calls"]) == (0, 20)
    refused = run_plain(*here)
    assert (refused.code, refused.json["error"]["code"]) == (1, "file_exists")
    assert run_plain(*here, "--force").json == first.json


def test_a_real_home_is_never_touched(run_plain: Run, tmp_path: Path) -> None:
    (tmp_path / "auth.json").write_text("{}", encoding="utf-8")
    ran = run_plain("demo", "--home", str(tmp_path), "--force")
    assert ran.code == 1
    assert [one.name for one in tmp_path.iterdir()] == ["auth.json"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run_plain: Run, shell: str) -> None:
    ran = run_plain("completion", shell, name="codex-track")
    assert ran.code == 0
    assert "_CODEX_TRACK_COMPLETE" in ran.out
    assert run_plain("completion", "tcsh").code == 2
