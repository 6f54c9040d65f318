"""Judging threads: the rules over their calls, and the findings kept in the database."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.insights.cache import misses
from codex_usage_tracker.insights.claims import Purse
from codex_usage_tracker.insights.rules import ORDER, VERSION
from codex_usage_tracker.insights.thread import Thread, bounds_of, call_of, rate_of
from codex_usage_tracker.store import findings
from codex_usage_tracker.store.database import priced_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import apsw

    from codex_usage_tracker.config.thresholds import Thresholds
    from codex_usage_tracker.insights.claims import Taken
    from codex_usage_tracker.insights.thread import Bounds

    Progress = Callable[[int, int], None]

CHUNK = 400
"""Threads that are judged at once; more would take memory and gain no time."""


class Found(NamedTuple):
    """What a rule, by its place, found in a call of a thread, by its place; `detail` is the rule's own figure."""

    place: int
    rule: int
    taken: Taken
    detail: int


def findings_of(thread: Thread, bounds: Bounds) -> list[Found]:
    """Return all findings of a thread; those of one call never count a token twice."""
    purses: dict[int, Purse] = {}
    found = []
    for number, rule in enumerate(ORDER):
        for claim in rule.found(thread, bounds):
            purse = purses.get(claim.place)
            if purse is None:
                purse = purses[claim.place] = Purse(thread.calls[claim.place])
            found.append(Found(claim.place, number, purse.take(claim), claim.detail))
    return found


def fingerprint(connection: apsw.Connection, thresholds: Thresholds) -> str:
    """Return what names all that findings follow from besides the calls."""
    return f"{VERSION} {priced_by(connection)} {bounds_of(thresholds)!r}"


def is_due(connection: apsw.Connection, thresholds: Thresholds) -> bool:
    """Say whether there are threads to judge."""
    return not findings.are_current(connection, fingerprint(connection, thresholds))


def judge_stored(connection: apsw.Connection, thresholds: Thresholds, progress: Progress | None = None) -> int:
    """Judge the threads that are not, in one transaction; return how many; `progress` is told of how many."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        count = judge(connection, thresholds, progress)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return count


def judge_aside(connection: apsw.Connection, thresholds: Thresholds) -> None:
    """Judge all threads for one connection alone."""
    connection.pragma("query_only", 0)
    findings.shadow(connection)
    judge(connection, thresholds)
    connection.pragma("query_only", 1)


def judge(connection: apsw.Connection, thresholds: Thresholds, progress: Progress | None = None) -> int:
    """Judge the threads that are not, within the caller's transaction."""
    by = fingerprint(connection, thresholds)
    waiting = findings.unjudged(connection, by)
    bounds = bounds_of(thresholds)
    for begin in range(0, len(waiting), CHUNK):
        _judge(connection, waiting[begin : begin + CHUNK], bounds)
        if progress is not None:
            progress(min(begin + CHUNK, len(waiting)), len(waiting))
    findings.finish(connection, waiting, by)
    return len(waiting)


def _judge(connection: apsw.Connection, wanted: Sequence[int], bounds: Bounds) -> None:
    rows: list[findings.Finding] = []
    attention: list[tuple[int, int, int]] = []
    for row_id, thread in threads(connection, wanted, bounds):
        stakes: dict[int, int] = {}
        for one in findings_of(thread, bounds):
            call = thread.calls[one.place].id
            rows.append((call, one.rule, *one.taken, one.detail))
            stakes[call] = stakes.get(call, 0) + (one.taken.usd or 0)
        attention += [(row_id, call, stake) for call, stake in stakes.items()]
    rows.sort()
    attention.sort()
    findings.write(connection, rows, attention)


def threads(connection: apsw.Connection, wanted: Sequence[int], bounds: Bounds) -> Iterator[tuple[int, Thread]]:
    """Give some threads as the rules see them, those that have calls."""
    of = findings.known(connection)
    swarms = _swarms(findings.agents(connection, wanted), bounds)
    below = findings.below(connection, wanted)
    rates = {row_id: rate_of(row) for row_id, row in of.rates.items()}
    for row_id, told in findings.calls(connection, of, wanted):
        calls = [call_of(row[:-2], of.profiles[row[-2]], rates[row[-1]], facts) for row, facts in told]
        orphan = calls[0].kind == "subagent" and row_id not in below
        yield row_id, Thread(calls, misses(calls, bounds), orphan, swarms.get(row_id, 0))


def _swarms(agents: dict[int, list[tuple[int, int]]], bounds: Bounds) -> dict[int, int]:
    """Return how many agents of the same root began within so long of one another, by agent."""
    found = {}
    for siblings in agents.values():
        starts = sorted(at for _, at in siblings)
        for agent, at in siblings:
            found[agent] = max(
                bisect_right(starts, first + bounds.swarm_ms) - bisect_left(starts, first)
                for first in starts
                if first <= at <= first + bounds.swarm_ms
            )
    return found
