"""What `doctor` says of plugin and hook."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codex_usage_tracker import __version__
from codex_usage_tracker.plugin import hooks, package
from tests.cli.conftest import Run
from tests.plugin.test_install import plugin

Does = Callable[..., Any]
NAME = "codex-usage-tracker@personal"
SERVER = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    answer = {"initialize": {}, "tools/list": {"tools": [1, 2, 3]}}.get(asked["method"])
    if answer is not None:
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": answer}), flush=True)
"""


@pytest.fixture
def checks(run_plain: Run) -> Callable[..., dict[str, tuple[str, str]]]:
    """Give a way to see what is said of plugin and hook."""

    def said(*options: str) -> dict[str, tuple[str, str]]:
        told = run_plain("doctor", "--suggest-repair", "--json", *options).json["checks"]
        names = {"plugin", "marketplace", "in codex", "mcp config", "mcp server", "hook"}
        return {one["name"]: (one["status"], one["message"]) for one in told if one["name"] in names}

    return said


Checks = Callable[..., dict[str, tuple[str, str]]]


def test_what_is_not_installed_is_no_fault(me: Path, checks: Checks) -> None:
    assert me.exists()
    assert {name: status for name, (status, _) in checks().items()} == {"plugin": "pass", "hook": "pass"}


def test_a_plugin_whose_files_are_gone_is_told(me: Path, does: Does, checks: Checks) -> None:
    does("install-plugin")
    shutil.rmtree(plugin(me))
    assert checks()["plugin"] == ("fail", "its files are gone")
    does("uninstall-plugin")
    assert checks()["plugin"][0] == "pass"


def test_what_is_installed_is_in_order(me: Path, codex: Path, does: Does, checks: Checks) -> None:
    does("install-plugin")
    found = checks()
    assert found["plugin"] == ("pass", f"version {__version__}, as the program")
    assert found["marketplace"] == ("pass", f"lists {NAME}")
    assert found["in codex"] == ("pass", "Codex knows it and has not installed it")
    assert found["mcp config"] == ("pass", "it starts this program")
    (codex / "config.toml").write_text(f'[plugins."{NAME}"]\nenabled = true\n')
    assert checks()["in codex"] == ("warn", "Codex has an older copy")
    shutil.copytree(plugin(me), codex / "plugins" / "cache" / "personal" / "codex-usage-tracker" / __version__)
    assert checks()["in codex"] == ("pass", f"version {__version__} is installed")
    (codex / "config.toml").write_text(f'[plugins."{NAME}"]\nenabled = false\n')
    assert checks()["in codex"] == ("pass", "it is switched off in Codex")


def test_an_older_plugin_is_told(me: Path, does: Does, checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(package, "__version__", "0.0.1")
        does("install-plugin")
    assert checks()["plugin"] == ("warn", f"it is of version 0.0.1, the program of {__version__}")
    (plugin(me) / package.SKILL).unlink()
    assert checks()["plugin"] == ("fail", "files of it are missing")
    does("upgrade-plugin")
    (plugin(me) / package.SKILL).write_text("mine")
    assert checks()["plugin"] == ("pass", f"version {__version__}, as the program, 1 of its files changed by you")


@pytest.mark.parametrize(
    ("server", "status"),
    [
        ({"command": "/no/python", "args": []}, "fail"),
        ({"command": 3}, "fail"),
        ({"url": "http://localhost"}, "fail"),
        ({"command": "/bin/sh", "args": ["-c", "x"]}, "pass"),
    ],
)
def test_a_server_that_cannot_start_is_told(
    me: Path, does: Does, checks: Checks, server: dict[str, Any], status: str
) -> None:
    does("install-plugin")
    (plugin(me) / package.MCP).write_text(json.dumps({"mcpServers": {package.NAME: server}}))
    assert checks()["mcp config"][0] == status


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-c", SERVER], ("pass", "it starts and has 3 tools")),
        (["-c", "pass"], ("fail", "it does not start or does not answer")),
        (["-c", "print('hello')"], ("fail", "it does not start or does not answer")),
    ],
)
def test_the_server_is_started_when_asked(
    me: Path, does: Does, checks: Checks, words: list[str], expected: tuple[str, str]
) -> None:
    does("install-plugin")
    server = {"command": sys.executable, "args": words}
    (plugin(me) / package.MCP).write_text(json.dumps({"mcpServers": {package.NAME: server}}))
    assert "mcp server" not in checks()
    assert checks("--mcp")["mcp server"] == expected


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": "x"}'])
def test_an_odd_marketplace_is_told(me: Path, does: Does, checks: Checks, text: str) -> None:
    does("install-plugin")
    (me / ".agents/plugins/marketplace.json").write_text(text)
    found = checks()
    assert found.get("marketplace", found["plugin"])[0] in {"warn", "fail"}


def test_a_hook_that_codex_does_not_trust_is_told(codex: Path, does: Does, checks: Checks) -> None:
    does("install-hook")
    assert checks()["hook"] == ("warn", "it is installed, and Codex does not trust it yet")
    [key] = hooks.keys(str(codex))
    assert key == f"{codex / 'hooks.json'}:stop:0:0"
    (codex / "config.toml").write_text(f'[hooks.state."{key}"]\ntrusted_hash = "sha256:1"\n')
    assert checks()["hook"] == ("pass", "it is installed, and Codex trusts it")
    does("install-hook", "--codex-home", str(codex))
    assert checks()["hook"] == ("warn", "it is installed, and Codex does not trust it yet")
    (codex / "config.toml").write_text(f'[hooks.state."{key}"]\ntrusted_hash = "sha256:2"\n')
    assert checks()["hook"] == ("pass", "it is installed, and Codex trusts it")
    (codex / "config.toml").write_text(f'[hooks.state."{key}"]\ntrusted_hash = "sha256:2"\nenabled = false\n')
    assert checks()["hook"][0] == "warn"
    (codex / "config.toml").write_text("[features]\nhooks = false\n")
    assert checks()["hook"] == ("warn", "hooks are switched off in Codex")


@pytest.mark.parametrize("text", ["hooks = 3", "plugins = []", "no toml [", 'features = "x"', "[hooks]\nstate = 1"])
def test_odd_settings_of_codex_break_nothing(codex: Path, does: Does, checks: Checks, text: str) -> None:
    does("install-hook")
    does("install-plugin")
    (codex / "config.toml").write_text(text)
    assert checks()["hook"][0] == "warn"
    does("install-hook")


def test_hooks_that_cannot_be_read_are_told(codex: Path, checks: Checks) -> None:
    (codex / "hooks.json").write_text("{")
    assert checks()["hook"] == ("warn", "the file of Codex's hooks is no JSON")


def test_no_path_is_told_in_strict_mode(me: Path, codex: Path, does: Does, run_plain: Run) -> None:
    does("install-hook")
    ran = [
        run_plain(*words, "--privacy-mode", "strict") for words in (["install-plugin"], ["setup"], ["setup", "--json"])
    ]
    told = "".join(one.out + one.err for one in ran)
    assert str(me) not in told
    assert str(Path(sys.executable).parent) not in told
    assert codex.exists()


def test_hints_are_whole_in_strict_mode(codex: Path, does: Does, run_plain: Run) -> None:
    assert codex.exists()
    does("install-hook")
    does("install-plugin")
    told = [
        {one["name"]: one["hint"] for one in run_plain("doctor", "--json", "--privacy-mode", mode).json["checks"]}
        for mode in ("normal", "strict")
    ]
    assert told[0]["hook"] == told[1]["hook"] != ""
    assert told[0]["in codex"] == told[1]["in codex"]
