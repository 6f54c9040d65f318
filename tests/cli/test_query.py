"""`query` and `expensive`."""

import pytest

from tests.cli import goldens
from tests.cli.conftest import Run


def test_the_table(ask: Run) -> None:
    goldens.check("query.txt", ask("query", "--limit", "6").out)


def test_the_wide_table(ask: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    goldens.check("query-160.txt", ask("query", "--limit", "6").out)


def test_json(ask: Run) -> None:
    goldens.check("query.json", ask("query", "--limit", "2", "--json").out)


def test_pages(ask: Run) -> None:
    whole = [row["record_id"] for row in ask("query", "--limit", "0", "--json").json["rows"]]
    pages = [ask("query", "--limit", "5", "--offset", str(offset), "--json").json for offset in (0, 5, 10)]
    assert [row["record_id"] for page in pages for row in page["rows"]] == whole
    assert [page["has_more"] for page in pages] == [True, True, False]
    assert "calls 6 to 10 of 12" in ask("query", "--limit", "5", "--offset", "5").out


def test_sorting(ask: Run) -> None:
    totals = [row["total_tokens"] for row in ask("query", "--sort", "tokens", "--ascending", "--json").json["rows"]]
    assert totals == sorted(totals)
    assert ask("query", "--sort", "colour").code == 2


def test_nothing_matches(ask: Run) -> None:
    assert ask("query", "--model", "none").out.startswith("No calls match.\n")


def test_expensive_says_what_it_measures_by(ask: Run) -> None:
    goldens.check("expensive.txt", ask("expensive", "--limit", "3").out)
    answer = ask("expensive", "--limit", "3", "--preset", "last-7-days", "--json").json
    assert answer["schema"] == "codex-usage-tracker-expensive-v1"
    assert [row["total_tokens"] for row in answer["rows"]] == [9_120_000, 180_800, 194_000]
