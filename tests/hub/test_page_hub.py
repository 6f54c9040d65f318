"""The pages of a hub in a real browser: what members and admins see and can do."""

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from codex_usage_tracker.demo import DemoPlan, write_history
from codex_usage_tracker.hub import contract
from tests.hub.places import Machine, Served, serving
from tests.web.conftest import CHROMIUM, IN_A_BROWSER
from tests.web.test_page_languages import SAID, Data
from tests.web.test_page_looks import LOST, faults

ROOT = Path(__file__).parents[2]
TYPES = ROOT / "frontend/src/hub/answers.ts"
OURS = {"Place": "Placed"}
"""What the page calls otherwise."""
QUERIES = (
    "?view=overview&range=alltime", "?view=overview&table=1&by=model&measure=cost", "?view=team", "?view=team&days=365",
    "?view=leaderboard&period=all", "?view=leaderboard&period=all&metric=cost", "?view=account", "?view=admin",
    "?view=admin&part=flags", "?view=admin&part=corrections",
)  # fmt: skip
HOSTILE = '<img src=x onerror="document.title=1">'


class Hub(NamedTuple):
    """A hub with members that sent something."""

    served: Served
    browser: Browser
    troubles: list[str]
    contexts: list[BrowserContext]

    def page(self, **options: Any) -> Page:
        """Open a browser of its own that nobody is signed in with."""
        usual = {"viewport": {"width": 1440, "height": 900}, "timezone_id": "UTC", "reduced_motion": "reduce"}
        context = self.browser.new_context(**(usual | options))
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        return page

    def signed_in(self, name: str, query: str = "", **options: Any) -> Page:
        """Open the page of a member."""
        page = self.page(**options)
        page.goto(f"{self.served.url}/{query}")
        page.locator("form").first.locator("input").fill(self.served.code(name))
        page.locator("form").first.locator("button").click()
        expect(page.locator("header nav")).to_be_visible()
        return page

    def go(self, page: Page, query: str) -> None:
        """Go to a view, and wait until it is there."""
        page.goto(f"{self.served.url}/{query}")
        expect(page.locator("main").locator("td, dd, h2, input, p").first).to_be_visible()
        page.wait_for_load_state("networkidle")


def furnished(served: Served, folder: Path) -> None:
    """Give a hub three members, the first an admin, of whom two machines sent something."""
    served.command("account", "create", "ada", "--admin")
    for seed, (name, label) in enumerate((("ada", "desk"), ("grace", "laptop")), 1):
        machine = folder / name
        write_history(DemoPlan(machine / "codex", calls=300, seed=seed, days=60, bytes_per_call=1700))
        if name != "ada":
            served.account(name)
        sender = Machine(machine)
        served.link(sender, name, "--label", label)
        assert sender.json("sync")["accepted"]
    served.account("linus")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        expect.set_options(timeout=10_000)
        yield started
        started.close()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of a hub with members, made once."""
    folder = tmp_path_factory.mktemp("template")
    with serving(folder, lambda: str(folder / "hub.sqlite3")) as serves:
        served = serves()
        furnished(served, folder)
        served.stop()
    return folder / "hub.sqlite3"


@pytest.fixture
def hub(template: Path, browser: Browser, tmp_path: Path) -> Iterator[Hub]:
    """Give a hub of its own with members; an error of a script fails the test."""
    db = tmp_path / "hub.sqlite3"
    shutil.copyfile(template, db)
    with serving(tmp_path, lambda: str(db)) as serves:
        found = Hub(serves("--join", "invite"), browser, [], [])
        yield found
        for context in found.contexts:
            context.close()
    assert found.troubles == []


def in_browser(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that needs a browser and the built page."""
    for mark in IN_A_BROWSER:
        test = mark(test)
    return test


def number(page: Page, value: int) -> Locator:
    return page.locator("main").get_by_title(f"{value:,}", exact=True).first


def test_the_page_knows_each_field_of_the_answers() -> None:
    told = {
        name: set(re.findall(r"^  (\w+):", body, re.MULTILINE))
        for name, body in re.findall(r"export interface (\w+) \{\n(.*?)\n\}", TYPES.read_text("utf-8"), re.DOTALL)
    }
    kinds = vars(contract).values()
    structs = [one for one in kinds if isinstance(one, type) and one.__module__ == contract.__name__]
    answers = [one for one in structs if issubclass(one, msgspec.Struct) and not issubclass(one, contract.Sent)]
    fields = {OURS.get(one.__name__, one.__name__): set(one.__struct_fields__) - {"schema"} for one in answers}
    fields.pop("Gone")
    assert told == fields


