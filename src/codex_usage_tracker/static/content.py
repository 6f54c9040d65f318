"""What the file holds: calls as columns, the tables they refer to, and the answers that no filter changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from codex_usage_tracker import __version__, privacy
from codex_usage_tracker.config.allowance import Allowance, entries
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.insights import cache, judging
from codex_usage_tracker.insights.rules import ORDER
from codex_usage_tracker.insights.thread import bounds_of
from codex_usage_tracker.query import run, whole, zones
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.reports import allowance
from codex_usage_tracker.reports.asking import hide
from codex_usage_tracker.reports.blocks import blocks
from codex_usage_tracker.reports.budgets import check
from codex_usage_tracker.reports.diagnostics import SECTIONS, section
from codex_usage_tracker.reports.limits import limits
from codex_usage_tracker.reports.marks import marks
from codex_usage_tracker.reports.scope import NUMBER_NAMES, scope_of
from codex_usage_tracker.reports.windows import LEARNED_DAYS, current_windows
from codex_usage_tracker.static.columns import column

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codex_usage_tracker.insights.thread import Bounds
    from codex_usage_tracker.privacy import Hiding
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.reports.registry import Settings

HISTORY = 30
"""Earlier windows of each limit, as the page asks for them."""
FOREVER = 2**62
YEAR_QUARTERS = 366 * zones.DAY_QUARTERS
FIRST_QUARTER = 50 * YEAR_QUARTERS
"""Early in 2020: before that there was no Codex."""
OWNERS = {
    "thread": "ThreadInfo", "project": "CallRow", "client": "CallRow", "profile": "CallRow", "rate": "CallRow",
    "turn": "TurnRow", "source_file": "CallRow", "fact_label": "FactRow",
}  # fmt: skip
"""Whose fields the columns of the tables are, for the privacy modes."""
REFERENCES = {"root_id": "thread", "project_id": "project", "client_id": "client", "thread": "thread"}
"""Columns that refer to a table, told as places in it."""
STATES = (
    cache.FIRST, cache.COMPACTED, cache.UNKNOWN, cache.REUSE, cache.SPIKE, cache.PARTIAL, cache.SWITCH, cache.COLD,
    cache.BREAK,
)  # fmt: skip
OF_ALL = ("since", "until", "archived")
"""What a filter may say of a scope that is still all that one did in that time."""
Rows = Sequence[tuple[Any, ...]]
Tables = dict[str, dict[int, tuple[Any, ...]]]
Places = dict[str, dict[int | None, int]]
"""Where the rows of the tables stand, by row id."""
Column = tuple[str, int, int, bool, bytes]
"""Name, count, width in bytes, whether steps are told, planes."""


class Scope(NamedTuple):
    """Which calls the file holds: of a filter, so many at most, the newest (0 is all)."""

    chosen: Filter
    most: int


class Content(NamedTuple):
    """The file's data, how many calls are in it, and how many of the filter's calls are not."""

    data: bytes
    calls: int
    left_out: int


def content(reader: Reader, scope: Scope, settings: Settings) -> Content:
    """Return all that the file holds."""
    reader.take_time()
    found = whole.calls(reader.db, scope.chosen, scope.most)
    if not found:
        raise InvalidValueError("there are no calls in that scope", "Choose a longer range or fewer filters.")
    left_out = run.totals(reader.db, scope.chosen)[NUMBER_NAMES.index("calls")] - len(found)
    ids = [row[0] for row in found]
    facts = list(whole.of_calls(reader.db, "fact", ids))
    tables = _tables(reader, found, facts, is_all=scope.chosen == Filter() and not left_out)
    places: Places = {name: {row_id: place for place, row_id in enumerate(rows)} for name, rows in tables.items()}
    bounds = bounds_of(settings.thresholds)
    columns = [
        *_calls(found, places), *_beside(reader, ids, facts, places), *_caches(reader, found, tables["thread"], bounds)
    ]  # fmt: skip
    veil = privacy.row_veil("CallRow", ["response_id"], reader.hiding)
    header = {
        "about": _about(reader, scope, left_out),
        "bounds": {name: getattr(bounds, name) for name in ("high_cost", "high_context", "swarm_ms")},
        "rules": [[rule.key, rule.title, rule.action, rule.waste] for rule in ORDER],
        "names": whole.TABLES,
        "tables": {name: _table(name, rows, places, reader.hiding) for name, rows in tables.items()},
        "responses": [veil(row[-1:])[0] for row in found],
        "ready": _ready(reader, scope, settings),
        "states": STATES,
        "columns": [told for *told, _ in columns],
    }
    head = msgspec.json.encode(header)
    parts = [len(head).to_bytes(4, "little"), head, *(one[-1] for one in columns)]
    return Content(b"".join(parts), len(found), left_out)


def _tables(reader: Reader, calls: Rows, facts: Rows, *, is_all: bool) -> Tables:
    """Return what the calls refer to, and where all calls are there all threads."""
    used = {
        name: sorted({row[place] for row in calls} - {None})
        for place, name in enumerate(whole.CALL)
        if name[-3:] == "_id"
    }
    members = None if is_all else whole.with_roots(reader.db, used["thread_id"])
    threads = whole.table(reader.db, "thread", members)
    projects, clients = ({row[place] for row in threads.values()} - {None} for place in (-2, -1))
    ids: dict[str, Sequence[int]] = {
        "project": sorted(projects), "client": sorted(clients), "profile": used["profile_id"], "rate": used["rate_id"],
        "turn": whole.turns(reader.db, list(threads)), "source_file": used["file_id"],
        "fact_label": sorted({row[1] for row in facts}),
    }  # fmt: skip
    return {"thread": threads} | {name: whole.table(reader.db, name, wanted) for name, wanted in ids.items()}


def _table(name: str, rows: dict[int, tuple[Any, ...]], places: Places, hiding: Hiding) -> list[list[object]]:
    """Return a table as lists, hidden; what it refers to as places."""
    columns = whole.TABLES[name]
    fields = ["name" if one == "label" else one for one in columns]
    veil = privacy.row_veil(OWNERS[name], fields, hiding)
    refers = [(place, places[REFERENCES[one]]) for place, one in enumerate(columns) if one in REFERENCES]
    told = []
    for row in rows.values():
        shown = list(veil([None if one == "" and name != "thread" else one for one in row]))
        for place, there in refers:
            shown[place] = there.get(row[place])
        told.append(shown)
    return told


def _column(name: str, values: Sequence[int | None], *, rising: bool = False) -> Column:
    return (name, len(values), *(told := column(values, rising=rising))[:1], rising, told[1])


def _calls(calls: Rows, places: Places) -> Iterator[Column]:
    """Give the columns of the calls; a record id in two halves."""
    told = dict(zip(whole.CALL, zip(*calls, strict=True), strict=True))
    yield _column("key_high", [one >> 32 & 0xFFFFFFFF for one in told["key"]])
    yield _column("key_low", [one & 0xFFFFFFFF for one in told["key"]])
    yield _column("at", told["at"], rising=True)
    for name in ("thread", "turn", "profile", "rate", "source_file"):
        ids = told["file_id" if name == "source_file" else f"{name}_id"]
        yield _column(name, [places[name].get(one) for one in ids])
    for name in whole.CALL[whole.CALL.index("input") : -1]:
        of = told.get(name.removeprefix("logged_")) if name.startswith("logged_") else None
        yield _column(name, list(_beyond(told[name], of, told["thread_id"])) if of else told[name])
    yield _column("line", told["line"])


def _beyond(values: Sequence[int | None], usage: Sequence[int], threads: Sequence[int]) -> Iterator[int | None]:
    """Give by how much running totals of threads exceed those before and the calls' own usage: most often nothing."""
    last: dict[int, int] = {}
    for value, used, thread in zip(values, usage, threads, strict=True):
        yield None if value is None else value - last.get(thread, 0) - used
        if value is not None:
            last[thread] = value


