"""How the page looks: for eyes that see little, on small and large screens, whatever is called whatever."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.cli.history import Log, stamp
from tests.ingest import lines
from tests.ingest.lines import used
from tests.web.conftest import IN_A_BROWSER, Server, Visitor, calls, made_up, serving, until

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
PICTURES = ROOT / "build/pictures"
SIZES = [(1440, 900), (390, 844)]
SCHEMES = ["light", "dark"]
VIEWS = ("overview", "insights", "calls", "threads", "thread", "limits", "projects", "diagnostics", "settings")
pytestmark = [
    *IN_A_BROWSER,
    pytest.mark.skipif(not AXE.exists(), reason="the dashboard's tools are not there: make dashboard"),
    pytest.mark.parametrize(("width", "height"), SIZES),
]
HEBREW = "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd"
NAMES = (
    "Refactor " + "the very long name of a thread that never seems to end " * 5,
    "🦊" * 60,
    f"\u202e{HEBREW} " * 12,
    "<script>document.title = 'owned'</script><img src=x onerror=alert(1)>",
    "x" * 300,
    "Short",
)
HUGE = used(990 * 10**9, 330 * 10**9, 110 * 10**9, 9 * 10**9, 7 * 10**9)
MANY = 200


@pytest.fixture(autouse=True)
def surroundings() -> None:
    """A server of its own has the time of this machine."""


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of a history in which everything is as long or as large as can be."""
    folder = tmp_path_factory.mktemp("odd")
    begins = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    for number, name in enumerate(NAMES):
        log = Log(lines.uuid7(number, 0xFF0000 + number), begins, cwd=f"/code/{name[:80].replace('/', '|')}")
        log.turn(1, begins + timedelta(hours=number), *[HUGE] * MANY, model=f"gpt-5.5-{name[:90]}")
        log.turn(2, begins + timedelta(hours=number + 1), used(7, 0, 0, 1, 0))
        log.write(folder / "codex/sessions" / f"{begins:%Y/%m/%d}")
    named = [
        {"id": lines.uuid7(number, 0xFF0000 + number), "thread_name": name, "updated_at": stamp(begins)}
        for number, name in enumerate(NAMES)
    ]
    (folder / "codex/session_index.jsonl").write_text("".join(json.dumps(one) + "\n" for one in named))
    with serving(folder) as starts:
        found = starts()
        assert until(lambda: calls(found) == (MANY + 1) * len(NAMES)), found.get("/api/summary").text
        yield found


def queries(server: Server) -> dict[str, str]:
    """Return the address of each view; of a thread and a call, those with the most to show."""
    rows = server.get("/api/threads?range=alltime&sort=tokens&limit=100").json()["rows"]
    found = {view: f"?view={view}&range=alltime" for view in VIEWS if view != "thread"}
    if rows:
        thread = max(rows, key=lambda row: len(row["agents"]))["thread_id"]
        record = server.get("/api/calls?range=alltime&sort=tokens&limit=1").json()["rows"][0]["record_id"]
        opened = "".join(f"&open={row['thread_id']}" for row in rows[:3])
        found |= {"thread": f"?view=thread&id={thread}", "threads": f"?view=threads&range=alltime{opened}"}
        found |= {
            "panel": f"?view=calls&range=alltime&record={record}",
            "call": f"?view=call&record={record}&mode=full",
        }
        found |= {
            name: f"?view=diagnostics&range=alltime&section={name}" for name in ("facts", "concentration", "commands")
        }
    return found


def settled(page: Page, address: str) -> None:
    """Go there, and wait until nothing is asked for any more."""
    page.goto(address)
    expect(page.locator("main").locator("td, dd, code, h2").first).to_be_visible()
    page.wait_for_function("() => new Promise(done => setTimeout(() => done(true), 250))")


