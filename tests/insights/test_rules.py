"""What each rule finds: not just below its threshold, but at it and above."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_usage_tracker.insights.judging import findings_of
from codex_usage_tracker.insights.rules import MODULES, ORDER, RULES
from codex_usage_tracker.insights.thread import Call, Rate, Thread
from codex_usage_tracker.store.findings import KEYS
from tests.insights.calls import BOUNDS, MINUTE, RATE, WINDOW, call, found, thread

USD = 10**12
ROOM = [call() for _ in range(3)]
WARM = call(100_000, 99_000)


def full(share_ppm: int) -> Call:
    """A call whose window is used to a share."""
    return call(WINDOW * share_ppm // 10**6 - 500)


def fails(**other: int) -> Call:
    return call(failed=1, **other)


def retries(count: int) -> list[Call]:
    return [fails() for _ in range(count)]


def resumed(lost: int, minutes: float = 60, **other: Any) -> list[Call]:
    """A call that lost so many tokens of what was cached an hour before."""
    return [WARM, call(100_000, 100_000 - lost, at=int((1 + minutes) * MINUTE), **other)]


def bloated(tokens: int, new: int) -> list[Call]:
    """A call of which so many new tokens come from tools."""
    return [call(20_000, 19_900, answer_tokens=tokens), call(20_000 + new, 19_900)]


def carried(calls: int) -> list[Call]:
    """A turn that begins with an elevated context; each call carries 130,000 of a fresh thread's 30,000 tokens."""
    return [call(160_000, 159_000, turn=1), *(call(160_000, 159_000, turn=2) for _ in range(calls))]


