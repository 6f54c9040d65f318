"""The card of the Codex allowance."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from codex_usage_tracker.reports import allowance
from codex_usage_tracker.reports.windows import LEARNED_DAYS, current_windows
from tests.cli.history import NOW
from tests.cli.limited import WEEK, ago, limits, log, window
from tests.reports.conftest import Reads

IN_TWO_HOURS = NOW + timedelta(hours=2)
IN_TWO_DAYS = NOW + timedelta(days=2)


@pytest.mark.parametrize(
    ("percent", "verdict", "severity"), [(100, "full", "high"), (90, "over", "high"), (40, "tight", "medium")]
)
def test_a_limit_that_may_not_last_has_a_card_with_its_forecast(
    reads: Reads, home: Path, percent: float, verdict: str, severity: str
) -> None:
    log(home, *[(ago(hours=hours), limits(window(percent - hours, IN_TWO_HOURS))) for hours in (2, 1, 0)])
    reader = reads()
    (found,) = allowance.card(reader)
    (told,) = current_windows(reader, LEARNED_DAYS)
    assert told.forecast is not None
    assert (told.forecast.verdict, found.severity, found.action) == (verdict, severity, told.forecast.sentence)
    assert (found.window, found.stake, found.count, found.unit) == (told, None, 1, "limits")
    assert (found.link.view, found.link.filters) == ("limits", {})


@pytest.mark.parametrize(("percent", "resets"), [(3, IN_TWO_HOURS), (100, ago(minutes=5)), (100, None)])
def test_a_limit_that_lasts_or_is_not_known_has_none(
    reads: Reads, home: Path, percent: float, resets: datetime | None
) -> None:
    log(home, *[(ago(hours=hours), limits(window(percent, resets))) for hours in (2, 1)])
    assert allowance.card(reads()) == []


def test_of_several_limits_the_one_that_presses_most_is_told_of(reads: Reads, home: Path) -> None:
    weekly = window(100, IN_TWO_DAYS, WEEK)
    log(home, *[(ago(hours=hours), limits(window(90 - hours, IN_TWO_HOURS), weekly)) for hours in (2, 1, 0)])
    (found,) = allowance.card(reads())
    assert found.window is not None
    assert (found.window.window_minutes, found.severity, found.count) == (10_080, "high", 2)


def test_without_limits_there_is_no_card(reads: Reads, home: Path) -> None:
    log(home, (ago(hours=1), None))
    assert allowance.card(reads()) == []
