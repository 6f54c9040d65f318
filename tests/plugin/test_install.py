"""`install-plugin`, `upgrade-plugin` and `uninstall-plugin` among files of others."""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_usage_tracker import __version__, owned
from codex_usage_tracker.cli.main import run
from codex_usage_tracker.errors import FileAccessError
from codex_usage_tracker.plugin import files, package
from tests.cli.conftest import Run
from tests.plugin.conftest import snapshot, written
from tests.plugin.test_passages import DOCUMENTS, VALUES

Does = Callable[..., Any]
Marketplace = Callable[[str | bytes], Path]
FOREIGN = '{"name": "mine", "plugins": [{"name": "other", "source": {"source": "local", "path": "./x"}, "new": 1}]}'


def plugin(me: Path) -> Path:
    return me / "plugins" / "codex-usage-tracker"


def changes(answer: Any, me: Path) -> dict[str, str]:
    return {str(Path(one["path"]).relative_to(me)): one["change"] for one in answer["changes"]}


def test_a_first_installation_and_its_end(me: Path, does: Does) -> None:
    answer = does("install-plugin")
    assert set(changes(answer, me).values()) == {"made"}
    assert answer["next"] == "codex plugin add codex-usage-tracker@personal"
    manifest = json.loads((plugin(me) / ".codex-plugin" / "plugin.json").read_bytes())
    assert (manifest["name"], manifest["version"]) == ("codex-usage-tracker", __version__)
    [listed] = json.loads((me / ".agents/plugins/marketplace.json").read_bytes())["plugins"]
    assert (me / listed["source"]["path"]).resolve() == plugin(me).resolve()
    does("uninstall-plugin")
    assert snapshot(me) == {}
    assert not list((me.parent / "tracker").iterdir())


def test_the_server_starts_whatever_the_path_and_the_folder(me: Path, does: Does, tmp_path: Path) -> None:
    does("install-plugin")
    server = json.loads((plugin(me) / ".mcp.json").read_bytes())["mcpServers"]["codex-usage-tracker"]
    (tmp_path / "click.py").write_text("raise SystemExit('a module of the project')")
    command = [server["command"], *server["args"], "--help"]
    ran = subprocess.run(command, cwd=tmp_path, env={"HOME": str(me)}, capture_output=True, text=True, check=False)
    assert "a module of the project" not in ran.stdout + ran.stderr
    assert "codex-usage-tracker" in ran.stdout + ran.stderr


