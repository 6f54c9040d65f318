"""The page shows the figures that the server tells, in the server's zone, wherever the browser believes to be."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import IN_A_BROWSER, Server, Visitor, made_up, serving

pytestmark = [*IN_A_BROWSER, pytest.mark.parametrize("browser_zone", ["America/New_York", "Asia/Kolkata"])]
SERVER_ZONE = "Australia/Lord_Howe"
SPAN = "since=2026-09-20&until=2026-11-22"


@pytest.fixture(autouse=True)
def surroundings() -> None:
    """A server of its own has the time of this machine."""


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a zone of its own."""
    folder = tmp_path_factory.mktemp("far")
    with serving(folder) as starts:
        yield made_up(lambda home: starts("--timezone", SERVER_ZONE, home=home), folder / "demo")


def figures(page: Page, *numbers: Any) -> None:
    for number in numbers:
        expect(page.locator("main").get_by_title(f"{number:,}", exact=True).first).to_be_visible()


def test_the_overview_has_the_totals_of_the_span(far: Server, visit: Visitor, browser_zone: str) -> None:
    page = visit(far, f"&{SPAN}&bucket=day&measure=calls", timezone_id=browser_zone)
    totals = far.get(f"/api/compare?{SPAN}").json()["totals"]
    figures(page, totals["total_tokens"], totals["calls"])
    expect(page.get_by_title(f"${totals['usd']}", exact=False).first).to_be_visible()
    page.get_by_role("button", name="table", exact=True).click()
    told = far.get(f"/api/series?{SPAN}&bucket=day&metric=calls").json()
    cells = page.locator("section[aria-label='Over time'] tbody tr td:last-child")
    expect(cells).to_have_text([str(one) for one in reversed(told["series"][0]["values"])])


def test_calls_are_those_of_the_server_at_its_times(far: Server, visit: Visitor, browser_zone: str) -> None:
    page = visit(far, f"&view=calls&{SPAN}", timezone_id=browser_zone)
    told = far.get(f"/api/calls?{SPAN}&limit=10").json()
    rows = page.locator("tbody tr[data-record]")
    for index, call in enumerate(told["rows"]):
        expect(rows.nth(index)).to_have_attribute("data-record", call["record_id"])
        expect(rows.nth(index).get_by_title(f"{call['total_tokens']:,}", exact=True).first).to_be_visible()
        local = datetime.fromtimestamp(call["at"] / 1000, ZoneInfo(SERVER_ZONE))
        expect(rows.nth(index).locator("td").first).to_contain_text(f"{local:%H:%M}")
    figures(page, told["totals"]["total_tokens"], told["totals"]["calls"])


def test_threads_are_those_of_the_server(far: Server, visit: Visitor, browser_zone: str) -> None:
    page = visit(far, f"&view=threads&{SPAN}&sort=tokens", timezone_id=browser_zone)
    told = far.get(f"/api/threads?{SPAN}&sort=tokens&limit=10").json()
    rows = page.locator("tbody tr")
    for index, thread in enumerate(told["rows"]):
        expect(rows.nth(index).get_by_title(f"{thread['total_tokens']:,}", exact=True)).to_be_visible()
        expect(rows.nth(index).get_by_title(f"{thread['calls']:,}", exact=True).first).to_be_visible()
    figures(page, told["totals"]["total_tokens"], told["total_matched_rows"])


def test_projects_are_those_of_the_server(far: Server, visit: Visitor, browser_zone: str) -> None:
    page = visit(far, f"&view=projects&{SPAN}", timezone_id=browser_zone)
    told = far.get(f"/api/summary?{SPAN}&group_by=project&sort=total_tokens&limit=50").json()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(len(told["rows"]))
    for index, project in enumerate(told["rows"]):
        expect(rows.nth(index).locator("td").first).to_have_text(project["key"])
        expect(rows.nth(index).get_by_title(f"{project['total_tokens']:,}", exact=True)).to_be_visible()
        expect(rows.nth(index).get_by_title(f"${project['usd']} at API", exact=False)).to_be_visible()


def test_limits_are_those_of_the_server(far: Server, visit: Visitor, browser_zone: str) -> None:
    page = visit(far, "&view=limits", timezone_id=browser_zone)
    expect(page.locator("main h2, main h3").first).to_be_visible()
    for block in far.get("/api/blocks?limit=3").json()["rows"]:
        figures(page, block["used"]["total_tokens"])
