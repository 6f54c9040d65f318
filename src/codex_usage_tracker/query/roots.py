"""Root threads: pages of them with their numbers, and what is below each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from codex_usage_tracker.query.metrics import BY_NAME
from codex_usage_tracker.query.run import COMMON, NOTHING, ODD, sums_of
from codex_usage_tracker.store.ask import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import apsw

    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.run import Numbers, Part

SORTS = {
    "time": "max(latest)",
    "name": "(SELECT coalesce(name, thread_id) FROM thread WHERE id = root)",
    "thread_id": "(SELECT thread_id FROM thread WHERE id = root)",
    "calls": BY_NAME["calls"].sql,
    "tokens": BY_NAME["total_tokens"].sql,
    "input": BY_NAME["input_tokens"].sql,
    "cached": BY_NAME["cached_input_tokens"].sql,
    "uncached": BY_NAME["uncached_input_tokens"].sql,
    "output": BY_NAME["output_tokens"].sql,
    "reasoning": BY_NAME["reasoning_output_tokens"].sql,
    "cost": BY_NAME["usd"].sql,
    "credits": BY_NAME["credits"].sql,
    "cache": "cast(sum(cached_input) AS REAL) / nullif(sum(input), 0)",
}
ROOT = "(SELECT coalesce(root_id, id) FROM thread WHERE id = sums.thread_id)"
LATEST = "(SELECT max(at) FROM call WHERE thread_id = {}{})"
MEMBER_FIELDS = {
    "thread_id": "thread.thread_id",
    "name": "thread.name",
    "parent_thread_id": "thread.parent_id",
    "source": "nullif(client.source, '')",
    "role": "thread.role",
    "nickname": "thread.nickname",
    "project": "project.name",
    "cwd": "project.cwd",
    "git_branch": "thread.git_branch",
    "created_at": "thread.created_at",
    "archived": "thread.archived",
}


class Page(NamedTuple):
    """Root threads as row ids in order, and how many there are in all."""

    roots: list[int]
    whole_count: int


class Count(NamedTuple):
    """How many root threads there are, and how many threads, these among them."""

    roots: int
    threads: int


class Member(NamedTuple):
    """A thread of a root thread: what is known of it and when its latest call was."""

    id: int
    root: int
    latest_at: int | None
    known: dict[str, Any]


class Share(NamedTuple):
    """The numbers of a thread's calls of one model and effort."""

    thread: int
    model: str | None
    effort: str | None
    numbers: Numbers


def page(
    reader: apsw.Connection, chosen: Filter, *, sort: str, ascending: bool, limit: int, offset: int,
) -> Page:  # fmt: skip
    """Return a page of the root threads to which a filter's calls belong."""
    relation, values = sums_of(chosen, COMMON)
    names = [name for name in COMMON.sums if f"({name})" in SORTS[sort]]
    sums = "".join(f", sum({name}) AS {name}" for name in names)
    latest = f", {LATEST.format('sums.thread_id', _range(chosen))} AS latest" if sort == "time" else ""
    threads = f"SELECT {ROOT} AS root{latest}{sums} FROM {relation} sums GROUP BY thread_id"
    down = "ASC" if ascending else "DESC"
    found: list[Any] = reader.execute(
        f"SELECT root, count(*) OVER () FROM (SELECT root, {SORTS[sort]} AS place FROM ({threads}) GROUP BY root)"
        f" ORDER BY place COLLATE NOCASE {down} NULLS LAST, root {down} LIMIT {limit or -1} OFFSET {offset}", values,
    ).fetchall()  # fmt: skip
    return Page([int(row[0]) for row in found], int(found[0][1]) if found else 0)


def count(reader: apsw.Connection, chosen: Filter) -> Count:
    """Return how many root threads a filter's calls belong to, and how many threads."""
    relation, values = sums_of(chosen, COMMON)
    members = f"(SELECT DISTINCT thread_id FROM {relation}) sums"
    return Count._make(next(rows(reader, f"SELECT count(DISTINCT {ROOT}), count(*) FROM {members}", values)))


def _range(chosen: Filter) -> str:
    since = "" if chosen.since is None else f" AND at >= {chosen.since}"
    return since if chosen.until is None else f"{since} AND at < {chosen.until}"


def members(reader: apsw.Connection, chosen: Filter, roots: Sequence[int]) -> list[Member]:
    """Return some root threads with all threads below them."""
    latest = LATEST.format("thread.id", _range(chosen))
    found: list[Any] = reader.execute(
        f"SELECT thread.id, coalesce(root_id, thread.id), {latest}, {', '.join(MEMBER_FIELDS.values())}"
        " FROM thread LEFT JOIN project ON project.id = project_id LEFT JOIN client ON client.id = client_id"
        " WHERE coalesce(root_id, thread.id) IN (SELECT value FROM json_each(?)) ORDER BY thread.id", (_json(roots),),
    ).fetchall()  # fmt: skip
    return [Member(row[0], row[1], row[2], dict(zip(MEMBER_FIELDS, row[3:], strict=True))) for row in found]


def shares(reader: apsw.Connection, chosen: Filter, threads: Sequence[int]) -> list[Share]:
    """Return the numbers of some threads by model and effort."""
    odd = {row[:3]: row[3:] for row in _by_profile(reader, chosen, threads, ODD)}
    common = _by_profile(reader, chosen, threads, COMMON)
    return [Share(row[0], row[1], row[2], row[3:] + odd.get(row[:3], NOTHING)) for row in common]


def _by_profile(
    reader: apsw.Connection, chosen: Filter, threads: Sequence[int], part: Part,
) -> list[tuple[Any, ...]]:  # fmt: skip
    relation, values = sums_of(chosen, part)
    return reader.execute(
        f"SELECT sums.thread_id, nullif(model, ''), nullif(effort, ''), {part.selected} FROM {relation} sums"
        " JOIN profile ON profile.id = sums.profile_id WHERE sums.thread_id IN (SELECT value FROM json_each(?))"
        " GROUP BY 1, 2, 3", (*values, _json(threads)),
    ).fetchall()  # fmt: skip


def _json(ids: Sequence[int]) -> str:
    return msgspec.json.encode(ids).decode()
