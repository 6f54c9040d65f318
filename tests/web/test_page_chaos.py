"""What befalls a running server: the page says so in words, and is well again by itself."""

import contextlib
import json
import re
import resource
import shutil
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.cli.history import Log
from tests.ingest import lines
from tests.ingest.lines import used
from tests.web.conftest import IN_A_BROWSER, TOKEN, Server, Starts, Visitor, calls, until
from tests.web.test_server import append, begin

pytestmark = IN_A_BROWSER
SOON = 10_000
MAIN_ANSWERS = """() => ["compare", "status"].every(name =>
  performance.getEntriesByType("resource").some(one => new URL(one.name).pathname === `/api/${name}`))"""


@pytest.fixture(autouse=True)
def surroundings() -> None:
    """A server of its own has the time of this machine."""


def opened(server: Server, visit: Visitor) -> tuple[Page, Path]:
    """Write a call, and open the page that shows it."""
    log = begin(server.home)
    return seen(server, visit), log


def seen(server: Server, visit: Visitor) -> Page:
    """Open the page, and wait until it was told of a call, and what else it cannot be without."""
    page = visit(server, "&range=alltime", heard=False)
    expect(tokens(page, 1)).to_be_visible(timeout=SOON)
    page.wait_for_function(MAIN_ANSWERS)
    return page


def tokens(page: Page, number: int) -> Locator:
    """Return the sum of so many calls, as the page shows it."""
    return page.locator("main").get_by_title(f"{1010 * number:,}", exact=True).first


def told(page: Page, words: str) -> None:
    expect(page.get_by_role("alert")).to_contain_text(words, timeout=SOON, ignore_case=True)


def well(page: Page, number: int) -> None:
    expect(tokens(page, number)).to_be_visible(timeout=SOON)
    expect(page.get_by_role("alert")).to_have_count(0, timeout=SOON)


def sides(server: Server) -> list[Path]:
    return list(server.database.parent.glob(f"{server.database.name}*"))


def ask_anew(page: Page) -> None:
    """Have the page ask something it has not asked yet."""
    page.get_by_role("button", name="table").click()
    page.get_by_role("button", name="month", exact=True).click()


def read(server: Server) -> None:
    """Have a server read its logs, for one that does not do so by itself."""
    httpx.post(f"{server.url}/api/ingest/run", headers={"X-Codex-Usage-Token": TOKEN}, timeout=20)


def test_a_database_that_is_deleted_is_told_of(server: Starts, visit: Visitor) -> None:
    running = server("--no-refresh")
    log = begin(running.home)
    read(running)
    page = seen(running, visit)
    for path in sides(running):
        path.unlink()
    ask_anew(page)
    told(page, "does not exist yet")
    expect(tokens(page, 1)).to_be_visible()
    append(log, 2)
    read(running)
    well(page, 2)


def test_a_database_that_is_deleted_is_made_anew(server: Starts, visit: Visitor) -> None:
    running = server()
    page, log = opened(running, visit)
    for path in sides(running):
        path.unlink()
    append(log, 2)
    well(page, 2)


def test_a_database_that_is_replaced_is_the_one_that_is_shown(server: Starts, visit: Visitor, database: str) -> None:
    running = server()
    page, log = opened(running, visit)
    for path in sides(running):
        path.unlink()
    shutil.copy(database, running.database)
    append(log, 2)
    assert until(lambda: calls(running) > 2)

    def is_shown() -> bool:
        found = running.get("/api/summary?range=alltime").json()["totals"]["total_tokens"]
        return page.locator("main").get_by_title(f"{found:,}", exact=True).count() > 0

    assert until(is_shown, 20)
    expect(page.get_by_role("alert")).to_have_count(0, timeout=SOON)


def is_held(other: sqlite3.Connection) -> bool:
    try:
        other.execute("PRAGMA journal_mode = delete")
        other.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    return True


def test_a_database_that_another_program_holds_is_waited_for(server: Starts, visit: Visitor) -> None:
    running = server("--no-refresh")
    begin(running.home)
    read(running)
    page = visit(running, "&range=alltime", heard=False)
    expect(tokens(page, 1)).to_be_visible()
    with contextlib.closing(sqlite3.connect(running.database, isolation_level=None)) as other:
        assert until(lambda: is_held(other))  # what the server still does would be in the way
        ask_anew(page)
        told(page, "in use by another program")
        expect(page.get_by_text("Trying again")).to_be_visible()
        expect(tokens(page, 1)).to_be_visible()
    well(page, 1)


