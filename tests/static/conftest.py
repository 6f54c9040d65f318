"""Dashboards as files, opened in a real browser, beside readers of what they were written from."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page

from codex_usage_tracker import privacy
from codex_usage_tracker.demo import DemoPlan, write_history
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.reports.registry import Settings
from codex_usage_tracker.static import page
from codex_usage_tracker.static.content import Scope
from codex_usage_tracker.tracker import Tracker
from tests.static.asked import Both
from tests.web.conftest import IN_A_BROWSER, browser

__all__ = ["IN_A_BROWSER", "browser"]


class Opened(NamedTuple):
    """A page of a file with what troubled it and what it asked for, and the same questions beside it."""

    page: Page
    troubles: list[str]
    requests: list[str]
    both: Both


Opens = Callable[..., Opened]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Tracker:
    """A made-up history that was read, in which everything happens."""
    home, own = tmp_path_factory.mktemp("demo"), tmp_path_factory.mktemp("own")
    write_history(DemoPlan(home / "codex", calls=800, bytes_per_call=1700))
    tracker = Tracker(str(own / "usage.sqlite3"), [str(home / "codex")], "Europe/Berlin")
    tracker.refresh()
    return tracker


def url(path: Path, query: str = "range=alltime") -> str:
    return f"{path.as_uri()}?{query}"


@pytest.fixture
def opens(browser: Browser, tmp_path: Path) -> Iterator[Opens]:
    """Give a way to write a file and open it."""
    count = 0

    def opened(
        tracker: Tracker, chosen: Filter | None = None, most: int = 0, mode: str = privacy.NORMAL,
        zone: str | None = None, query: str = "range=alltime",
    ) -> Opened:  # fmt: skip
        settings = Settings(tracker.files, tracker.settings)
        nonlocal count
        count += 1
        path = tmp_path / f"{count}.html"
        named = Tracker(tracker.database, tracker.homes, zone or tracker.timezone, files=tracker.files)
        reader = stack.enter_context(named.reader(findings=True, seconds=600))
        reader = reader._replace(now=reader.meta("refreshed_at") or 0, hiding=tracker.hiding(mode))
        page.write(str(path), reader, Scope(chosen or Filter(), most), settings)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        stack.callback(context.close)
        shown, troubles, requests = context.new_page(), list[str](), list[str]()
        shown.on("pageerror", lambda error: troubles.append(str(error)))
        shown.on("console", lambda told: troubles.append(told.text) if told.type in {"error", "warning"} else None)
        shown.on("request", lambda request: requests.append(request.url))
        shown.goto(url(path, query))
        shown.wait_for_function("globalThis.codexUsage")
        return Opened(shown, troubles, requests, Both(shown, reader, settings))

    with contextlib.ExitStack() as stack:
        yield opened
