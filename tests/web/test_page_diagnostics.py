"""Diagnostics in a real browser: each section tells what the server tells, and leads to the calls behind it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import IN_A_BROWSER, TOKEN, Server, Starts, Visitor, made_up, serving, until

pytestmark = IN_A_BROWSER
FOUND = ("tool-output", "commands", "git-interactions", "file-reads", "file-modifications", "read-productivity")


@pytest.fixture(autouse=True)
def surroundings() -> None:
    """A server of its own has the time of this machine."""


def search(server: Server) -> None:
    """Have the logs searched, and wait until they were."""
    post(server, "diagnostics/refresh")
    assert until(lambda: not server.get("/api/diagnostics/refresh").json()["running"])


def post(server: Server, name: str) -> None:
    httpx.post(f"{server.url}/api/{name}", headers={"X-Codex-Usage-Token": TOKEN}, timeout=20).raise_for_status()


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of a made-up history whose logs were searched."""
    folder = tmp_path_factory.mktemp("searched")
    with serving(folder) as starts:
        found = made_up(starts, folder / "demo", bytes_per_call=4500)
        search(found)
        yield found


def asked(server: Server, section: str, more: str = "range=alltime") -> Any:
    return server.get(f"/api/diagnostics/{section}?{more}").json()


def section(server: Server, visit: Visitor, name: str, more: str = "") -> Page:
    page = visit(server, f"view=diagnostics&range=alltime&section={name}{more}")
    expect(page.get_by_role("navigation", name="Sections").locator("[aria-current]")).to_have_count(1)
    return page


def test_sections_are_chosen_from_a_list(searched: Server, visit: Visitor) -> None:
    page = visit(searched, "view=diagnostics&range=alltime")
    links = page.get_by_role("navigation", name="Sections").get_by_role("link")
    expect(links).to_have_count(11)
    for name in links.all_inner_texts():
        links.filter(has_text=re.compile(f"^{name}$")).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)
        expect(page.locator(".section").locator("table, dl").first).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("section=file-modifications"))


def test_the_overview_tells_the_totals_and_leads_to_facts(searched: Server, visit: Visitor) -> None:
    told = asked(searched, "overview")
    page = section(searched, visit, "overview")
    expect(page.get_by_title(f"{told['totals']['total_tokens']:,}", exact=True)).to_be_visible()
    expect(page.get_by_title(f"{told['fact_rows']:,}", exact=True)).to_be_visible()
    page.get_by_role("link", name="command", exact=True).click()
    expect(page).to_have_url(re.compile("section=facts&type=command"))
    names = {row["fact_name"] for row in asked(searched, "facts", "range=alltime&fact_type=command")["rows"]}
    expect(page.get_by_role("heading", name=f"{len(names)} facts")).to_be_visible()


def test_facts_tell_associated_tokens_from_shares_that_add_up(searched: Server, visit: Visitor) -> None:
    top = asked(searched, "facts")["rows"][0]
    page = section(searched, visit, "facts")
    row = page.locator("tbody tr").first
    expect(row).to_contain_text(top["fact_name"])
    bar = row.locator("td.bar")
    expect(bar).to_have_attribute(
        "title",
        re.compile(f"{top['total_tokens']:,} – associated.*{top['share_tokens']:,} – its share"),  # noqa: RUF001  (as the page writes it)
    )
    outer, inner = bar.locator("span").bounding_box(), bar.locator("i").bounding_box()
    assert outer is not None
    assert inner is not None
    assert inner["width"] / outer["width"] == pytest.approx(top["share_tokens"] / top["total_tokens"], abs=0.02)
    expect(page.get_by_text("these overlap and do not add up")).to_be_visible()


@pytest.mark.parametrize(("label", "sort"), [("Associated", "tokens"), ("Its share", "share"), ("Calls", "calls")])
def test_facts_are_sorted(searched: Server, visit: Visitor, label: str, sort: str) -> None:
    page = section(searched, visit, "facts")
    page.get_by_role("button", name=label).click()
    expect(page.get_by_role("columnheader", name=label)).to_have_attribute("aria-sort", "descending")
    first = asked(searched, "facts", f"range=alltime&sort={sort}")["rows"][0]["fact_name"]
    expect(page.locator("tbody tr").first).to_contain_text(first)
    page.get_by_role("button", name=label).click()
    expect(page.get_by_role("columnheader", name=label)).to_have_attribute("aria-sort", "ascending")


