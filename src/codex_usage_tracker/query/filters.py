"""The one filter that every surface uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker.query.zones import QUARTER_MS
from codex_usage_tracker.store.findings import KEYS

if TYPE_CHECKING:
    import apsw


class Filter(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which calls: half-open instants in milliseconds, archived threads or not, and values to match in any case.

    `min_usd` and `min_credits` are in the units of `pricing.rates`. Where names are hidden, the threads in which the
    text searched for is seen are `seen_in`.
    """

    since: int | None = None
    until: int | None = None
    archived: bool = True
    model: tuple[str, ...] = ()
    effort: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    directory: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    thread: tuple[str, ...] = ()
    search: str = ""
    seen_in: tuple[int, ...] = ()
    pricing_status: tuple[str, ...] = ()
    credit_confidence: tuple[str, ...] = ()
    finding: tuple[str, ...] = ()
    min_tokens: int = 0
    min_usd: int = 0
    min_credits: int = 0


class Where(NamedTuple):
    """A filter as SQL: conditions on `call` or `rollup`, their values, and whether whole quarters are enough."""

    conditions: list[str]
    values: list[object]
    by_quarter: bool

    @property
    def sql(self) -> str:
        """Return the WHERE clause."""
        return " WHERE " + " AND ".join(self.conditions) if self.conditions else ""


THREADS = "SELECT thread.id FROM thread LEFT JOIN project ON project.id = thread.project_id WHERE {}"
THREAD = (
    "SELECT id FROM thread WHERE thread_id IN ({0}) UNION SELECT id FROM thread WHERE name IN ({0})"
    " UNION SELECT below.id FROM thread top JOIN thread below ON below.root_id = top.id WHERE top.thread_id IN ({0})"
)
THESE = "thread_id IN (SELECT value FROM json_each(?))"
NOT_OTHERS = "thread_id NOT IN (SELECT id FROM thread EXCEPT SELECT value FROM json_each(?))"
ACTIVE = "NOT thread.archived"
NOT_ARCHIVED = "thread_id NOT IN (SELECT id FROM thread WHERE archived)"
MANY = 10_000
"""Threads; of more it is faster to look at all calls, and most often few threads are left out."""
PROFILES = "profile_id IN (SELECT id FROM profile WHERE {})"
THREAD_COLUMNS = {
    "project": "project.name",
    "directory": "project.cwd",
    "branch": "coalesce(thread.git_branch, 'unknown')",
    "source": "coalesce(nullif((SELECT source FROM client WHERE id = thread.client_id), ''), 'unknown')",
}
RATES = "rate_id IN (SELECT id FROM rate WHERE {})"
RATE_COLUMNS = {"pricing_status": "status", "credit_confidence": "confidence"}
CONFIDENCE_SPELLINGS = {"estimated": "inferred", "unpriced": "missing"}
"""What other trackers call the confidences of credits."""
FOUND = "call.id IN (SELECT call_id FROM finding WHERE rule IN ({}))"
LEAST = {"min_tokens": "input + output", "min_usd": "usd", "min_credits": "credits"}
PROFILE_COLUMNS = ("model", "effort", "tier", "kind", "origin")
SEARCHED = (
    "thread.name", "thread.thread_id", "thread.parent_id", "thread.git_branch", "thread.nickname", "thread.role",
    "project.name", "project.cwd", "project.tags", "project.git_remote",
)  # fmt: skip


def threads(reader: apsw.Connection, chosen: Filter) -> list[int] | None:
    """Return the row ids of the threads that a filter leaves, None where it leaves all or all active ones."""
    conditions, values = _of_threads(chosen)
    if not conditions or conditions == [ACTIVE]:
        return None
    return [row[0] for row in reader.execute(THREADS.format(" AND ".join(conditions)), values)]


def where(chosen: Filter, found: list[int] | None = None, *, of_calls: bool = False) -> Where:
    """Return a filter as SQL, for single calls if asked for them; its threads, where they are `found` already."""
    built = Where([], [], by_quarter=not of_calls and _by_quarter(chosen))
    _add_time(built, chosen)
    _add_threads(built, chosen, found)
    _add_profiles(built, chosen)
    _add_rates(built, chosen)
    if chosen.finding:
        built.conditions.append(FOUND.format(", ".join("?" * len(chosen.finding))))
        built.values.extend(map(KEYS.index, chosen.finding))
    for name, column in LEAST.items():
        if getattr(chosen, name):
            built.conditions.append(f"{column} >= ?")
            built.values.append(getattr(chosen, name))
    return built


def _by_quarter(chosen: Filter) -> bool:
    edges = (chosen.since or 0, chosen.until or 0)
    of_one_call = any(getattr(chosen, name) for name in (*LEAST, "finding"))
    return not of_one_call and all(edge % QUARTER_MS == 0 for edge in edges)


def _add_time(built: Where, chosen: Filter) -> None:
    column, unit = ("quarter", QUARTER_MS) if built.by_quarter else ("at", 1)
    if chosen.since is not None:
        built.conditions.append(f"{column} >= ?")
        built.values.append(chosen.since // unit)
    if chosen.until is not None:
        built.conditions.append(f"{column} < ?")
        built.values.append(chosen.until // unit)


def _add_threads(built: Where, chosen: Filter, found: list[int] | None) -> None:
    if found is not None:
        built.conditions.append(THESE if built.by_quarter or len(found) < MANY else NOT_OTHERS)
        built.values.append(msgspec.json.encode(found).decode())
        return
    conditions, values = _of_threads(chosen)
    if conditions == [ACTIVE]:
        built.conditions.append(NOT_ARCHIVED)
    elif conditions:
        built.conditions.append(f"thread_id IN ({THREADS.format(' AND '.join(conditions))})")
        built.values.extend(values)


def _of_threads(chosen: Filter) -> tuple[list[str], list[object]]:
    """Return the conditions on threads, and their values."""
    conditions = [] if chosen.archived else [ACTIVE]
    values: list[object] = []
    for name, column in THREAD_COLUMNS.items():
        wanted = getattr(chosen, name)
        if wanted:
            conditions.append(_any(column, wanted))
            values += wanted
    if chosen.thread:
        marks = ", ".join("?" * len(chosen.thread))
        conditions.append(f"thread.id IN ({THREAD.format(marks)})")
        values += chosen.thread * 3
    if chosen.seen_in:
        conditions.append("thread.id IN (SELECT value FROM json_each(?))")
        values.append(msgspec.json.encode(chosen.seen_in).decode())
    elif chosen.search:
        conditions.append("(" + " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in SEARCHED) + ")")
        values += [_pattern(chosen.search)] * len(SEARCHED)
    return conditions, values


def _add_profiles(built: Where, chosen: Filter) -> None:
    wanted = {name: getattr(chosen, name) for name in PROFILE_COLUMNS if getattr(chosen, name)}
    if wanted:
        built.conditions.append(PROFILES.format(" AND ".join(_any(name, values) for name, values in wanted.items())))
        built.values.extend(["" if one == "unknown" else one for values in wanted.values() for one in values])


def _add_rates(built: Where, chosen: Filter) -> None:
    for name, column in RATE_COLUMNS.items():
        wanted = getattr(chosen, name)
        if wanted:
            built.conditions.append(RATES.format(_any(column, wanted)))
            built.values.extend(wanted)


def _any(column: str, wanted: tuple[str, ...]) -> str:
    return f"{column} COLLATE NOCASE IN ({', '.join('?' * len(wanted))})"


def _pattern(text: str) -> str:
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