def faults(page: Page) -> list[str]:
    """Return what axe finds that matters."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"][:4]
    ]


def picture(page: Page, name: str, width: int, scheme: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(
        path=PICTURES / f"{name}-{scheme}-{width}.png", full_page="calls" not in name and "panel" not in name
    )


LOST = """() => [...document.querySelectorAll('main .cut')]
  .filter(one => one.offsetParent && one.clientWidth < 40 && one.scrollWidth > one.clientWidth + 1)
  .map(one => one.tagName + ' ' + one.className + ': ' + one.textContent.slice(0, 40))"""
"""Names of which next to nothing is left."""


def test_every_view_can_be_read_by_all(shown: Server, visit: Visitor, width: int, height: int) -> None:
    found = {}
    for scheme in SCHEMES:
        page = visit(shown, viewport={"width": width, "height": height}, color_scheme=scheme)
        for view, query in queries(shown).items():
            settled(page, f"{shown.url}/{query}")
            picture(page, view, width, scheme)
            found[view, scheme] = [*faults(page), *page.evaluate(LOST)]
            assert page.evaluate("document.documentElement.scrollWidth") <= width, view
            assert page.evaluate("document.documentElement.dataset.theme") == scheme
    assert [(*where, one) for where, told in found.items() for one in told] == []


OPENED: dict[str, Any] = {
    "palette": lambda page: page.keyboard.press("Control+k"),
    "keys": lambda page: page.keyboard.press("?"),
    "filter": lambda page: page.keyboard.press("f"),
    "range": lambda page: page.get_by_role("button", name="Range").click(),
}


def test_what_opens_can_be_read_by_all(shown: Server, visit: Visitor, width: int, height: int) -> None:
    found = {}
    for scheme in SCHEMES:
        page = visit(shown, viewport={"width": width, "height": height}, color_scheme=scheme)
        for name, opens in OPENED.items():
            settled(page, f"{shown.url}/?range=alltime")
            opens(page)
            expect(page.get_by_role("dialog")).to_be_visible()
            picture(page, name, width, scheme)
            found[name, scheme] = faults(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert [(*where, one) for where, told in found.items() for one in told] == []


WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1)
  .map(one => 'wide: ' + one.tagName + ' ' + one.className + ' ' + one.textContent.slice(0, 40))"""
CLIPPED = """() => [...document.querySelectorAll('main td, main dd, main li, main a, main h1, main .cut')]
  .filter(one => one.clientWidth && one.scrollWidth > one.clientWidth + 1)
  .filter(one => getComputedStyle(one).overflowX !== 'visible' && !one.matches('.hidden'))
  .filter(one => !one.closest('[title]') && !one.querySelector('[title]'))
  .map(one => one.tagName + ' ' + one.className + ': ' + one.textContent.slice(0, 40))"""
SPILT = """() => [...document.querySelectorAll('main td.number, main dd, main .number')]
  .filter(one => one.clientWidth && one.scrollWidth > one.clientWidth + 1)
  .map(one => one.tagName + ' ' + one.className + ': ' + one.textContent.slice(0, 40))"""


def test_long_names_and_huge_numbers_have_room(odd: Server, visit: Visitor, width: int, height: int) -> None:
    told = {}
    for scheme in SCHEMES:
        page = visit(odd, viewport={"width": width, "height": height}, color_scheme=scheme)
        for view, query in queries(odd).items():
            settled(page, f"{odd.url}/{query}")
            picture(page, f"odd-{view}", width, scheme)
            told[view, scheme] = [*page.evaluate(WIDE), *page.evaluate(CLIPPED), *page.evaluate(SPILT)]
            assert "owned" not in page.title()
            if view in {"overview", "calls", "threads"}:
                exact = f"{odd.get('/api/summary').json()['totals']['total_tokens']:,}"
                expect(page.get_by_title(exact).first).to_be_attached()
    troubles = [(*where, one) for where, found in told.items() for one in dict.fromkeys(found)]
    assert troubles == []


@pytest.mark.parametrize("number", [0, 1])
def test_a_beginning_looks_like_one(tmp_path: Path, visit: Visitor, number: int, width: int, height: int) -> None:
    with serving(tmp_path) as starts:
        found = made_up(starts, tmp_path / "codex", 1) if number else starts()
        page = visit(found, viewport={"width": width, "height": height})
        for view, query in queries(found).items():
            settled(page, f"{found.url}/{query}")
            picture(page, f"{('none', 'one')[number]}-{view}", width, "light")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, view
            page.evaluate("document.querySelectorAll('pre').forEach(one => one.remove())")  # a log may say anything
            assert not [one for one in ("NaN", "Infinity", "undefined", "null") if one in page.inner_text("main")]
        page.close()
