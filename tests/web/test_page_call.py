"""One call in a real browser: what is exact, derived, estimated, and the lines of its log."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.cli.history import Log
from tests.ingest import lines
from tests.ingest.lines import used
from tests.web.conftest import IN_A_BROWSER, Server, Starts, Visitor, calls, made_up, serving, until

pytestmark = IN_A_BROWSER
Json = dict[str, Any]


@pytest.fixture(autouse=True)
def surroundings() -> None:
    """A server of its own has the time of this machine."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of a made-up history in whose logs much is said; to be asked only."""
    folder = tmp_path_factory.mktemp("told")
    with serving(folder) as starts:
        yield made_up(starts, folder / "demo", bytes_per_call=4500)


def evidence(server: Server, record: str, **asked: Any) -> Json:
    found: Json = server.get(f"/api/context?{urlencode({'record_id': record, **asked})}").json()
    return found


def a_record(server: Server, fits: Callable[[Json], bool], **asked: Any) -> str:
    """Return the first call whose evidence fits."""
    rows = server.get("/api/calls?range=alltime&sort=tokens&limit=200").json()["rows"]
    return next(str(row["record_id"]) for row in rows if fits(evidence(server, row["record_id"], **asked)))


def with_output(found: Json) -> bool:
    """Say whether there is tool output of letters, and lines that are older."""
    return found["before"] and any(
        one["label"] == "tool output" and re.search("[a-z]{5}", one["text"] or "") for one in found["entries"]
    )


def investigate(server: Server, visit: Visitor, record: str, more: str = "", **options: Any) -> Page:
    page = visit(server, f"view=call&record={record}{more}", **options)
    expect(page.get_by_role("region", name="Exact", exact=True)).to_be_visible()
    return page


def test_a_row_is_investigated_by_a_second_enter(shown: Server, visit: Visitor) -> None:
    page = visit(shown, "view=calls&range=alltime")
    row = page.locator("tbody tr[data-record]").first
    expect(row).to_be_visible()
    record = row.get_attribute("data-record")
    row.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary")).to_be_visible()
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"view=call&.*record={record}"))
    expect(page.get_by_role("region", name="Evidence", exact=True)).to_be_visible()


def test_a_row_is_investigated_by_a_double_click_or_by_the_panel(shown: Server, visit: Visitor) -> None:
    page = visit(shown, "view=calls&range=alltime")
    page.locator("tbody tr[data-record] td").first.dblclick()
    expect(page.get_by_role("region", name="Derived", exact=True)).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Calls", exact=True).click()
    panel = page.get_by_role("complementary", name="The call")
    panel.get_by_role("link", name="Investigate").click()
    expect(page.get_by_role("region", name="Estimated", exact=True)).to_be_visible()


def test_the_panel_says_why_a_call_was_flagged_and_what_to_do(shown: Server, visit: Visitor) -> None:
    flagged = shown.get("/api/recommendations?range=alltime&limit=1").json()["rows"][0]
    page = visit(shown, f"view=calls&range=alltime&record={flagged['record_id']}")
    why = page.get_by_role("complementary").get_by_role("region", name="Why flagged")
    for one in flagged["findings"]:
        expect(why.get_by_text(one["why"])).to_be_visible()
        expect(why.get_by_text(one["action"]).first).to_be_visible()
    expect(page.get_by_role("complementary").get_by_role("region", name="Cache")).to_be_visible()


def test_the_groups_tell_what_the_server_tells(shown: Server, visit: Visitor) -> None:
    record = a_record(shown, with_output, include_tool_output=True)
    call = shown.get(f"/api/call?record_id={record}").json()
    found = evidence(shown, record, include_tool_output=True)
    page = investigate(shown, visit, record)
    exact = page.get_by_role("region", name="Exact", exact=True)
    expect(exact.get_by_title(f"{call['record']['total_tokens']:,}", exact=True)).to_be_visible()
    against = page.get_by_role("region", name="Against the call before")
    assert call["previous"]
    expect(against.locator("dt")).to_have_text(
        ["Input", "Cached input", "Uncached input", "Output", "Reasoning", "From cache"]
    )
    estimated = page.get_by_role("region", name="Estimated", exact=True)
    for tokens in (
        call["record"]["uncached_input_tokens"],
        found["visible_token_estimate"],
        found["serialized_evidence"]["raw_json_token_estimate"],
    ):
        expect(estimated.get_by_title(f"{tokens:,} tokens").first).to_be_visible()
    expect(page.get_by_role("region", name="Evidence").locator("ol > li")).to_have_count(len(found["entries"]))


