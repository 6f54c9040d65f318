"""A dashboard that is served and looked at: what its page asks, how soon it is drawn, how smoothly it moves."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.machine import ROOT, environment
from bench.process import MeasureError
from bench.rollout import NAME, Rollout

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "a-token-of-the-benchmark"  # noqa: S105  (opens nothing)
PLACE = Path("sessions/2026/01/02")
WIDTH, HEIGHT = 1440, 900
WATCH = """() => {
  const seen = window.seen = {drawn: 0, gap: 0};
  new MutationObserver(() => requestAnimationFrame(() => (seen.drawn = performance.now())))
    .observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
  let last = performance.now();
  const frame = now => { seen.gap = Math.max(seen.gap, now - last); last = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
}"""


class Dashboard:
    """A server on a copy of a database, with a home to which calls can be appended."""

    def __init__(self, folder: Path, database: Path) -> None:
        self.log = folder / "codex" / PLACE / NAME
        self.log.parent.mkdir(parents=True)
        self.calls = 0
        self.budgets = folder / "own" / "budgets.json"
        self.budgets.parent.mkdir()
        self.budgets.write_text("{}", encoding="ascii")
        shutil.copy(database, folder / "usage.sqlite3")
        words = ("--codex-home", str(folder / "codex"), "--db", str(folder / "usage.sqlite3"), "--port", "0", "--json")
        own = {"CODEX_USAGE_TRACKER_HOME": str(folder / "own"), "CODEX_USAGE_TRACKER_TOKEN": TOKEN}
        self.process = subprocess.Popen(
            (sys.executable, "-m", "codex_usage_tracker", "serve-dashboard", *words),
            cwd=ROOT, env={**environment(), **own}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.url = str(json.loads(self.process.stdout.readline() if self.process.stdout else "")["url"]).rstrip("/")

    def forget(self) -> None:
        """Have no answer that was kept be of use: it was made from other settings."""
        os.utime(self.budgets)

    def ask(self, address: str) -> float:
        """Return how many milliseconds an answer takes that was not kept."""
        self.forget()
        with closing(HTTPConnection(self.url.removeprefix("http://"), timeout=60)) as connection:
            started = time.perf_counter()
            connection.request("GET", address, headers={"X-Codex-Usage-Token": TOKEN})
            reply = connection.getresponse()
            reply.read()
            took = (time.perf_counter() - started) * 1e3
        if reply.status != HTTPStatus.OK:
            raise MeasureError(f"{address}: {reply.status}")
        return took

    def append(self) -> None:
        """Write a call that nobody has read yet."""
        with self.log.open("ab") as file:
            rollout = Rollout()
            lines = rollout._turn(0)  # noqa: SLF001  (the turns of the benchmark's own thread)
            file.write(rollout._head() + b"".join(lines[:2]) if not self.calls else b"")  # noqa: SLF001
            file.write(rollout.record(self.calls))
        self.calls += 1

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)


@contextmanager
def serving(database: Path) -> Iterator[Dashboard]:
    """Serve a copy of a database until the end of the block."""
    with tempfile.TemporaryDirectory() as folder:
        found = Dashboard(Path(folder), database)
        try:
            yield found
        finally:
            found.stop()


@contextmanager
def looking(dashboard: Dashboard) -> Iterator[Any]:
    """Give a way to open pages in a browser that was let in."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (only where a page is measured)

    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not path:
        raise MeasureError("there is no Chromium on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        port = dashboard.url.rpartition(":")[2]
        context.add_cookies([{"name": f"codex_usage_{port}", "value": TOKEN, "url": dashboard.url}])
        context.add_init_script(f"({WATCH})()")
        yield context
        browser.close()


def opened(page: Any, address: str) -> float:
    """Return how many milliseconds after its beginning a page drew something for the last time."""
    page.goto(address)
    page.wait_for_function("() => window.seen.drawn && performance.now() - window.seen.drawn > 700")
    return float(page.evaluate("window.seen.drawn"))
