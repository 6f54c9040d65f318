"""Answers are cut to a size, say so, and keep what is no list as it is."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from codex_usage_tracker.mcp.budget import WITHIN_ROWS, AnswerTooLargeError, fit

NAMES = st.sampled_from(["rows", "calls", "turns", "scope", "agents", "buckets", "series", "text", "row_count"])
PLAIN = st.one_of(st.integers(), st.text(max_size=80), st.none(), st.booleans())
ROWS = st.recursive(
    st.dictionaries(NAMES, PLAIN, max_size=4),
    lambda inner: st.dictionaries(NAMES, st.one_of(PLAIN, inner, st.lists(inner, max_size=12)), max_size=4),
    max_leaves=40,
)


def page(count: int, **more: Any) -> dict[str, Any]:
    rows = [{"record_id": f"{number:04}", "text": "x" * 100} for number in range(count)]
    flags = {"row_count": count, "has_more": False, "next_offset": None, "offset": 5}
    return {"rows": rows, "totals": {"calls": 10**6}} | flags | more


def test_what_fits_stays_as_it_is() -> None:
    assert fit(page(3), 20_000) == page(3)


def test_a_page_that_is_cut_says_where_the_next_one_begins() -> None:
    found = fit(page(500), 5_000)
    shown = len(found["rows"])
    assert found["rows"] == page(shown)["rows"]
    assert (found["row_count"], found["has_more"], found["next_offset"]) == (shown, True, 5 + shown)
    assert (found["shortened"], found["totals"]) == ({"rows": {"shown": shown, "of": 500}}, {"calls": 10**6})
    assert 25 < shown < 40


def test_lists_within_rows_are_cut_before_rows_are() -> None:
    rows = [{"agents": [{"name": "a" * 20}] * many} for many in (30, 2, 9)]
    found = fit({"rows": rows}, 900)
    assert [len(row["agents"]) for row in found["rows"]] == [WITHIN_ROWS, 2, WITHIN_ROWS]
    assert found["shortened"] == {"rows[].agents": {"shown": WITHIN_ROWS, "of": 30}}


def test_the_latest_lines_of_a_log_are_kept_and_the_older_ones_can_be_asked_for() -> None:
    lines = [{"line_number": number, "text": "y" * 200} for number in range(10, 60)]
    found = fit({"entries": lines, "before": 10}, 4_000)
    assert found["entries"] == lines[-len(found["entries"]) :]
    assert found["before"] == found["entries"][0]["line_number"]


def test_a_picture_is_never_cut_in_part() -> None:
    series = {"buckets": [{"label": "day"}] * 900, "series": [{"values": [1] * 900}]}
    with pytest.raises(AnswerTooLargeError) as caught:
        fit(series, 3_000)
    assert "max_bytes" in caught.value.hint


@given(ROWS, st.integers(500, 3_000))
def test_no_answer_is_larger_than_it_may_be_and_all_that_is_shown_was_there(answer: dict[str, Any], most: int) -> None:
    before = copy.deepcopy(answer)
    try:
        found = fit(answer, most)
    except AnswerTooLargeError:
        assert len(json.encode(before)) > most
        return
    assert len(json.encode(found)) <= most
    assert is_part_of({name: value for name, value in found.items() if name != "shortened"}, before)
    assert ("shortened" in found) == (len(json.encode(before)) > most)


def is_part_of(found: Any, told: Any) -> bool:
    if isinstance(found, dict):
        changed = {"row_count"}
        return found.keys() == told.keys() and all(
            name in changed or is_part_of(one, told[name]) for name, one in found.items()
        )
    if isinstance(found, list):
        return len(found) <= len(told) and all(map(is_part_of, found, told))
    return bool(found == told)
