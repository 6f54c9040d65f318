"""Windows cut from snapshots: what belongs together, what is stale, what is not to be claimed."""

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from codex_usage_tracker.insights.windows import JITTER_MS, Cut, Window, current, cut
from codex_usage_tracker.query.limits import Limit, Snapshot

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
FIVE = 5 * HOUR
WEEK = 7 * DAY
START = 1_795_000_000_000
"""A window begins."""


def seen(hours: float, used: float, resets: float | None = 5, plan: str | None = None) -> Snapshot:
    """Return a snapshot so many hours after the start, with a reset so many hours after it."""
    resets_at = None if resets is None else START + round(resets * HOUR)
    return Snapshot(START + round(hours * HOUR), used, resets_at, plan)


def five(*snapshots: Snapshot) -> Cut:
    return cut(snapshots, FIVE)


def useds(found: Cut) -> list[float]:
    return [window.used for window in found.windows]


def test_snapshots_of_one_reset_are_one_window() -> None:
    [window] = five(seen(1, 10), seen(2, 20), seen(3, 20), seen(4, 33.5)).windows
    assert (window.starts_at, window.resets_at) == (START, START + FIVE)
    assert (window.first_seen_at, window.last_seen_at) == (START + HOUR, START + 4 * HOUR)
    assert (window.used, window.seen, len(window.points), window.even) == (33.5, 4, 3, True)


def test_a_reset_that_jitters_is_the_same() -> None:
    found = five(*(seen(1 + step / 60, 10 + step, 5 + step % 2 / 60) for step in range(50)))
    assert useds(found) == [59]
    assert found.windows[0].even


def test_a_restated_state_does_not_lower_the_use() -> None:
    found = five(seen(1, 40), seen(2, 50), seen(2.1, 40), seen(2.2, 45), seen(3, 51))
    assert useds(found) == [51]
    assert [one.used for one in found.stale] == [40, 45]


def test_a_reset_that_had_passed_says_nothing() -> None:
    found = five(seen(6, 80, 5))
    assert found == ([], [seen(6, 80, 5)])


def test_a_former_window_told_again_is_stale() -> None:
    found = five(seen(1, 80), seen(5.2, 1, 10), seen(5.3, 80, 5), seen(6, 2, 10))
    assert useds(found) == [80, 2]
    assert len(found.stale) == 1


def test_each_reset_begins_a_window() -> None:
    found = five(seen(1, 80), seen(5.5, 3, 10), seen(6, 4, 10), seen(11, 0, 15.5))
    assert useds(found) == [80, 4, 0]
    assert not any(window.reset_early or window.reset_moved for window in found.windows)


def test_a_reset_that_moves_while_use_goes_on() -> None:
    [window] = five(seen(1, 20), seen(2, 30, 6), seen(2.1, 20, 5), seen(3, 31, 6)).windows
    assert window.reset_moved
    assert (window.used, window.resets_at, window.contested) == (31, START + 6 * HOUR, False)


def test_an_early_reset_by_the_vendor() -> None:
    found = five(seen(1, 90), seen(2, 1, 7), seen(2.1, 90, 5), seen(3, 5, 7))
    assert [(window.used, window.reset_early) for window in found.windows] == [(90, True), (5, False)]
    assert found.windows[1].starts_at == START + 2 * HOUR
    assert not found.windows[0].contested


def test_use_that_is_set_back_without_another_reset_is_believed_when_it_stays() -> None:
    found = five(seen(1, 90), seen(2, 10), seen(2.2, 12), seen(2.4, 13))
    assert [(window.used, window.cut_within) for window in found.windows] == [(90, False), (13, True)]
    assert found.windows[0].reset_early
    assert found.windows[1].starts_at == START + 2 * HOUR


def test_an_idle_window_that_rolls_is_one() -> None:
    found = five(*(seen(hour / 4, 0, hour / 4 + 5) for hour in range(40)))
    assert useds(found) == [0]
    assert not found.windows[0].reset_moved


def test_the_first_use_ends_an_idle_window() -> None:
    found = five(seen(0, 0, 5), seen(1, 0, 6), seen(2, 1, 7), seen(2.1, 0, 6), seen(3, 9, 7))
    assert [(window.used, window.reset_early) for window in found.windows] == [(0, False), (9, False)]
    assert found.windows[1].starts_at == START + 2 * HOUR


def test_two_that_use_one_limit_in_turn_are_noticed() -> None:
    """Old clients do not tell the account: then two accounts look like one limit with two resets."""
    found = five(seen(1, 20, 5), seen(1.5, 60, 6), seen(2, 25, 5))
    assert found.windows[-1].contested


