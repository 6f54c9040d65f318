"""`support-bundle`: shown before it is written, useful, and without anything of anybody's work."""

import json
import os
import select
import socket
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from codex_usage_tracker import __main__, __version__
from codex_usage_tracker.contract.bundle import Variable
from codex_usage_tracker.evidence.scrubbing import scrubbed
from tests.cli import history
from tests.cli.conftest import Run

SOURCE = str(Path(__main__.__file__).parents[1])
KEY = "sk-proj-Canary0Canary1Canary2Canary3Canary4"


@pytest.fixture
def here(tmp_path: Path, run_plain: Run) -> list[str]:
    """Options for a history of its own, which is read."""
    home = history.write(tmp_path / "codex")
    options = ["--codex-home", str(home), "--db", str(tmp_path / "tracker" / "usage.sqlite3"), "--timezone", "UTC"]
    assert run_plain("refresh", *options).code == 0
    return options


def test_it_is_shown_and_not_written_where_nobody_can_be_asked(ask: Run, tmp_path: Path) -> None:
    ran = ask("support-bundle", "--output", str(tmp_path / "bundle.json"))
    assert ran.code == 0
    assert ran.json["program"]["version"] == __version__
    assert f"--yes writes it: {tmp_path / 'bundle.json'}" in ran.err
    assert not (tmp_path / "bundle.json").exists()


def settled(text: str) -> list[str]:
    """Return the lines of a bundle without the room on the disk, which others change."""
    return [line for line in text.splitlines() if "free" not in line]


def test_exactly_what_is_shown_is_written(ask: Run, tmp_path: Path, database: str, codex_home: Path) -> None:
    path = tmp_path / "new" / "bundle.json"
    shown = settled(ask("support-bundle").out)
    done = ask("support-bundle", "--yes", "--output", str(path), "--json").json
    written = path.read_text(encoding="ascii")
    assert settled(written.replace(str(codex_home), "<home>").replace(database, "<db>")) == shown
    assert (done["path"], done["bytes"]) == (str(path), len(written))
    if os.name == "posix":
        assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)


def test_it_tells_what_a_maintainer_asks_for(run_plain: Run, here: list[str]) -> None:
    with sqlite3.connect(here[3]) as connection:
        connection.execute("INSERT INTO note SELECT id, 'unknown_type', 3, 7 FROM source_file ORDER BY id LIMIT 1")
    connection.close()
    told = run_plain("support-bundle", *here).json
    contents = told["contents"]
    assert contents["rows"]["call"] == sum(contents["by_basis"].values()) == 12
    assert sum(contents["by_pricing_status"].values()) == sum(one["calls"] for one in contents["clients"]) == 12
    assert [(one["code"], one["files"], one["lines"]) for one in contents["notes"]] == [("unknown_type", 1, 3)]
    assert contents["notes"][0]["client_version"] in {one["client_version"] for one in contents["clients"]}
    assert (contents["refresh"]["read_files"], contents["refresh"]["refreshed_at"]) == (4, history.NOW_MS)
    assert contents["refresh"]["read_bytes"] > 0
    assert contents["costs_follow_prices"]
    assert {check["name"]: check["status"] for check in told["doctor"]["checks"]}["integrity"] == "pass"
    assert {one["what"]: one["found"] for one in told["places"]}["database"] == "file"
    assert told["prices"]["list_prices_as_of"]
    assert told["privacy"]["local_paths"] == "shown"


def test_nothing_of_the_work_is_in_it_in_any_mode(ask: Run) -> None:
    for mode in ("normal", "redacted", "strict"):
        ran = ask("support-bundle", "--privacy-mode", mode)
        assert history.CANARY not in ran.out
        assert "c0de" not in ran.out
        assert ran.json["privacy_mode"] == mode


def test_strict_tells_no_path_and_no_name_of_person_or_machine(
    run_plain: Run, here: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "adacanary"))
    monkeypatch.setenv("LOGNAME", "adacanary")
    monkeypatch.setattr(socket, "gethostname", lambda: "boxcanary.example.org")
    general = tmp_path / "tracker" / "general.json"
    general.write_text(json.dumps({"of adacanary at boxcanary": 1, KEY: 2, f"in {tmp_path}/deep": 3}), encoding="utf-8")
    (tmp_path / "tracker" / "pricing.json").write_text("{", encoding="utf-8")
    normal = run_plain("support-bundle", *here).out
    strict = run_plain("support-bundle", *here, "--privacy-mode", "strict")
    assert KEY not in normal + strict.out + strict.err
    for word in (str(tmp_path), "adacanary", "boxcanary"):
        assert word in normal
        assert word not in strict.out + strict.err
    told = strict.json
    assert {one["what"]: one["found"] for one in told["places"]}["database"] == "file"
    assert {one["name"]: bool(one["problem"]) for one in told["settings"]}["pricing.json"]


