"""One thread from above: what it is, what it used, its turns, what it did, its calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from codex_usage_tracker.contract import FactRow, Row, Session, ThreadCall, ThreadInfo, TurnRow
from codex_usage_tracker.errors import NotFoundError
from codex_usage_tracker.query import run, threads
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.reports.attention import of_thread
from codex_usage_tracker.reports.scope import numbers, schema, scope_of, typed_call
from codex_usage_tracker.reports.summary import summary
from codex_usage_tracker.shapes import ready

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codex_usage_tracker.config.thresholds import Thresholds
    from codex_usage_tracker.query.reader import Reader

TURN_FIELDS = tuple(TurnRow.__struct_fields__)


def session(reader: Reader, wanted: str | None, thresholds: Thresholds, *, limit: int = 200) -> Session:
    """Return a thread by id, a part of its id or its name; the latest if none is named."""
    thread_id = _chosen(reader, wanted)
    chosen = Filter(thread=(thread_id,))
    totals = numbers(run.totals(reader.db, chosen))
    rows = run.calls(reader.db, chosen, ascending=True, limit=limit)
    judged = of_thread(reader, thread_id, thresholds)
    return Session(
        schema=schema("session"),
        scope=scope_of(reader, chosen),
        thread=msgspec.convert(threads.describe(reader.db, thread_id), ready(ThreadInfo), strict=False),
        totals=totals,
        members=_members(reader, chosen),
        turns=[_turn(row) for row in threads.turns(reader.db, thread_id)],
        facts=[_fact(row) for row in threads.facts(reader.db, thread_id)],
        calls=_calls(rows, judged.states()),
        call_count=totals.calls,
        attention=judged.attention(),
        lifecycle=judged.lifecycle(),
    )


def _calls(rows: Iterable[tuple[object, ...]], states: dict[str, str]) -> list[ThreadCall]:
    calls = [typed_call(row, ThreadCall) for row in rows]
    for one in calls:
        one.cache_state = states.get(one.record_id)
    return calls


def _members(reader: Reader, chosen: Filter) -> list[Row]:
    """Return the thread and those below it; `keys` tells how each was begun and its agent's nickname and role."""
    rows = summary(reader, chosen, ["thread", "source", "nickname", "role"]).rows
    for row in rows:
        row.key = row.keys["thread"]
    return rows


def _chosen(reader: Reader, wanted: str | None) -> str:
    found = threads.find(reader.db, wanted) if wanted else [one for one in [threads.latest(reader.db)] if one]
    if not found:
        msg = f"no thread matches {wanted!r}" if wanted else "there are no threads yet"
        raise NotFoundError(msg, "List threads with `codex-usage-tracker summary --group-by thread`.")
    if len(found) > 1:
        msg = f"{wanted!r} names {len(found)} threads: {', '.join(found[:5])}"
        raise NotFoundError(msg, "Give more of the id.")
    return found[0]


def _turn(row: tuple[object, ...]) -> TurnRow:
    return msgspec.convert(dict(zip(TURN_FIELDS, row, strict=True)), ready(TurnRow))


def _fact(row: tuple[object, ...]) -> FactRow:
    label, count, calls, tokens = row
    kind, _, name = str(label).partition(":")
    return msgspec.convert(
        {"type": kind, "name": name, "count": count, "calls": calls, "output_tokens": tokens}, ready(FactRow),
    )  # fmt: skip