@given(document=DOCUMENTS, others=st.lists(VALUES, max_size=4), dice=st.randoms(use_true_random=False))
def test_files_of_others_are_the_same_bytes_afterwards(
    document: dict[str, Any], others: list[Any], dice: random.Random
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        me = Path(folder) / "me"
        patch.setenv("HOME", str(me))
        patch.setenv("CODEX_USAGE_TRACKER_HOME", f"{folder}/tracker")
        market = me / ".agents" / "plugins" / "marketplace.json"
        for path, data in {
            market: written(document | {"name": "mine"} | ({"plugins": others} if others else {}), dice),
            plugin(me) / "notes.md": b"mine\r\n",
            plugin(me) / "skills" / "mine" / "SKILL.md": b"\xff\x00",
        }.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        market.chmod(0o640)
        before = snapshot(me)
        assert run(["install-plugin", "--quiet"]) == 0
        told = json.loads(market.read_bytes())
        assert told.pop("plugins") == [*others, package.entry("./plugins/codex-usage-tracker")]
        assert told == {key: one for key, one in (document | {"name": "mine"}).items() if key != "plugins"}
        assert before.items() - snapshot(me).items() == {
            (str(market.relative_to(me)), before[str(market.relative_to(me))])
        }
        installed = snapshot(me)
        assert run(["upgrade-plugin"]) == run(["install-plugin"]) == 0
        assert snapshot(me) == installed
        assert run(["uninstall-plugin"]) == 0
        assert snapshot(me) == before


def test_what_was_changed_since_is_respected(me: Path, does: Does, marketplace: Marketplace) -> None:
    path = marketplace(FOREIGN)
    does("install-plugin")
    told = json.loads(path.read_bytes())
    told["plugins"].insert(0, told["plugins"].pop())
    told["plugins"][0]["policy"]["installation"] = "INSTALLED_BY_DEFAULT"
    path.write_text(json.dumps(told, indent=1))
    skill = plugin(me) / package.SKILL
    skill.write_text("mine")
    before = snapshot(me)
    assert changes(does("upgrade-plugin"), me) == {str(skill.relative_to(me)): "kept"}
    assert snapshot(me) == before
    assert changes(does("uninstall-plugin"), me)[str(skill.relative_to(me))] == "kept"
    assert json.loads(path.read_bytes()) == json.loads(FOREIGN)
    assert [one.name for one in plugin(me).rglob("*") if one.is_file()] == ["SKILL.md"]


def test_a_file_of_ours_that_is_gone_or_old_is_written_again(
    me: Path, does: Does, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(package, "__version__", "0.0.1")
        does("install-plugin")
    (plugin(me) / package.SKILL).unlink()
    assert changes(does("upgrade-plugin"), me) == {
        "plugins/codex-usage-tracker/.codex-plugin/plugin.json": "changed",
        "plugins/codex-usage-tracker/skills/codex-usage/SKILL.md": "made",
    }
    does("uninstall-plugin")
    assert snapshot(me) == {}


def test_another_plugin_in_the_folder_is_replaced_only_when_asked_and_comes_back(
    me: Path, does: Does, run_plain: Run
) -> None:
    theirs = plugin(me) / package.MANIFEST
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b'{"name": "codex-usage-tracker", "version": "9"}')
    before = snapshot(me)
    ran = run_plain("install-plugin", "--json")
    assert (ran.code, ran.json["error"]["code"]) == (1, "file_exists")
    assert snapshot(me) == before
    does("install-plugin", "--force")
    assert json.loads(theirs.read_bytes())["version"] == __version__
    does("uninstall-plugin")
    assert snapshot(me) == before


def test_a_link_is_never_written_through(me: Path, run_plain: Run, tmp_path: Path) -> None:
    theirs = tmp_path / "precious"
    theirs.write_text("mine")
    (plugin(me) / ".codex-plugin").mkdir(parents=True)
    (plugin(me) / package.MANIFEST).symlink_to(theirs)
    assert run_plain("install-plugin", "--force").code == 1
    assert theirs.read_text() == "mine"


def test_a_marketplace_that_is_a_link_stays_one(me: Path, does: Does, marketplace: Marketplace, tmp_path: Path) -> None:
    path = marketplace(FOREIGN)
    dotfiles = tmp_path / "dotfiles.json"
    path.rename(dotfiles)
    path.symlink_to(dotfiles)
    does("install-plugin")
    assert path.is_symlink()
    assert len(json.loads(dotfiles.read_bytes())["plugins"]) == 2
    does("uninstall-plugin")
    assert dotfiles.read_text() == FOREIGN
    assert snapshot(me)[".agents/plugins/marketplace.json"][1] == str(dotfiles).encode()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "it is empty"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"plugins": [], // mine\n}', "no JSON"),
        (b"[1]", "it holds no object"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"name": "x", "plugins": 3}', "`plugins` is no list"),
        (b'{"plugins": []}', "has no `name`"),
        (
            b'{"name": "x", "plugins": [{"name": "codex-usage-tracker", "source": "./a"}]}',
            "another plugin of this name",
        ),
        (b"{" + b" " * 5_000_000 + b"}", "larger than"),
    ],
)
def test_an_odd_marketplace_is_told_and_nothing_is_written(
    me: Path, run_plain: Run, marketplace: Marketplace, text: bytes, reason: str
) -> None:
    marketplace(text)
    before = snapshot(me)
    ran = run_plain("install-plugin")
    assert ran.code in {1, 2}
    assert reason in ran.err
    assert "Traceback" not in ran.err
    assert snapshot(me) == before
    assert not (me.parent / "tracker" / "installed.json").exists()


@pytest.mark.parametrize("last", range(5))
@pytest.mark.parametrize("again", ["install-plugin", "uninstall-plugin"])
def test_what_is_left_half_done_is_taken_up_again_or_back(
    me: Path,
    does: Does,
    run_plain: Run,
    marketplace: Marketplace,
    monkeypatch: pytest.MonkeyPatch,
    last: int,
    again: str,
) -> None:
    marketplace(FOREIGN)
    before = snapshot(me)
    made = iter(range(100))

    def breaks(path: str, data: bytes) -> None:
        if next(made) == last:
            raise OSError(28, "No space left on device")
        whole(path, data)

    whole = files._replace
    with monkeypatch.context() as patch:
        patch.setattr(files, "_replace", breaks)
        ran = run_plain("install-plugin")
        assert (ran.code, "No space left" in ran.err) == (1, True)
    does(again)
    does("uninstall-plugin")
    assert snapshot(me) == before


@pytest.mark.parametrize("again", ["install-plugin", "uninstall-plugin"])
def test_what_a_killed_writing_left_goes_with_it(me: Path, does: Does, marketplace: Marketplace, again: str) -> None:
    path = marketplace(FOREIGN)
    before = snapshot(me)
    does("install-plugin")
    for folder in (path.parent, plugin(me) / "skills"):
        (folder / f"{owned.BESIDE}killed").write_text("half", encoding="utf-8")
    (plugin(me) / ".mcp.json").unlink()
    does(again)
    does("uninstall-plugin")
    assert snapshot(me) == before


