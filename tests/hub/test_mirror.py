"""An account in memory answers as a tracker does."""

from codex_usage_tracker.hub.server import mirror
from codex_usage_tracker.reports import asks, registry

QUARTER_MS, DAY_MS = 900_000, 86_400_000
NOW = 20_000 * DAY_MS + 13 * 3_600_000
CALLS = (2, 300, 100, 50, 20, 10, 10**9, 0, 0)


def test_a_range_is_compared_with_the_time_before_it() -> None:
    rows = [(NOW - day * DAY_MS, "gpt-5.5", *CALLS) for day in (0, 1, 1, 2)]
    db = mirror.mirrored([(start - hour * QUARTER_MS, *rest) for hour, (start, *rest) in enumerate(rows)], 1, NOW)
    question = registry.QUESTIONS["compare"]
    ask = asks.read(question.ask, {"range": ["today"]})
    found = registry.answer(question, mirror.reader(db, NOW + 300_000), ask, mirror.SETTINGS)
    assert (found.totals.calls, found.before.calls, found.changes["calls"]) == (2, 4, "-0.5")
    assert (found.totals.usd, found.before.total_tokens) == ("0.001", 640)
