"""The real client takes what is installed: run where `CODEX_CLIENT` names one, or one is on PATH. Nothing leaves."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.plugin.test_checks import Checks, checks
from tests.plugin.test_nudge import quiet

__all__ = ["checks"]

CLIENT = os.environ.get("CODEX_CLIENT") or shutil.which("codex")
pytestmark = [pytest.mark.skipif(CLIENT is None, reason="no Codex client is here"), pytest.mark.slow]
NAME = "codex-usage-tracker@personal"
USAGE = {
    "input_tokens": 100, "input_tokens_details": {"cached_tokens": 40},
    "output_tokens": 7, "output_tokens_details": {"reasoning_tokens": 2}, "total_tokens": 107,
}  # fmt: skip
SAID = {"type": "message", "role": "assistant", "id": "m", "content": [{"type": "output_text", "text": "done"}]}
ANSWER = (
    {"type": "response.created", "response": {"id": "r"}},
    {"type": "response.output_item.done", "item": SAID},
    {"type": "response.completed", "response": {"id": "r", "usage": USAGE}},
)
Does = Callable[..., Any]


class Model(BaseHTTPRequestHandler):
    """A model that says the same whatever it is asked."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        text = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in ANSWER).encode()
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def environment(me: Path, codex: Path, tmp_path: Path) -> dict[str, str]:
    assert codex.is_dir()
    own = {"HOME": str(me), "CODEX_USAGE_TRACKER_HOME": str(tmp_path / "tracker"), "OPENAI_API_KEY": "none"}
    return own | {"PATH": os.environ["PATH"]}


@pytest.fixture
def client(environment: dict[str, str], me: Path) -> Callable[..., str]:
    """Give a way to run the client, and what it says."""

    def runs(*args: str) -> str:
        command = [str(CLIENT), *args]
        done = subprocess.run(
            command, env=environment, cwd=me, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    return runs


class AppServer:
    """The client as a server of its own protocol, as editors use it."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [str(CLIENT), "app-server"], env=environment, cwd=folder, stdin=pipe, stdout=pipe,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.number = 0
        self.ask("initialize", {"clientInfo": {"name": "test", "version": "1"}})
        self.say({"method": "initialized"})

    def say(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        self.number += 1
        self.say({"id": self.number, "method": method, "params": params})
        assert self.process.stdout is not None
        answers = (json.loads(line) for line in self.process.stdout)
        return next(one for one in answers if one.get("id") == self.number)["result"]

    def hooks(self, folder: Path) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("hooks/list", {"cwds": [str(folder)]})["data"][0]["hooks"]
        return found

    def trust(self, folder: Path) -> None:
        """Trust all hooks, as a person does by `/hooks`."""
        trust = {one["key"]: {"trusted_hash": one["currentHash"]} for one in self.hooks(folder)}
        edit = {"keyPath": "hooks.state", "value": trust, "mergeStrategy": "upsert"}
        self.ask("config/batchWrite", {"edits": [edit], "reloadUserConfig": True})

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def server(environment: dict[str, str], me: Path) -> Iterator[Callable[[], AppServer]]:
    started: list[AppServer] = []

    def start() -> AppServer:
        started.append(AppServer(environment, me))
        return started[-1]

    yield start
    for one in started:
        one.close()


def test_it_lists_installs_and_removes_the_plugin(client: Callable[..., str], does: Does, checks: Checks) -> None:
    next_command = does("install-plugin")["next"].split()
    assert NAME in client("plugin", "list")
    assert checks()["in codex"][1] == "Codex knows it and has not installed it"
    client(*next_command[1:])
    assert checks()["in codex"][0] == "pass"
    assert "installed, enabled" in client("plugin", "list")
    shown = client("mcp", "list")
    assert f"{sys.executable}  -P -m codex_usage_tracker mcp" in " ".join(shown.split(" "))
    client("plugin", "remove", NAME)
    does("uninstall-plugin")
    assert NAME not in client("plugin", "list")


def test_it_goes_on_listing_plugins_of_others(client: Callable[..., str], does: Does, me: Path) -> None:
    market = me / ".agents" / "plugins" / "marketplace.json"
    market.parent.mkdir(parents=True)
    other = {"name": "other", "source": {"source": "local", "path": "./other"}, "new": 1}
    market.write_text(json.dumps({"name": "mine", "plugins": [other]}))
    (me / "other" / ".codex-plugin").mkdir(parents=True)
    (me / "other" / ".codex-plugin" / "plugin.json").write_text('{"name": "other", "version": "1"}')
    does("install-plugin")
    listed = client("plugin", "list")
    assert "other@mine" in listed
    assert "codex-usage-tracker@mine" in listed


def test_it_starts_the_server_and_knows_the_skill(
    client: Callable[..., str], does: Does, server: Callable[[], AppServer], me: Path
) -> None:
    pytest.importorskip("codex_usage_tracker.mcp", exc_type=ImportError)
    client(*does("install-plugin")["next"].split()[1:])
    codex = server()
    [told] = [one for one in codex.ask("mcpServerStatus/list", {})["data"] if one["name"] == "codex-usage-tracker"]
    assert {"usage_status", "usage_summary", "usage_limits"} <= told["tools"].keys()
    skills = codex.ask("skills/list", {"cwds": [str(me)]})["data"][0]["skills"]
    assert "codex-usage-tracker:codex-usage" in {one["name"] for one in skills}


def test_its_trust_in_the_hook_is_what_doctor_says(
    does: Does, checks: Checks, server: Callable[[], AppServer], me: Path, codex: Path
) -> None:
    does("install-hook")
    client = server()
    assert ([one["trustStatus"] for one in client.hooks(me)], checks()["hook"][0]) == (["untrusted"], "warn")
    client.trust(me)
    assert ([one["trustStatus"] for one in client.hooks(me)], checks()["hook"][0]) == (["trusted"], "pass")
    does("install-hook", "--codex-home", str(codex))
    assert ([one["trustStatus"] for one in server().hooks(me)], checks()["hook"][0]) == (["modified"], "warn")


def test_its_trust_is_known_where_its_home_is_a_link(
    does: Does, checks: Checks, me: Path, environment: dict[str, str], codex: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (me / "linked").symlink_to(codex)
    monkeypatch.setenv("CODEX_HOME", str(me / "linked"))
    does("install-hook")
    client = AppServer(environment | {"CODEX_HOME": str(me / "linked")}, me)
    client.trust(me)
    client.close()
    assert checks()["hook"][0] == "pass"


def test_a_turn_is_counted_without_anybody_asking(
    client: Callable[..., str], does: Does, codex: Path, tmp_path: Path, run_plain: Run
) -> None:
    model = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=model.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{model.server_port}/v1"
    (codex / "config.toml").write_text(
        'model_provider = "test"\nmodel = "gpt-5.5"\n'
        f'[model_providers.test]\nname = "test"\nbase_url = "{address}"\nwire_api = "responses"\n'
    )
    does("install-hook")
    said = client("exec", "--skip-git-repo-check", "--dangerously-bypass-hook-trust", "hello")
    model.shutdown()
    model.server_close()
    assert "hook: Stop Completed" in said
    time.sleep(0.1)
    quiet(tmp_path / "tracker")
    with sqlite3.connect(tmp_path / "tracker" / "usage.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM call").fetchone() == (1,)
    totals = run_plain("summary", "--json", "--quiet").json["totals"]
    assert {name: totals[name] for name in ("input_tokens", "cached_input_tokens", "output_tokens")} == {
        "input_tokens": 100, "cached_input_tokens": 40, "output_tokens": 7,
    }  # fmt: skip