@in_browser
def test_a_code_signs_a_browser_in_and_another_one_is_refused(hub: Hub) -> None:
    page = hub.signed_in("ada", "?view=leaderboard")
    expect(page.get_by_role("link", name="Leaderboard")).to_have_attribute("aria-current", "page")
    other = hub.page()
    other.goto(hub.served.url)
    other.get_by_label("Code").fill("AAAA-BBBB")
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("alert")).to_contain_text("not known")
    expect(other.locator("header nav")).to_have_count(0)


@in_browser
def test_my_usage_is_what_the_hub_counts(hub: Hub) -> None:
    totals = hub.served.totals("ada")
    page = hub.signed_in("ada", "?range=alltime")
    expect(number(page, totals["total_tokens"])).to_be_visible()
    expect(number(page, totals["calls"])).to_be_visible()
    expect(page.get_by_role("region", name="Devices")).to_contain_text("desk")
    page.get_by_role("link", name="gpt-").first.click()
    expect(page.get_by_label("Filters").get_by_role("listitem")).to_have_count(1)
    assert "model=" in page.url


@in_browser
def test_who_sent_nothing_is_told_how(hub: Hub) -> None:
    page = hub.signed_in("linus")
    page.get_by_role("button", name="Make a code").click()
    command = page.get_by_label("Command", exact=True)
    expect(command).to_have_value(re.compile(rf"^codex-usage-tracker link \S+ --hub {hub.served.url}$"))


@in_browser
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (390, "light"), (1440, "dark"), (1440, "light")])
def test_every_view_has_room_and_can_be_read_by_all(hub: Hub, width: int, scheme: str) -> None:
    page = hub.signed_in("ada", viewport={"width": width, "height": 900}, color_scheme=scheme)
    made(page, hub, "Engine")
    found = {}
    for query in QUERIES:
        hub.go(page, query)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, query
        assert page.evaluate("document.documentElement.dataset.theme") == scheme
        found[query] = [*faults(page), *page.evaluate(LOST)]
    assert {query: told for query, told in found.items() if told} == {}


