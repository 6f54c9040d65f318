"""Insights in a real browser: what needs attention, what was wasted, what changed, and where each of them leads."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from playwright.sync_api import Page, expect

from codex_usage_tracker.config.thresholds import Thresholds
from tests.cli.history import Log
from tests.ingest import lines
from tests.ingest.lines import used
from tests.web.conftest import IN_A_BROWSER, TOKEN, Server, Starts, Visitor, calls, made_up, serving, until

pytestmark = IN_A_BROWSER
VIEW = "view=insights&range=alltime"


@pytest.fixture(autouse=True)
def surroundings() -> None:
    """A server of its own has the time of this machine."""


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of a history whose weekly limit is used up, with a call without a price and one with a guessed one."""
    folder = tmp_path_factory.mktemp("pressed")
    begins = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    resets = int((begins + timedelta(days=3)).timestamp())
    told = lines.limits(lines.window(100, 10_080, resets_at=resets), plan_type="pro")
    log = Log(lines.uuid7(1, 0x11111), begins)
    for minutes, model in enumerate(("gpt-5.5", "gpt-5.3-codex-spark", "codex-auto-review"), 1):
        log.turn(minutes, begins + timedelta(minutes=minutes), used(99_000, 0, 0, 1_000), limits=told, model=model)
    log.write(folder / "codex/sessions" / f"{begins:%Y/%m/%d}")
    with serving(folder) as starts:
        found = starts()
        assert until(lambda: calls(found) == 3)
        yield found


def asked(server: Server, query: str = "range=alltime") -> Any:
    return server.get(f"/api/insights?{query}").json()


def state(link: dict[str, Any]) -> str:
    """Return how an address tells the view, filter and order of a link."""
    filters = "".join(f"(?=.*[?&]{name}={value}(&|$))" for name, (value,) in link["filters"].items())
    order = f"(?=.*[?&]sort={link['sort']}(&|$))" if link["sort"] else ""
    return f"(?=.*[?&]view={link['view']}(&|$))(?=.*[?&]range=alltime(&|$)){filters}{order}"


def leads(page: Page, link: dict[str, Any]) -> None:
    """Wait until the address is that of a link, and the view is there."""
    expect(page).to_have_url(re.compile(state(link)))
    expect(page.locator("main").locator("table, h2").first).to_be_visible()


def shows(page: Page, link: dict[str, Any], count: int) -> None:
    """Wait until the calls or threads are as many as was told."""
    if link["view"] == "calls":
        expect(page.locator("main table").first).to_have_attribute("aria-rowcount", str(count + 1))
    else:
        expect(page.locator("main").get_by_role("button", name="Calls and")).to_have_count(count)


def test_every_card_leads_to_what_it_tells_of(shown: Server, visit: Visitor) -> None:
    cards = asked(shown)["cards"]
    page = visit(shown, VIEW)
    links = page.get_by_role("region", name="Needs attention").get_by_role("link")
    expect(links).to_have_count(len(cards))
    for index, card in enumerate(cards):
        expect(links.nth(index)).to_contain_text(card["title"])
        expect(links.nth(index)).to_contain_text(card["action"])
        links.nth(index).click()
        leads(page, card["link"])
        if card["key"] not in {"thread", "allowance"}:
            shows(page, card["link"], card["count"])
        page.go_back()


def test_a_limit_that_is_used_up_comes_first_with_its_forecast(pressed: Server, visit: Visitor) -> None:
    page = visit(pressed, VIEW)
    card = page.get_by_role("region", name="Needs attention").get_by_role("listitem").first
    for text in ("Codex allowance", "high", "100%", "Week", "Used up: nothing is left until the reset in"):
        expect(card).to_contain_text(text)
    card.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"view=limits&range=alltime$"))
    expect(page.get_by_text("Used up: nothing is left until the reset in").first).to_be_visible()


