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
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
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
    pytest.mark.flaky(reruns=1),  # on a machine under load a browser may answer too late; the summary names what did
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
    pytest.mark.skipif(not BUILT.exists(), reason="the dashboard is not built: make dashboard"),
]
VIEWS = ("overview", "insights", "calls", "threads", "limits", "projects", "diagnostics", "settings")


@pytest.fixture
def door() -> Door:
    return Door(PORT, TOKEN)


@pytest.fixture
def served(database: str, codex_home: Path, door: Door) -> Iterator[Served]:
    """Give a way to serve a history, by default that of the commands."""
    with contextlib.ExitStack() as open_clients:

        def serves(
            db: str | None = None,
            mode: str = "normal",
            zone: str | None = ZONE,
            home: Path = codex_home,
            **headers: str,
        ) -> TestClient:
            tracker = Tracker(db or database, [str(home)], zone)
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

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def stop(self, sign: signal.Signals = signal.SIGINT) -> float:
        """Stop it, and return how many seconds that took."""
        began = time.monotonic()
        self.process.send_signal(sign)
        self.process.wait(20)
        return time.monotonic() - began


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Callable[..., Server]]:
    """Give a way to start servers that keep all of theirs in a folder; all of them are stopped by their ids."""
    started: list[subprocess.Popen[str]] = []

    def starts(*args: str, home: Path | None = None, token: str = TOKEN) -> Server:
        home = home or folder / "codex"
        (home / "sessions").mkdir(parents=True, exist_ok=True)
        own = {"CODEX_HOME": str(home), "CODEX_USAGE_TRACKER_HOME": str(folder / "own")}
        environment = os.environ | own | {"CODEX_USAGE_TRACKER_TOKEN": token, "TZ": "UTC"}
        command = [sys.executable, "-m", "codex_usage_tracker", "serve-dashboard", "--port", "0", "--json", *args]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        told = httpx.Response(200, text=process.stdout.readline()).json()
        return Server(process, told["url"].rstrip("/"), told["open_url"], folder / "own" / "usage.sqlite3", home)

    try:
        yield starts
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
            process.communicate()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Give a way to start a server on an empty home."""
    with serving(tmp_path) as starts:
        yield starts


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
        expect.set_options(timeout=10_000)
        yield started
        started.close()


class Visitor(NamedTuple):
    """Opens pages of servers, each in a browser of its own that was let in before, and hears what troubles them."""

    browser: Browser
    troubles: list[str]
    contexts: list[BrowserContext]

    def __call__(self, server: Server, query: str = "", *, heard: bool = True, **options: Any) -> Page:
        """Open the page at a query such as `&view=calls`; `heard` says that troubles fail the test."""
        usual = {"viewport": {"width": 1440, "height": 900}, "timezone_id": "UTC", "reduced_motion": "reduce"}
        context = self.browser.new_context(**(usual | options))
        context.add_cookies([{"name": f"codex_usage_{server.port}", "value": TOKEN, "url": server.url}])
        self.contexts.append(context)
        page = context.new_page()
        if heard:
            page.on("pageerror", lambda error: self.troubles.append(str(error)))
            page.on("console", lambda told: self._hear(told))  # noqa: PLW0108  (Playwright marks what it calls)
        page.goto(f"{server.url}/?{query.removeprefix('&')}")
        return page

    def _hear(self, told: ConsoleMessage) -> None:
        if told.type == "error":
            self.troubles.append(f"{told.text} at {told.location['url']}")


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visitor]:
    """Give a way to open a server's page; an error on the page fails the test."""
    visitor = Visitor(browser, [], [])
    yield visitor
    for context in visitor.contexts:
        context.close()
    assert visitor.troubles == []


def made_up(server: Callable[..., Server], home: Path, calls_made: int = 600, bytes_per_call: int = 1700) -> Server:
    """Return a server of a made-up history, all of which it has read."""
    write_history(DemoPlan(home, calls=calls_made, bytes_per_call=bytes_per_call))
    found = server(home=home)
    assert until(lambda: calls(found) == calls_made, 20)
    return found


@pytest.fixture
def demo(server: Starts, tmp_path: Path) -> Server:
    """A server of a made-up history."""
    return made_up(server, tmp_path / "demo")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of a made-up history that several tests look at; to be asked only."""
    folder = tmp_path_factory.mktemp("shown")
    with serving(folder) as starts:
        yield made_up(starts, folder / "demo")