def test_a_type_of_facts_is_chosen(searched: Server, visit: Visitor) -> None:
    page = section(searched, visit, "facts")
    page.get_by_role("group", name="Type of facts").get_by_role("button", name="command", exact=True).click()
    told = asked(searched, "facts", "range=alltime&fact_type=command")["total_matched_rows"]
    expect(page.get_by_role("heading", name=f"{told} facts")).to_be_visible()
    page.get_by_role("group", name="Type of facts").get_by_role("button", name="all", exact=True).click()
    expect(page.get_by_role("heading", name=f"{asked(searched, 'facts')['total_matched_rows']} facts")).to_be_visible()


def test_a_fact_leads_to_its_calls_and_these_to_the_investigator(searched: Server, visit: Visitor) -> None:
    top = asked(searched, "facts", "range=alltime&fact_type=tool")["rows"][0]
    assert top["calls"] > 50
    page = section(searched, visit, "facts", "&type=tool")
    page.get_by_role("link", name=top["fact_name"], exact=True).click()
    expect(page.get_by_text(f"1\u201350 of {top['calls']:,}")).to_be_visible()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text(f"51\u2013100 of {top['calls']:,}")).to_be_visible()
    page.get_by_role("button", name="Uncached").click()
    query = f"range=alltime&fact_type=tool&fact_name={top['fact_name']}&sort=uncached&limit=1"
    dearest = asked(searched, "fact-calls", query)["rows"][0]
    page.locator("tbody a").first.click()
    expect(page).to_have_url(re.compile(f"view=call&.*record={dearest['record_id']}"))
    page.go_back()
    page.get_by_role("link", name="All facts").click()
    expect(page.get_by_role("group", name="Type of facts")).to_be_visible()


def test_facts_obey_the_bar_and_sections_from_logs_say_that_they_do_not(searched: Server, visit: Visitor) -> None:
    model = searched.get("/api/summary?range=alltime&group_by=model").json()["rows"][0]["key"]
    page = section(searched, visit, "facts", f"&model={model}")
    told = asked(searched, "facts", f"range=alltime&model={model}")
    expect(page.get_by_role("heading", name=f"{told['total_matched_rows']} facts")).to_be_visible()
    expect(page.get_by_text("Of the range and filters above")).to_be_visible()
    page.get_by_role("link", name="Commands").click()
    expect(page.get_by_text("range, search and filters do not apply here")).to_be_visible()
    rows = asked(searched, "commands", "")["commands"]
    expect(page.get_by_title(f"{rows[0]['commands']:,}", exact=True).first).to_be_visible()


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_says_when_and_where(searched: Server, visit: Visitor, name: str) -> None:
    page = section(searched, visit, name)
    told = asked(searched, name, "")
    expect(page.get_by_text(f"in {told['logs']:,} logs with {told['calls']:,} calls")).to_be_visible()
    for note in told["notes"]:
        expect(page.get_by_text(note.replace("`", ""))).to_be_visible()
    assert not re.search("NaN|undefined|null|Infinity", page.inner_text("main"))


def test_long_tables_begin_with_their_first_rows(searched: Server, visit: Visitor) -> None:
    page = section(searched, visit, "file-reads")
    paths = asked(searched, "file-reads", "")["top_paths"]
    assert len(paths) > 15
    files = page.get_by_role("region", name="Files most read")
    expect(files.locator("tbody tr")).to_have_count(15)
    files.get_by_role("button", name=f"All {len(paths)}").click()
    expect(files.locator("tbody tr")).to_have_count(len(paths))
    files.get_by_role("button", name="Fewer").click()
    expect(files.locator("tbody tr")).to_have_count(15)