@pytest.mark.parametrize("damage", [b"", b"no database" * 1000, None])
def test_a_damaged_database_is_told_of_until_it_is_mended(server: Starts, visit: Visitor, damage: bytes | None) -> None:
    running = server("--no-refresh")
    begin(running.home)
    read(running)
    page = seen(running, visit)
    whole = {path: path.read_bytes() for path in sides(running)}
    for path in whole:
        path.unlink()
    kept = whole[running.database]
    running.database.write_bytes(kept[: len(kept) // 2] if damage is None else damage)
    ask_anew(page)
    expect(page.get_by_role("alert")).to_be_visible(timeout=SOON)
    assert "Traceback" not in page.inner_text("body")
    expect(tokens(page, 1)).to_be_visible()
    for path in sides(running):
        path.unlink()
    for path, body in whole.items():
        path.write_bytes(body)
    well(page, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="no limit of another process can be set")
def test_a_full_disk_is_told_of_until_there_is_room(server: Starts, visit: Visitor) -> None:
    running = server()
    page, log = opened(running, visit)
    before = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (0, before[1]))
    append(log, 2)
    expect(page.get_by_role("alert")).to_contain_text("usage.sqlite3", timeout=SOON)
    expect(page.get_by_text(re.compile("What stands below is (what was read before|as it was at)"))).to_be_visible()
    expect(tokens(page, 1)).to_be_visible()
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, before)
    well(page, 2)


def test_a_home_that_is_away_takes_nothing_with_it(server: Starts, visit: Visitor, tmp_path: Path) -> None:
    running = server()
    page, log = opened(running, visit)
    running.home.rename(tmp_path / "away")
    read(running)
    page.reload()
    expect(tokens(page, 1)).to_be_visible()
    (tmp_path / "away").rename(running.home)
    append(log, 2)
    well(page, 2)


def test_calls_from_before_a_clock_went_back_lie_ahead(server: Starts, visit: Visitor) -> None:
    running = server()
    ahead = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3, minutes=10)
    Log(lines.thread(5), ahead).turn(1, ahead, used(1000, 0, 0, 10, 0)).write(running.home / "sessions/2026/11/22")
    page = visit(running)
    for view in ("overview", "calls", "threads", "limits", "projects"):
        page.goto(f"{running.url}/?view={view}&range=alltime")
        expect(page.locator("main").locator("td, dd").first).to_be_visible()
        assert "NaN" not in page.inner_text("main")
    page.goto(f"{running.url}/?view=threads&range=alltime")
    expect(page.get_by_text("in 3 d")).to_be_visible()


def restarted(server: Starts, before: Server, token: str = TOKEN) -> Server:
    """Start a server where another was."""
    found: list[Server] = []

    def same() -> bool:
        found.append(server("--port", str(before.port), token=token))
        return found[-1].port == before.port or bool(found[-1].stop() and False)

    assert until(same)
    return found[-1]


def test_a_server_that_is_killed_is_missed_and_loses_nothing(server: Starts, visit: Visitor) -> None:
    running = server()
    page, log = opened(running, visit)
    running.process.kill()
    running.process.wait()
    told(page, "The server does not answer")
    expect(page.get_by_text("Reconnecting")).to_be_visible()
    expect(tokens(page, 1)).to_be_visible()
    append(log, 2)
    again = restarted(server, running)
    well(page, 2)
    append(log, 3)
    well(page, 3)
    again.stop()
    told(page, "serve-dashboard --open")


def test_what_was_told_stands_though_the_rest_is_not_told_any_more(server: Starts, visit: Visitor) -> None:
    page, _ = opened(server(), visit)
    page.route("**/api/status*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.reload()
    with page.expect_event("requestfailed"):
        """It is asked again, and fails again."""
    expect(tokens(page, 1)).to_be_visible()


def test_a_server_with_another_token_says_how_to_get_in(server: Starts, visit: Visitor) -> None:
    running = server()
    page, _ = opened(running, visit)
    running.stop()
    told(page, "The server does not answer")
    again = restarted(server, running, token=TOKEN[::-1])
    told(page, "This page may not read your usage")
    assert json.dumps(TOKEN) not in page.content()
    expect(tokens(page, 1)).to_have_count(0)
    other = page.context.new_page()
    other.goto(again.link)
    well(page, 1)
