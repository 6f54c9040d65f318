"""The page in other languages: all that it says is translated, and right-to-left is mirrored."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from tests.web.conftest import IN_A_BROWSER, Server, Visit

pytestmark = IN_A_BROWSER
VIEWS = ("overview", "insights", "calls", "threads", "limits", "projects", "settings")
SECTIONS = ("overview", "facts", "concentration", "commands", "file-reads")
SENTENCES = {
    "title",
    "why",
    "action",
    "caption",
    "sentence",
    "reason",
    "label",
    "message",
    "hint",
    "text",
    "description",
}
"""Fields of answers that hold English: what the page shows of them is translated."""
SAID = """() => {
  const found = [document.title];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const kind = texts.currentNode.parentElement.tagName;
    if (!/SCRIPT|STYLE|CODE|KBD|OPTION/.test(kind)) found.push(texts.currentNode.textContent);
  }
  for (const name of ["title", "aria-label", "placeholder", "aria-valuetext"])
    for (const one of document.querySelectorAll(`[${name}]`)) found.push(one.getAttribute(name));
  return found;
}"""
"""All texts of a page, of what is seen and of what is read out."""
OWN = "English Deutsch Español Français Italiano Português Русский Tiếng Việt العربية 日本語 한국어 简体中文 Codex"
"""Languages are called what their speakers call them, and products as they are."""
INSIDE = re.compile(r"(⟦|^)[^⟦⟧]*⟧|⟦[^⟦⟧]*$")
"""A text in brackets, or a piece of one that code or a link parts."""
WORDS = re.compile(r"[^\W\d_]{3,}")
DATES = re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec|UTC|GMT)\b")


@pytest.fixture(autouse=True)
def surroundings() -> None:
    """A server of its own has the time of this machine."""


class Data:
    """The words of all answers that a page was given: names of threads, models, files and the like."""

    def __init__(self) -> None:
        self.words = set(OWN.split())

    def hear(self, reply: Response) -> None:
        if "/api/" in reply.url and reply.headers.get("content-type", "").startswith("application/json"):
            self.add(json.loads(reply.body()))

    def add(self, told: Any, name: str = "") -> None:
        if isinstance(told, dict):
            for key, value in told.items():
                self.add(value, key)
        elif isinstance(told, list):
            for value in told:
                self.add(value, name)
        elif isinstance(told, str) and name not in SENTENCES:
            self.words |= set(WORDS.findall(told))

    def untranslated(self, texts: list[str]) -> set[str]:
        """Return what is neither translated nor a name."""
        found = set()
        for text in texts:
            rest = text
            while INSIDE.search(rest):
                rest = INSIDE.sub(" ", rest)
            if set(WORDS.findall(DATES.sub(" ", rest))) - self.words:
                found.add(text)
        return found


def settled(page: Page) -> None:
    expect(page.locator("main").locator("td, dd, code, h2").first).to_be_visible()
    page.wait_for_function("() => new Promise(done => setTimeout(() => done(true), 250))")


def addresses(server: Server) -> Iterator[str]:
    """Give the address of each view, of a thread and a call with much to show too."""
    rows = server.get("/api/threads?range=alltime&sort=tokens&limit=100").json()["rows"]
    thread = max(rows, key=lambda row: len(row["agents"]))["thread_id"]
    record = server.get("/api/calls?range=alltime&sort=tokens&limit=1").json()["rows"][0]["record_id"]
    yield from (f"view={view}&range=alltime" for view in VIEWS)
    yield from (f"view=diagnostics&range=alltime&section={section}" for section in SECTIONS)
    yield "view=overview&range=alltime&table=1&model=gpt-5.5&include_archived=false"
    yield "view=limits&table=1"
    yield f"view=threads&range=alltime&open={thread}"
    yield f"view=thread&id={thread}"
    yield f"view=calls&range=alltime&record={record}"
    yield f"view=call&record={record}&mode=full"


OPENED: tuple[Callable[[Page], Any], ...] = (
    lambda page: page.keyboard.press("Control+k"),
    lambda page: page.keyboard.press("?"),
    lambda page: page.keyboard.press("f"),
    lambda page: page.get_by_role("button", name="Last 30 days").click(),
)


def test_all_that_the_page_says_is_translated(shown: Server, visit: Visit) -> None:
    data = Data()
    page = visit(shown, "&lang=xx")
    page.on("response", data.hear)
    found: dict[str, set[str]] = {}
    for address in addresses(shown):
        page.goto(f"{shown.url}/?{address}")
        settled(page)
        found[address] = data.untranslated(page.evaluate(SAID))
    for number, act in enumerate(OPENED):
        page.goto(shown.url)
        settled(page)
        act(page)
        found[f"opened {number}"] = data.untranslated(page.evaluate(SAID))
    assert {address: told for address, told in found.items() if told} == {}


@pytest.mark.parametrize("language", ["ar", "de", "ja", "ru"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_language_is_too_wide_or_breaks_a_view(shown: Server, visit: Visit, language: str, width: int) -> None:
    page = visit(shown, f"&lang={language}", viewport={"width": width, "height": 900})
    wide = []
    for address in addresses(shown):
        page.goto(f"{shown.url}/?{address}")
        settled(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(address)
    assert wide == []


def test_arabic_is_read_from_right_to_left_and_time_from_left_to_right(shown: Server, visit: Visit) -> None:
    page = visit(shown, "&lang=ar&range=alltime")
    settled(page)
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    links = page.locator("header nav a")
    first, second = links.nth(0).bounding_box(), links.nth(1).bounding_box()
    assert first is not None
    assert second is not None
    assert first["x"] > second["x"]
    assert page.locator(".chart").first.evaluate("one => getComputedStyle(one).direction") == "ltr"


def test_a_language_is_remembered_and_leaves_the_address(shown: Server, visit: Visit) -> None:
    page = visit(shown, "&view=calls&lang=de-AT&range=alltime", locale="fr-FR")
    settled(page)
    assert page.evaluate("document.documentElement.lang") == "de"
    assert page.evaluate("location.search") == "?view=calls&range=alltime"
    for address, language in (("", "de"), ("?default_lang=ja", "de"), ("?lang=ja", "ja"), ("?lang=tlh", "ja")):
        page.goto(f"{shown.url}/{address}")
        expect(page.locator(f"html[dir][lang={language}]")).to_be_attached()


def test_without_a_choice_the_command_is_asked_and_then_the_browser(shown: Server, visit: Visit) -> None:
    for query, language in (("", "fr"), ("&default_lang=ko", "ko")):
        page = visit(shown, query, locale="fr-CA")
        settled(page)
        assert page.evaluate("document.documentElement.lang") == language


def test_another_language_is_chosen_under_settings(shown: Server, visit: Visit) -> None:
    page = visit(shown, "&view=settings")
    page.get_by_role("combobox", name="Language").select_option("es")
    expect(page.locator("html[lang=es]")).to_be_attached()
    assert page.evaluate("location.search") == "?view=settings"
