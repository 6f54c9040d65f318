"""The setting that says when weekly limits reset."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.insights.weekly import VARIABLE, weekly_reset
from codex_usage_tracker.query import zones

ZONE = ZoneInfo("Europe/Stockholm")


def instant(text: str) -> int:
    return zones.milliseconds(datetime.fromisoformat(text).replace(tzinfo=ZONE))


@pytest.mark.parametrize("text", ["thu 09:15", "Thursday 9:15", " thurs 09:15 "])
def test_the_next_reset_is_in_local_time(text: str) -> None:
    reset = weekly_reset(text)
    assert reset is not None
    assert reset.after(instant("2026-11-19T09:14"), ZONE) == instant("2026-11-19T09:15")
    assert reset.after(instant("2026-11-19T09:15"), ZONE) == instant("2026-11-26T09:15")
    assert reset.after(instant("2026-10-23T12:00"), ZONE) == instant("2026-10-29T09:15"), "the clocks change between"


@pytest.mark.parametrize("text", [None, "", "  "])
def test_nothing_is_set(text: str | None) -> None:
    assert weekly_reset(text) is None


@pytest.mark.parametrize(
    "text", ["09:15", "thu", "thu 24:00", "thu 9", "xyz 09:15", "th 09:15", "thu 09:15 pm", "thu \u0660\u0669:15"]
)
def test_what_cannot_be_read_is_told_with_the_name_of_the_setting(text: str) -> None:
    with pytest.raises(InvalidValueError, match=VARIABLE) as caught:
        weekly_reset(text)
    assert VARIABLE in caught.value.hint
