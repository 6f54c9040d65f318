"""The page of the files of settings: each of its examples is one."""

import re
from pathlib import Path
from typing import Any

import pytest

from codex_usage_tracker.config.allowance import Allowance
from codex_usage_tracker.config.budgets import Budgets
from codex_usage_tracker.config.general import General
from codex_usage_tracker.config.projects import Projects
from codex_usage_tracker.config.reading import read
from codex_usage_tracker.config.thresholds import Thresholds
from codex_usage_tracker.pricing.card import Card

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "settings.md"
EXAMPLES: list[tuple[str, str]] = re.findall(
    r"```json ([a-z-]+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL
)
KINDS: dict[str, type[Any]] = {
    "pricing": Card,
    "rate-card": Card,
    "allowance": Allowance,
    "thresholds": Thresholds,
    "projects": Projects,
    "budgets": Budgets,
    "general": General,
}


def test_every_file_has_an_example() -> None:
    assert [name for name, _ in EXAMPLES] == list(KINDS)


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_an_example_is_understood_in_all_its_parts(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / f"{name}.json"
    path.write_text(text, encoding="utf-8")
    found = read(str(path), KINDS[name])
    assert found.warnings == []
    assert found.value != KINDS[name]()
