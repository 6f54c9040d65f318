"""Every control of the overview, the threads, a thread, the projects and what stands above them all."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import IN_A_BROWSER, Server, Visitor

pytestmark = IN_A_BROWSER
ALL = "&range=alltime"


@pytest.fixture(autouse=True)
def surroundings() -> None:
    """A server of its own has the time of this machine."""


def state(page: Page) -> dict[str, list[str]]:
    """Return what the address says."""
    return parse_qs(urlsplit(page.url).query)


def said(page: Page, name: str, value: str | None) -> None:
    """Wait until the address says so."""
    page.wait_for_function(
        "([name, value]) => new URLSearchParams(location.search).get(name) === value", arg=[name, value]
    )


def rows(server: Server, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.get(f"/api/{query}").json()["rows"]
    return found


def parent(server: Server) -> dict[str, Any]:
    """Return the root thread with the most threads below it."""
    return max(rows(server, "threads?range=alltime&limit=500"), key=lambda row: len(row["agents"]))


# -- overview ---------------------------------------------------------------------------------------------------------


def test_measures_change_what_is_drawn_and_listed(shown: Server, visit: Visitor) -> None:
    page = visit(shown, ALL)
    group = page.get_by_role("group", name="Measure")
    for name in ("Cost", "Credits", "Calls"):
        group.get_by_role("button", name=name, exact=True).click()
        said(page, "measure", name.lower())
        for title in ("Models", "Projects"):
            expect(page.get_by_role("heading", name=f"{title} by {name.lower()}")).to_be_visible()
    group.get_by_role("button", name="Tokens", exact=True).click()
    said(page, "measure", None)


def test_buckets_and_the_table_show_what_the_server_says(shown: Server, visit: Visitor) -> None:
    page = visit(shown, f"{ALL}&measure=calls")
    group = page.get_by_role("group", name="Bucket")
    page.get_by_role("button", name="table", exact=True).click()
    for bucket in ("day", "week", "month"):
        group.get_by_role("button", name=bucket, exact=True).click()
        series = shown.get(f"/api/series?range=alltime&bucket={bucket}&metric=calls").json()
        cells = page.locator("section[aria-label='Over time'] tbody tr td:last-child")
        expect(cells).to_have_count(len(series["buckets"]))
        expect(cells).to_have_text([str(one) for one in reversed(series["series"][0]["values"])])


def test_a_row_of_a_split_is_a_filter_and_lets_go_again(shown: Server, visit: Visitor) -> None:
    page = visit(shown, ALL)
    first = rows(shown, "summary?range=alltime&group_by=project&limit=1")[0]
    link = page.get_by_role("region", name="Projects").get_by_role("link").first
    link.click()
    said(page, "project", first["key"])
    expect(page.locator("main").get_by_title(f"{first['total_tokens']:,}", exact=True).first).to_be_visible()
    link.click()
    said(page, "project", None)


def test_the_latest_threads_lead_to_their_pages(shown: Server, visit: Visitor) -> None:
    page = visit(shown, ALL)
    latest = rows(shown, "threads?range=alltime&limit=8")
    section = page.get_by_role("region", name="Latest threads")
    expect(section.locator("tbody tr")).to_have_count(len(latest))
    section.locator("tbody a").first.click()
    said(page, "id", latest[0]["thread_id"])
    page.go_back()
    section.get_by_role("link", name="all").click()
    said(page, "view", "threads")


# -- what stands above all --------------------------------------------------------------------------------------------


def test_each_letter_after_g_goes_somewhere(shown: Server, visit: Visitor) -> None:
    page = visit(shown, ALL)
    for letter, view in (("c", "calls"), ("t", "threads"), ("l", "limits"), ("p", "projects"), ("s", "settings")):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        said(page, "view", view)
        assert state(page)["range"] == ["alltime"]
    page.keyboard.press("g")
    page.keyboard.press("o")
    said(page, "view", None)


def test_the_palette_finds_views_ranges_looks_projects_and_threads(shown: Server, visit: Visitor) -> None:
    page = visit(shown)
    project = rows(shown, "summary?range=alltime&group_by=project&limit=1")[0]["key"]
    thread = next(row for row in rows(shown, "threads?range=alltime&limit=500") if row["name"])
    matches = page.get_by_role("listbox", name="Matches")
    for wanted, name, value in (
        ("threads", "view", "threads"),
        ("all time", "range", "alltime"),
        (project, "project", project),
        (thread["name"], "view", "thread"),
    ):
        page.keyboard.press("Control+k")
        page.get_by_role("combobox", name="Go to anything").fill(wanted)
        expect(matches.get_by_role("option").first).to_contain_text(wanted, ignore_case=True)
        matches.get_by_role("option").first.click()
        said(page, name, value)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Go to anything").fill("theme: dark")
    page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Go to anything").fill("no such thing anywhere")
    expect(page.get_by_text("Nothing is called that.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_arrows_of_the_palette_keep_the_chosen_one_in_sight(shown: Server, visit: Visitor) -> None:
    page = visit(shown)
    page.keyboard.press("Control+k")
    for _ in range(14):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox", name="Matches").get_by_role("option", selected=True)).to_be_in_viewport(ratio=1)


def test_a_look_that_is_chosen_stays(shown: Server, visit: Visitor) -> None:
    page = visit(shown, color_scheme="light")
    seen = []
    for _ in range(3):
        page.get_by_role("button", name="Light or dark").click()
        seen.append(page.evaluate("document.documentElement.dataset.theme"))
    assert set(seen) == {"light", "dark"}
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == seen[-1]


def test_a_copied_link_is_the_address(shown: Server, visit: Visitor) -> None:
    page = visit(shown, "&view=threads&range=alltime&sort=cost", permissions=["clipboard-read", "clipboard-write"])
    for by_key in (True, False):
        page.evaluate("navigator.clipboard.writeText('')")
        if by_key:
            page.keyboard.press("c")
        else:
            page.get_by_role("button", name="Copy a link").click()
        expect(page.get_by_role("status").filter(has_text="Link copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_ranges_by_name_and_by_days(shown: Server, visit: Visitor) -> None:
    page = visit(shown, ALL)
    opener = page.get_by_role("button", name="Range")
    opener.click()
    page.get_by_role("dialog", name="Range").get_by_text("Last 7 days").click()
    said(page, "range", "last7days")
    opener.click()
    days = page.get_by_role("dialog", name="Range").locator("input[type=date]")
    days.nth(0).fill("2026-11-02")
    said(page, "since", "2026-11-02")
    days.nth(1).fill("2026-11-20")
    said(page, "since", "2026-11-02")
    said(page, "until", "2026-11-20")
    found = shown.get("/api/summary?since=2026-11-02&until=2026-11-20").json()["totals"]
    expect(page.locator("main").get_by_title(f"{found['total_tokens']:,}", exact=True).first).to_be_visible()


# -- threads ----------------------------------------------------------------------------------------------------------


def test_threads_are_sorted_as_the_server_sorts_them(shown: Server, visit: Visitor) -> None:
    page = visit(shown, f"{ALL}&view=threads")
    for label, sort in (("Tokens", "tokens"), ("Est. cost", "cost"), ("Calls", "calls"), ("Cache", "cache")):
        heading = page.get_by_role("columnheader", name=label)
        for direction, told in (("desc", "descending"), ("asc", "ascending")):
            heading.get_by_role("button").click()
            expect(heading).to_have_attribute("aria-sort", told)
            first = rows(shown, f"threads?range=alltime&sort={sort}&direction={direction}&limit=1")[0]
            link = page.locator("tbody a.thread").first
            expect(link).to_have_attribute("href", f"?view=thread&range=alltime&id={first['thread_id']}")


def test_a_thread_opens_into_those_below_it_and_its_calls(shown: Server, visit: Visitor) -> None:
    thread = parent(shown)
    page = visit(shown, f"{ALL}&view=threads&sort=tokens")
    row = page.locator(f"tbody tr:has(> td a[href*='{thread['thread_id']}'])").first
    row.get_by_role("button").click()
    said(page, "open", thread["thread_id"])
    expect(page.locator("tr.agent")).to_have_count(len(thread["agents"]))
    inner = page.locator("tr.inner")
    newest = rows(shown, f"calls?range=alltime&thread={thread['thread_id']}&limit=1")[0]
    expect(inner.locator("tbody tr").first.get_by_title(f"{newest['total_tokens']:,}", exact=True)).to_be_visible()
    inner.get_by_role("button", name="Est. cost").click()
    dearest = rows(shown, f"calls?range=alltime&thread={thread['thread_id']}&sort=cost&limit=1")[0]
    expect(inner.locator("tbody tr").first.get_by_title(f"{dearest['total_tokens']:,}", exact=True)).to_be_visible()
    page.reload()
    expect(page.locator("tr.agent")).to_have_count(len(thread["agents"]))
    row.get_by_role("button").click()
    expect(page.locator("tr.agent")).to_have_count(0)


def test_the_arrows_go_from_thread_to_thread(shown: Server, visit: Visitor) -> None:
    page = visit(shown, f"{ALL}&view=threads")
    links = page.locator("a.thread")
    links.first.focus()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    said(page, "view", "thread")


def test_what_matches_no_thread_says_what_to_do(shown: Server, visit: Visitor) -> None:
    page = visit(shown, "&view=threads&q=nothing+is+called+this")
    page.get_by_role("link", name="Look at all time").click()
    said(page, "q", None)
    expect(page.locator("a.thread").first).to_be_visible()


# -- a thread ---------------------------------------------------------------------------------------------------------


def test_the_bars_of_a_thread_are_tokens_cost_or_cache_by_time_or_by_call(shown: Server, visit: Visitor) -> None:
    page = visit(shown, f"&view=thread&id={parent(shown)['thread_id']}")
    line = page.get_by_role("region", name="Timeline")
    for name, legend in (("cost", "Cost"), ("cache", "Cached input"), ("tokens", "Reasoning")):
        line.get_by_role("button", name=name, exact=True).click()
        said(page, "show", None if name == "tokens" else name)
        expect(line.get_by_role("listitem").filter(has_text=legend).first).to_be_visible()
        assert line.locator("svg path[fill]").evaluate_all("all => all.filter(one => one.getAttribute('d')).length")
    for name, value in (("by call", "call"), ("by time", None)):
        line.get_by_role("button", name=name).click()
        said(page, "by", value)
    page.go_back()
    said(page, "by", "call")


def test_the_timeline_comes_closer_and_is_read_by_keys(shown: Server, visit: Visitor) -> None:
    thread = parent(shown)["thread_id"]
    calls = sorted(shown.get(f"/api/thread?thread={thread}&limit=0").json()["calls"], key=lambda call: call["at"])
    page = visit(shown, f"&view=thread&id={thread}")
    line = page.get_by_role("slider")
    before = line.locator("svg").evaluate("one => one.clientWidth")
    page.get_by_role("button", name="Closer").click()
    assert line.locator("svg").evaluate("one => one.clientWidth") > 1.9 * before
    page.get_by_role("button", name="Farther").click()
    line.focus()
    for key, index in (("Home", 0), ("ArrowRight", 1), ("End", len(calls) - 1), ("ArrowLeft", len(calls) - 2)):
        page.keyboard.press(key)
        expect(line).to_have_attribute("aria-valuenow", str(index))
        expect(page.locator(".tip")).to_be_visible()
    page.keyboard.press("Enter")
    said(page, "record", calls[-2]["record_id"])
    expect(page.get_by_role("complementary")).to_be_visible()


def test_a_turn_opens_into_its_calls(shown: Server, visit: Visitor) -> None:
    thread = parent(shown)["thread_id"]
    told = shown.get(f"/api/thread?thread={thread}&limit=0").json()
    turn = next(one for one in told["turns"] if one["calls"])
    page = visit(shown, f"&view=thread&id={thread}")
    page.get_by_role("region", name="Turns").locator("button[aria-expanded]:enabled").first.click()
    said(page, "turn", turn["turn_id"])
    own = [one for one in told["calls"] if one["turn_id"] == turn["turn_id"] and one["thread_id"] == thread]
    calls = page.locator("tr.inner tbody tr")
    expect(calls).to_have_count(len(own))
    calls.first.get_by_role("link").click()
    said(page, "record", own[0]["record_id"])


def test_what_its_course_says_leads_to_the_call(shown: Server, visit: Visitor) -> None:
    thread = parent(shown)["thread_id"]
    told = shown.get(f"/api/thread?thread={thread}&limit=1").json()
    jump = next(one for one in told["lifecycle"] if one["key"] == "largest_jump")
    page = visit(shown, f"&view=thread&id={thread}")
    page.get_by_role("region", name="What its course says").get_by_role("link", name="Largest jump").click()
    said(page, "record", jump["record_id"])


def test_why_a_thread_is_flagged_leads_to_the_calls(shown: Server, visit: Visitor) -> None:
    thread = shown.get("/api/recommendations?limit=1").json()["threads"][0]
    page = visit(shown, f"&view=thread&id={thread['thread_id']}")
    why = page.get_by_role("region", name="Why flagged")
    why.get_by_role("link").first.click()
    said(page, "finding", thread["findings"][0]["key"])
    said(page, "view", "calls")


def test_sub_agents_lead_down_and_up_again(shown: Server, visit: Visitor) -> None:
    thread = parent(shown)
    page = visit(shown, f"&view=thread&id={thread['thread_id']}")
    page.get_by_role("region", name="Sub-agents").get_by_role("link").first.click()
    page.wait_for_function("id => !location.search.includes(id)", arg=thread["thread_id"])
    assert state(page)["id"][0] in {one["thread_id"] for one in thread["agents"]}
    page.get_by_role("link", name="its root thread").click()
    said(page, "id", thread["thread_id"])


# -- projects ---------------------------------------------------------------------------------------------------------


def test_projects_are_sorted_and_lead_to_what_they_used(shown: Server, visit: Visitor) -> None:
    page = visit(shown, f"{ALL}&view=projects")
    for label, sort in (("Calls", "calls"), ("Est. cost", "usd"), ("Credits", "credits"), ("Tokens", "total_tokens")):
        page.get_by_role("columnheader", name=label).get_by_role("button").click()
        expect(page.get_by_role("columnheader", name=label)).to_have_attribute("aria-sort", "descending")
        first = rows(shown, f"summary?range=alltime&group_by=project&sort={sort}&limit=1")[0]
        expect(page.locator("tbody td a").first).to_have_text(first["key"])
    page.locator("tbody td a").first.click()
    said(page, "project", first["key"])
    said(page, "view", None)
