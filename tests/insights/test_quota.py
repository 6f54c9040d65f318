"""What a percent of a limit is worth."""

from codex_usage_tracker.insights.quota import Spent, Stretch, quota, stretch
from codex_usage_tracker.insights.windows import Window, cut
from codex_usage_tracker.query.limits import Snapshot

HOUR = 3_600_000
START = 1_795_000_000_000
WEEK = 168 * HOUR


def window(*used: float, plans: tuple[str | None, ...] = (), moved: bool = False) -> Window:
    """Return a weekly window in which each of these percents was seen an hour after the other."""
    named = [*plans, *[None] * len(used)]
    snapshots = [
        Snapshot(START + index * HOUR, one, START + WEEK + HOUR * (moved and index > 0), named[index])
        for index, one in enumerate(used)
    ]
    [found] = cut(snapshots, WEEK).windows
    return found


def spent(credits_: int, tokens: int = 1_000, *, covered: int = 1_000) -> Spent:
    return Spent(tokens, credits_ * 2, tokens, credits_, covered)


def test_a_stretch_runs_from_the_first_snapshot_to_the_last_rise() -> None:
    assert stretch(window(3, 8, 20.5, 20.5)) == Stretch(START + 1, START + 2 * HOUR + 1, 17.5)


def test_what_is_used_up_is_measured_no_further() -> None:
    assert stretch(window(10, 60, 100)) == Stretch(START + 1, START + HOUR + 1, 50)


def test_too_little_use_gives_no_stretch() -> None:
    assert stretch(window(10, 14.9)) is None
    assert stretch(window(40)) is None
    assert stretch(window(96, 100)) is None


def test_percents_that_cannot_be_compared_give_no_stretch() -> None:
    assert stretch(window(10, 50, plans=("plus", "pro"))) is None
    assert stretch(window(10, 50, moved=True)) is None


def test_a_percent_is_worth_the_median_of_the_windows() -> None:
    part = Stretch(0, 1, 10.0)
    found = quota([(part, spent(amount)) for amount in (100, 500, 200, 300, 10_000)])
    assert found.credits == (5, 10, 20, 30, 50, 1_000)
    assert found.usd is not None
    assert found.usd.median == 60
    assert found.tokens == (5, 100, 100, 100, 100, 100)


def test_only_the_latest_windows_count() -> None:
    found = quota([(Stretch(0, 1, 10.0), spent(100))] * 8 + [(Stretch(0, 1, 10.0), spent(9_000))])
    assert found.credits == (8, 10, 10, 10, 10, 10)


def test_calls_without_a_rate_make_it_unknown_not_small() -> None:
    part = Stretch(0, 1, 10.0)
    assert quota([(part, spent(100, covered=949))]).credits is None
    assert quota([(part, spent(100, covered=950))]).credits is not None
    assert quota([(part, spent(0, tokens=0, covered=0))]) == (None, None, None)
    assert quota([]) == (None, None, None)


def test_units_are_rounded_and_exact() -> None:
    found = quota([(Stretch(0, 1, 7.5), spent(10**18 + 1))])
    assert found.credits is not None
    assert found.credits.median == (10**18 + 1) * 2 // 15
