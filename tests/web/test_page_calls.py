"""The view of the calls in a real browser: each thing that can be done there, by mouse and by key."""

import csv
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.conftest import IN_A_BROWSER, Server, Visitor

pytestmark = IN_A_BROWSER


@pytest.fixture(autouse=True)
def surroundings() -> None:
    """A server of its own has the time of this machine."""


def calls(server: Server, **asked: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = server.get(f"/api/calls?{urlencode({'range': 'alltime', **asked})}").json()["rows"]
    return rows


def row(page: Page, place: int) -> Locator:
    """The row of a place, counted from 0."""
    return page.locator(f"tbody tr[aria-rowindex='{place + 2}']")


def of(page: Page, place: int) -> str | None:
    expect(row(page, place)).to_have_attribute("data-record", re.compile("."))
    return row(page, place).get_attribute("data-record")


def test_the_keyboard_reaches_every_row(shown: Server, visit: Visitor) -> None:
    page = visit(shown, "&view=calls&range=alltime")
    told = [call["record_id"] for call in calls(shown, limit=600)]
    row(page, 0).focus()
    for key, place in (("ArrowDown", 1), ("End", 599), ("ArrowUp", 598), ("Home", 0)):
        page.keyboard.press(key)
        expect(row(page, place)).to_be_focused()
        expect(row(page, place)).to_be_in_viewport()
        assert of(page, place) == told[place]
    page.keyboard.press("PageDown")
    place = int(page.evaluate("document.activeElement.ariaRowIndex")) - 2
    assert 10 < place < 40
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"record={told[place]}"))
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile(f"record={told[place + 1]}"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary")).to_have_count(0)


@pytest.mark.parametrize(("label", "sort"), [("Credits", "credits"), ("Took", "duration"), ("Tokens", "tokens")])
def test_the_order_can_be_chosen_and_turned(shown: Server, visit: Visitor, label: str, sort: str) -> None:
    page = visit(shown, "&view=calls&range=alltime")
    page.get_by_role("button", name="Sort by").click()
    page.get_by_role("dialog").get_by_role("button", name=label, exact=True).click()
    expect(row(page, 0)).to_have_attribute("data-record", calls(shown, sort=sort, limit=1)[0]["record_id"])
    page.get_by_role("dialog").get_by_role("button", name=label).click()
    lowest = calls(shown, sort=sort, direction="asc", limit=1)[0]["record_id"]
    expect(row(page, 0)).to_have_attribute("data-record", lowest)


@pytest.mark.parametrize(
    "name", ["project", "model", "origin", "kind", "effort", "tier", "directory", "branch", "source", "pricing_status"]
)
def test_every_dimension_filters(shown: Server, visit: Visitor, name: str) -> None:
    labels = {
        "origin": "Caused by", "kind": "Kind of call", "tier": "Service tier", "directory": "Folder",
        "source": "Begun by", "pricing_status": "Price",
    }  # fmt: skip
    page = visit(shown, "&view=calls&range=alltime")
    key = shown.get(f"/api/summary?range=alltime&group_by={name}&sort=total_tokens").json()["rows"][0]["key"]
    page.get_by_role("button", name="Add a filter").click()
    page.get_by_role("dialog").get_by_role("button", name=labels.get(name, name.title()), exact=False).first.click()
    page.get_by_role("dialog").locator("ul.values button").first.click()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(f"[?&]{name}="))
    matched = shown.get(f"/api/calls?{urlencode({'range': 'alltime', name: key or 'unknown'})}").json()
    expect(page.locator("table")).to_have_attribute("aria-rowcount", str(matched["total_matched_rows"] + 1))
    page.get_by_label("Take away the filter").click()
    expect(page.locator("table")).to_have_attribute("aria-rowcount", "601")


def test_a_thread_is_found_by_its_name_among_all(shown: Server, visit: Visitor) -> None:
    named = next(
        one for one in shown.get("/api/summary?range=alltime&group_by=root_thread").json()["rows"] if one["name"]
    )
    page = visit(shown, "&view=calls&range=alltime")
    page.get_by_role("button", name="Add a filter").click()
    page.get_by_role("dialog").get_by_role("button", name="Thread").click()
    page.get_by_label("Find a value").fill(named["name"])
    page.get_by_role("dialog").get_by_role("button", name=named["name"]).first.click()
    matched = shown.get(f"/api/calls?range=alltime&thread={named['key']}").json()["total_matched_rows"]
    expect(page.locator("table")).to_have_attribute("aria-rowcount", str(matched + 1))


