"""What became of the cache between two calls."""

import pytest

from codex_usage_tracker.insights import cache
from codex_usage_tracker.insights.cache import diagnosis
from codex_usage_tracker.insights.thread import Call
from tests.insights.calls import BOUNDS, MINUTE, call

BEFORE = call(100_000, 99_000, at=MINUTE)
SOON, LATER = 2 * MINUTE, 90 * MINUTE
CASES = [
    (None, call(), cache.FIRST),
    (call(100_000, 91_000), call(101_000, 85_000, at=SOON), cache.REUSE),
    (BEFORE, call(101_000, 84_999, at=SOON), cache.PARTIAL),
    (BEFORE, call(101_000, 50_000, at=SOON), cache.PARTIAL),
    (BEFORE, call(101_000, 49_999, at=SOON), cache.BREAK),
    (BEFORE, call(101_000, 49_999, at=6 * MINUTE), cache.COLD),
    (BEFORE, call(101_000, 49_999, at=6 * MINUTE, duration_ms=1), cache.BREAK),
    (BEFORE, call(101_000, 0, at=LATER, model="n"), cache.SWITCH),
    (BEFORE, call(101_000, 99_000, at=LATER, model="n"), cache.REUSE),
    (BEFORE, call(109_999, 100_000, at=SOON), cache.REUSE),
    (BEFORE, call(110_000, 100_000, at=SOON), cache.SPIKE),
    (call(100_000, 94_000), call(112_000, 100_000, at=SOON), cache.REUSE),
    (call(1_000, 0), call(1_100, 0, at=SOON), cache.REUSE),
    (BEFORE._replace(kind="compaction"), call(20_000, 0, at=SOON), cache.COMPACTED),
    (BEFORE._replace(compacted=1), call(20_000, 0, at=SOON), cache.COMPACTED),
    (BEFORE, call(20_000, 0, at=LATER, reason="post_compaction"), cache.COMPACTED),
    (BEFORE._replace(basis="gap"), call(20_000, 0, at=SOON), cache.UNKNOWN),
]


@pytest.mark.parametrize(("before", "now", "state"), CASES)
def test_a_call_is_diagnosed_against_the_one_before_it(before: Call | None, now: Call, state: str) -> None:
    assert diagnosis(now, before, BOUNDS).state == state


def test_a_diagnosis_tells_what_was_lost_and_how_long_nothing_was_asked() -> None:
    found = diagnosis(call(90_000, 10_000, at=LATER, duration_ms=MINUTE), BEFORE, BOUNDS)
    assert found == (cache.COLD, 80_000, LATER - 2 * MINUTE)
