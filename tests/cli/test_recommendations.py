"""`recommendations`."""

from decimal import Decimal

import pytest

from tests.cli import goldens, history
from tests.cli.conftest import Run


def test_the_tables(ask: Run) -> None:
    goldens.check("recommendations.txt", ask("recommendations", "--limit", "4").out)


def test_the_wide_tables(ask: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    goldens.check("recommendations-160.txt", ask("recommendations").out)


def test_json(ask: Run) -> None:
    goldens.check("recommendations.json", ask("recommendations", "--limit", "1", "--json").out)


def test_the_most_at_stake_comes_first_and_a_score_is_the_sum_of_its_findings(ask: Run) -> None:
    found = ask("recommendations", "--json").json
    for rows in (found["rows"], found["threads"]):
        scores = [Decimal(row["score"] or 0) for row in rows]
        assert scores == sorted(scores, reverse=True)
        for row in rows:
            assert Decimal(row["score"] or 0) == sum(Decimal(one["stake"] or 0) for one in row["findings"])
            assert Decimal(row["score"] or 0) <= Decimal(row["usd"] or 0)
            assert row["action"] == row["findings"][0]["action"]
    assert sum(Decimal(row["score"] or 0) for row in found["rows"]) == sum(
        Decimal(row["score"] or 0) for row in found["threads"]
    )


def test_filters_leave_less(ask: Run) -> None:
    whole = ask("recommendations", "--json").json
    for options in (
        ["--since", "2026-11-21"],
        ["--thread", history.PARSER],
        ["--model", "gpt-5.1-codex"],
        ["--active-only"],
        ["--min-score", "0.5"],
        ["--finding", "low-cache"],
    ):
        found = ask("recommendations", *options, "--json").json
        of = [row for row in whole["rows"] if row["record_id"] in {one["record_id"] for one in found["rows"]}]
        assert 0 < len(found["rows"]) < len(whole["rows"]), options
        assert [row["score"] for row in found["rows"]] == [row["score"] for row in of]
        assert found["total_matched_rows"] == len(found["rows"])


def test_truncation_is_told(ask: Run) -> None:
    found = ask("recommendations", "--limit", "2", "--json").json
    assert (found["row_count"], found["truncated"]) == (2, True)
    assert found["total_matched_rows"] > 2
    assert "first 2, --limit 0 gives all" in ask("recommendations", "--limit", "2").out


def test_nothing_that_needs_attention_is_said(ask: Run) -> None:
    assert "Nothing needs attention." in ask("recommendations", "--min-score", "1000").out


def test_what_is_no_amount_and_no_rule_is_told(ask: Run) -> None:
    assert ask("recommendations", "--min-score", "much").code == 2
    assert ask("recommendations", "--finding", "laziness").code == 2


def test_calls_can_be_chosen_by_what_was_found_in_them(ask: Run) -> None:
    rows = ask("query", "--finding", "low-cache", "--json").json["rows"]
    told = ask("recommendations", "--limit", "0", "--json").json["rows"]
    flagged = {row["record_id"] for row in told if "low-cache" in {one["key"] for one in row["findings"]}}
    assert {row["record_id"] for row in rows} == flagged
    assert ask("summary", "--finding", "low-cache", "--json").json["totals"]["calls"] == len(flagged)