@pytest.mark.parametrize(
    ("name", "label", "amount"),
    [
        ("min_tokens", "Tokens, at least", "50000"),
        ("min_cost", "Cost in USD", "0.05"),
        ("min_credits", "Credits, at", "2"),
    ],
)
def test_an_amount_filters(shown: Server, visit: Visitor, name: str, label: str, amount: str) -> None:
    page = visit(shown, "&view=calls&range=alltime")
    page.get_by_role("button", name="Add a filter").click()
    page.get_by_role("dialog").get_by_role("button", name=label).click()
    page.get_by_role("spinbutton").fill(amount)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"{name}={amount}"))
    matched = shown.get(f"/api/calls?range=alltime&{name}={amount}").json()["total_matched_rows"]
    assert 0 < matched < 600
    expect(page.locator("table")).to_have_attribute("aria-rowcount", str(matched + 1))


def test_a_search_finds_and_active_threads_are_a_filter(shown: Server, visit: Visitor) -> None:
    page = visit(shown, "&view=calls&range=alltime")
    page.get_by_role("searchbox", name="Search").fill("nothing is called so")
    expect(page.get_by_text("No call matches.")).to_be_visible()
    page.get_by_role("searchbox", name="Search").fill("")
    page.get_by_role("button", name="Range: ").click()
    page.get_by_label("Archived threads too").click()
    active = shown.get("/api/calls?range=alltime&include_archived=false").json()["total_matched_rows"]
    expect(page.locator("table")).to_have_attribute("aria-rowcount", str(active + 1))
    page.get_by_label("Take away the filter: active threads only").click()
    expect(page.locator("table")).to_have_attribute("aria-rowcount", "601")


@pytest.mark.parametrize(("form", "beginning"), [("CSV", "record_id,at,"), ("JSON", '{"schema":')])
def test_the_file_is_what_the_table_shows(shown: Server, visit: Visitor, form: str, beginning: str) -> None:
    page = visit(shown, "&view=calls&range=alltime&origin=codex&sort=cost")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=form).click()
    assert download.value.suggested_filename == f"codex-calls.{form.lower()}"
    text = download.value.path().read_text()
    assert text.startswith(beginning)
    told = [call["record_id"] for call in calls(shown, origin="codex", sort="cost", limit=600)]
    if form == "CSV":
        assert [line["record_id"] for line in csv.DictReader(text.splitlines())] == told


def test_columns_are_chosen_and_kept(shown: Server, visit: Visitor) -> None:
    page = visit(shown, "&view=calls&range=alltime")
    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Branch").click()
    expect(page.get_by_role("columnheader", name="Branch")).to_be_visible()
    page.reload()
    expect(page.get_by_role("columnheader", name="Branch")).to_be_visible()
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("button", name="As usual").click()
    expect(page.get_by_role("columnheader", name="Branch")).to_have_count(0)


def test_the_panel_goes_through_the_thread_and_gives_a_link(shown: Server, visit: Visitor) -> None:
    told = calls(shown, sort="tokens", limit=50)
    found = next(one for one in told if shown.get(f"/api/call?record_id={one['record_id']}").json()["previous"])
    page = visit(
        shown,
        f"&view=calls&range=alltime&record={found['record_id']}",
        permissions=["clipboard-read", "clipboard-write"],
    )
    panel = page.get_by_role("complementary")
    expect(panel.get_by_title(f"{found['total_tokens']:,}", exact=True)).to_be_visible()
    panel.get_by_role("button", name="Copy link").click()
    expect(panel.get_by_text("Copied")).to_be_visible()
    assert found["record_id"] in page.evaluate("navigator.clipboard.readText()")
    before = shown.get(f"/api/call?record_id={found['record_id']}").json()["previous"]["record_id"]
    panel.get_by_role("link", name="Before").click()
    expect(page).to_have_url(re.compile(before))
    panel.get_by_role("link", name="After").click()
    expect(page).to_have_url(re.compile(found["record_id"]))
