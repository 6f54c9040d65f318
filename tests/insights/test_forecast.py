"""Forecasts: what is said, what is not said, and how often it holds."""

import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.bursts import told_by_bursts
from bench.forecast import MINUTES, added, score, told_by
from codex_usage_tracker.insights.forecast import Forecast, burn, forecast, sentence, span_text
from codex_usage_tracker.insights.windows import Window, cut
from codex_usage_tracker.query.limits import Snapshot

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
FIVE = 5 * HOUR
WEEK = 7 * DAY
START = 1_795_000_000_000


def seen(hours: float, used: float, resets: float | None = 5, plan: str | None = None) -> Snapshot:
    resets_at = None if resets is None else START + round(resets * HOUR)
    return Snapshot(START + round(hours * HOUR), used, resets_at, plan)


def windows(*snapshots: Snapshot, length: int = FIVE) -> list[Window]:
    return cut(snapshots, length).windows


def every_day(days: int, a_day: float, plan: str | None = None, first: int = 0) -> list[Snapshot]:
    """Return weekly windows in which each day at noon to six as much is used as on any other."""
    found = []
    for day in range(first, first + days):
        week, weekday = divmod(day, 7)
        for hour in range(7):
            used = a_day * (weekday + hour / 6)
            found.append(seen(day * 24 + 12 + hour, used, (week + 1) * 168, plan))
    return found


def week_of(a_day: float, *, days: int = 38, plan: str | None = None) -> tuple[list[Window], int]:
    """Return windows of steady days, and an instant shortly after the last snapshot."""
    return windows(*every_day(days, a_day, plan), length=WEEK), START + (days - 1) * DAY + 18 * HOUR + MINUTE


def answer(found: list[Window], now: int) -> tuple[Forecast, str]:
    told = forecast(found, now)
    return told, sentence(told, found[-1], now)


def test_a_habit_that_leaves_much_is_safe() -> None:
    told, said = answer(*week_of(6))
    assert told.verdict == "safe"
    assert told.at_reset is not None
    assert told.at_reset.low <= 42 <= told.at_reset.high < 60
    assert (told.full_at, told.full_earliest_at, told.full_latest_at) == (None, None, None)
    assert said.startswith("Safe at this pace: ")
    assert said.endswith(" used at the reset in 4 d 5 h.")


def test_a_habit_that_uses_up_a_week_in_five_days_is_too_fast() -> None:
    found, now = week_of(20, days=37)
    told, said = answer(found, now)
    assert told.verdict == "over"
    assert told.full_earliest_at is not None
    assert told.full_at is not None
    assert now < told.full_earliest_at <= told.full_at < found[-1].ends_at
    assert said.startswith("Too fast: used up in about 3 d, 2 d ")


def test_what_may_or_may_not_suffice_is_tight() -> None:
    told, said = answer(*week_of(13.5))
    assert told.verdict == "tight"
    assert told.full_at is None
    assert told.full_earliest_at is not None
    assert said.startswith("It may get tight: likely 9")


def test_what_is_used_up_is_full() -> None:
    told, said = answer(windows(seen(1, 60), seen(2, 104.5)), START + 2 * HOUR)
    assert told.verdict == "full"
    assert told.at_reset == (104.5, 104.5, 104.5, 104.5)
    assert said == "Used up: nothing is left until the reset in 3 h."


def test_fractions_of_a_percent_widen_to_whole_ones() -> None:
    told, _ = answer(*week_of(6.13))
    assert told.at_reset is not None
    assert told.at_reset.high == int(told.at_reset.high)


@pytest.mark.parametrize(
    ("found", "hours", "reason"),
    [
        (windows(seen(1, 20)), 2, "too few earlier windows"),
        (windows(seen(0.1, 2), seen(0.2, 3)), 0.3, "too few earlier windows"),
        (windows(seen(1, 20)), 6, "reset since"),
        (windows(seen(1, 20, None)), 2, "do not tell when it resets"),
        (windows(seen(0.1, 2), seen(1, 20)), 4, "last seen 3 h ago"),
        (windows(seen(1, 20, 5), seen(1.5, 60, 6), seen(2, 25, 5)), 2, "two accounts"),
    ],
)
def test_where_too_little_is_known_nothing_is_claimed(found: list[Window], hours: float, reason: str) -> None:
    told, said = answer(found, START + round(hours * HOUR))
    assert (told.verdict, told.at_reset, told.full_at) == ("unknown", None, None)
    assert reason in told.reason
    assert said == f"No forecast: {told.reason}."


def test_what_would_be_used_up_at_this_very_pace_is_not_called_safe() -> None:
    """Whatever the habit: nobody ever went on for so long at night, but somebody is at it now."""
    habit = [seen(day * 24 + hour / 4, 2 * (hour + 1), day * 24 + 5) for day in range(30) for hour in range(3)]
    tonight = [seen(30 * 24 + hour / 4, 12 * (hour + 1), 30 * 24 + 5) for hour in range(4)]
    told = forecast(windows(*habit, *tonight), tonight[-1].at + MINUTE)
    assert told.verdict == "tight"
    assert told.full_earliest_at is not None