CASES: dict[str, tuple[list[Call], list[list[Call]]]] = {
    "high-cost": ([call(usd=USD - 1)], [[call(usd=USD)], [call(usd=3 * USD)]]),
    "context-bloat": ([full(599_999)], [[full(600_000)], [full(990_000)]]),
    "elevated-context": ([full(499_999)], [[full(500_000)], [full(599_000)]]),
    "low-cache": ([call(50_000, 15_000)], [[call(50_000, 14_999)], [call(10_000, 0)]]),
    "reasoning-spike": ([call(output=1000, reasoning=749)], [[call(output=1000, reasoning=750)]]),
    "low-output": ([call(19_900, output=99)], [[call(19_900, output=100)], [call(60_000, output=1)]]),
    "large-thread": ([call(199_499)], [[call(199_500)], [call(400_000)]]),
    "retry-loop": (retries(2), [retries(3), [fails(), call(), fails(), call(), fails()]]),
    "cold-resume": (resumed(59_999, 4.9), [resumed(60_000, 5), resumed(100_000)]),
    "cache-break": (resumed(60_000, 5), [resumed(60_000, 4.9), resumed(100_000, 1)]),
    "model-switch": (resumed(40_000, model="n"), [resumed(60_000, model="n"), resumed(60_000, 1, model="n")]),
    "tool-output-bloat": (bloated(7_999, 9_000), [bloated(8_000, 9_000), bloated(60_000, 12_000)]),
    "context-carried": (carried(4), [carried(5), carried(30)]),
    "runaway-thread": (ROOM * 33, [[*ROOM * 33, call()], ROOM * 50]),
}  # fmt: skip
OTHERS = {
    "low-cache": [call(9_999, 0)],
    "reasoning-spike": [call(output=99, reasoning=99)],
    "low-output": [call(60_000, output=101)],
    "retry-loop": [fails(), fails(), call(succeeded=1), fails()],
    "cold-resume": [call(100_000, 0), call(100_000, 0, at=90 * MINUTE)],
    "model-switch": resumed(60_000),
    "tool-output-bloat": bloated(8_000, 14_000),
    "runaway-thread": [call(turn=n // 60) for n in range(120)],
    "context-carried": [*carried(4), call(160_000, 159_000, turn=2, kind="compaction"), *carried(3)],
    "cache-break": [WARM, call(100_000, 20_000, reason="post_compaction")],
}
"""What looks like it and is not."""


def keys(calls: list[Call]) -> set[str]:
    return set().union(*found(*calls))


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_says_nothing_below_its_threshold(rule: str) -> None:
    assert rule not in keys(CASES[rule][0])


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_speaks_at_its_threshold_and_above(rule: str) -> None:
    for calls in CASES[rule][1]:
        assert rule in found(*calls)[-1]


@pytest.mark.parametrize("rule", OTHERS)
def test_a_rule_is_not_taken_in_by_what_looks_alike(rule: str) -> None:
    assert rule not in keys(OTHERS[rule])


def test_agents_are_a_swarm_from_so_many_on() -> None:
    assert found(call(), swarm=7) == [set()]
    assert found(call(), call(), swarm=8) == [{"sub-agent-swarm"}] * 2


def test_an_agent_without_a_parent_is_told_of_once() -> None:
    assert found(call(), call(), orphan=True) == [{"subagent-attribution"}, set()]


def test_every_rule_is_tried_and_has_its_place() -> None:
    assert CASES.keys() | {"sub-agent-swarm", "subagent-attribution"} == RULES.keys()
    assert len(MODULES) == len(RULES) == len(KEYS)
    assert [rule.key for rule in ORDER] == list(KEYS)


def test_tokens_of_several_calls_together_are_no_call() -> None:
    assert keys([call(240_000, 0, 10, reasoning=10, usd=5 * USD, basis="gap")]) == {"large-thread"}


def test_a_search_that_finds_nothing_has_not_failed() -> None:
    assert keys([call(ended_with_1=1, searching=1)] * 5) == set()
    assert keys([call(ended_with_1=1)] * 5) == {"retry-loop"}


def test_the_loops_first_failure_is_no_waste() -> None:
    assert found(*retries(4)) == [set(), *[{"retry-loop"}] * 3]


def test_a_loop_ends_with_its_turn() -> None:
    assert keys([fails(turn=n // 2) for n in range(8)]) == set()


def test_what_a_cold_resume_costs_is_the_price_over_the_cached_one() -> None:
    told = [one for one in findings_of(thread(*resumed(60_000)), BOUNDS) if KEYS[one.rule] == "cold-resume"]
    assert [one.taken for one in told] == [(60_000 * (2_000_000 - 200_000), 60_000 * (500_000 - 50_000), 60_000)]
    assert told[0].detail == 60 * MINUTE


def test_without_a_price_the_stake_is_unknown_and_credits_stand_in_for_dollars() -> None:
    unpriced = call(50_000, 0, rate=Rate(None, None), usd=None)
    credited = call(50_000, 0, rate=RATE._replace(usd=(4, 4, 4, 4)), usd=None)
    (one,) = findings_of(thread(unpriced), BOUNDS)
    assert one.taken == (None, None, 50_000)
    assert findings_of(thread(credited), BOUNDS)[0].taken.usd == 0


# -- any thread --------------------------------------------------------------------------------------------------------


@st.composite
def any_call(draw: st.DrawFn) -> Call:
    inputs = draw(st.integers(0, 260_000))
    cached = draw(st.integers(0, inputs))
    written = draw(st.integers(0, inputs - cached))
    output = draw(st.sampled_from([0, 50, 100, 101, 5_000]))
    rate = draw(st.sampled_from([RATE, Rate(None, None), Rate(RATE.usd, None), Rate((1, 9, 1, 1), RATE.credits)]))
    priced = rate.usd or (0, 0, 0, 0)
    usd = (inputs - cached - written) * priced[0] + cached * priced[1] + written * priced[2] + output * priced[3]
    return call(
        inputs, cached, output,
        reasoning=draw(st.integers(0, output)), written=written, rate=rate, usd=usd if rate.usd else None,
        turn=draw(st.sampled_from([1, 1, 1, 2])), model=draw(st.sampled_from(["m", "n"])),
        failed=draw(st.integers(0, 1)), answer_tokens=draw(st.sampled_from([0, 9_000])),
        kind=draw(st.sampled_from(["turn", "turn", "compaction"])), basis=draw(st.sampled_from(["record", "gap"])),
        window=draw(st.sampled_from([None, WINDOW])), at=draw(st.integers(1, 10**9)),
    )  # fmt: skip


def any_thread(calls: list[Call], swarm: int) -> Thread:
    return thread(*sorted(calls, key=lambda one: one.at), swarm=swarm)


@given(st.lists(any_call(), max_size=30), st.sampled_from([0, 9]))
def test_no_token_is_counted_twice_and_no_stake_is_more_than_the_cost(calls: list[Call], swarm: int) -> None:
    told = any_thread(calls, swarm)
    by_call: dict[int, list[int]] = {}
    for one in findings_of(told, BOUNDS):
        sums = by_call.setdefault(one.place, [0, 0])
        sums[0] += one.taken.tokens
        sums[1] += one.taken.usd or 0
        assert one.taken.tokens >= 0
        assert (one.taken.usd or 0) >= 0
    for place, (tokens, usd) in by_call.items():
        of = told.calls[place]
        assert tokens <= of.input + of.output
        assert usd <= (of.usd or 0)


@given(st.lists(any_call(), min_size=1, max_size=10), st.integers(2, 9))
def test_dearer_tokens_are_more_at_stake(calls: list[Call], times: int) -> None:
    def stake(price: int) -> int:
        rate = Rate((2 * price, price, 3 * price, 9 * price), None)
        priced = [one._replace(rate=rate) for one in calls]
        return sum(one.taken.usd or 0 for one in findings_of(any_thread(priced, 9), BOUNDS))

    assert stake(times) == times * stake(1)


@given(st.lists(any_call(), max_size=12))
def test_every_finding_says_why_and_what_to_do(calls: list[Call]) -> None:
    for one in findings_of(any_thread(calls, 9), BOUNDS):
        rule = ORDER[one.rule]
        assert rule.why(one.taken.tokens, one.detail).endswith(".")
        assert rule.action.endswith(".")