def test_values_of_the_environment_are_told_only_where_they_are_harmless(
    ask: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEX_USAGE_TRACKER_TOKEN", "a secret of mine")
    monkeypatch.setenv("CODEX_USAGE_WEEKLY_RESET", "thu 09:15")
    monkeypatch.setenv("OPENAI_API_KEY", "another")
    told = {one["name"]: one["value"] for one in ask("support-bundle").json["environment"]}
    assert told["CODEX_USAGE_TRACKER_TOKEN"] is None
    assert told["CODEX_USAGE_WEEKLY_RESET"] == "thu 09:15"
    assert "OPENAI_API_KEY" not in told


@pytest.mark.parametrize("mode", ["normal", "strict"])
@pytest.mark.parametrize("trouble", ["none", "damaged", "newer", "settings", "folder"])
def test_it_is_told_whatever_is_broken(
    run_plain: Run, here: list[str], tmp_path: Path, trouble: str, mode: str
) -> None:
    database = Path(here[3])
    if trouble == "newer":
        with sqlite3.connect(database) as connection:
            connection.execute("PRAGMA user_version = 999")
        connection.close()
    elif trouble == "settings":
        (tmp_path / "tracker" / "general.json").write_text("{]", encoding="utf-8")
    elif trouble == "damaged":
        database.write_bytes(b"something else entirely " * 100)
    else:
        database.unlink()
    if trouble == "folder":
        database.mkdir()
    ran = run_plain("support-bundle", *here, "--privacy-mode", mode)
    assert ran.code == 0, ran.err
    assert (ran.json["contents"] is None) == (trouble != "settings")
    assert ran.json["doctor"]["status"] == ("warn" if trouble == "none" else "fail")


def test_no_other_file_is_replaced_unasked(ask: Run, tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text('{"schema": "mine"}', encoding="utf-8")
    link = tmp_path / "link.json"
    link.symlink_to(path)
    for one in (path, link):
        ran = ask("support-bundle", "--yes", "--output", str(one))
        assert (ran.code, "[file_exists]" in ran.err) == (1, True)
    assert path.read_text(encoding="utf-8") == '{"schema": "mine"}'
    bundle = tmp_path / "bundle.json"
    for _ in range(2):
        assert ask("support-bundle", "--yes", "--output", str(bundle)).code == 0
    assert ask("support-bundle", "--yes", "--output", str(path / "deeper")).code == 1


def answered(answer: str, *args: str) -> tuple[str, int]:
    """Run the real command on a terminal and answer its question; return what it showed, and its exit code."""
    import pty  # noqa: PLC0415  (not on Windows)

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "codex_usage_tracker", "support-bundle", *args]
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], 20)[0]:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        shown += piece
        if not piece:
            break
        if shown.endswith(b"[y/N]: "):
            os.write(ours, answer.encode() + b"\n")
            shown += b"\n"
    os.close(ours)
    return shown.decode().replace("\r\n", "\n"), process.wait(20)


@pytest.mark.skipif(os.name != "posix", reason="terminals are those of POSIX")
def test_on_a_terminal_it_asks(here: list[str], tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    shown, _ = answered("n", *here, "--output", str(path))
    assert f"Write this to {path}? [y/N]" in shown
    assert not path.exists()
    shown, code = answered("y", *here, "--output", str(path))
    assert code == 0
    assert path.read_text(encoding="ascii") in shown
    path.write_text("mine", encoding="utf-8")
    shown, _ = answered("n", *here, "--output", str(path))
    assert f"Replace {path}, which is no support bundle?" in shown
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("in /home/ada/x: odd", "in [path]: odd"),
        ("C:\\Users\\ada is full", "[path] is full"),
        ("~/.codex and /", "[path] and [path]"),
        ("Europe/Stockholm, 7 MB/s, 1.5", "Europe/Stockholm, 7 MB/s, 1.5"),
        ("Ada, ada's, adapter", "[name], [name]'s, adapter"),
        (f"of {KEY}", "of [redacted: openai key]"),
    ],
)
def test_texts_are_scrubbed(text: str, told: str) -> None:
    found: Any = scrubbed(Variable(name="x", value=text), ["/home/ada"], ["ada"])
    assert found.value == told