def test_a_large_read_leads_to_its_thread(searched: Server, visit: Visitor) -> None:
    page = section(searched, visit, "file-reads")
    thread = asked(searched, "file-reads", "")["largest_read_commands"][0]["thread_id"]
    page.get_by_role("region", name="Largest reads").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(f"view=thread&.*id={thread}"))


def test_concentration_names_the_largest_and_leads_to_them(searched: Server, visit: Visitor) -> None:
    told = asked(searched, "concentration")
    page = section(searched, visit, "concentration")
    thread = next(one for one in told["dimensions"] if one["dimension"] == "root_thread")
    threads = page.get_by_role("region", name="Threads")
    expect(threads).to_contain_text(f"{thread['group_count']:,} threads")
    for row in thread["top_rows"]:
        expect(threads.get_by_text(row["name"] or f"Unnamed {row['key'][-8:]}").first).to_be_visible()
    page.get_by_role("region", name="Days").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"view=calls&.*since=\d{4}-\d\d-\d\d&until="))


def test_what_was_not_looked_for_says_what_to_press(demo: Server, visit: Visitor) -> None:
    page = section(demo, visit, "commands")
    expect(page.get_by_role("heading", name="Not looked for yet")).to_be_visible()
    page.get_by_role("button", name="Search the logs").click()
    expect(page.get_by_role("region", name="Commands")).to_be_visible()
    expect(page.get_by_text("Found just now")).to_be_visible()
    page.get_by_role("link", name="Git", exact=True).click()
    expect(page.get_by_role("region", name="Operations")).to_be_visible()


@pytest.mark.parametrize("name", ["Refresh all", "Refresh"])
def test_what_is_stale_is_said_and_refreshed(demo: Server, visit: Visitor, name: str) -> None:
    search(demo)
    log = max((demo.home / "sessions").rglob("*.jsonl"))
    lines = log.read_text().splitlines(keepends=True)
    new = log.with_name(log.name.replace(log.stem[-4:], "ffff"))
    new.write_text("".join(lines).replace(log.stem[-36:], new.stem[-36:]))
    assert until(lambda: asked(demo, "commands", "")["status"] == "stale")
    page = section(demo, visit, "commands")
    expect(page.get_by_text("search again to have all")).to_be_visible()
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_text("search again to have all")).to_have_count(0)
    assert asked(demo, "commands", "")["status"] == "fresh"


def test_a_search_shows_how_far_it_is_and_is_stopped(demo: Server, visit: Visitor) -> None:
    page = visit(demo)
    state = {"running": False}

    def answer(route: Any) -> None:
        if route.request.method != "GET":
            state["running"] = route.request.method == "POST"
        told: dict[str, Any] = (
            {"share_done": "0.37"} if state["running"] else {"share_done": None, "outcome": "cancelled"}
        )
        route.fulfill(
            json={
                "schema": "",
                "running": state["running"],
                "started_at": 1,
                "message": None,
                "logs": 0,
                "missing_logs": 0,
                "outcome": None,
            }
            | told
        )

    page.route("**/api/diagnostics/refresh", answer)
    page.goto(f"{demo.url}/?view=diagnostics&section=commands")
    page.get_by_role("button", name="Refresh all").click()
    expect(page.get_by_role("progressbar", name="Logs searched")).to_have_attribute("value", "0.37")
    expect(page.get_by_role("button", name="Search the logs")).to_be_disabled()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped; what was found before stays.")).to_be_visible()


def test_the_keyboard_goes_there(searched: Server, visit: Visitor) -> None:
    page = visit(searched)
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Overview")
    expect(page).to_have_url(re.compile("view=diagnostics"))


def test_the_demo_offers_no_search(tmp_path: Path, server: Starts, visit: Visitor) -> None:
    found = server(home=tmp_path / "empty")
    post(found, "demo")
    page = visit(found, "demo=1&view=diagnostics&range=alltime&section=commands")
    expect(page.get_by_text("Logs cannot be searched from here.")).to_be_visible()
    expect(page.get_by_role("button", name="Refresh")).to_have_count(0)
