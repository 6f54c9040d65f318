"""The view of limits in a real browser: courses, earlier windows, blocks, by pointer and by keyboard."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.cli import limited
from tests.cli.limited import WEEK, ago, limits, log, steady_weeks, window
from tests.ingest import lines
from tests.web.conftest import IN_A_BROWSER, Server, Starts, Visit, calls, until

pytestmark = IN_A_BROWSER
Serves = Callable[[], Server]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of its own has the time of this machine, and so have its logs."""
    monkeypatch.setattr(limited, "NOW", datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "limited"


@pytest.fixture
def serves(server: Starts, home: Path) -> Serves:
    """Give a way to serve the logs that a test has written."""

    def starts() -> Server:
        found = server(home=home)
        assert until(lambda: calls(found) > 0, 20)
        assert until(lambda: bool(found.get("/api/blocks").json()["rows"]), 20)
        return found

    return starts


@pytest.fixture
def weeks(home: Path, serves: Serves) -> Server:
    log(home, *steady_weeks())
    return serves()


def told(server: Server, question: str = "limits?history=30") -> Any:
    return server.get(f"/api/{question}").json()


def week_of(answer: Any) -> Any:
    return next(one for one in answer["windows"] if one["window_minutes"] == 10080)


def course(page: Page, name: str = "Week") -> Any:
    return page.get_by_role("slider", name=f"How {name} plan pro was used up")


def test_the_keyboard_reads_a_course_and_what_is_foretold(weeks: Server, visit: Visit) -> None:
    page = visit(weeks, "&view=limits")
    week = week_of(told(weeks))
    line = course(page)
    line.focus()
    page.keyboard.press("Home")
    expect(line).to_have_attribute("aria-valuenow", f"{week['course'][0]['used_percent']:.0f}")
    page.keyboard.press("End")
    expect(line).to_have_attribute("aria-valuenow", f"{week['used_percent']:.0f}")
    page.keyboard.press("ArrowLeft")
    expect(line).to_have_attribute("aria-valuenow", f"{week['course'][-2]['used_percent']:.0f}")
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    low, high = (f"{week['forecast'][name]:.0f}%" for name in ("percent_low", "percent_high"))
    expect(line.locator(".tip")).to_contain_text(f"estimated, {low} to {high}")
    page.keyboard.press("Escape")
    expect(line.locator(".tip")).to_have_count(0)


def test_the_pointer_reads_what_was_seen_last_before_it(weeks: Server, visit: Visit) -> None:
    page = visit(weeks, "&view=limits")
    week = week_of(told(weeks))
    line = course(page)
    box = line.bounding_box()
    assert box is not None
    at = week["course"][len(week["course"]) // 2]
    part = (at["at"] + 1_200_000 - week["starts_at"]) / (week["ends_at"] - week["starts_at"])
    line.hover(position={"x": 40 + part * (box["width"] - 44), "y": 60})
    expect(line.locator(".tip b")).to_have_text(f"{at['used_percent']:.0f}% used")


def test_every_reading_stands_in_the_table(weeks: Server, visit: Visit) -> None:
    page = visit(weeks, "&view=limits")
    expect(course(page)).to_be_visible()
    page.keyboard.press("t")
    expect(page).to_have_url(f"{weeks.url}/?view=limits&table=1")
    readings = page.get_by_role("region", name="Readings").nth(1).locator("tbody tr")
    expect(readings).to_have_count(len(week_of(told(weeks))["course"]))
    page.get_by_role("button", name="table").click()
    expect(course(page)).to_be_visible()


def test_an_earlier_window_shows_how_it_rose_and_what_was_used(weeks: Server, visit: Visit) -> None:
    page = visit(weeks, "&view=limits")
    earlier = next(one for one in told(weeks)["history"] if one["window_minutes"] == 10080)
    bars = page.get_by_role("slider", name="Earlier windows: Week")
    bars.focus()
    page.keyboard.press("End")
    expect(bars.locator(".tip")).to_contain_text(f"{earlier['used_percent']:.0f}%")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{weeks.url}/?view=limits&window=10080-{earlier['starts_at']}")
    rose = page.get_by_role("slider", name="How Week was used up")
    rose.focus()
    page.keyboard.press("End")
    expect(rose).to_have_attribute("aria-valuenow", f"{earlier['used_percent']:.0f}")
    expect(page.get_by_label("Earlier windows", exact=True)).to_contain_text(
        f"{earlier['used']['total_tokens']:,} tokens"
    )
    page.get_by_role("button", name="close").click()
    expect(rose).to_have_count(0)
    page.go_back()
    expect(rose).to_be_visible()


def test_a_block_leads_to_its_calls_and_earlier_ones_follow(weeks: Server, visit: Visit) -> None:
    page = visit(weeks, "&view=limits")
    rows = page.get_by_label("Blocks", exact=True).locator("tbody tr:has(a)")
    expect(rows).to_have_count(20)
    page.get_by_role("button", name="Earlier blocks").click()
    expect(rows).to_have_count(told(weeks, "blocks?limit=60")["row_count"])
    block = told(weeks, "blocks?limit=2")["rows"][1]
    rows.nth(1).get_by_role("link").click()
    expect(page.get_by_title(f"{block['used']['total_tokens']:,}", exact=True).first).to_be_visible()
    expect(page.locator("tr[data-record]")).to_have_count(block["used"]["calls"])


def test_logs_without_limits_say_so_and_have_derived_blocks(home: Path, serves: Serves, visit: Visit) -> None:
    log(home, (ago(hours=1), None))
    page = visit(serves(), "&view=limits")
    expect(page.get_by_text("No limits in the logs yet")).to_be_visible()
    expect(page.get_by_label("Blocks", exact=True)).to_contain_text("~")


def test_a_limit_that_is_used_up_is_said_to_be(home: Path, serves: Serves, visit: Visit) -> None:
    resets = ago(hours=-2)
    log(home, *((ago(minutes=90 - step), limits(window(min(100, 20 * step), resets))) for step in range(7)))
    page = visit(serves(), "&view=limits")
    expect(page.get_by_text("0% left")).to_be_visible()
    expect(page.get_by_text("Used up: nothing is left until the reset")).to_be_visible()


def test_what_was_last_seen_before_a_reset_is_not_told_as_of_now(home: Path, serves: Serves, visit: Visit) -> None:
    log(home, (ago(hours=6), limits(window(80, ago(hours=2)))))
    page = visit(serves(), "&view=limits")
    expect(page.get_by_text("Not seen since its reset")).to_be_visible()
    expect(page.get_by_text("% left")).to_have_count(0)


def test_accounts_are_told_apart(home: Path, serves: Serves, visit: Visit) -> None:
    for number, (account, plan) in enumerate([("one", "plus"), ("two", "team")]):
        resets = ago(hours=-1), ago(days=-2)
        seen = limits(window(20 + number, resets[0]), window(40 + number, resets[1], WEEK), plan_type=plan)
        turns = [(ago(minutes=minutes - number), seen) for minutes in (40, 20)]
        log(home, *turns, thread=lines.uuid7(number, 0x33), creator_account_id=account)
    server = serves()
    page = visit(server, "&view=limits")
    for one in told(server)["windows"]:
        expect(page.get_by_text(f"plan {one['plan']}, account {one['account'][:6]}").first).to_be_visible()
    page.goto(f"{server.url}/?view=overview")
    expect(page.locator("section[aria-label=Limits] .gauge")).to_have_count(4)


@pytest.mark.parametrize("width", [390, 1024])
def test_limits_have_room(weeks: Server, visit: Visit, width: int) -> None:
    page = visit(weeks, "&view=limits")
    page.set_viewport_size({"width": width, "height": 800})
    expect(page.get_by_label("Blocks", exact=True).locator("tbody a").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
