"""The dashboard: its questions, the opening of its page, how it moves, and how soon it shows what is new."""

from __future__ import annotations

import gzip
import re
import sqlite3
import time
from contextlib import closing
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bench.dashboard import Dashboard, looking, opened, serving
from bench.machine import ROOT
from bench.probe import PASS
from bench.process import MeasureError
from bench.results import Budget, Line

if TYPE_CHECKING:
    from pathlib import Path

    from bench.setting import Setting

ANSWER = Budget("ours", 100)
PAGE = Budget("ours", 1000)
FRAME = Budget("ours", 100)
BUNDLE = Budget("ours", 300)
VIEWS = ("overview", "insights", "calls", "threads", "limits", "projects", "settings")
ASSETS = ROOT / "src/codex_usage_tracker/web/assets"
RANGE = "&range=alltime"
SUMS = "document.querySelector('main .sums').innerHTML"
"""The exact totals stand in its titles."""
METRICS = re.compile(r"metric=\w+&|&?counts=false")


def measure(setting: Setting) -> list[Line]:
    """Measure the page on the largest history; without a browser there is only its size."""
    lines = _bundle()
    if not lines:
        setting.notes.append("left out: the dashboard is not built: make dashboard")
        return lines
    database = setting.filled(setting.history(setting.scale.large or setting.scale.long_lines))
    try:
        with serving(database) as dashboard, looking(dashboard) as context:
            what = f"{_calls(database):,} calls"
            lines += _views(setting, dashboard, context, what, _pass(database))
            lines += [_moves(dashboard, context, what), _news(setting, dashboard, context, what)]
    except (MeasureError, ImportError) as error:
        setting.notes.append(f"left out: the dashboard in a browser: {error}")
    return lines


def _bundle() -> list[Line]:
    """Compare what a browser fetches with what that unfolds to."""
    files = [path.read_bytes() for path in ASSETS.rglob("*") if path.suffix in {".js", ".css", ".html", ".svg"}]
    if not files:
        return []
    packed, whole = (sum(map(len, sizes)) / 1e3 for sizes in ((gzip.compress(one) for one in files), files))
    return [Line("dashboard", "the page, compressed", "kB", packed, "not compressed", whole, budget=BUNDLE)]


def _views(setting: Setting, dashboard: Dashboard, context: Any, what: str, once: float) -> list[Line]:
    """Open each view, then ask again what it asked."""
    lines, asked = [], dict[str, None]()
    page = context.new_page()
    opened(page, f"{dashboard.url}/?view=settings")
    bare = opened(page, f"{dashboard.url}/?range=today")
    page.on("request", lambda request: _note(asked, request.url))
    for view in VIEWS:
        times = [_drawn(dashboard, page, view) for _ in range(setting.runs)]
        lines.append(Line("dashboard", f"{view}: drawn, {what}", "ms", median(times), "a day of it", bare, budget=PAGE))
    page.close()
    return [*lines, *(_answer(setting, dashboard, address, what, once) for address in asked)]


def _drawn(dashboard: Dashboard, page: Any, view: str) -> float:
    dashboard.forget()
    return opened(page, f"{dashboard.url}/?view={view}{RANGE}")


def _note(asked: dict[str, None], url: str) -> None:
    """Keep what the page asks of all time."""
    parts = urlsplit(url)
    if parts.path.startswith("/api/") and not parts.path.endswith("/live"):
        asked[f"{parts.path}?{parts.query}"] = None


def _answer(setting: Setting, dashboard: Dashboard, address: str, what: str, once: float) -> Line:
    """Compare the slow answers to a question with one pass over all calls; the median is told beside."""
    dashboard.ask(address)
    times = [dashboard.ask(address) for _ in range(max(4, 4 * setting.runs))]
    p95 = quantiles(times, n=20)[-1]
    name = METRICS.sub("", address.removeprefix("/api/")).rstrip("?")
    told = f"{name}, {what}: p95 (p50 {median(times):.0f} ms)"
    return Line("dashboard", told, "ms", p95, "one pass over all calls", once, budget=ANSWER)


def _moves(dashboard: Dashboard, context: Any, what: str) -> Line:
    """Compare the longest time without a frame while one scrolls and types with that of a page at rest."""
    page = context.new_page()
    opened(page, f"{dashboard.url}/?view=calls{RANGE}")
    page.evaluate("window.seen.gap = 0")
    page.wait_for_timeout(1000)
    rest = float(page.evaluate("window.seen.gap"))
    page.evaluate("window.seen.gap = 0")
    for step in range(40):
        page.mouse.wheel(0, 900 if step % 10 else 30_000)
        page.wait_for_timeout(30)
    page.get_by_role("searchbox").type("cart price", delay=40)
    page.wait_for_timeout(1500)
    busy = float(page.evaluate("window.seen.gap"))
    page.close()
    return Line("dashboard", f"scrolling and typing, {what}: longest gap", "ms", busy, "at rest", rest, budget=FRAME)


def _news(setting: Setting, dashboard: Dashboard, context: Any, what: str) -> Line:
    """Compare how soon a call is on the page after its line was written with an answer to what it used."""
    page = context.new_page()
    dashboard.append()
    opened(page, f"{dashboard.url}/?view=threads{RANGE}")
    page.wait_for_timeout(1500)
    times = []
    for _ in range(2 * setting.runs):
        before = page.evaluate(SUMS)
        started = time.perf_counter()
        dashboard.append()
        page.wait_for_function(f"before => {SUMS} !== before", arg=before, polling=5)
        times.append((time.perf_counter() - started) * 1e3)
        page.wait_for_timeout(700)
    answer = dashboard.ask("/api/threads?range=alltime&limit=60")
    page.close()
    return Line("dashboard", f"from a line to the page, {what}", "ms", median(times), "an answer", answer, budget=PAGE)


def _calls(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT count(*) FROM call").fetchone()[0])


def _pass(database: Path) -> float:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(PASS).fetchall()
        started = time.perf_counter()
        connection.execute(PASS).fetchall()
        return (time.perf_counter() - started) * 1e3