def test_each_kind_of_waste_leads_to_its_calls(shown: Server, visit: Visitor) -> None:
    waste = asked(shown)["waste"]
    page = visit(shown, VIEW)
    region = page.get_by_role("region", name="Waste found")
    expect(region.get_by_title(f"{waste['tokens']:,} tokens")).to_be_visible()
    links = region.locator("li").get_by_role("link")
    expect(links).to_have_count(len(waste["kinds"]))
    for index, kind in enumerate(waste["kinds"]):
        expect(links.nth(index).get_by_title(f"{kind['tokens']:,} tokens in {kind['calls']:,} calls")).to_be_visible()
        links.nth(index).click()
        link = {"view": "calls", "filters": {"finding": [kind["key"]]}, "sort": "cost"}
        leads(page, link)
        shows(page, link, kind["calls"])
        page.go_back()


def test_re_reads_stand_beside_the_waste_once_the_logs_were_searched(
    server: Starts, visit: Visitor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = made_up(server, tmp_path_factory.mktemp("again"), 200, 4500)
    page = visit(own, VIEW)
    line = page.get_by_role("region", name="Waste found").get_by_role("link", name="Files read again")
    expect(line).to_contain_text("not looked for yet")
    line.click()
    expect(page).to_have_url(re.compile("view=diagnostics.*section=file-reads"))
    sent = {"X-Codex-Usage-Token": TOKEN}
    httpx.post(f"{own.url}/api/diagnostics/refresh", headers=sent, timeout=20).raise_for_status()
    assert until(lambda: not own.get("/api/diagnostics/refresh").json()["running"])
    waste = asked(own)["waste"]
    assert waste["re_reads"]["re_reads"] > 0
    page.goto(f"{own.url}/?{VIEW}")
    line = page.get_by_role("region", name="Waste found").get_by_role("link", name="of unchanged files")
    expect(line).to_contain_text(f"{waste['re_reads']['re_reads']:,} re-read")
    expect(line.get_by_title(f"{waste['re_reads']['re_read_tokens']:,} tokens")).to_be_visible()
    expect(line).to_contain_text(re.compile(r"found in all logs (now|\d+ \w+ ago)"))
    line.click()
    expect(page).to_have_url(re.compile("view=diagnostics.*section=file-reads"))


def test_a_change_is_taken_apart_in_each_way(shown: Server, visit: Visitor) -> None:
    change = asked(shown)["change"]
    page = visit(shown, VIEW)
    region = page.get_by_role("region", name="What changed")
    ways = region.get_by_role("group", name="Taken apart by").get_by_role("link")
    expect(ways).to_have_text([split["label"] for split in change["splits"]])
    for split in reversed(change["splits"]):
        ways.filter(has_text=split["label"]).click()
        expect(page).to_have_url(re.compile(f"why={split['dimension']}"))
        rows = region.locator("tbody tr")
        expect(rows).to_have_count(len(split["parts"]))
        expect(region.locator("thead th").first).to_have_text(split["label"])
        for index, part in enumerate(split["parts"]):
            expect(rows.nth(index).locator("td.number").first).to_have_attribute("title", re.compile(r"^-?\$\d"))
            expect(rows.nth(index).locator("td:nth-child(4)")).to_be_visible(visible=part["usd"] is not None)


def test_each_ready_view_says_what_it_is_and_is_cleared(shown: Server, visit: Visitor) -> None:
    presets = asked(shown)["presets"]
    page = visit(shown, VIEW)
    region = page.get_by_role("region", name="Investigate")
    for preset in presets:
        link = region.get_by_role("link", name=preset["title"])
        expect(link.get_by_title(f"{preset['count']:,} {preset['unit']}", exact=True)).to_be_visible()
        link.click()
        leads(page, preset["link"])
        note = page.get_by_role("note").filter(has_text=preset["title"])
        expect(note).to_contain_text(preset["caption"])
        if preset["count"]:
            shows(page, preset["link"], preset["count"])
        note.get_by_role("link", name="Clear").click()
        expect(page).to_have_url(re.compile(rf"\?view={preset['link']['view']}&range=alltime$"))
        expect(note).to_have_count(0)
        page.goto(f"{shown.url}/?{VIEW}")


def test_flagged_threads_lead_to_their_pages(shown: Server, visit: Visitor) -> None:
    threads = asked(shown)["threads"]
    page = visit(shown, VIEW)
    rows = page.get_by_role("region", name="Threads by attention").locator("tbody tr")
    expect(rows).to_have_count(len(threads))
    for index, thread in enumerate(threads):
        expect(rows.nth(index)).to_contain_text(thread["severity"])
        expect(rows.nth(index)).to_contain_text(thread["findings"][0]["title"])
        flagged = f"{thread['flagged_calls']:,} of {thread['calls']:,} calls"
        expect(rows.nth(index).get_by_title(flagged)).to_be_visible()
    rows.first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"view=thread&.*id={threads[0]['thread_id']}"))


