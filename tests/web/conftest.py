"""A server in this process, asked as a page would, and servers of their own on real sockets."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.testclient import TestClient

from codex_usage_tracker.demo import DemoPlan, write_history
from codex_usage_tracker.tracker import Tracker
from codex_usage_tracker.web.app import Dashboard
from codex_usage_tracker.web.security import Door
from tests.cli.conftest import ZONE, ask, codex_home, database, run_plain, surroundings

__all__ = ["ask", "codex_home", "database", "run_plain", "surroundings"]

PORT = 8765
TOKEN = "a-token-of-the-tests"  # noqa: S105  (opens nothing)
HOST = f"127.0.0.1:{PORT}"
Served = Callable[..., TestClient]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
BUILT = Path(__file__).parents[2] / "src/codex_usage_tracker/web/assets/index.html"
IN_A_BROWSER = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
    pytest.mark.skipif(not BUILT.exists(), reason="the dashboard is not built: make dashboard"),
]
VIEWS = ("overview", "calls", "threads", "limits", "projects", "settings")


@pytest.fixture
def door() -> Door:
    return Door(PORT, TOKEN)


@pytest.fixture
def served(database: str, codex_home: Path, door: Door) -> Iterator[Served]:
    """Give a way to serve a history, by default that of the commands."""
    with contextlib.ExitStack() as open_clients:

        def serves(db: str | None = None, mode: str = "normal", zone: str | None = ZONE, **headers: str) -> TestClient:
            tracker = Tracker(db or database, [str(codex_home)], zone)
            app = Dashboard(tracker, door, mode, refreshes=False).app()
            sent = {"X-Codex-Usage-Token": TOKEN} | headers
            client = TestClient(app, f"http://{HOST}", headers=sent, follow_redirects=False)
            return open_clients.enter_context(client)

        yield serves


@pytest.fixture
def client(served: Served) -> TestClient:
    return served()


class Server(NamedTuple):
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    url: str
    link: str
    database: Path
    home: Path

    def get(self, path: str, **options: Any) -> httpx.Response:
        sent = {"X-Codex-Usage-Token": TOKEN} | options.pop("headers", {})
        return httpx.get(self.url + path, headers=sent, timeout=20, **options)

    def stop(self, sign: signal.Signals = signal.SIGINT) -> float:
        """Stop it, and return how many seconds that took."""
        began = time.monotonic()
        self.process.send_signal(sign)
        self.process.wait(20)
        return time.monotonic() - began


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Give a way to start a server on an empty home; all of them are stopped by their ids."""
    started: list[subprocess.Popen[str]] = []

    def starts(*args: str, home: Path | None = None) -> Server:
        home = home or tmp_path / "codex"
        (home / "sessions").mkdir(parents=True, exist_ok=True)
        own = {"CODEX_HOME": str(home), "CODEX_USAGE_TRACKER_HOME": str(tmp_path / "own")}
        environment = os.environ | own | {"CODEX_USAGE_TRACKER_TOKEN": TOKEN, "TZ": "UTC"}
        command = [sys.executable, "-m", "codex_usage_tracker", "serve-dashboard", "--port", "0", "--json", *args]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        told = httpx.Response(200, text=process.stdout.readline()).json()
        return Server(process, told["url"].rstrip("/"), told["open_url"], tmp_path / "own" / "usage.sqlite3", home)

    yield starts
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


Starts = Callable[..., Server]
Visit = Callable[..., Page]


def calls(server: Server) -> int:
    reply = server.get("/api/summary")
    return int(reply.json()["totals"]["calls"]) if reply.status_code == 200 else 0


def until(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


# -- a real browser ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Give a way to open a server's page by its link; an error on the page fails the test."""
    troubles: list[str] = []
    contexts = []

    def visits(server: Server, query: str = "", **options: Any) -> Page:
        usual = {"viewport": {"width": 1440, "height": 900}, "timezone_id": "UTC"}
        context = browser.new_context(**(usual | options))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda told: troubles.append(told.text) if told.type == "error" else None)
        page.goto(server.link + query)
        return page

    yield visits
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def demo(server: Starts, tmp_path: Path) -> Server:
    """A server of a made-up history."""
    home = tmp_path / "demo"
    write_history(DemoPlan(home, calls=600, bytes_per_call=1700))
    found = server(home=home)
    assert until(lambda: calls(found) == 600, 20)
    return found
