"""What Codex printed, as rows: calls of threads of which no rollout is known, and only as long as none is.

A thread is counted from the best that was printed of it: single calls, else sums of turns, else sums of the thread.
"""

from __future__ import annotations

import os
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.model import NO_USAGE, PRINTED, PRINTED_THREAD, PRINTED_TURN, SAMPLE
from codex_usage_tracker.store import files, rollups
from codex_usage_tracker.store.ask import rows, scalar
from codex_usage_tracker.store.rates import reprice_thread

if TYPE_CHECKING:
    from collections.abc import Iterable

    import apsw

    from codex_usage_tracker.model import Call, Limit, Profile, Reading, Usage
    from codex_usage_tracker.store.writer import Writer

LEVELS = {PRINTED: 0, PRINTED_TURN: 1, PRINTED_THREAD: 2}
"""How well a thread is known by what was printed of it; what a rollout tells goes before all of it."""
LEVEL = "CASE basis " + " ".join(f"WHEN '{basis}' THEN {level}" for basis, level in LEVELS.items()) + " ELSE 0 END"
CALLS_OF = "FROM call JOIN profile ON profile.id = profile_id WHERE thread_id = ? AND kind <> 'sample'"
TWICE = (
    f"SELECT call.id, key {CALLS_OF} AND basis = '{PRINTED}' AND response_id IS NULL AND turn_id IN"
    " (SELECT turn_id FROM call WHERE thread_id = ? AND response_id IS NOT NULL)"
)
"""Snapshots of turns whose responses were told one by one."""
INCLUDED = (
    f"SELECT call.id, key {CALLS_OF} AND basis = '{PRINTED_TURN}' AND logged_input IS NULL AND EXISTS (SELECT 1 FROM"
    " call later WHERE later.thread_id = call.thread_id AND later.logged_input >= call.input"
    " AND later.logged_cached_input >= call.cached_input AND later.logged_output >= call.output)"
)
"""Totals of processes that counted anew, which the running total of a newer build may include."""
TOTALS = (
    "SELECT call.id, key, logged_input, logged_cached_input, logged_cache_write, logged_output, logged_reasoning,"
    f" input, cached_input, cache_write, output, reasoning {CALLS_OF} AND basis IN ('{PRINTED_TURN}',"
    f" '{PRINTED_THREAD}') AND logged_input IS NOT NULL ORDER BY logged_input + logged_output, at, key"
)
BARE = (
    "UPDATE thread SET root_id = NULL, session_id = NULL, parent_id = NULL, forked_from_id = NULL, project_id = NULL,"
    " client_id = NULL, git_branch = NULL, git_commit = NULL, role = NULL, nickname = NULL, account = NULL,"
    " history_mode = NULL, created_at = NULL, described_by = NULL WHERE id = ?"
)
NOTE_LIMIT = (
    "INSERT INTO limit_snapshot VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
    " resets_at = max(coalesce(resets_at, 0), coalesce(excluded.resets_at, 0)), plan = coalesce(plan, excluded.plan),"
    " credits = coalesce(credits, excluded.credits), account = coalesce(account, excluded.account)"
)
"""What is told of a limit again fills what was left out, as a printed log knows no account."""


class Written(NamedTuple):
    """The keys of calls that are new, were known, are held by better sources, and gave way to these."""

    added: list[int]
    known: list[int]
    held: list[int]
    superseded: list[int]


def source(connection: apsw.Connection, home: str, name: str) -> int:
    """Return the row id of a printed log, known by its name alone: it may be a pipe."""
    home_id = files.home(connection, os.path.abspath(home))
    sql = "SELECT id FROM source_file WHERE home_id = ? AND name = ?"
    found = scalar(connection, sql, (home_id, name))
    if found is None:
        found = files.add(connection, home_id, name, name)
        connection.execute("UPDATE source_file SET printed = 1, size = 0 WHERE id = ?", (found,))
    return int(found)


def has_any(connection: apsw.Connection) -> bool:
    """Say whether anything that was printed was ever taken in."""
    return scalar(connection, "SELECT 1 FROM source_file WHERE printed LIMIT 1") is not None


def note_limits(connection: apsw.Connection, limits: Iterable[Limit]) -> int:
    """Keep what was printed of limits, and return how much of it is new."""
    count = "SELECT count(*) FROM limit_snapshot WHERE (limit_id, window_minutes, at, used_percent) = (?, ?, ?, ?)"
    new = 0
    for one in limits:
        new += not scalar(connection, count, (one.limit_id, one.window_minutes, one.at, one.used))
        connection.execute(NOTE_LIMIT, (one.limit_id, one.window_minutes, one.at, one.used, *one[4:], None))
    return new


def write(writer: Writer, file_id: int, name: str, reading: Reading) -> Written:
    """Write what a log of that name told of one thread; of one with a rollout, only what no rollout holds."""
    db, calls = writer.db, [(call, reading.profiles[call.profile]) for call in reading.calls]
    if _has_rollout(db, reading.own):
        kept = [one for one in calls if one[1].kind == SAMPLE]
        held = [call.key for call, profile in calls if profile.kind != SAMPLE]
        added, known = _put(writer, file_id, writer.thread(reading.own), {}, kept)
        if kept:
            rollups.renew(db, writer.thread(reading.own), 0)
        return Written(added, known, held, [])
    thread = writer.thread(reading.own)
    if reading.thread is not None:
        writer.describe(thread, reading.thread, name)
    turns = writer.turns(thread, reading, known=True)
    superseded, kept = _weigh(db, thread, calls)
    added, known = _put(writer, file_id, thread, turns, kept)
    superseded += _remove(db, list(rows(db, TWICE, (thread, thread))))
    superseded += _remove(db, list(rows(db, INCLUDED, (thread,))))
    superseded += _spread(writer, thread)
    for found in files.unknown_models(db, [reading.own]):
        writer.give_model(*found)
    rollups.renew(db, thread, 0)
    keys = {call.key for call, _ in kept}
    return Written(added, known, [call.key for call, _ in calls if call.key not in keys], superseded)