def _beside(reader: Reader, ids: Sequence[int], facts: Rows, places: Places) -> Iterator[Column]:
    """Give the columns of facts and findings."""
    labels = [(row[0], places["fact_label"][row[1]], *row[2:]) for row in facts]
    for table, rows in (("fact", labels), ("finding", list(whole.of_calls(reader.db, "finding", ids)))):
        names = ["call", *whole.OF_CALLS[table].split(", ")]
        for place, name in enumerate(names):
            yield _column(f"{table}.{name}", [row[place] for row in rows], rising=not place)


def _caches(reader: Reader, calls: Rows, threads: Iterable[int], bounds: Bounds) -> Iterator[Column]:
    """Give what became of the cache before each call."""
    caches = {}
    wanted, sources = list(threads), judging.sources_of(reader.db)
    for begin in range(0, len(wanted), judging.CHUNK):
        for _, thread in judging.threads(reader.db, sources, wanted[begin : begin + judging.CHUNK], bounds):
            for call, before in zip(thread.calls, [None, *thread.calls], strict=False):
                caches[call.id] = cache.diagnosis(call, before, bounds)
    found = [caches[row[0]] for row in calls]
    yield _column("cache.state", [STATES.index(one.state) for one in found])
    yield _column("cache.lost", [one.lost for one in found])
    yield _column("cache.idle", [one.idle_ms for one in found])


def _about(reader: Reader, scope: Scope, left_out: int) -> dict[str, object]:
    """Return what the file says of itself."""
    told = privacy.hidden(scope_of(reader, scope.chosen), reader.hiding)
    now = reader.now // zones.QUARTER_MS
    return {
        "version": __version__,
        "now": reader.now,
        "scope": told,
        "left_out": left_out,
        "offsets": zones.offsets(reader.zone, FIRST_QUARTER, now + YEAR_QUARTERS),
    }


def _ready(reader: Reader, scope: Scope, settings: Settings) -> dict[str, object]:
    """Return the answers that no filter changes; none where the file is of some calls alone, for they tell of all."""
    if any(name not in OF_ALL for name in msgspec.to_builtins(scope.chosen)):
        return {"marks": []}
    typed = entries(settings.read(settings.files.allowance, Allowance))
    plain = limits(reader, history=HISTORY, allowance=typed)
    told: dict[str, Any] = {
        "windows": current_windows(reader, LEARNED_DAYS),
        "budgets": check(reader, settings.budgets),
        "limits": limits(reader, history=HISTORY, allowance=typed, with_courses=True),
        "blocks": blocks(reader, since=scope.chosen.since or 0, until=scope.chosen.until),
        "card": allowance.card(reader),
        "marks": marks(reader, scope.chosen, 0, FOREVER, settings.prices, FOREVER),
    }
    for name in SECTIONS:
        for archived in {scope.chosen.archived, False}:
            told[f"diagnostics/{name} {str(archived).lower()}"] = section(reader, name, archived=archived)
    last = [bool(one.course) for one in plain.history]
    return {name: hide(one, reader.hiding) for name, one in told.items()} | {"last": last}
