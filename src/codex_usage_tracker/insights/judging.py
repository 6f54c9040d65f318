"""Judging threads: the rules over their calls, and the findings kept in the database."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from codex_usage_tracker.insights.cache import misses
from codex_usage_tracker.insights.claims import settled
from codex_usage_tracker.insights.rules import ORDER, VERSION
from codex_usage_tracker.insights.thread import Thread, bounds_of, calls_of, rate_of
from codex_usage_tracker.store import findings
from codex_usage_tracker.store.database import priced_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import apsw

    from codex_usage_tracker.config.thresholds import Thresholds
    from codex_usage_tracker.insights.claims import Claim, Taken
    from codex_usage_tracker.insights.thread import Bounds

    Progress = Callable[[int, int], None]

SECOND = itemgetter(1)
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
    claims: defaultdict[int, list[tuple[int, Claim]]] = defaultdict(list)
    for number, rule in enumerate(ORDER):
        for claim in rule.found(thread, bounds):
            claims[claim[0]].append((number, claim))
    return [
        Found(place, number, taken, claim[4])
        for place, several in claims.items()
        for (number, claim), taken in zip(several, settled(thread.calls[place], map(SECOND, several)), strict=True)
    ]


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
    sources = sources_of(connection)
    for begin in range(0, len(waiting), CHUNK):
        _judge(connection, sources, waiting[begin : begin + CHUNK], bounds)
        if progress is not None:
            progress(min(begin + CHUNK, len(waiting)), len(waiting))
    findings.finish(connection, by)
    return len(waiting)


def _judge(connection: apsw.Connection, sources: Sources, wanted: Sequence[int], bounds: Bounds) -> None:
    rows: list[findings.Finding] = []
    attention: list[tuple[int, int, int]] = []
    for row_id, thread in threads(connection, sources, wanted, bounds):
        stakes: dict[int, int] = {}
        calls = thread.calls
        for place, rule, taken, detail in findings_of(thread, bounds):
            call = calls[place].id
            rows.append((call, rule, *taken, detail))
            stakes[call] = stakes.get(call, 0) + (taken.usd or 0)
        attention += [(row_id, call, stake) for call, stake in stakes.items()]
    rows.sort()
    attention.sort()
    findings.write(connection, wanted, rows, attention)


class Sorts(dict[tuple[int, int | None], tuple[Any, ...]]):
    """What a profile and a rate tell of a call, by their row ids, made when it is met first."""

    def __init__(self, of: findings.Known) -> None:
        super().__init__()
        self.of = of

    def __missing__(self, ids: tuple[int, int | None]) -> tuple[Any, ...]:
        """Make what is met for the first time."""
        found = self[ids] = (*self.of.profiles[ids[0]], rate_of(self.of.rates[ids[1]]))
        return found


Sources = tuple[findings.Known, Sorts]


def sources_of(connection: apsw.Connection) -> Sources:
    """Return what calls refer to."""
    of = findings.known(connection)
    return of, Sorts(of)


def threads(
    connection: apsw.Connection, sources: Sources, wanted: Sequence[int], bounds: Bounds,
) -> Iterator[tuple[int, Thread]]:  # fmt: skip
    """Give some threads as the rules see them, those that have calls."""
    of, sorts = sources
    swarms = _swarms(findings.agents(connection, wanted), bounds)
    below = findings.below(connection, wanted)
    for row_id, told in findings.calls(connection, of, wanted):
        calls = calls_of(told, sorts)
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