def test_a_plan_that_changes_within_a_window() -> None:
    [window] = five(seen(1, 20, plan="plus"), seen(2, 21), seen(3, 30, plan="pro")).windows
    assert (window.plans, window.plan_changed, window.even) == (["plus", "pro"], True, False)


def test_an_unknown_plan_is_that_of_the_window_before() -> None:
    found = five(seen(1, 20, plan="plus"), seen(6, 1, 10))
    assert found.windows[1].plan == "plus"


def test_without_resets_a_window_ends_where_use_drops_or_its_length_is_over() -> None:
    found = five(seen(0, 10, None), seen(1, 30, None), seen(2, 5, None), seen(8, 6, None))
    assert useds(found) == [30, 5, 6]
    assert [window.resets_at for window in found.windows] == [None] * 3


def test_a_reset_told_late_belongs_to_the_window() -> None:
    [window] = five(seen(1, 10, None), seen(2, 20), seen(3, 30, None)).windows
    assert (window.resets_at, window.used) == (START + FIVE, 30)


def test_a_clock_that_is_behind_does_not_make_a_window_begin_after_its_first_snapshot() -> None:
    [window] = five(seen(-1, 10)).windows
    assert window.starts_at == window.first_seen_at == START - HOUR


def test_more_than_everything_may_be_used() -> None:
    assert useds(five(seen(1, 99), seen(2, 104.5))) == [104.5]


FIVE_HOURS, WEEKLY = Limit("a", "codex", 300), Limit("a", "codex", 10_080)


def now_of(five_hours: Iterable[Snapshot], weekly: Iterable[Snapshot], hours: float) -> list[Limit]:
    found: dict[Limit, list[Window]] = {
        FIVE_HOURS: cut(five_hours, FIVE).windows,
        WEEKLY: cut(weekly, WEEK).windows,
    }
    return [limit for limit, _ in current(found, START + round(hours * HOUR))]


def test_a_window_that_was_left_out_since_its_reset_has_vanished() -> None:
    weekly = [seen(1, 10, 100), seen(8, 12, 100)]
    assert now_of([seen(1, 40)], weekly, 9) == [WEEKLY]
    assert now_of([seen(1, 40)], weekly[:1], 9) == [FIVE_HOURS, WEEKLY]


def test_a_weekly_window_that_is_told_no_more_has_vanished() -> None:
    assert now_of([seen(120, 40, 124)], [seen(1, 10, 100)], 121) == [FIVE_HOURS]


def test_a_limit_that_was_last_seen_long_before_the_others_is_no_more() -> None:
    spark = Limit("a", "codex_bengalfox", 300)
    found = {spark: five(seen(1, 40)).windows, WEEKLY: cut([seen(500, 1, 600)], WEEK).windows}
    assert [limit for limit, _ in current(found, START + 501 * HOUR)] == [WEEKLY]


def test_nothing_is_current_where_nothing_was_seen() -> None:
    assert current({}, START) == []
    assert current({WEEKLY: []}, START) == []


@st.composite
def histories(draw: st.DrawFn) -> list[Snapshot]:
    """Draw snapshots in order of time, most of them of a few resets, used as whole or fractional percents."""
    resets = draw(st.lists(st.integers(0, 40), min_size=1, max_size=4))
    steps = draw(st.lists(st.tuples(st.integers(0, 90), st.sampled_from([*resets, None])), max_size=40))
    percents = st.one_of(st.integers(0, 100).map(float), st.floats(0, 130))
    at, found = START, []
    for minutes, reset in steps:
        at += minutes * MINUTE
        jitter = draw(st.integers(-60_000, 60_000))
        resets_at = None if reset is None else START + reset * HOUR + jitter
        found.append(Snapshot(at, draw(percents), resets_at, draw(st.sampled_from([None, "plus", "pro"]))))
    return found


@given(histories())
def test_windows_part_the_snapshots_that_are_not_stale(snapshots: list[Snapshot]) -> None:
    found = five(*snapshots)
    assert sum(window.seen for window in found.windows) + len(found.stale) == len(snapshots)


@given(histories())
def test_used_never_falls_within_a_window_and_windows_follow_each_other(snapshots: list[Snapshot]) -> None:
    for window in (found := five(*snapshots).windows):
        percents = [point.used for point in window.points]
        assert percents == sorted(set(percents))
        assert window.starts_at <= window.first_seen_at <= window.last_seen_at
        assert window.resets_at is None or window.last_seen_at < window.resets_at + JITTER_MS
    for one, other in pairwise(found):
        assert one.first_seen_at <= other.first_seen_at
        assert one.over_at <= max(other.starts_at, one.starts_at)
