"""A start beside a server that runs: it gets a link of that one, safely, or begins another."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from codex_usage_tracker.web import beside, security
from tests.web.conftest import Server, Starts, until
from tests.web.test_homes import send

SECRET = "very-secret"  # noqa: S105  (opens nothing)


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of the tracker's own files is that of the server."""
    monkeypatch.setenv("CODEX_USAGE_TRACKER_HOME", str(tmp_path / "own"))


def start(server: Server, *args: str) -> dict[str, Any]:
    """Start again beside a server, and return what is told; a second server would never end."""
    environment = os.environ | {"CODEX_HOME": str(server.home), "TZ": "UTC"}
    command = [sys.executable, "-m", "codex_usage_tracker", "serve-dashboard", "--json", *args]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=True)
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


def note(server: Server) -> Path:
    return server.database.parent / "servers" / f"{server.port}.json"


def test_a_second_start_gives_another_link_of_the_first(server: Starts) -> None:
    running = server()
    told = start(running, "--port", str(running.port))
    assert told["port"] == running.port
    assert told["open_url"] != running.link
    assert httpx.get(told["open_url"]).status_code == 303
    assert httpx.get(told["open_url"]).status_code == 403
    assert start(running, "--port", str(running.port - 1))["port"] == running.port, "it had the next free port"


def test_its_file_is_for_its_owner_alone_tells_no_token_and_goes_with_it(server: Starts) -> None:
    running = server()
    assert until(note(running).exists)
    assert note(running).stat().st_mode & 0o777 == 0o600
    assert note(running).parent.stat().st_mode & 0o777 == 0o700
    assert "a-token-of-the-tests" not in note(running).read_text()
    running.stop()
    assert not note(running).exists()


def test_another_privacy_mode_is_another_server(server: Starts) -> None:
    running = server()
    command = [sys.executable, "-m", "codex_usage_tracker", "--privacy-mode", "strict", "serve-dashboard", "--json"]
    environment = os.environ | {"CODEX_HOME": str(running.home)}
    other = subprocess.Popen([*command, "--port", str(running.port)], env=environment, stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        assert json.loads(other.stdout.readline())["port"] != running.port
    finally:
        other.terminate()
        other.communicate(timeout=20)


def test_the_file_of_a_server_that_ended_goes() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    stale = beside.Note(port)
    stale.write(port=port, pid=1, kind="k", secret=SECRET)
    assert beside.link("k", "127.0.0.1", port, 1) is None
    assert not Path(stale.path).exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"port": "x"}', '{"kind": "k"}', "\xff"])
def test_a_file_that_cannot_be_understood_is_passed_over(text: str) -> None:
    odd = beside.Note(9)
    odd.write(port=9)
    Path(odd.path).write_text(text, encoding="latin-1")
    assert beside.link("k", "127.0.0.1", 9, 1) is None


@contextmanager
def impostor(answer: bytes) -> Iterator[tuple[int, list[str]]]:
    """Another program on a port, that answers whatever it is asked and keeps what it hears."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(str(self.headers))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    try:
        yield http.server_port, heard
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


@pytest.mark.parametrize(
    "answer", [b"", b"[]", b"{}", b'{"url": "http://evil/open?key=x", "proof": "y"}', b"x" * 50_000]
)
def test_another_program_on_the_port_learns_no_secret_and_is_not_opened(answer: bytes) -> None:
    with impostor(answer) as (port, heard):
        beside.Note(port).write(port=port, pid=1, kind="k", secret=SECRET)
        assert beside.link("k", "127.0.0.1", port, 1) is None
    assert heard
    assert SECRET not in "".join(heard)


def test_a_link_is_for_who_knows_the_token_or_the_file(server: Starts) -> None:
    running = server()
    for headers in ({}, {"X-Codex-Usage-Door": "text:proof"}, {"X-Codex-Usage-Door": ":"}):
        assert httpx.post(f"{running.url}/api/link", headers=headers).status_code == 401
    told = send(running, "POST", "link", None)
    assert told.headers["cache-control"] == "no-store"
    assert httpx.get(told.json()["url"]).status_code == 303
    secret = json.loads(note(running).read_text())["secret"]
    proof = security.proof(secret, "asks", "text")
    assert httpx.post(f"{running.url}/api/link", headers={"X-Codex-Usage-Door": f"text:{proof}"}).status_code == 200
    assert httpx.get(f"{running.url}/api/calls", headers={"X-Codex-Usage-Door": f"text:{proof}"}).status_code == 401