def test_keys_go_through_the_thread(shown: Server, visit: Visitor) -> None:
    rows = shown.get("/api/calls?range=alltime&sort=tokens&limit=50").json()["rows"]
    told = (shown.get(f"/api/call?record_id={row['record_id']}").json() for row in rows)
    call = next(one for one in told if one["previous"] and one["next"])
    own, before, after = (call[name]["record_id"] for name in ("record", "previous", "next"))
    page = investigate(shown, visit, own)
    expect(page.get_by_role("link", name="Before")).to_have_attribute("href", re.compile(before))
    for key, record in (("[", before), ("]", own), ("ArrowRight", after), ("ArrowLeft", own)):
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(f"record={record}"))
        expect(page.get_by_role("link", name="After")).to_have_attribute("href", re.compile("record="))


def test_a_link_to_the_call_is_copied(shown: Server, visit: Visitor) -> None:
    record = shown.get("/api/calls?limit=1").json()["rows"][0]["record_id"]
    page = investigate(shown, visit, record, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link to this call").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{shown.url}/?view=call&record={record}"


def test_tool_output_is_hidden_and_shown_again(shown: Server, visit: Visitor) -> None:
    record = a_record(shown, with_output, include_tool_output=True)
    outputs = [
        one for one in evidence(shown, record, include_tool_output=True)["entries"] if one["label"] == "tool output"
    ]
    words = max(re.findall("[a-z]{5,}", outputs[0]["text"]), key=len)
    page = investigate(shown, visit, record)
    entry = page.locator("ol > li").filter(has_text=f"line {outputs[0]['line_number']:,}")
    expect(entry.locator("pre")).to_contain_text(words)
    page.get_by_role("button", name="Hide tool output").click()
    expect(page).to_have_url(re.compile("output=hide"))
    expect(entry.locator("pre")).to_have_count(0)
    expect(page.get_by_text("Not shown: ", exact=False)).to_contain_text("tool output")
    page.reload()
    page.get_by_role("button", name="Show tool output").click()
    expect(entry.locator("pre")).to_contain_text(words)


def test_a_full_analysis_divides_the_lines(shown: Server, visit: Visitor) -> None:
    record = a_record(shown, with_output, include_tool_output=True)
    parts = [
        one
        for one in evidence(shown, record, mode="full", include_tool_output=True)["serialized_evidence"]["buckets"]
        if one["characters"]
    ]
    page = investigate(shown, visit, record)
    page.get_by_role("button", name="Run full serialized analysis").click()
    estimated = page.get_by_role("region", name="Estimated", exact=True)
    for one in parts:
        expect(
            estimated.get_by_title(f"{one['tokens']:,} tokens, {one['characters']:,} characters").first
        ).to_be_visible()
    expect(page).to_have_url(re.compile("mode=full"))


def test_older_lines_are_loaded_on_demand(shown: Server, visit: Visitor) -> None:
    record = a_record(shown, with_output, include_tool_output=True)
    found = evidence(shown, record, include_tool_output=True)
    page = investigate(shown, visit, record)
    entries = page.locator("ol > li")
    expect(entries).to_have_count(len(found["entries"]))
    page.get_by_role("button", name="Load older").click()
    older = evidence(shown, record, include_tool_output=True, before=found["before"])
    assert older["entries"]
    expect(entries).to_have_count(len(found["entries"]) + len(older["entries"]))
    expect(entries.first).to_contain_text(f"line {older['entries'][0]['line_number']:,}")


def test_a_compaction_shows_its_history_on_request(shown: Server, visit: Visitor) -> None:
    rows = shown.get("/api/calls?range=alltime&kind=compaction&limit=5").json()["rows"]
    after = [shown.get(f"/api/call?record_id={row['record_id']}").json()["next"] for row in rows]
    record = next(
        one["record_id"]
        for one in after
        if one and evidence(shown, one["record_id"])["omitted"]["compaction_histories"]
    )
    page = investigate(shown, visit, record)
    compaction = page.locator("ol > li").filter(has=page.locator("b", has_text=re.compile("^compaction$"))).first
    expect(compaction).to_be_visible()
    expect(compaction.locator("pre")).to_have_count(0)
    page.get_by_role("button", name="Show compaction history").click()
    expect(compaction.locator("pre")).to_be_visible()
    page.get_by_role("button", name="Hide compaction history").click()
    expect(compaction.locator("pre")).to_have_count(0)


def test_long_texts_are_folded(server: Starts, tmp_path: Path, visit: Visitor) -> None:
    begins = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    log = Log(lines.uuid7(1, 0xFF0001), begins)
    log.add(lines.message("user", "\n".join(f"line {number} of a long text" for number in range(40))))
    log.turn(1, begins, used(1000, 0, 0, 10, 0)).write(tmp_path / "codex/sessions" / f"{begins:%Y/%m/%d}")
    found = server()
    assert until(lambda: calls(found) == 1)
    page = investigate(found, visit, found.get("/api/calls").json()["rows"][0]["record_id"])
    text = page.locator("ol pre").filter(has_text="line 0 of a long text")
    expect(text).to_contain_text("line 11 of a long text")
    expect(text).not_to_contain_text("line 12 of")
    page.get_by_role("button", name="Show all of it").click()
    expect(text).to_contain_text("line 39 of a long text")
    page.get_by_role("button", name="Fold", exact=True).click()
    expect(text).not_to_contain_text("line 12 of")


def test_switched_off_texts_are_switched_on_from_the_page(server: Starts, tmp_path: Path, visit: Visitor) -> None:
    found = made_up(lambda **options: server("--no-context-api", **options), tmp_path / "demo", 60)
    record = found.get("/api/calls?range=alltime&limit=1").json()["rows"][0]["record_id"]
    page = visit(found, f"view=call&record={record}", heard=False)
    expect(page.get_by_text("The texts of calls are switched off")).to_be_visible()
    expect(page.get_by_role("region", name="Exact", exact=True).get_by_text("Est. cost")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Switch them on").click()
    expect(page.locator("ol > li").first).to_be_visible()
    assert found.get("/api/context-settings").json()["enabled"] is True


def test_a_privacy_mode_shows_no_texts_and_says_so(server: Starts, tmp_path: Path, visit: Visitor) -> None:
    found = made_up(lambda **options: server("--privacy-mode", "strict", **options), tmp_path / "demo", 60)
    record = found.get("/api/calls?range=alltime&limit=1").json()["rows"][0]["record_id"]
    page = investigate(found, visit, record)
    expect(page.get_by_text("In the privacy mode strict the texts are not shown")).to_be_visible()
    expect(page.locator("ol > li").first).to_be_visible()
    expect(page.locator("ol pre")).to_have_count(0)


def test_a_log_that_is_gone_leaves_what_is_exact(server: Starts, tmp_path: Path, visit: Visitor) -> None:
    found = made_up(server, tmp_path / "demo", 60)
    call = found.get("/api/calls?range=alltime&limit=1").json()["rows"][0]
    Path(call["source_file"]).unlink()
    page = visit(found, f"view=call&record={call['record_id']}", heard=False)
    expect(page.get_by_role("alert")).to_contain_text("log of this call is no longer there", ignore_case=True)
    expect(page.get_by_role("region", name="Exact", exact=True).get_by_text("Est. cost")).to_be_visible()


def test_no_text_is_asked_for_by_looking_at_rows(shown: Server, visit: Visitor) -> None:
    page = visit(shown, "view=calls&range=alltime")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    rows = page.locator("tbody tr[data-record]")
    for place in range(4):
        rows.nth(place).hover()
    rows.first.click()
    expect(page.get_by_role("complementary")).to_contain_text("Est. cost")
    assert any("/api/call?" in one for one in asked)
    assert [one for one in asked if "context" in one] == []


def test_links_of_other_trackers_lead_there(shown: Server, visit: Visitor) -> None:
    record = shown.get("/api/calls?limit=1").json()["rows"][0]["record_id"]
    page = visit(shown)
    page.goto(f"{shown.url}/dashboard.html?view=call&record={record}")
    expect(page.get_by_role("region", name="Evidence", exact=True)).to_be_visible()


@pytest.mark.parametrize(("query", "told"), [("", "No call is named"), ("&record=ffffffffffffffff", "no call")])
def test_a_call_that_is_not_there_is_said(shown: Server, visit: Visitor, query: str, told: str) -> None:
    page = visit(shown, f"view=call{query}", heard=False)
    expect(page.get_by_role("main")).to_contain_text(re.compile(told, re.IGNORECASE))
    page.get_by_role("main").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("view=calls"))