def test_what_was_killed_before_it_changed_anything_leaves_nothing_when_it_is_taken_back(
    me: Path, does: Does, run_plain: Run, marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = marketplace(FOREIGN)
    before = snapshot(me)

    def killed(changed: str, _data: bytes) -> None:
        if changed == str(path):
            (path.parent / f"{owned.BESIDE}killed").write_text("half", encoding="utf-8")
            raise OSError(28, "No space left on device")
        whole(changed, _data)

    whole = files._replace
    with monkeypatch.context() as patch:
        patch.setattr(files, "_replace", killed)
        assert run_plain("install-plugin").code == 1
    does("uninstall-plugin")
    assert snapshot(me) == before


def test_a_name_with_a_blank_is_quoted(does: Does, marketplace: Marketplace) -> None:
    marketplace(FOREIGN.replace("mine", "my own"))
    assert does("install-plugin")["next"] == "codex plugin add 'codex-usage-tracker@my own'"


@pytest.mark.parametrize("last", range(5))
def test_what_was_taken_away_in_part_is_taken_away_again(
    me: Path, does: Does, run_plain: Run, marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    marketplace('{"name": "mine", "plugins": [ ]}')
    before = snapshot(me)
    does("install-plugin")
    made = iter(range(100))

    def breaks(changes: Iterable[files.Change]) -> None:
        for one in changes:
            if next(made) == last:
                raise FileAccessError("it breaks", "")
            whole([one])

    whole = files.make
    with monkeypatch.context() as patch:
        patch.setattr(files, "make", breaks)
        assert run_plain("uninstall-plugin").code == 1
    does("uninstall-plugin")
    assert snapshot(me) == before
    assert not (me.parent / "tracker" / "installed.json").exists()


@pytest.mark.parametrize("command", ["install-plugin", "uninstall-plugin"])
def test_a_dry_run_shows_and_writes_nothing(
    me: Path, does: Does, run_plain: Run, marketplace: Marketplace, command: str
) -> None:
    path = marketplace(FOREIGN)
    if command == "uninstall-plugin":
        does("install-plugin")
    before = snapshot(me.parent)
    ran = run_plain(command, "--dry-run")
    assert f"Would be changed: {path}" in ran.out
    assert ('"name": "codex-usage-tracker"' in ran.out) == (command == "install-plugin")
    assert '"name": "other"' not in ran.out
    assert snapshot(me.parent) == before


def test_other_places(me: Path, does: Does, run_plain: Run, tmp_path: Path) -> None:
    market = tmp_path / "repo" / ".agents" / "plugins" / "marketplace.json"
    places = ("--marketplace", str(market), "--plugin-dir", str(tmp_path / "repo" / "tools" / "usage"))
    does("install-plugin", *places)
    assert json.loads(market.read_bytes())["plugins"][0]["source"]["path"] == "./tools/usage"
    assert changes(does("upgrade-plugin"), tmp_path) == {}
    assert run_plain("install-plugin", "--marketplace", str(me / ".agents/plugins/marketplace.json")).code == 1
    does("uninstall-plugin")
    assert not (tmp_path / "repo").exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--plugin-dir", "~/\udcff"),
        ("--plugin-dir", "~/a\0b"),
        ("--plugin-dir", "/elsewhere/x"),
        ("--marketplace", "/elsewhere/x.json"),
        ("--python", "/no/python"),
    ],
)
def test_places_where_codex_would_not_find_it_are_told(me: Path, run_plain: Run, option: str, value: str) -> None:
    ran = run_plain("install-plugin", option, value)
    assert (ran.code in {1, 2}, snapshot(me)) == (True, {})
    assert "unexpected" not in ran.err
    assert "Traceback" not in ran.err


def test_a_python_that_is_named_has_to_know_the_program(me: Path, does: Does, run_plain: Run) -> None:
    server = plugin(me) / package.MCP
    does("install-plugin", "--python", sys.executable)
    assert json.loads(server.read_bytes())["mcpServers"]["codex-usage-tracker"]["command"] == sys.executable
    ran = run_plain("install-plugin", "--python", "/bin/sh")
    assert (ran.code, "does not start" in ran.err) == (2, True)


def test_nothing_to_upgrade_or_to_take_away(me: Path, does: Does, run_plain: Run) -> None:
    assert run_plain("upgrade-plugin", "--json").json["error"]["code"] == "not_found"
    assert does("uninstall-plugin")["changes"] == []
    assert snapshot(me) == {}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions are those of POSIX, and not of root")
def test_a_folder_that_cannot_be_written_is_told(me: Path, run_plain: Run) -> None:
    me.chmod(0o500)
    ran = run_plain("install-plugin")
    me.chmod(0o700)
    assert (ran.code, snapshot(me)) == (1, {})
    assert "cannot be read or written" in ran.err


@pytest.mark.skipif(os.name != "posix", reason="pipes with a name are POSIX's")
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/no/such/place")])
def test_what_is_no_file_in_the_place_of_one_is_told(
    me: Path, run_plain: Run, marketplace: Marketplace, make: Callable[[Path], None]
) -> None:
    path = marketplace("")
    path.unlink()
    make(path)
    before = snapshot(me)
    ran = run_plain("install-plugin")
    assert (ran.code, "is no file" in ran.err) == (1, True)
    assert snapshot(me) == before


def test_a_damaged_record_is_no_record(me: Path, does: Does) -> None:
    does("install-plugin")
    (me.parent / "tracker" / "installed.json").write_bytes(b"\xff{")
    does("uninstall-plugin")
    assert not [one for one in me.rglob("*") if one.is_file() and one.name != "marketplace.json"]
    assert json.loads((me / ".agents/plugins/marketplace.json").read_bytes())["plugins"] == []
