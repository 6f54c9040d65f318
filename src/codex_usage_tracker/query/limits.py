"""Rate limits as the logs showed them, and what was used in stretches of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from codex_usage_tracker.query.run import COMMON, ODD

if TYPE_CHECKING:
    from collections.abc import Sequence

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
SELECT account, limit_id, window_minutes, min(at), used_percent,
  iif(resets_at BETWEEN 1 AND 99999999999999, resets_at, NULL), plan, credits, max(at), 0
FROM limit_snapshot WHERE at >= ? AND at <= ? AND window_minutes BETWEEN 1 AND 5256000
GROUP BY limit_id, window_minutes, at / 900000, account, used_percent, resets_at, plan ORDER BY limit_id, 3, 4, 5
"""
"""Where many threads run at once, each tells the same; within a quarter of an hour that counts once.

Windows of more than ten years and resets after the year 5000 are no use to anybody.
"""


def snapshots(reader: apsw.Connection, now: int, since: int = 0) -> dict[Limit, list[Snapshot]]:
    """Return the snapshots of each limit in order of time; with one account, those of unknown ones are its own."""
    rows = reader.execute(SNAPSHOTS, (since, now + CLOCK_MS)).fetchall()
    known = {row[0] for row in rows} - {None}
    only = known.pop() if len(known) == 1 else None
    found: dict[tuple[Any, ...], list[Snapshot]] = {}
    for row in rows:
        found.setdefault((row[0] or only, row[1], row[2]), []).append(Snapshot._make(row[3:]))
    return {Limit._make(limit): found[limit] for limit in sorted(found, key=_order)}


def _order(limit: tuple[Any, ...]) -> tuple[object, ...]:
    account, limit_id, minutes = limit
    return account or "", limit_id != CODEX, limit_id, minutes


FOREIGN = "SELECT id FROM client WHERE provider NOT IN ('', 'openai')"
"""Calls of other providers draw on no plan."""
USED = """
WITH span AS MATERIALIZED (
  SELECT key AS id, value ->> 0 AS since, value ->> 1 AS until, value ->> 2 AS spark, value ->> 3 AS account,
  ((value ->> 0) + 899999) / 900000 AS first, (value ->> 1) / 900000 AS last FROM json_each(?))
SELECT id, {selected} FROM (
  SELECT id, {sums} FROM span CROSS JOIN rollup sums ON quarter >= first AND quarter < last WHERE {of_rollups}
  UNION ALL
  SELECT span.id, {of_call} FROM span CROSS JOIN call sums ON at >= since AND at < min(until, first * 900000)
  WHERE {of_calls}
  UNION ALL
  SELECT span.id, {of_call} FROM span CROSS JOIN call sums ON at >= max(first, last) * 900000 AND at < until
  WHERE {of_calls}
) GROUP BY id
"""
"""Whole quarters from the sums, the ragged ends from the calls."""


def used(reader: apsw.Connection, spans: Sequence[Span]) -> list[Numbers | None]:
    """Return the numbers of the calls in each span; None for limits of which it is unknown who draws on them."""
    asked = [(one.since, one.until, one.limit_id and int(one.limit_id == SPARK), one.account) for one in spans]
    found: list[Numbers] = [()] * len(spans)
    own = _own(reader, spans)
    for part in (COMMON, ODD):
        rows = reader.execute(_sql(part, own), (msgspec.json.encode(asked).decode(),))
        sums = {index: tuple(numbers) for index, *numbers in rows}
        nothing = (0,) * len(part.metrics)
        found = [before + sums.get(index, nothing) for index, before in enumerate(found)]
    return [numbers if span.known else None for span, numbers in zip(spans, found, strict=True)]


def _own(reader: apsw.Connection, spans: Sequence[Span]) -> list[str]:
    """Return the conditions under which a call draws on the limit of its span, of those that matter here."""
    sparks = ", ".join(
        str(found) for (found,) in reader.execute("SELECT id FROM profile WHERE model = ?", (SPARK_MODEL,))
    )
    conditions = [f"(spark IS NULL OR spark = (profile_id IN ({sparks})))"]
    if reader.execute(FOREIGN).fetchone():
        of_thread = "SELECT thread.client_id FROM thread WHERE thread.id = sums.thread_id"
        conditions.append(f"(spark IS NULL OR ifnull(({of_thread}), 0) NOT IN ({FOREIGN}))")
    if any(span.account is not None for span in spans):
        account = "SELECT ifnull(thread.account, '') FROM thread WHERE thread.id = sums.thread_id"
        conditions.append(f"(span.account IS NULL OR span.account = ({account}))")
    return conditions


def _sql(part: Part, own: list[str]) -> str:
    return USED.format(
        selected=part.selected,
        sums=", ".join(part.sums),
        of_call=", ".join(f"{sql} AS {name}" for name, sql in part.sums.items()),
        of_rollups=" AND ".join(filter(None, (part.rollups, *own))),
        of_calls=" AND ".join(filter(None, (part.calls, *own))),
    )


def first_call(reader: apsw.Connection, since: int) -> int | None:
    """Return the instant of the first call from an instant on."""
    row = reader.execute("SELECT min(at) FROM call WHERE at >= ?", (since,)).fetchone()
    return None if row is None else row[0]
