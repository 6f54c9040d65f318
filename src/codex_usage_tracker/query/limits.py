"""Rate limits as the logs showed them, and what was used in stretches of time."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import accumulate, compress, pairwise
from operator import add
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from codex_usage_tracker.query.run import COMMON, ODD
from codex_usage_tracker.shapes import ready

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import apsw

    from codex_usage_tracker.query.run import Numbers, Part

MINUTE_MS = 60_000
CLOCK_MS = 5 * MINUTE_MS
"""What is further in the future than clocks differ was written by a clock that was wrong."""
CODEX, SPARK = "codex", "codex_bengalfox"
SPARK_MODEL = "gpt-5.3-codex-spark"
"""The one model that has a limit of its own; all others draw on the usual one."""


class Limit(NamedTuple):
    """What a window is a window of: an account (hashed), a limit's own id and a length in minutes."""

    account: str | None
    limit_id: str
    minutes: int

    @property
    def length_ms(self) -> int:
        """The length of its windows."""
        return self.minutes * MINUTE_MS


class Snapshot(NamedTuple):
    """What logs said of one limit, for the first time and again soon after; `assumed` resets come from a setting."""

    at: int
    used: float
    resets_at: int | None = None
    plan: str | None = None
    credits: str | None = None
    again_at: int = 0
    assumed: bool = False


class Span(NamedTuple):
    """A half-open stretch of time in which calls drew on a limit; None is any, an empty account one that is unknown."""

    since: int
    until: int
    limit_id: str | None = None
    account: str | None = None

    @property
    def known(self) -> bool:
        """Whether it is known which calls drew on the limit."""
        return self.limit_id in {None, CODEX, SPARK}


SNAPSHOTS = """
SELECT account, limit_id, window_minutes,
  json_group_array(json_array(first_at, used_percent, resets_at, plan, credits, to_at) ORDER BY first_at, used_percent)
FROM (
  SELECT min(at) AS first_at, used_percent, iif(resets_at BETWEEN 1 AND 99999999999999, resets_at, NULL) AS resets_at,
    plan, credits, max(at) AS to_at, account, limit_id, window_minutes
  FROM limit_snapshot
  WHERE at >= ?1 - ?2 * window_minutes * 60000 AND at <= ?3 AND window_minutes BETWEEN 1 AND 5256000
    {of_kind}
  GROUP BY limit_id, window_minutes, at / 900000, used_percent, limit_snapshot.resets_at, plan, account
) GROUP BY 1, 2, 3
"""
"""Where many threads run at once, each tells the same; within a quarter of an hour that counts once.

Windows of more than ten years and resets after the year 5000 are no use to anybody. One cell for each limit is read
faster than a row for each snapshot.
"""


Kind = tuple[str, int]
"""A limit's own id and its length in minutes, whoever's it is."""


class Past(NamedTuple):
    """Since when snapshots are read: from an instant on, and so many lengths of their windows before it."""

    since: int = 0
    lengths: int = 0

    def begins_at(self, kind: Kind) -> int:
        """Return since when a limit's snapshots are read."""
        return self.since - self.lengths * kind[1] * MINUTE_MS


EVER = Past()


def snapshots(
    reader: apsw.Connection, now: int, past: Past = EVER, kind: Kind | None = None, accounts: Iterable[str | None] = (),
) -> dict[Limit, list[Snapshot]]:  # fmt: skip
    """Return the snapshots of each limit in order of time; with one account, those of unknown ones are its own."""
    sql = SNAPSHOTS.format(of_kind="AND limit_id = ?4 AND window_minutes = ?5" if kind else "")
    rows: list[tuple[Any, ...]] = reader.execute(sql, (*past, now + CLOCK_MS, *(kind or ()))).fetchall()
    known = {*accounts, *(row[0] for row in rows)} - {None}
    only = known.pop() if len(known) == 1 else None
    found: dict[Limit, list[Snapshot]] = {}
    for account, limit_id, minutes, told in rows:
        found.setdefault(Limit(account or only, limit_id, minutes), []).extend(_told(told))
    if len(found) < len(rows):
        for several in found.values():
            several.sort(key=_time)
    return {limit: found[limit] for limit in sorted(found, key=order)}


def _told(text: str) -> list[Snapshot]:
    return msgspec.json.decode(text, type=ready(list[Snapshot]))


def _time(one: Snapshot) -> tuple[int, float]:
    return one.at, one.used


def first_told(reader: apsw.Connection) -> dict[Kind, int]:
    """Return when each limit was first seen."""
    sql = "SELECT limit_id, window_minutes, min(at) FROM limit_snapshot GROUP BY limit_id, window_minutes"
    return {(limit_id, minutes): at for limit_id, minutes, at in reader.execute(sql)}