def test_notices_about_the_data_lead_to_their_calls(pressed: Server, visit: Visitor) -> None:
    notices = asked(pressed)["notices"]
    assert [one["key"] for one in notices] == ["pricing-gap", "estimated-pricing"]
    page = visit(pressed, VIEW)
    for notice in notices:
        page.get_by_role("region", name="Investigate").get_by_role("link", name=notice["title"]).click()
        leads(page, notice["link"])
        shows(page, notice["link"], notice["calls"])
        page.go_back()


def test_the_page_opens_with_insights_where_that_was_chosen(shown: Server, visit: Visitor) -> None:
    page = visit(shown, "view=settings")
    group = page.get_by_role("group", name="Opens with")
    group.get_by_role("button", name="insights").click()
    page.goto(f"{shown.url}/")
    expect(page.get_by_role("heading", name="Needs attention")).to_be_visible()
    page.get_by_role("link", name="Overview", exact=True).click()
    expect(page).to_have_url(re.compile("view=overview"))
    page.reload()
    expect(page.get_by_role("heading", name="Needs attention")).to_have_count(0)
    page.goto(f"{shown.url}/?view=settings")
    group.get_by_role("button", name="overview").click()
    page.goto(f"{shown.url}/")
    expect(page.get_by_role("region", name="Latest threads")).to_be_visible()


def test_calls_are_filtered_by_what_was_found_in_them(shown: Server, visit: Visitor) -> None:
    found = asked(shown)["findings"]
    page = visit(shown, "view=calls&range=alltime")
    page.get_by_role("button", name="Add a filter").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Flagged as").click()
    expect(dialog.locator("ul.values button")).to_have_count(len(found))
    page.get_by_label("Find a value").fill(found[0]["title"])
    dialog.get_by_role("button", name=found[0]["title"]).click()
    page.keyboard.press("Escape")
    link = {"view": "calls", "filters": {"finding": [found[0]["key"]]}, "sort": ""}
    leads(page, link)
    shows(page, link, found[0]["calls"])
    page.get_by_label("Take away the filter").click()
    shows(page, link, 600)


def test_a_filter_leaves_its_own_insights_and_where_nothing_is_that_is_said(shown: Server, visit: Visitor) -> None:
    model = asked(shown)["change"]["splits"][1]["parts"][0]["key"]
    score = asked(shown, f"range=alltime&model={model}")["score"]
    page = visit(shown, f"{VIEW}&model={model}")
    expect(page.get_by_title(f"{score} of findings in all calls of the range")).to_be_visible()
    page.goto(f"{shown.url}/?{VIEW}&q=nothing+is+called+so")
    for text in ("Nothing stands out in this range.", "None in this range.", "No thread stands out in this range."):
        expect(page.get_by_text(text, exact=True)).to_be_visible()


def test_every_threshold_can_be_set(shown: Server, visit: Visitor) -> None:
    page = visit(shown, "view=settings&part=thresholds")
    fields = page.get_by_role("region", name="Thresholds").get_by_role("textbox")
    names = [one.name for one in msgspec.structs.fields(Thresholds) if one.name != "examples"]
    expect(fields).to_have_count(len(names))
    for index in range(len(names)):
        expect(fields.nth(index)).to_have_value(re.compile(r"\d"))
