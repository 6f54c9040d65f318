"""The dashboard as one file in a real browser: what it asks for, holds and survives, and what can be done in it."""

import csv
import io
import json
import os
import re
import stat
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from codex_usage_tracker.cli.main import run
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.tracker import Tracker
from tests.cli import history
from tests.ingest import lines
from tests.ingest.lines import used
from tests.static.conftest import IN_A_BROWSER, Opens

pytestmark = IN_A_BROWSER
VIEWS = ("overview", "insights", "calls", "threads", "limits", "projects", "diagnostics", "settings")
HOSTILE = (
    "</script><script>globalThis.hurt=1</script><img src=x onerror=globalThis.hurt=1> \"'`&lt; \u202eabc\u05d0 🦊 <!--"
)


@pytest.fixture
def hostile(tmp_path: Path) -> Tracker:
    """A history in which every name is made to do harm."""
    home = tmp_path / "codex"
    log = history.Log(
        lines.thread(7), datetime(2026, 11, 20, 12, tzinfo=UTC), cwd=f"/code/{HOSTILE}",
        git={"branch": HOSTILE, "repository_url": f"https://example.com/{HOSTILE}.git", "commit_hash": "0" * 40},
    )  # fmt: skip
    log.turn(1, datetime(2026, 11, 20, 12, 1, tzinfo=UTC), used(40_000, 500, 0, 900, 5), model=HOSTILE)
    log.write(home / "sessions/2026/11/20")
    named = {"id": lines.thread(7), "thread_name": HOSTILE, "updated_at": "2026-11-20T12:00:00Z"}
    (home / "session_index.jsonl").write_text(json.dumps(named) + "\n", encoding="utf-8")
    tracker = Tracker(str(tmp_path / "hostile.sqlite3"), [str(home)], "UTC")
    tracker.refresh()
    return tracker


def test_every_view_opens_without_trouble_and_asks_for_nothing(told: Tracker, opens: Opens) -> None:
    opened = opens(told)
    record = opened.both.in_registry(("calls", {}))["rows"][3]
    links = [{"view": view} for view in VIEWS]
    links += [{"view": "call", "record": record["record_id"]}, {"view": "thread", "id": record["thread_id"]}]
    links += [{"view": "diagnostics", "section": "concentration"}, {"view": "diagnostics", "section": "commands"}]
    for link in links:
        opened.page.evaluate("to => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }",
                             f"?{urlencode({'range': 'alltime', **link})}")  # fmt: skip
        expect(opened.page.locator("main")).to_contain_text(re.compile(r"\w{3}"))
        opened.page.wait_for_timeout(150)
        assert opened.page.get_by_role("alert").count() == 0, link
    assert opened.troubles == []
    assert [one for one in opened.requests if not one.startswith(("file:", "data:", "blob:"))] == []
    assert len(opened.requests) == 1


def test_names_made_to_do_harm_are_shown_and_do_none(hostile: Tracker, opens: Opens) -> None:
    opened = opens(hostile)
    for view in ("overview", "calls", "threads", "projects"):
        opened.page.goto(f"{opened.page.url.partition('?')[0]}?{urlencode({'range': 'alltime', 'view': view})}")
        expect(opened.page.locator("main")).to_contain_text("onerror")
    assert opened.page.evaluate("globalThis.hurt") is None
    assert opened.page.locator("img").count() == 0
    assert opened.troubles == []
    assert opened.both.differences([("calls", {}), ("threads", {}), ("summary", {"group_by": "directory"})]) == []


def test_where_one_is_stays_in_the_address(told: Tracker, opens: Opens) -> None:
    page = opens(told).page
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Calls").click()
    expect(page).to_have_url(re.compile(r"^file://.*view=calls"))
    page.get_by_role("searchbox").fill("test")
    expect(page).to_have_url(re.compile("q=test"))
    shown = page.get_by_role("rowgroup").last.inner_text()
    page.reload()
    expect(page.get_by_role("searchbox")).to_have_value("test")
    expect(page.get_by_role("rowgroup").last).to_have_text(re.compile(re.escape(shown.split("\n")[0].split("\t")[0])))
    page.go_back()
    expect(page).not_to_have_url(re.compile("q=test"))


