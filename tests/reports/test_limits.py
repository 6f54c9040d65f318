"""What is told of windows does not depend on how far back they were read, and how use rose is told."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from codex_usage_tracker.query import limits as query
from codex_usage_tracker.query.limits import CODEX, SPARK, Span
from codex_usage_tracker.reports.blocks import blocks
from codex_usage_tracker.reports.limits import limits
from tests.cli.history import NOW, NOW_MS
from tests.cli.limited import FIVE_HOURS, WEEK, ago, log, steady_weeks, window
from tests.cli.limited import limits as told
from tests.reports.conftest import Reads

DAY_MS = 86_400_000


@pytest.mark.parametrize("count", [1, 3, 60])
def test_the_latest_windows_are_those_of_the_whole_history(home: Path, reads: Reads, count: int) -> None:
    log(home, *steady_weeks(18))
    reader = reads()
    whole, some = limits(reader, history=0).history, limits(reader, history=count).history
    for minutes in (300, 10080):
        assert [one for one in whole if one.window_minutes == minutes][:count] == [
            one for one in some if one.window_minutes == minutes
        ]


def test_a_limit_that_was_not_seen_for_long_still_has_its_history(home: Path, reads: Reads) -> None:
    log(home, *steady_weeks(2))
    long_ago = ago(days=200)
    old = window(30, long_ago + FIVE_HOURS)
    log(home, (long_ago, told(old, limit_id=SPARK)), thread="01999999-0000-7000-8000-00000000a001")
    [found] = [one for one in limits(reads(), history=2).history if one.limit_id == SPARK]
    assert found.used_percent == 30
    assert not [one for one in limits(reads()).windows if one.limit_id == SPARK]


@pytest.mark.parametrize("count", [1, 20, 100])
def test_the_latest_blocks_are_those_of_the_whole_history(home: Path, reads: Reads, count: int) -> None:
    log(home, *steady_weeks(18))
    reader = reads()
    whole, some = blocks(reader), blocks(reader, limit=count)
    assert some.rows == whole.rows[:count]
    assert some.truncated == (count < whole.row_count)
    since = NOW_MS - 20 * DAY_MS
    assert blocks(reader, since=since).rows == [one for one in whole.rows if one.ends_at > since]
    assert blocks(reader, active=True).rows == [one for one in whole.rows if one.active]


def test_a_course_rises_from_the_first_sight_to_the_last(home: Path, reads: Reads) -> None:
    resets = NOW + timedelta(hours=1)
    percents = [0.25 * step for step in range(1, 241)]
    turns = [(ago(minutes=240 - step), told(window(used, resets))) for step, used in enumerate(percents)]
    log(home, *turns)
    [found] = limits(reads()).windows
    seen = [(point.at, point.used_percent) for point in found.course]
    assert len(seen) == 200
    assert seen[-1][1] == percents[-1] == found.used_percent
    assert seen[0][1] == percents[0]
    assert all(one < after for one, after in pairwise(seen))


def test_an_earlier_window_tells_its_course_when_asked(home: Path, reads: Reads) -> None:
    log(home, *steady_weeks(3))
    reader = reads()
    earlier = next(one for one in limits(reader, history=4).history if one.window_minutes == 10080)
    assert earlier.course == []
    asked = limits(reader, history=4, course_at=earlier.starts_at).history
    courses = {one.starts_at: one.course for one in asked if one.window_minutes == 10080 and one.course}
    assert list(courses) == [earlier.starts_at]
    assert courses[earlier.starts_at][-1].used_percent == earlier.used_percent


def test_windows_within_windows_are_summed_alike(home: Path, reads: Reads) -> None:
    log(home, *steady_weeks(2))
    log(home, (ago(hours=30), None), thread="01999999-0000-7000-8000-00000000a002", model="gpt-5.3-codex-spark")
    reader = reads()
    edges = [NOW_MS - hours * 3_600_000 - hours * 777 for hours in (400, 170, 31, 29, 5, 0)]
    spans = [
        Span(since, until, limit, account)
        for since in edges
        for until in edges
        if since <= until
        for limit in (None, CODEX, SPARK)
        for account in (None, "")
    ]
    alone = [query.used(reader.db, [one])[0] for one in spans]
    assert query.used(reader.db, spans) == alone
    whole, usual, spark = (query.used(reader.db, [Span(edges[0], edges[-1], one)])[0] for one in (None, CODEX, SPARK))
    assert whole
    assert whole == tuple(map(sum, zip(usual or (), spark or (), strict=True)))
    assert (spark or (0,))[0] == 1
    assert query.used(reader.db, [Span(0, NOW_MS, "codex_other"), Span(5, 5)]) == [None, (0,) * len(whole)]


def test_a_week_lasts_a_week(home: Path, reads: Reads) -> None:
    log(home, *steady_weeks(2))
    [found] = [one for one in limits(reads()).windows if one.window_minutes == 10080]
    assert found.ends_at - found.starts_at == WEEK / timedelta(milliseconds=1)
