"""Pages of root threads with what is below them, and one call with what is around it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from codex_usage_tracker.contract import CallRow, FactRow
from codex_usage_tracker.contract.threads import Agent, Call, Mix, RootThread, Threads
from codex_usage_tracker.errors import InvalidValueError, NotFoundError
from codex_usage_tracker.query import around, roots, run
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.reports.attention import of_call
from codex_usage_tracker.reports.scope import NUMBER_NAMES, call_row, named, numbers, schema, scope_of
from codex_usage_tracker.shapes import ready

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codex_usage_tracker.config.thresholds import Thresholds
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.query.roots import Member, Share
    from codex_usage_tracker.query.run import Numbers

CALLS, TOKENS = NUMBER_NAMES.index("calls"), NUMBER_NAMES.index("total_tokens")
NOTHING = (0,) * len(NUMBER_NAMES)
AGENT_FIELDS = ("thread_id", "name", "parent_thread_id", "source", "role", "nickname")
ROOT_FIELDS = ("thread_id", "name", "project", "cwd", "git_branch", "created_at", "archived")


def threads(
    reader: Reader, chosen: Filter, *, sort: str = "time", ascending: bool = False, limit: int = 50, offset: int = 0,
) -> Threads:  # fmt: skip
    """Return a page of root threads, the latest or largest first."""
    if sort not in roots.SORTS:
        raise InvalidValueError(f"there is no way to sort by {sort!r}", f"Choose one of {', '.join(roots.SORTS)}.")
    page = roots.page(reader.db, chosen, sort=reader.sort(sort), ascending=ascending, limit=limit, offset=offset)
    rows = list(root_threads(reader, chosen, page.roots).values())
    count = page.whole_count or (roots.count(reader.db, chosen).roots if offset else 0)
    more = offset + len(rows) < count
    return Threads(
        schema=schema("threads"),
        scope=scope_of(reader, chosen),
        rows=rows,
        totals=numbers(run.totals(reader.db, chosen)),
        row_count=len(rows),
        total_matched_rows=count,
        limit=limit,
        offset=offset,
        has_more=more,
        next_offset=offset + len(rows) if more else None,
    )


def root_threads(reader: Reader, chosen: Filter, ids: Sequence[int]) -> dict[int, RootThread]:
    """Return root threads by row id, with the numbers of a filter's calls."""
    members: dict[int, list[Member]] = defaultdict(list)
    for one in roots.members(reader.db, chosen, ids):
        members[one.root].append(one)
    shares: dict[int, list[Share]] = defaultdict(list)
    for share in roots.shares(reader.db, chosen, [one.id for found in members.values() for one in found]):
        shares[share.thread].append(share)
    return {root: _row(root, members[root], shares) for root in ids if members[root]}


def _row(root: int, members: Sequence[Member], shares: dict[int, list[Share]]) -> RootThread:
    own = next((one for one in members if one.id == root), members[0])
    all_shares = [share for one in members for share in shares[one.id]]
    latest = [one.latest_at for one in members if one.latest_at is not None and shares[one.id]]
    known = {name: own.known[name] for name in ROOT_FIELDS}
    return RootThread(
        **known | {"archived": bool(known["archived"])},
        **named(_sum(all_shares)),
        latest_at=max(latest, default=None),
        models=_mix((share.model, share.numbers) for share in all_shares),
        efforts=_mix((share.effort, share.numbers) for share in all_shares),
        agents=[_agent(one, shares[one.id]) for one in members if one is not own and shares[one.id]],
    )


def _agent(one: Member, shares: Sequence[Share]) -> Agent:
    known = {name: one.known[name] for name in AGENT_FIELDS}
    return Agent(**known, latest_at=one.latest_at, **named(_sum(shares)))


def _sum(shares: Sequence[Share]) -> Numbers:
    return tuple(map(sum, zip(*(share.numbers for share in shares), strict=True))) if shares else NOTHING


def _mix(parts: Iterable[tuple[str | None, Numbers]]) -> list[Mix]:
    found: dict[str | None, Mix] = {}
    for value, told in parts:
        mix = found.setdefault(value, Mix(value=value, calls=0, total_tokens=0))
        mix.calls += told[CALLS]
        mix.total_tokens += told[TOKENS]
    return sorted(found.values(), key=lambda one: (-one.total_tokens, one.value or ""))


def call(reader: Reader, record_id: str, thresholds: Thresholds) -> Call:
    """Return a call by its record id with the calls before and after it in its thread, its facts and findings."""
    found = around.find(reader.db, record_id)
    if found is None:
        raise NotFoundError(f"there is no call {record_id!r}", "List calls with `codex-usage-tracker query`.")
    cache, attention = of_call(reader, found, thresholds)
    return Call(
        schema=schema("call"),
        scope=scope_of(reader, Filter()),
        record=call_row(around.call(reader.db, found)),
        previous=_near(reader, found, after=False),
        next=_near(reader, found, after=True),
        facts=[_fact(row) for row in around.facts(reader.db, found)],
        cache=cache,
        attention=attention,
    )


def _near(reader: Reader, found: int, *, after: bool) -> CallRow | None:
    row_id = around.near(reader.db, found, after=after)
    return None if row_id is None else call_row(around.call(reader.db, row_id))


def _fact(row: tuple[object, ...]) -> FactRow:
    label, count, calls, tokens = row
    kind, _, name = str(label).partition(":")
    told = {"type": kind, "name": name, "count": count, "calls": calls, "output_tokens": tokens}
    return msgspec.convert(told, ready(FactRow))