def give_way(connection: apsw.Connection, thread: int) -> None:
    """Forget what was printed of a thread (a row id) and is told by copies of its calls in a fork's rollout."""
    sums = f"SELECT call.id, key {CALLS_OF} AND {LEVEL} > 0"
    if _remove(connection, [*rows(connection, sums, (thread,)), *rows(connection, TWICE, (thread, thread))]):
        rollups.renew(connection, thread, 0)


def make_way(connection: apsw.Connection, thread_id: str) -> None:
    """Forget all that was printed of a thread, for the first of its rollouts."""
    thread = scalar(connection, "SELECT id FROM thread WHERE thread_id = ?", (thread_id,))
    if thread is None or _has_rollout(connection, thread_id):
        return
    sql = f"SELECT call.id, key {CALLS_OF} AND basis LIKE '{PRINTED}%'"  # samples stand in no rollout
    if _remove(connection, list(rows(connection, sql, (thread,)))):
        rollups.renew(connection, thread, 0)
    unused = "DELETE FROM turn WHERE thread_id = ? AND id NOT IN (SELECT turn_id FROM call WHERE turn_id IS NOT NULL"
    connection.execute(f"{unused} AND thread_id = ?)", (thread, thread))
    connection.execute(BARE, (thread,))


def _has_rollout(connection: apsw.Connection, thread_id: str) -> bool:
    sql = "SELECT 1 FROM source_file JOIN thread ON thread.id = source_file.thread_id WHERE thread.thread_id = ?"
    return scalar(connection, sql, (thread_id,)) is not None


def _weigh(
    connection: apsw.Connection, thread: int, calls: list[tuple[Call, Profile]],
) -> tuple[list[int], list[tuple[Call, Profile]]]:  # fmt: skip
    """Drop what is known better; return the keys of rows that gave way, and the calls that count."""
    told = min((LEVELS[profile.basis] for _, profile in calls if profile.kind != SAMPLE), default=len(LEVELS))
    stands = scalar(connection, f"SELECT min({LEVEL}) {CALLS_OF}", (thread,))
    best = told if stands is None else min(told, stands)
    worse = rows(connection, f"SELECT call.id, key {CALLS_OF} AND {LEVEL} > ?", (thread, best))
    kept = [one for one in calls if one[1].kind == SAMPLE or LEVELS[one[1].basis] == best]
    return _remove(connection, list(worse)), kept


def _put(
    writer: Writer, file_id: int, thread: int, turns: dict[str, int], calls: list[tuple[Call, Profile]],
) -> tuple[list[int], list[int]]:  # fmt: skip
    added: list[int] = []
    known: list[int] = []
    for call, profile in calls:
        stands = scalar(writer.db, "SELECT 1 FROM call WHERE key = ?", (call.key,)) is not None
        (known if stands else added).append(call.key)
        turn = turns.get(call.turn or "")
        writer.put(writer.row(call, thread, turn, file_id, profile, call.usage), call.facts)
    return added, known


def _remove(connection: apsw.Connection, found: list[tuple[int, int]]) -> list[int]:
    for call_id, _ in found:
        connection.execute("DELETE FROM fact WHERE call_id = ?", (call_id,))
        connection.execute("DELETE FROM call WHERE id = ?", (call_id,))
    return [key for _, key in found]


def _spread(writer: Writer, thread: int) -> list[int]:
    """Give each running total what it shows beyond the one before; return the keys of those that show nothing.

    Some builds go on from the total before in some threads and count anew in others: totals that cannot be one
    count's, since a part of a larger one is smaller, are all of processes that counted anew.
    """
    db, before, nothing, changed = writer.db, NO_USAGE, [], False
    found = [(call_id, key, tuple(rest[:5]), tuple(rest[5:])) for call_id, key, *rest in rows(db, TOTALS, (thread,))]
    goes_on = all(_goes_on(then[2], now[2]) for then, now in pairwise(found))
    for call_id, key, total, usage in found:
        more = tuple(max(now - then, 0) for now, then in zip(total, before, strict=True))
        before = total if goes_on else NO_USAGE
        if more == NO_USAGE:
            nothing.append((call_id, key))
        elif more != usage:
            changed = True
            sql = "UPDATE call SET (input, cached_input, cache_write, output, reasoning) = (?, ?, ?, ?, ?) WHERE id = ?"
            db.execute(sql, (*more, call_id))
    if changed:
        reprice_thread(db, writer.rates, thread)
    return _remove(db, nothing)


def _goes_on(before: Usage, total: Usage) -> bool:
    """Say whether a total may be one before it and more; some builds leave out cache writes and reasoning."""
    inputs, cached, written, output, reasoning = zip(before, total, strict=True)
    told = (inputs, cached, output, *((then, now) for then, now in (written, reasoning) if now))
    return all(then <= now for then, now in told)