def order(limit: tuple[Any, ...]) -> tuple[object, ...]:
    """Return what limits are sorted by: the usual one first."""
    account, limit_id, minutes = limit
    return account or "", limit_id != CODEX, limit_id, minutes


FOREIGN = "SELECT id FROM client WHERE provider NOT IN ('', 'openai')"
"""Calls of other providers draw on no plan."""
USED = """
WITH span AS MATERIALIZED (
  SELECT key AS id, value ->> 0 AS since, value ->> 1 AS until,
  ((value ->> 0) + 899999) / 900000 AS first, (value ->> 1) / 900000 AS last FROM json_each(:spans))
SELECT (SELECT json_array({selected}) FROM rollup sums WHERE quarter >= first AND quarter < last{of_rollups}),
  (SELECT json_array({selected}) FROM (SELECT {of_call} FROM call sums
    WHERE at >= since AND at < min(until, first * 900000){of_calls})),
  (SELECT json_array({selected}) FROM (SELECT {of_call} FROM call sums
    WHERE at >= max(first, last) * 900000 AND at < until{of_calls}))
FROM span ORDER BY id
"""
"""Whole quarters from the sums, the ragged ends from the calls; sums in cells of their own need no sorting."""


def used(reader: apsw.Connection, spans: Sequence[Span]) -> list[Numbers | None]:
    """Return the numbers of the calls in each span; None for limits of which it is unknown who draws on them."""
    found: dict[Span, Numbers] = {}
    alike: dict[tuple[str | None, str | None], list[Span]] = {}
    for one in spans:
        if one.known:
            alike.setdefault((one.limit_id, one.account), []).append(one)
    for same in alike.values():
        found |= _summed(reader, same)
    return [found.get(one) for one in spans]


def _summed(reader: apsw.Connection, spans: Sequence[Span]) -> dict[Span, Numbers]:
    """Return the numbers of spans of one limit, for which no call is read twice."""
    pieces, own = _pieces(spans), _own(reader, spans[0])
    asked = {"spans": msgspec.json.encode(pieces).decode(), "account": spans[0].account, "spark": SPARK_MODEL}
    common, odd = (
        [_plus(map(msgspec.json.decode, row)) for row in reader.execute(_sql(part, own), asked)]
        for part in (COMMON, ODD)
    )
    sums = list(map(add, common, odd))
    starts = [since for since, _ in pieces]
    nothing = (0,) * (len(COMMON.metrics) + len(ODD.metrics))
    return {
        one: _plus(sums[bisect_left(starts, one.since) : bisect_left(starts, one.until)]) or nothing for one in spans
    }


def _pieces(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Cut spans where others begin or end."""
    steps = Counter(one.since for one in spans)
    steps.subtract(one.until for one in spans)
    edges = sorted(steps)
    return list(compress(pairwise(edges), accumulate(steps[edge] for edge in edges)))


def _plus(rows: Iterable[Sequence[int]]) -> Numbers:
    return tuple(map(sum, zip(*rows, strict=True)))


def _own(reader: apsw.Connection, span: Span) -> list[str]:
    """Return the conditions under which a call draws on a span's limit."""
    conditions = []
    if span.limit_id is not None:
        without = "" if span.limit_id == SPARK else "NOT "
        conditions.append(f"profile_id {without}IN (SELECT id FROM profile WHERE model = :spark)")
        if reader.execute(FOREIGN).fetchone():
            of_thread = "SELECT thread.client_id FROM thread WHERE thread.id = sums.thread_id"
            conditions.append(f"ifnull(({of_thread}), 0) NOT IN ({FOREIGN})")
    if span.account is not None:
        account = "SELECT ifnull(thread.account, '') FROM thread WHERE thread.id = sums.thread_id"
        conditions.append(f"({account}) = :account")
    return conditions


def _sql(part: Part, own: Sequence[str]) -> str:
    return USED.format(
        selected=part.selected,
        of_call=", ".join(f"{sql} AS {name}" for name, sql in part.sums.items()),
        of_rollups="".join(f" AND {one}" for one in (part.rollups, *own) if one),
        of_calls="".join(f" AND {one}" for one in (part.calls, *own) if one),
    )


def first_call(reader: apsw.Connection, since: int) -> int | None:
    """Return the instant of the first call from an instant on."""
    row = reader.execute("SELECT min(at) FROM call WHERE at >= ?", (since,)).fetchone()
    return None if row is None else row[0]