def test_a_first_window_is_forecast_from_its_own_pace_and_widely() -> None:
    told, _ = answer(windows(seen(0.5, 5), seen(1, 10), seen(2, 20)), START + 2 * HOUR)
    assert told.stretches == 0
    assert told.at_reset is not None
    assert told.at_reset.low == 20
    assert told.at_reset.expected == pytest.approx(50, abs=8)
    assert told.at_reset.high == 100


def test_windows_of_another_plan_teach_nothing() -> None:
    old, new = every_day(35, 14, "plus"), every_day(1, 2, "pro", first=35)
    now = new[-1].at + MINUTE
    told = forecast(windows(*old, *new, length=WEEK), now)
    assert told.stretches == 0
    assert forecast(windows(*old, *every_day(1, 2, "plus", first=35), length=WEEK), now).stretches > 0


def test_after_a_change_of_plan_within_the_window_the_past_teaches_nothing() -> None:
    habit = every_day(35, 14, "plus")
    resets = 6 * 168
    changed = [seen(35 * 24 + 12, 4, resets, "plus"), seen(35 * 24 + 13, 5, resets, "pro")]
    assert forecast(windows(*habit, *changed, length=WEEK), changed[-1].at + MINUTE).stretches == 0
    same = [one._replace(plan="plus") for one in changed]
    assert forecast(windows(*habit, *same, length=WEEK), same[-1].at + MINUTE).stretches > 0


def test_time_in_which_a_limit_was_not_in_force_teaches_nothing() -> None:
    before, after = every_day(35, 14), every_day(1, 2, first=35 + 70)
    assert forecast(windows(*before, *after, length=WEEK), after[-1].at + MINUTE).stretches == 0


def test_the_burn_rate_is_told_lately_and_over_the_window() -> None:
    rates = burn(windows(seen(1, 10), seen(2, 20), seen(3.75, 45))[-1], START + 4 * HOUR)
    assert rates is not None
    assert rates.recent_ms == 50 * MINUTE
    assert rates.recent == pytest.approx(25 / 50 * 60)
    assert rates.overall == pytest.approx(45 / 4)


def test_there_is_no_burn_rate_of_what_has_passed_or_just_begun() -> None:
    assert burn(windows(seen(1, 10))[-1], START + 6 * HOUR) is None
    assert burn(windows(seen(0, 10))[-1], START + MINUTE) is None


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (2 * DAY + 3 * HOUR, "2 d 3 h"),
        (5 * HOUR + 60_000, "5 h 1 min"),
        (DAY + MINUTE, "1 d"),
        (59_999, "0 min"),
        (-5, "0 min"),
    ],
)
def test_lengths_of_time(length: int, said: str) -> None:
    assert span_text(length) == said


@st.composite
def used_windows(draw: st.DrawFn) -> tuple[list[Window], int]:
    """Draw some weeks of five-hour windows, each used in its own way."""
    hours, found = 0.0, []
    for _ in range(draw(st.integers(1, 40))):
        hours += draw(st.sampled_from([5.0, 6.0, 24.0, 30.5]))
        rises = sorted(draw(st.lists(st.floats(0, 101), min_size=1, max_size=4)))
        found += [seen(hours + index + 0.1, used, hours + 5) for index, used in enumerate(rises)]
    return windows(*found), found[-1].at + draw(st.integers(0, 6 * HOUR))


@given(used_windows())
def test_a_forecast_never_contradicts_itself(drawn: tuple[list[Window], int]) -> None:
    found, now = drawn
    told = forecast(found, now)
    assert (told.at_reset is None) == (told.verdict == "unknown") == bool(told.reason)
    assert sentence(told, found[-1], now).endswith(".")
    if told.at_reset is None or told.verdict == "full":
        return
    low, expected, high, worst = told.at_reset
    assert found[-1].used <= low <= expected <= high <= worst <= 100
    instants = [at for at in (told.full_earliest_at, told.full_at, told.full_latest_at) if at is not None]
    assert instants == sorted(instants)
    assert all(now <= at <= found[-1].ends_at for at in instants)
    assert (told.verdict == "safe") == (told.full_earliest_at is None)
    assert (told.verdict == "over") == (told.full_at is not None)


@pytest.mark.slow
def test_the_stated_interval_holds_in_at_least_four_of_five_cases() -> None:
    steady = [told_by(seed, calls) for seed, calls in ((11, 2_000), (12, 2_000), (13, 6_000), (14, 6_000))]
    for histories, minutes in product((steady, [told_by_bursts(seed) for seed in (1, 2, 3)]), MINUTES):
        for working in (False, True):
            dice = random.Random(minutes)
            whole = added([score(one[minutes], minutes, dice, 60, working=working) for one in histories])
            assert whole.told > 100
            assert whole.coverage >= 0.8, (minutes, working, whole.coverage)
            assert whole.width < 65, (minutes, working, whole.width)
            came = whole.full.get("safe", [])
            assert sum(came) <= (0.02 if histories is steady else 0.15) * len(came), (
                "what is called safe hardly ever is used up"
            )
