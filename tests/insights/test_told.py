"""What insights say in English, the page can say in other languages."""

import re
from pathlib import Path

import pytest

from codex_usage_tracker.insights.claims import Rule
from codex_usage_tracker.insights.rules import RULES
from codex_usage_tracker.reports.insights import PRESETS

SOURCES = Path(__file__).parents[2] / "frontend/src"
TEXTS = "".join((SOURCES / name).read_text(encoding="utf-8") for name in ("told.ts", "words.ts"))
SENTENCES = [re.compile(one) for one in re.findall(r"^ *\[?/(\^.+\$)/,", TEXTS, re.MULTILINE)]


def is_known(text: str) -> bool:
    return f't("{text}")' in TEXTS or any(one.match(text) for one in SENTENCES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.key)
def test_the_page_knows_what_a_rule_says(rule: Rule) -> None:
    said = [rule.title, rule.action, rule.why(1234, 7_200_000)]
    assert [text for text in said if not is_known(text)] == []


def test_the_page_knows_what_ready_views_are_called() -> None:
    assert [text for _, *said in PRESETS for text in said if not is_known(text)] == []


def test_what_is_not_known_is_noticed() -> None:
    assert not is_known("Sunny intervals")