@in_browser
def test_the_way_in_can_be_read_by_all(hub: Hub) -> None:
    for scheme in ("light", "dark"):
        page = hub.page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
        page.goto(hub.served.url)
        expect(page.get_by_role("heading", name="New here?")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert faults(page) == []


@in_browser
def test_all_that_the_pages_say_is_translated(hub: Hub) -> None:
    data = Data()
    data.words |= {"codex", "usage", "tracker", "sync", "hub", "link", "code", "NAME", "Engine", "desk", "ABCD", "EFGH"}
    page = hub.page()
    page.on("response", data.hear)
    page.goto(f"{hub.served.url}/?lang=xx")
    expect(page.locator("form").first).to_be_visible()
    found = {"door": data.untranslated(page.evaluate(SAID))}
    page = hub.signed_in("ada", "?lang=xx")
    page.on("response", data.hear)
    for query in QUERIES:
        hub.go(page, query)
        found[query] = data.untranslated(page.evaluate(SAID))
    for key in ("Control+k", "?"):
        hub.go(page, QUERIES[0])
        page.keyboard.press(key)
        found[key] = data.untranslated(page.evaluate(SAID))
    assert {query: told for query, told in found.items() if told} == {}


@in_browser
def test_nobody_is_on_the_board_who_did_not_choose_so(hub: Hub) -> None:
    ada = hub.signed_in("ada", "?view=leaderboard&period=all")
    grace = hub.signed_in("grace", "?view=leaderboard&period=all")
    expect(grace.locator("tbody")).to_contain_text("nobody else sees this row")
    expect(ada.locator("tbody")).not_to_contain_text("grace")
    grace.get_by_label("Under an alias").check()
    grace.get_by_label("Alias", exact=True).fill("hopper")
    grace.get_by_role("button", name="Save").click()
    expect(grace.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    ada.reload()
    expect(ada.locator("tbody")).to_contain_text("hopper")
    expect(ada.locator("tbody")).to_contain_text("ada")
    expect(ada.locator("main")).not_to_contain_text("grace")


@in_browser
def test_a_team_sees_those_who_share(hub: Hub) -> None:
    ada = hub.signed_in("ada")
    made(ada, hub, "Engine")
    ada.get_by_role("button", name="Invite somebody").click()
    own = ada.get_by_role("region", name="In this team")
    invite = own.get_by_label("Invite", exact=True)
    expect(invite).to_have_value(re.compile(r"\S{8}"))
    grace = hub.signed_in("grace", "?view=team")
    form = grace.get_by_role("form", name="Join a team")
    form.get_by_label("Invite").fill(invite.input_value())
    form.get_by_role("button").click()
    expect(grace.get_by_role("row", name="grace")).to_contain_text("does not share")
    grace.get_by_label("The others see").check()
    expect(grace.get_by_role("row", name="grace")).not_to_contain_text("does not share")
    hub.go(ada, "?view=team&days=365")
    total = ada.get_by_role("row", name="grace").get_by_title(f"{hub.served.totals('grace')['total_tokens']:,}")
    expect(total).to_be_visible()


def made(page: Page, hub: Hub, team: str) -> None:
    """Make a team."""
    hub.go(page, "?view=team")
    form = page.get_by_role("form").last
    form.locator("input").fill(team)
    form.get_by_role("button").click()
    expect(page.get_by_role("heading", name=team)).to_be_visible()


@in_browser
def test_a_device_is_named_and_revoked(hub: Hub) -> None:
    page = hub.signed_in("ada", "?view=account")
    devices = page.get_by_role("region", name="Devices")
    devices.get_by_role("button", name="Rename").click()
    devices.get_by_label("Label").fill("attic")
    devices.get_by_role("button", name="Save").click()
    row = devices.get_by_role("row", name=re.compile("^attic"))
    expect(row).to_be_visible()
    devices.get_by_role("button", name="Revoke").click()
    devices.get_by_role("button", name="Revoke it").click()
    expect(row).to_contain_text("revoked")


@in_browser
def test_what_was_sent_is_deleted_by_who_types_the_name(hub: Hub) -> None:
    page = hub.signed_in("ada", "?view=account")
    page.get_by_role("button", name="Delete what was sent").click()
    form = page.get_by_role("form", name="Delete what was sent")
    form.get_by_label("Type ada to confirm").fill("grace")
    form.get_by_role("button", name="Delete it for good").click()
    expect(form.get_by_role("alert")).to_contain_text("This is not the account")
    assert hub.served.totals("ada")["calls"] > 0
    form.get_by_label("Type ada to confirm").fill("ada")
    form.get_by_role("button", name="Delete it for good").click()
    expect(page.get_by_role("status").filter(has_text="is deleted")).to_be_visible()
    assert hub.served.totals("ada")["calls"] == 0
    assert hub.served.totals("grace")["calls"] > 0


@in_browser
def test_what_stands_in_the_database_is_text_and_no_markup(hub: Hub) -> None:
    page = hub.signed_in("ada")
    made(page, hub, "Engine")
    with sqlite3.connect(hub.served.db) as db:
        db.execute("UPDATE device SET label = ?", (HOSTILE,))
        db.execute("UPDATE team SET name = ?", (HOSTILE,))
        db.execute("UPDATE account SET alias = ?, visibility = 'alias' WHERE name = 'grace'", (HOSTILE,))
    db.close()
    for query in QUERIES:
        hub.go(page, query)
        assert page.locator("main img").count() == 0, query
        assert page.title() != "1"
    hub.go(page, "?view=account")
    expect(page.get_by_role("region", name="Devices")).to_contain_text(HOSTILE)


@in_browser
def test_who_is_signed_out_is_asked_to_sign_in(hub: Hub) -> None:
    page = hub.signed_in("ada")
    hub.go(page, "?view=account")
    page.context.clear_cookies()
    page.get_by_role("link", name="Leaderboard").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Code").fill(hub.served.code("ada"))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Leaderboard")).to_have_attribute("aria-current", "page")
    hub.go(page, "?view=account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.context.cookies() == []


@in_browser
def test_an_admin_makes_hides_and_deletes_accounts(hub: Hub) -> None:
    page = hub.signed_in("ada", "?view=admin")
    form = page.get_by_role("form", name="New account")
    form.get_by_label("Name").fill("margaret")
    form.get_by_role("button", name="Make it").click()
    code = page.get_by_label("Code of margaret", exact=True)
    expect(code).to_have_value(re.compile(r"\S{8}"))
    row = page.get_by_role("row", name="margaret")
    row.get_by_role("button", name="Hide").click()
    expect(row).to_contain_text("hidden by you")
    row.get_by_role("button", name="Delete").click()
    page.get_by_label("Type margaret to confirm").fill("margaret")
    page.get_by_role("button", name="Delete it for good").click()
    expect(page.get_by_role("row", name="margaret")).to_have_count(0)


@in_browser
def test_others_are_led_to_no_admin_page(hub: Hub) -> None:
    page = hub.signed_in("grace", "?view=admin")
    expect(page.get_by_role("link", name="My usage")).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("link", name="Admin")).to_have_count(0)


@in_browser
def test_the_keyboard_goes_through_the_views_of_a_hub(hub: Hub) -> None:
    page = hub.signed_in("ada")
    for key, view in (("t", "Teams"), ("l", "Leaderboard"), ("a", "Account"), ("m", "Admin"), ("o", "My usage")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(page.get_by_role("link", name=view, exact=True)).to_have_attribute("aria-current", "page")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Go to anything").fill("leader")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{hub.served.url}/?view=leaderboard")
    page.go_back()
    expect(page.get_by_role("heading", name="Activity")).to_be_visible()
