"""Use over time in a real browser: measures, splits, buckets, marks, days of other lengths, the calendar, the week."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.cli import limited
from tests.cli.limited import ago, log, steady_weeks
from tests.web.conftest import IN_A_BROWSER, Server, Starts, Visit, calls, until

pytestmark = IN_A_BROWSER


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of its own has the time of this machine, and so have its logs."""
    monkeypatch.setattr(limited, "NOW", datetime.now(UTC).replace(microsecond=0))


def told(server: Server, question: str) -> Any:
    return server.get(f"/api/{question}").json()


def chart(page: Page) -> Any:
    return page.get_by_label("Over time", exact=True).get_by_role("slider")


def table(page: Page) -> Any:
    return page.get_by_role("region", name="Use over time")


@pytest.mark.parametrize(
    ("measure", "metric"),
    [("Tokens", "total_tokens"), ("Cost", "usd"), ("Credits", "credits"), ("Calls", "calls")],
)
@pytest.mark.parametrize("bucket", ["hour", "day", "week", "month"])
def test_every_measure_in_every_bucket(shown: Server, visit: Visit, measure: str, metric: str, bucket: str) -> None:
    page = visit(shown, "&range=last14days&table=1")
    page.get_by_role("group", name="Measure").get_by_role("button", name=measure).click()
    page.get_by_role("group", name="Bucket").get_by_role("button", name=bucket).click()
    found = told(shown, f"series?range=last14days&bucket={bucket}&metric={metric}")
    expect(table(page).locator("tbody tr")).to_have_count(len(found["buckets"]))
    [series] = found["series"]
    last = float(series["values"][-1] or 0)
    cell = table(page).locator("tbody tr").first.locator("td").last
    assert float(cell.inner_text().strip("$").replace(",", "")) == last
    assert f"bucket={bucket}" in page.url


@pytest.mark.parametrize(
    ("name", "dimension"), [("Model", "model"), ("Project", "project"), ("Effort", "effort"), ("Caused by", "origin")]
)
def test_every_split(shown: Server, visit: Visit, name: str, dimension: str) -> None:
    page = visit(shown, "&range=alltime&table=1")
    page.get_by_role("group", name="By").get_by_role("button", name=name, exact=True).click()
    expect(page).to_have_url(f"{shown.url}/?range=alltime&table=1&by={dimension}")
    series = told(shown, f"series?range=alltime&bucket=week&by={dimension}&top=7")["series"]
    expect(table(page).locator("thead th")).to_have_count(len(series) + 2)


def test_a_split_by_something_else(shown: Server, visit: Visit) -> None:
    page = visit(shown, "&range=alltime&table=1")
    page.get_by_label("By something else").select_option("Kind")
    expect(page).to_have_url(f"{shown.url}/?range=alltime&table=1&by=kind")
    expect(table(page).locator("thead")).to_contain_text("Turn")


def test_a_column_is_read_and_looked_at_more_closely(shown: Server, visit: Visit) -> None:
    page = visit(shown, "&range=last7days")
    found = told(shown, "series?range=last7days&bucket=day")
    day, tokens = found["buckets"][-2]["label"], found["series"][0]["values"][-2]
    chart(page).focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    expect(chart(page).locator(".tip dd").last).to_have_text(f"{tokens:,}")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{shown.url}/?since={day}&until={day}")
    expect(chart(page)).to_have_attribute("aria-valuemax", "23")
    chart(page).focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{shown.url}/?view=calls&since={day}T00%3A00%3A00.000Z&until={day}T01%3A00%3A00.000Z")


def test_the_pointer_reads_and_picks(shown: Server, visit: Visit) -> None:
    page = visit(shown, "&range=last7days")
    expect(chart(page)).to_have_attribute("aria-valuemax", "6")
    box = chart(page).bounding_box()
    assert box is not None
    chart(page).hover(position={"x": box["width"] - 5, "y": 80})
    expect(chart(page).locator(".tip .title")).to_contain_text("so far")
    chart(page).click(position={"x": box["width"] - 5, "y": 80})
    assert f"since={datetime.now(UTC):%Y-%m-%d}" in page.url


def test_a_table_is_one_key_away(shown: Server, visit: Visit) -> None:
    page = visit(shown)
    expect(chart(page)).to_be_visible()
    page.keyboard.press("t")
    expect(table(page)).to_be_visible()
    page.keyboard.press("t")
    expect(chart(page)).to_be_visible()