def test_calls_are_exported_as_the_command_does(told: Tracker, opens: Opens, tmp_path: Path) -> None:
    page = opens(told, query="range=alltime&view=calls&model=gpt-5.5").page
    saved = {}
    for kind in ("CSV", "JSON"):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as found:
            page.get_by_role("link", name=kind).click()
        saved[kind] = Path(found.value.path()).read_bytes()
        page.keyboard.press("Escape")
    out = tmp_path / "calls.csv"
    named = ["--db", told.database, "--codex-home", told.homes[0], "--quiet"]
    assert run(["export", "--no-refresh", "--model", "gpt-5.5", "--out", str(out), *named]) == 0
    command = out.read_text(encoding="utf-8").splitlines()
    assert saved["CSV"].decode().splitlines() == [command[0], *command[:0:-1]]
    rows = json.loads(saved["JSON"])["rows"]
    assert [row["record_id"] for row in rows] == [
        row["record_id"] for row in csv.DictReader(io.StringIO(saved["CSV"].decode()))
    ]


def test_cells_that_a_spreadsheet_would_run_are_guarded(tmp_path: Path, opens: Opens) -> None:
    home = tmp_path / "codex"
    log = history.Log(lines.thread(9), datetime(2026, 11, 20, 12, tzinfo=UTC), cwd='/code/=1+1,"x"')
    log.turn(1, datetime(2026, 11, 20, 12, 1, tzinfo=UTC), used(4000, 500, 0, 90, 5), model="=cmd|' /C calc'!A0").write(
        home / "sessions"
    )
    tracker = Tracker(str(tmp_path / "odd.sqlite3"), [str(home)], "UTC")
    tracker.refresh()
    text = opens(tracker).page.evaluate("codexUsage.file.saved({}, 'csv').text()")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["model"] == "'=cmd|' /C calc'!A0"
    assert row["project"] == """'=1+1,"x\""""


def test_it_says_what_it_holds(told: Tracker, opens: Opens) -> None:
    with told.reader() as reader:
        since = reader.midnight(20)
    page = opens(told, Filter(since=since, kind=("turn",), archived=False), 50, "redacted").page
    note = page.get_by_role("note").first
    expect(note).to_contain_text("A file of 50 calls, as of")
    expect(note).to_contain_text(re.compile(r"[\d,]+ older calls are not in it"))
    expect(note).to_contain_text("Privacy mode: redacted")
    expect(note).to_contain_text("Turn")
    expect(note).to_contain_text("Active threads only")


def test_of_some_calls_alone_nothing_is_told_of_the_others(told: Tracker, opens: Opens) -> None:
    with told.reader() as reader:
        names = [row[0] for row in reader.db.execute("SELECT DISTINCT name FROM project ORDER BY name")]
    opened = opens(told, Filter(project=(names[0],)))
    held = json.dumps(opened.page.evaluate("codexUsage.content"))
    assert names[0] in held
    assert not [name for name in names[1:] if f'"{name}"' in held]
    assert (
        opened.both.in_file([("limits", {}), ("budgets", {}), ("blocks", {})])
        == [{"refused": "This is not in this file, for it tells of all calls, and the file holds some of them."}] * 3
    )
    expect(opened.page.get_by_role("region", name="Limits")).to_contain_text("This is not in this file, for it tells")
    german = opens(told, Filter(project=(names[0],)), query="range=alltime&view=limits&lang=de").page
    expect(german.get_by_role("main")).to_contain_text("Das ist nicht in dieser Datei: Es gilt für alle Aufrufe")
    expect(german.get_by_role("main")).to_contain_text("Das Live-Dashboard zeigt es: codex-usage-tracker")


def test_a_mode_hides_names_before_they_are_packed(hostile: Tracker, opens: Opens) -> None:
    held = json.dumps(opens(hostile, mode="strict").page.evaluate("codexUsage.content"), ensure_ascii=False)
    assert "onerror" not in held
    assert lines.thread(7) not in held


def test_the_command_writes_it_for_its_owner_alone(
    told: Tracker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.html"
    named = ["--db", told.database, "--codex-home", told.homes[0], "--output", str(path)]
    assert run(["dashboard", "--json", "--limit", "10", *named]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["calls"], done["left_out_calls"], done["bytes"]) == (10, 790, path.stat().st_size)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert run(["dashboard", "--quiet", *named]) == 0
    assert "Wrote 800 calls" in capsys.readouterr().out
    assert run(["dashboard", "--quiet", "--lang", "de-AT", *named]) == 0
    assert b'<html lang="en" data-language="de">' in path.read_bytes()[:200]
    path.write_text("my own page", encoding="utf-8")
    assert run(["dashboard", *named]) != 0
    assert "is no dashboard" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "my own page"
    assert run(["dashboard", *named, "--output", "-"]) == 2
    assert "written to a file" in capsys.readouterr().err
    path.unlink()
    assert run(["dashboard", "--since", "2001-01-01", "--until", "2001-01-02", *named]) != 0
    assert "no calls in that scope" in capsys.readouterr().err
    assert not path.exists()
