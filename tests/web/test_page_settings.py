"""Settings in a real browser: each control changes what it says, and nothing that was typed is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import IN_A_BROWSER, Server, Starts, Visit, made_up, until
from tests.web.test_server import begin

pytestmark = IN_A_BROWSER


@pytest.fixture(autouse=True)
def surroundings() -> None:
    """A server of its own has the time of this machine."""


@pytest.fixture
def own(server: Starts, tmp_path: Path) -> Server:
    """A server of a made-up history that a test may change."""
    return made_up(server, tmp_path / "demo", 200)


def saved(server: Server, name: str) -> Any:
    return server.get("/api/settings").json()["settings"][name]


def dearest(server: Server) -> str:
    rows = server.get("/api/pricing-coverage").json()["rows"]
    return str(next(row["model"] for row in rows if row["pricing_status"] == "priced"))


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def test_a_price_is_added_changed_and_removed_and_the_page_says_what_that_did(own: Server, visit: Visit) -> None:
    model = dearest(own)
    page = visit(own, "&view=settings&part=prices")
    press(page, f"Change the price of {model}")
    page.get_by_label("Input USD per million").fill("1000")
    press(page, "Save")
    status = page.get_by_role("status").filter(has_text="repriced")
    count = own.get("/api/summary", params={"model": model}).json()["totals"]["calls"]
    expect(status).to_contain_text(f"Saved: {count} calls repriced.")
    expect(status).to_contain_text("→")
    assert [(one["pattern"], one["input"]) for one in saved(own, "pricing")["rules"]] == [(model, "1000")]
    mine = page.get_by_role("region", name="Your own prices")
    mine.get_by_role("button", name=f"Change {model}").click()
    page.get_by_label("From a day, in UTC").fill("2026-01-01")
    press(page, "Save")
    expect(mine.get_by_text("2026-01-01")).to_be_visible()
    mine.get_by_role("button", name=f"Remove {model}").click()
    expect(mine.get_by_text("None yet.")).to_be_visible()
    assert saved(own, "pricing").get("rules", []) == []


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(own: Server, visit: Visit) -> None:
    page = visit(own, "&view=settings&part=prices", heard=False)
    press(page, "Add a price")
    page.get_by_label("Model * for anything").fill("my-model")
    page.get_by_label("Input USD per million").fill("cheap")
    page.get_by_label("Output with reasoning").fill("2")
    press(page, "Save")
    field = page.get_by_label("Input USD per million")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).to_contain_text("a number belongs here", ignore_case=True)
    expect(page.get_by_label("Model * for anything")).to_have_value("my-model")
    field.fill("1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Change my-model")).to_be_visible()


def test_two_tabs_lose_nothing_of_each_other(own: Server, visit: Visit) -> None:
    first, second = (visit(own, "&view=settings&part=prices", heard=False) for _ in range(2))
    for page, model in ((first, "one"), (second, "two")):
        press(page, "Add a price")
        page.get_by_label("Model * for anything").fill(model)
        page.get_by_label("Input USD per million").fill("1")
        page.get_by_label("Output with reasoning").fill("2")
    press(first, "Save")
    expect(first.get_by_role("button", name="Change one")).to_be_visible()
    expect(second.get_by_role("button", name="Change one")).to_be_visible()
    press(second, "Save")
    expect(second.get_by_role("alert")).to_contain_text("changed elsewhere")
    expect(second.get_by_label("Model * for anything")).to_have_value("two")
    press(second, "Save")
    expect(first.get_by_role("button", name="Change two")).to_be_visible()
    assert [one["pattern"] for one in saved(own, "pricing")["rules"]] == ["one", "two"]


def test_another_name_of_a_model_prices_it(own: Server, visit: Visit) -> None:
    page = visit(own, "&view=settings&part=prices")
    press(page, "Add a name")
    page.get_by_label("Name in the logs").fill("my-preview")
    page.get_by_label("Model it is").fill("gpt-5.5")
    press(page, "Save")
    expect(page.get_by_role("button", name="Change my-preview")).to_be_visible()
    assert saved(own, "pricing")["aliases"] == [{"pattern": "my-preview", "model": "gpt-5.5", "exact": True}]
    press(page, "Remove my-preview")
    expect(page.get_by_role("button", name="Change my-preview")).to_have_count(0)


def test_bundled_prices_are_found(own: Server, visit: Visit) -> None:
    page = visit(own, "&view=settings&part=prices")
    page.get_by_label("Find a model").fill("gpt-5.5")
    expect(page.get_by_role("region", name="Bundled prices").get_by_role("cell", name="gpt-5.5").first).to_be_visible()


def test_homes_are_added_renamed_and_left_out(own: Server, visit: Visit, tmp_path: Path) -> None:
    begin(tmp_path / "work")
    page = visit(own, "&view=settings&part=homes", heard=False)
    press(page, "Add a home")
    page.get_by_label("Folder").fill(str(tmp_path / "nowhere"))
    press(page, "Read it")
    expect(page.get_by_role("alert")).to_contain_text("there is no folder")
    page.get_by_label("Folder").fill(str(tmp_path / "work" / "sessions"))
    page.get_by_label("Label if you like").fill("Work")
    press(page, "Read it")
    row = page.get_by_role("row").filter(has_text=str(tmp_path / "work"))
    expect(row).to_contain_text("Work")
    expect(row.get_by_role("cell").nth(2)).to_have_text("1", timeout=10_000)
    row.get_by_role("button", name="Rename").click()
    page.get_by_label("Label empty: the folder's name").fill("Job")
    press(page, "Save")
    expect(row).to_contain_text("Job")
    row.get_by_role("button", name="Stop reading").click()
    expect(row).to_contain_text("not read")
    assert own.get("/api/summary").json()["totals"]["calls"] == 201
    row.get_by_role("button", name="Read again").click()
    expect(row.get_by_role("button", name="Stop reading")).to_be_visible()


def test_a_budget_is_made_changed_and_taken_away(own: Server, visit: Visit) -> None:
    page = visit(own, "&view=settings&part=budgets", heard=False)
    press(page, "Add a budget")
    page.get_by_label("Amount").fill("0")
    page.get_by_label("Per", exact=True).select_option("week")
    page.get_by_label("Project else all").fill("Backend")
    press(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("more than 0")
    page.get_by_label("Amount").fill("12.50")
    page.get_by_label("Name if you like").fill("Weekly")
    press(page, "Save")
    expect(page.get_by_text("of $12.50")).to_be_visible()
    budget = {"amount": "12.50", "unit": "usd", "per": "week", "name": "Weekly", "project": "Backend", "warn_at": 80}
    assert {name: saved(own, "budgets")["budgets"][0][name] for name in budget} == budget
    press(page, "Change Weekly")
    page.get_by_label("Per", exact=True).select_option("window")
    page.get_by_label("Limit", exact=True).select_option("5h")
    press(page, "Save")
    expect(page.get_by_text("per window Backend, 5h")).to_be_visible()
    press(page, "Remove Weekly")
    expect(page.get_by_text("None yet.")).to_be_visible()


def test_an_allowance_is_pasted_and_forgotten(own: Server, visit: Visit) -> None:
    page = visit(own, "&view=settings&part=allowance", heard=False)
    text = page.get_by_label("What Codex shows").get_by_role("textbox")
    text.fill("nothing of that kind")
    press(page, "Note it")
    expect(page.get_by_role("alert")).to_contain_text("No limit was found")
    expect(text).to_have_value("nothing of that kind")
    text.fill("5h 79% 6:50 PM Weekly 33% Jun 7")
    press(page, "Note it")
    expect(page.get_by_role("cell", name="79%")).to_be_visible()
    expect(page.get_by_role("cell", name="33%")).to_be_visible()
    press(page, "Forget these")
    expect(page.get_by_role("cell", name="79%")).to_have_count(0)


def test_thresholds_are_changed_and_made_usual_again(own: Server, visit: Visit) -> None:
    page = visit(own, "&view=settings&part=thresholds", heard=False)
    field = page.get_by_label("Little from the cache")
    field.fill("7")
    press(page, "Save")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("0.5")
    press(page, "Save")
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert saved(own, "thresholds")["low_cache_ratio"] == 0.5
    field.fill("")
    press(page, "Save")
    expect(field).to_have_value("0.3")


def test_projects_are_named_tagged_and_left_out(own: Server, visit: Visit) -> None:
    page = visit(own, "&view=settings&part=projects")
    press(page, "Name a project")
    page.get_by_label("Folder or project").fill("/home/me/api")
    page.get_by_label("Name", exact=True).fill("Backend")
    page.get_by_label("Tags parted by commas").fill("work, python")
    press(page, "Save")
    expect(page.get_by_text("tagged work, python")).to_be_visible()
    press(page, "Change /home/me/api")
    page.get_by_label("Not a project").check()
    page.get_by_label("Tags parted by commas").fill("")
    press(page, "Save")
    expect(page.get_by_text("not a project", exact=True)).to_be_visible()
    found = saved(own, "projects")
    assert (found["aliases"], found["ignored_paths"], found["tags"]) == (
        {"/home/me/api": "Backend"},
        ["/home/me/api"],
        {},
    )
    press(page, "Remove /home/me/api")
    expect(page.get_by_text("Projects go by the names of their folders.")).to_be_visible()


def test_the_time_zone_is_changed_at_once(own: Server, visit: Visit) -> None:
    page = visit(own, "&view=settings", heard=False)
    page.get_by_role("button", name="Change").click()
    field = page.get_by_role("combobox", name="Time zone")
    field.fill("Mars/Phobos")
    press(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("a zone has a name", ignore_case=True)
    field.fill("Asia/Tokyo")
    press(page, "Save")
    expect(page.get_by_role("status").filter(has_text="Asia/Tokyo")).to_be_visible()
    assert own.get("/api/summary").json()["scope"]["timezone"] == "Asia/Tokyo"
    press(page, "dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_link_lets_another_browser_in_once(own: Server, visit: Visit) -> None:
    page = visit(own, "&view=settings")
    press(page, "Make a link")
    link = page.get_by_label("Link for another browser").input_value()
    other = page.context.browser.new_context() if page.context.browser else page.context
    fresh = other.new_page()
    fresh.goto(link)
    expect(fresh.get_by_role("link", name="Overview", exact=True)).to_be_visible()
    assert "key=" not in fresh.url
    reply = fresh.goto(link)
    assert reply is not None
    assert reply.status == 403
    other.close()


def test_a_newcomer_looks_at_a_demo_and_finds_the_way_back(server: Starts, visit: Visit, tmp_path: Path) -> None:
    found = server()
    page = visit(found)
    expect(page.get_by_text(str(found.home / "sessions"))).to_be_visible()
    press(page, "Look at a made-up history")
    expect(page.get_by_role("note")).to_contain_text("made up", timeout=20_000)
    expect(page.locator("main").get_by_title("3,000", exact=True).first).to_be_visible()
    page.get_by_role("link", name="Calls", exact=True).click()
    expect(page.locator("tbody tr[data-record]").first).to_be_visible()
    assert found.get("/api/summary").json().get("totals", {"calls": 0})["calls"] == 0
    page.get_by_role("link", name="Back to your own").click()
    expect(page.get_by_role("heading", name="No Codex logs yet")).to_be_visible()
    begin(tmp_path / "work")
    page.get_by_label("Folder").fill(str(tmp_path / "work"))
    press(page, "Read it")
    expect(page.locator("main").get_by_title("1,010", exact=True).first).to_be_visible(timeout=10_000)


def test_settings_are_hidden_with_the_rest(server: Starts, visit: Visit, tmp_path: Path) -> None:
    found = made_up(lambda **more: server("--privacy-mode", "redacted", **more), tmp_path / "demo", 50)
    page = visit(found, "&view=settings&part=budgets")
    expect(page.get_by_text("hidden while privacy is redacted")).to_be_visible()
    page.get_by_role("link", name="Prices").click()
    expect(page.get_by_role("region", name="How calls are priced").get_by_role("cell").first).to_be_visible()
    expect(page.get_by_role("button", name="Add a price")).to_have_count(0)
    assert until(lambda: json.loads(found.get("/api/settings").text)["settings"] == {})