def test_totals_are_compared_with_the_time_before(shown: Server, visit: Visit) -> None:
    page = visit(shown, "&range=last7days")
    found = told(shown, "compare?range=last7days")
    now, before = found["totals"]["calls"], found["before"]["calls"]
    said = "" if now == before else f"{'+' if now > before else '−'}{abs(now / before - 1) * 100:.0f}%"  # noqa: RUF001
    totals = page.get_by_label("Totals", exact=True)
    expect(totals.locator("div", has_text="Calls").locator(".change")).to_have_text(said)
    expect(totals).to_contain_text("changes vs")


def test_a_letter_after_g_goes_to_a_view_and_nothing_else(shown: Server, visit: Visit) -> None:
    page = visit(shown)
    expect(chart(page)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page).to_have_url(f"{shown.url}/?view=threads")
    page.go_back()
    expect(chart(page)).to_be_visible()


# -- what happened meanwhile, and days of other lengths ----------------------------------------------------------------


@pytest.fixture
def serves(server: Starts, tmp_path: Path) -> Callable[..., Server]:
    """Give a way to serve logs that a test has written, in a zone and with prices of its own."""

    def starts(*args: str, rules: list[dict[str, Any]] | None = None) -> Server:
        if rules:
            (tmp_path / "own").mkdir()
            (tmp_path / "own" / "pricing.json").write_text(json.dumps({"rules": rules}), encoding="utf-8")
        found = server(*args, home=tmp_path / "logs")
        assert until(lambda: calls(found) > 0, 20)
        return found

    return starts


def test_price_changes_and_resets_stand_above_their_days(
    tmp_path: Path, serves: Callable[..., Server], visit: Visit
) -> None:
    log(tmp_path / "logs", *steady_weeks(4))
    day = f"{ago(days=5):%Y-%m-%d}"
    price = {"pattern": "gpt-5.5", "output": 10}
    server = serves(rules=[price | {"input": 6, "to": day}, price | {"input": 5, "from": day}])
    page = visit(server, "&range=last30days")
    over_time = page.get_by_label("Over time", exact=True)
    expect(over_time).to_contain_text("$ a price changed")
    expect(over_time).to_contain_text("the weekly limit began anew")
    chart(page).focus()
    page.keyboard.press("End")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(chart(page).locator(".tip")).to_contain_text("input 6 → 5")
    assert "input 6 → 5" in (chart(page).get_attribute("aria-valuetext") or "")


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-10-25", 25),
        ("America/New_York", "2026-11-01", 25),
        ("Europe/Berlin", "2026-03-29", 23),
        ("America/New_York", "2026-03-08", 23),
    ],
)
def test_a_day_has_the_hours_that_it_has(
    tmp_path: Path, serves: Callable[..., Server], visit: Visit, zone: str, day: str, hours: int
) -> None:
    noon = datetime.fromisoformat(f"{day}T16:00Z")
    log(tmp_path / "logs", *((noon - timedelta(hours=back), None) for back in range(16, -1, -1)))
    page = visit(serves("--timezone", zone), f"&since={day}&until={day}&measure=calls&table=1")
    rows = table(page).locator("tbody tr")
    expect(rows).to_have_count(hours)
    titles = [text.strip() for text in rows.locator("td:first-child").all_inner_texts()]
    assert len(set(titles)) == hours
    page.get_by_role("button", name="table").click()
    expect(chart(page)).to_have_attribute("aria-valuemax", str(hours - 1))


# -- the calendar and the week -----------------------------------------------------------------------------------------


def test_the_calendar_tells_streaks_and_leads_to_a_day(shown: Server, visit: Visit) -> None:
    page = visit(shown, "&range=last7days")
    found = told(shown, "heatmap?range=alltime")
    activity = page.get_by_label("Activity", exact=True)
    expect(activity).to_contain_text(f"{found['active_days']} active day")
    expect(activity).to_contain_text(f"longest streak {found['longest_streak_days']} day")
    today = date.fromisoformat(f"{datetime.now(UTC):%Y-%m-%d}")
    activity.get_by_role("slider").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    picked = today - timedelta(days=7)
    expect(page).to_have_url(f"{shown.url}/?since={picked}&until={picked}")


def test_the_hours_of_the_week_are_read_by_keyboard(shown: Server, visit: Visit) -> None:
    page = visit(shown, "&range=alltime&measure=calls")
    hours = told(shown, "heatmap?range=alltime")["hours"]
    week = page.get_by_role("slider", name="Use by hour of the week")
    busiest = max(map(max, hours))
    expect(week.locator("p")).to_contain_text(f"{busiest:,} calls")
    week.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(week.locator("p")).to_have_text(f"Wed 01:00 – 02:00: {hours[2][1]:,} calls")  # noqa: RUF001
