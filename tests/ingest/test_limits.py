"""Rate limits: each window of each family, told again when it changes."""

from tests.ingest import lines
from tests.ingest.home import Home
from tests.ingest.lines import (
    session_meta,
    task_started,
    thread,
    token_count,
    turn,
    turn_context,
    used,
)

MAIN, FORK = thread(0), thread(10)
A = used(1000, output=10)
RATE_LIMITS = lines.limits(lines.window(8.0, 300, resets_at=1795320000))


LIMITS = "SELECT limit_id, window_minutes, used_percent, resets_at, plan, credits FROM limit_snapshot ORDER BY at, 1, 2"


def test_limits_are_known_by_family_and_length_never_by_slot(home: Home) -> None:
    five_hours, week = lines.window(8.0, 300, resets_at=1795320000), lines.window(2.5, 10080, resets_at=1795651200)
    credits_left = {"has_credits": True, "unlimited": False, "balance": "12.50"}
    home.log(
        MAIN,
        session_meta(MAIN),
        token_count(None, limits=lines.limits(five_hours, week, plan_type="pro", credits=credits_left)),
        token_count(None, limits=lines.limits(week | {"used_percent": 3.0}, None)),
        token_count(
            None, limits=lines.limits(lines.window(50.0, 300, resets_at=1795320000), limit_id="codex_bengalfox")
        ),
    )
    home.refresh()
    assert home.ask(LIMITS) == [
        ("codex", 300, 8.0, 1795320000000, "pro", "12.50"),
        ("codex", 10080, 2.5, 1795651200000, "pro", "12.50"),
        ("codex", 10080, 3.0, 1795651200000, None, None),
        ("codex_bengalfox", 300, 50.0, 1795320000000, None, None),
    ]


def test_a_limit_without_a_family_is_codexs_own(home: Home) -> None:
    """Before 0.120 there was no `limit_id`."""
    home.log(MAIN, session_meta(MAIN), token_count(A, limits={"primary": lines.window(8.0, 300), "secondary": None}))
    home.refresh()
    assert home.ask(LIMITS) == [("codex", 300, 8.0, None, None, None)]


def test_seconds_until_a_reset_count_from_the_line(home: Home) -> None:
    """Builds of autumn 2025 wrote no instant."""
    limit = lines.limits(lines.window(8.0, 300, resets_in_seconds=1800))
    home.log(MAIN, session_meta(MAIN), token_count(A, limits=limit)._replace(at=lines.at(30)))
    home.refresh()
    assert home.ask("SELECT at, resets_at FROM limit_snapshot") == [(lines.at(30), lines.at(60))]


def test_a_limit_that_did_not_change_is_kept_once(home: Home) -> None:
    found = [lines.limits(lines.window(8.0, 300, resets_in_seconds=1800 - second)) for second in range(5)]
    home.log(MAIN, session_meta(MAIN), *(token_count(A, limits=limit) for limit in found))
    home.refresh()
    assert len(home.ask(LIMITS)) == 1


def test_limits_that_a_fork_copied_are_not_seen_again(home: Home) -> None:
    copied = [session_meta(MAIN), task_started(turn(1)), turn_context(turn(1)), token_count(A, limits=RATE_LIMITS)]
    home.log(MAIN, *copied)
    home.log(FORK, session_meta(FORK, forked_from_id=MAIN), *copied, task_started(turn(11)), minute=10)
    home.refresh()
    assert home.ask("SELECT count(*) FROM limit_snapshot") == [1]
