"""The dashboard in a real browser, on the server that serves it: what a person sees and can do."""

import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import IN_A_BROWSER, VIEWS, Server, Starts, Visit
from tests.web.test_server import append, begin

pytestmark = IN_A_BROWSER


@pytest.fixture(autouse=True)
def surroundings() -> None:
    """A server of its own has the time of this machine."""


def test_the_first_screen_tells_what_the_server_knows(shown: Server, visit: Visit) -> None:
    page = visit(shown, "&range=alltime")
    totals = shown.get("/api/compare?range=alltime").json()["totals"]
    expect(page.get_by_title(f"{totals['total_tokens']:,}", exact=True).first).to_be_visible()
    expect(page.get_by_title(f"{totals['calls']:,}", exact=True).first).to_be_visible()
    expect(page.locator("section[aria-label=Limits] .gauge").first).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1024, "light")])
def test_every_view_has_room(shown: Server, visit: Visit, width: int, scheme: str) -> None:
    page = visit(shown, "", color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    for view in VIEWS:
        page.goto(f"{shown.url}/?view={view}&range=alltime")
        expect(page.locator("main").locator("td, dd").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view
        assert page.evaluate("document.documentElement.dataset.theme") == scheme


def test_the_address_is_the_state_and_back_goes_back(shown: Server, visit: Visit) -> None:
    page = visit(shown, "&range=alltime&view=calls")
    page.get_by_role("button", name="Est. cost").click()
    expect(page).to_have_url(f"{shown.url}/?view=calls&range=alltime&sort=cost")
    dearest = shown.get("/api/calls?range=alltime&sort=cost&limit=1").json()["rows"][0]
    row = page.locator("tbody tr[data-record]").first
    expect(row).to_have_attribute("data-record", dearest["record_id"])  # until then the rows are those of before
    row.click()
    panel = page.get_by_role("complementary")
    expect(panel.get_by_title(dearest["usd"])).to_be_visible()
    page.go_back()
    expect(panel).to_have_count(0)
    page.go_back()
    expect(page).to_have_url(f"{shown.url}/?range=alltime&view=calls")


def test_a_filter_holds_in_every_view_until_it_is_taken_away(shown: Server, visit: Visit) -> None:
    model = shown.get("/api/summary?range=alltime&group_by=model").json()["rows"][0]["key"]
    page = visit(shown, f"&range=alltime&model={model}")
    page.keyboard.press("g")
    page.keyboard.press("c")
    matched = shown.get(f"/api/calls?range=alltime&limit=1&model={model}").json()["totals"]
    expect(page.get_by_title(f"{matched['total_tokens']:,}", exact=True).first).to_be_visible()
    page.get_by_label("Take away the filter").click()
    expect(page).to_have_url(f"{shown.url}/?view=calls&range=alltime")


def test_the_keyboard_goes_anywhere(shown: Server, visit: Visit) -> None:
    page = visit(shown)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Go to anything").fill("projects")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{shown.url}/?view=projects")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()


def test_a_thread_is_a_timeline_that_the_keyboard_reads(shown: Server, visit: Visit) -> None:
    thread = shown.get("/api/threads?range=alltime&sort=tokens&limit=1").json()["rows"][0]
    page = visit(shown, f"&view=thread&id={thread['thread_id']}")
    timeline = page.get_by_role("slider")
    timeline.focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    told = shown.get(f"/api/thread?thread={thread['thread_id']}&limit=0").json()["calls"]
    latest = max(told, key=lambda call: call["at"])
    expect(page.get_by_role("complementary").get_by_title(f"{latest['total_tokens']:,}", exact=True)).to_be_visible()


def test_a_new_call_appears_by_itself(server: Starts, visit: Visit) -> None:
    found = server()
    page = visit(found)
    expect(page.get_by_role("heading", name="No Codex logs yet")).to_be_visible()
    log = begin(found.home)
    expect(page.locator("main").get_by_title("1,010", exact=True).first).to_be_visible(timeout=10_000)
    append(log, 2)
    expect(page.locator("main").get_by_title("2,020", exact=True).first).to_be_visible(timeout=10_000)


def test_a_link_lets_the_browser_in_and_leaves_no_key_in_the_address(server: Starts, browser: Browser) -> None:
    running = server("--no-refresh")
    page = browser.new_page()
    page.goto(f"{running.link}&view=limits")
    expect(page).to_have_url(f"{running.url}/?view=limits")
    expect(page.get_by_role("status", name="Live")).to_be_attached()
    page.close()


def test_a_page_without_a_key_says_how_to_get_one(server: Starts, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(server().url)
    expect(page.get_by_role("alert")).to_contain_text("serve-dashboard --open")
    page.close()
