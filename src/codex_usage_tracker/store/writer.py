"""Writing what a reading brought: one slice of one rollout, in the caller's transaction."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker.model import Profile, Turn
from codex_usage_tracker.store import printed, rollups
from codex_usage_tracker.store.ask import rows, scalar
from codex_usage_tracker.store.rates import RateBook, reprice_thread

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import apsw

    from codex_usage_tracker.model import Call, Limit, Note, Reading, Thread, Usage
    from codex_usage_tracker.pricing.prices import Prices

CALL_COLUMNS = (
    "key, at, thread_id, turn_id, profile_id, file_id, line, input, cached_input, cache_write, output, reasoning,"
    " usd, credits, estimated, rate_id, context_window, duration_ms, gap_ms, logged_input, logged_cached_input,"
    " logged_cache_write, logged_output, logged_reasoning, response_id"
)
COLUMN_COUNT = CALL_COLUMNS.count(",") + 1
INSERT_CALL = f"INSERT INTO call (id, {CALL_COLUMNS}) VALUES (?{', ?' * COLUMN_COUNT})"
REPLACE_CALL = (
    "UPDATE call SET (" + CALL_COLUMNS + ") = (?" + ", ?" * (COLUMN_COUNT - 1) + ") WHERE id = ?"
)  # fmt: skip
INSERT_FACT = "INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?)"
TURN_COLUMNS = "thread_id, turn_id, root_turn_id, started_at, ended_at, duration_ms, first_token_ms, outcome"
INSERT_TURN = f"INSERT INTO turn (id, {TURN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
MERGE_TURN = (
    f"INSERT INTO turn ({TURN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (thread_id, turn_id) DO UPDATE SET"
    " root_turn_id = coalesce(excluded.root_turn_id, root_turn_id),"
    " started_at = coalesce(started_at, excluded.started_at), ended_at = coalesce(excluded.ended_at, ended_at),"
    " duration_ms = coalesce(excluded.duration_ms, duration_ms),"
    " first_token_ms = coalesce(excluded.first_token_ms, first_token_ms), outcome = coalesce(excluded.outcome, outcome)"
)
"""A turn that is told of again keeps its first start and takes whatever came later."""
NO_LOGGED = (None,) * 5


class SourceFile(NamedTuple):
    """A rollout as it lies on disk; `head` and `tail` are hashes that tell whether it was rewritten."""

    id: int
    name: str
    path: str
    archived: bool
    size: int
    mtime_ns: int
    inode: int
    head: int
    tail: int


class Writer:
    """Writes rows and remembers the ids of what many rows share."""

    def __init__(self, connection: apsw.Connection, prices: Prices) -> None:
        self.db = connection
        self.rates = RateBook(connection, prices)
        self.secret = bytes(scalar(connection, "SELECT value FROM meta WHERE name = 'secret'"))
        self.next_call = next_id(connection, "call")
        self.next_turn = next_id(connection, "turn")
        self.profiles: dict[Profile, int] = {}
        self.labels: dict[str, int] = {}
        self.threads: dict[str, int] = {}
        self.providers: dict[int, str] = {}
        self.shared: dict[tuple[str, ...], int] = {}
        self.added_threads = False
        self.has_printed = printed.has_any(connection)

    def write(self, file: SourceFile, reading: Reading) -> None:
        """Write one slice with the cursor that stands after it."""
        self.db.execute("INSERT OR IGNORE INTO unsettled VALUES (?)", (reading.own,))
        known = self._is_known(reading.own)
        if known and self.has_printed:
            printed.make_way(self.db, reading.own)
        thread = self.thread(reading.own)
        if reading.thread is not None:
            before = self.provider(thread) if known else ""
            self.describe(thread, reading.thread, file.name)
            self._take_provider(thread, before, known=known)
        if reading.name is not None:
            self.name_thread(reading.own, reading.name, reading.named_at)
        turns = self.turns(thread, reading, known=known)
        self._calls(thread, turns, file.id, reading, known=known)
        self._claims(file.id, reading)
        self._limits(thread, reading.limits)
        if file.path.endswith(".zst"):
            self.db.execute("DELETE FROM note WHERE file_id = ? AND code = 'damaged_compression'", (file.id,))
        self._notes(file.id, reading.notes)
        self._cursor(file, thread, reading)
        if reading.calls:
            rollups.renew(self.db, thread, min(call.at for call in reading.calls), fresh=not known)

    # -- threads ---------------------------------------------------------------------------------------------------

    def thread(self, thread_id: str) -> int:
        """Return the row id of a thread, making a bare row for one that is only named."""
        found = self.threads.get(thread_id)
        if found is None:
            found = scalar(self.db, "SELECT id FROM thread WHERE thread_id = ?", (thread_id,))
            if found is None:
                self.db.execute("INSERT INTO thread (thread_id) VALUES (?)", (thread_id,))
                self.added_threads = True
                found = self.db.last_insert_rowid()
            self.threads[thread_id] = found
        return found

    def _is_known(self, thread_id: str) -> bool:
        return scalar(self.db, "SELECT id FROM thread WHERE thread_id = ?", (thread_id,)) is not None

    def describe(self, row: int, thread: Thread, name: str) -> None:
        """Describe a thread by its oldest rollout; a revert's second file does not change it."""
        rank = _hash(name)
        self.db.execute(
            "UPDATE thread SET root_id = NULL, session_id = ?, parent_id = ?, forked_from_id = ?, project_id = ?,"
            " client_id = ?, git_branch = ?, git_commit = ?, role = ?, nickname = ?, account = ?, history_mode = ?,"
            " created_at = ?, described_by = ? WHERE id = ?"
            " AND (created_at IS NULL OR (?, ?) <= (created_at, described_by))",
            (
                thread.session, thread.parent, thread.forked_from, self._project(thread), self._client(thread),
                thread.git_branch, thread.git_commit, thread.role, thread.nickname, self._hashed(thread.account),
                thread.history_mode, thread.created_at, rank, row, thread.created_at, rank,
            ),
        )  # fmt: skip

    def _take_provider(self, thread: int, before: str, *, known: bool) -> None:
        """Price calls again that were there before their thread's provider was."""
        self.providers.pop(thread, None)
        if known and self.provider(thread) != before:
            reprice_thread(self.db, self.rates, thread)

    def provider(self, thread: int) -> str:
        """Return the model provider of a thread, an empty text where it is not known."""
        found = self.providers.get(thread)
        if found is None:
            sql = "SELECT provider FROM thread JOIN client ON client.id = client_id WHERE thread.id = ?"
            found = self.providers[thread] = scalar(self.db, sql, (thread,)) or ""
        return found

    def _project(self, thread: Thread) -> int | None:
        if thread.cwd is None:
            return None
        return self._shared(
            "project", ("cwd", "git_remote", "name"),
            (thread.cwd, thread.git_remote or "", project_name(thread.cwd, thread.git_remote)),
        )  # fmt: skip

    def _client(self, thread: Thread) -> int:
        words = (thread.originator, thread.client_version, thread.provider, thread.source)
        return self._shared(
            "client", ("originator", "version", "provider", "source"), tuple(word or "" for word in words),
        )  # fmt: skip

    def _hashed(self, identifier: str | None) -> str | None:
        if not identifier:
            return None
        return hashlib.blake2b(identifier.encode(), key=self.secret, digest_size=8).hexdigest()

    def name_thread(self, thread_id: str, name: str | None, named_at: int) -> None:
        """Give a known thread its newest name."""
        self.db.execute(
            "UPDATE thread SET name = ?, named_at = ? WHERE thread_id = ? AND coalesce(named_at, 0) <= ?",
            (name, named_at, thread_id, named_at),
        )

    # -- calls -----------------------------------------------------------------------------------------------------

    def _calls(self, thread: int, turns: dict[str, int], file_id: int, reading: Reading, *, known: bool) -> None:
        """Write the calls of a slice: all at once where the thread is new, so that none can be there yet."""
        profiles = [(self.profile(one), one.model or "", one.tier or "") for one in reading.profiles]
        provider, cost = self.provider(thread), self.rates.cost
        rows = [
            (call.key, call.at, thread, turns.get(call.turn or ""), profile, file_id, call.line,
             *call.usage, *cost(model, tier, provider, call.usage, call.at), call.window, call.duration_ms,
             call.gap_ms, *(call.logged or NO_LOGGED), call.response)
            for call in reading.calls for profile, model, tier in (profiles[call.profile],)
        ]  # fmt: skip
        if known or len({row[0] for row in rows}) < len(rows):
            for row, call in zip(rows, reading.calls, strict=True):
                self.put(row, call.facts)
            return
        first, self.next_call = self.next_call, self.next_call + len(rows)
        self.db.executemany(INSERT_CALL, [(first + index, *row) for index, row in enumerate(rows)])
        self.db.executemany(INSERT_FACT, self._fact_rows(enumerate((call.facts for call in reading.calls), first)))

    def row(
        self, call: Call, thread: int, turn: int | None, file_id: int, profile: Profile, usage: Usage,
    ) -> tuple[object, ...]:  # fmt: skip
        """Return the columns of a call, in the order of `CALL_COLUMNS`."""
        return (
            call.key, call.at, thread, turn, self.profile(profile), file_id, call.line, *usage,
            *self.rates.cost(profile.model or "", profile.tier or "", self.provider(thread), usage, call.at),
            call.window, call.duration_ms, call.gap_ms, *(call.logged or NO_LOGGED), call.response,
        )  # fmt: skip

    def put(self, row: tuple[object, ...], facts: dict[str, list[int]]) -> None:
        """Insert one call, or replace it where this file goes before the one it was read from."""
        key, file_id = row[0], row[5]
        found = self.db.execute(
            "SELECT call.id, file_id, basis = 'inherited', at FROM call JOIN profile ON profile.id = profile_id"
            " WHERE key = ?", (key,),
        ).fetchone()  # fmt: skip
        if found is None:
            call_id = self.next_call
            self.next_call += 1
            self.db.execute(INSERT_CALL, (call_id, *row))
        else:
            call_id = found[0]
            if found[1] != file_id and not found[2] and not self._goes_before(file_id, found[1]):
                return
            if found[1] == file_id and found[3] < row[1]:  # its own line was dropped, a repeat of it was not
                return
            self.db.execute(REPLACE_CALL, (*row, call_id))
            self.db.execute("DELETE FROM fact WHERE call_id = ?", (call_id,))
        self.db.executemany(INSERT_FACT, self._fact_rows([(call_id, facts)]))

    def _goes_before(self, one: object, other: object) -> bool:
        """Say which of two files that hold the same call is its source: the same for any order of reading."""
        return bool(
            scalar(self.db,
                "SELECT (a.name, x.path) < (b.name, y.path) FROM source_file a JOIN home x ON x.id = a.home_id,"
                " source_file b JOIN home y ON y.id = b.home_id WHERE a.id = ? AND b.id = ?", (one, other),
            ),
        )  # fmt: skip

    def _fact_rows(self, calls: Iterable[tuple[int, dict[str, list[int]]]]) -> list[tuple[int, ...]]:
        known = self.labels.get
        return [
            (call_id, known(label) or self._label(label), *numbers)
            for call_id, facts in calls
            for label, numbers in facts.items()
        ]

    def _label(self, label: str) -> int:
        found = self._shared("fact_label", ("label",), (label,))
        self.labels[label] = found
        return found

    def profile(self, profile: Profile) -> int:
        """Return the row id of a profile."""
        found = self.profiles.get(profile)
        if found is None:
            found = self._shared("profile", Profile._fields, tuple(word or "" for word in profile))
            self.profiles[profile] = found
        return found

    def give_model(self, call_id: int, profile_id: int, model: str) -> None:
        """Give a call, whose profile lacks it, a model."""
        known = next(rows(self.db, f"SELECT {', '.join(Profile._fields)} FROM profile WHERE id = ?", (profile_id,)))
        profile = Profile(*known)._replace(model=model)
        self.db.execute("UPDATE call SET profile_id = ? WHERE id = ?", (self.profile(profile), call_id))
        for thread, at in list(rows(self.db, "SELECT thread_id, at FROM call WHERE id = ?", (call_id,))):
            reprice_thread(self.db, self.rates, thread)
            rollups.renew(self.db, thread, at)

    def turns(self, thread: int, reading: Reading, *, known: bool) -> dict[str, int]:
        """Write the turns of a slice and return the row ids of all that its calls name."""
        told = {turn.turn: turn for turn in reading.turns}
        for call in reading.calls:
            if call.turn and call.turn not in told:
                told[call.turn] = Turn(call.turn)
        if known:
            self.db.executemany(MERGE_TURN, [_turn_row(thread, turn) for turn in told.values()])
            self.next_turn = next_id(self.db, "turn")
            return {turn: self.turn(thread, turn) for turn in told}
        first, self.next_turn = self.next_turn, self.next_turn + len(told)
        self.db.executemany(
            INSERT_TURN, [(first + index, *_turn_row(thread, turn)) for index, turn in enumerate(told.values())],
        )  # fmt: skip
        return {turn: first + index for index, turn in enumerate(told)}

    def turn(self, thread: int, turn: str) -> int:
        """Return the row id of a turn, making a bare row for one that is only named."""
        found: int | None = scalar(self.db, "SELECT id FROM turn WHERE thread_id = ? AND turn_id = ?", (thread, turn))
        if found is None:
            found, self.next_turn = self.next_turn, self.next_turn + 1
            self.db.execute(INSERT_TURN, (found, *_turn_row(thread, Turn(turn))))
        return found

    # -- what stands beside the calls ------------------------------------------------------------------------------

    def _claims(self, file_id: int, reading: Reading) -> None:
        for claim in reading.claims:
            self.db.execute(
                "INSERT OR REPLACE INTO claim VALUES (?, ?, ?, ?, ?, ?)",
                (
                    claim.call.key, file_id, claim.call.line, claim.standing, claim.owner,
                    msgspec.msgpack.encode((claim, reading.profiles[claim.call.profile])),
                ),
            )  # fmt: skip

    def _limits(self, thread: int, limits: list[Limit]) -> None:
        account = scalar(self.db, "SELECT account FROM thread WHERE id = ?", (thread,)) if limits else None
        self.db.executemany(
            printed.NOTE_LIMIT,
            ((one.limit_id, one.window_minutes, one.at, one.used, *one[4:], account) for one in limits),
        )

    def _notes(self, file_id: int, notes: list[Note]) -> None:
        self.db.executemany(
            "INSERT INTO note VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
            ((file_id, *note) for note in notes),
        )

    def _cursor(self, file: SourceFile, thread: int, reading: Reading) -> None:
        """Say how far a file is read; one whose end was not reached keeps no size, so that it is read on later."""
        size = file.size if reading.finished else -1
        self.db.execute(
            "UPDATE source_file SET path = ?, archived = ?, size = ?, mtime_ns = ?, inode = ?, head = ?, tail = ?,"
            " offset = ?, lines = ?, thread_id = ? WHERE id = ?",
            (
                file.path, file.archived, size, file.mtime_ns, file.inode, file.head, file.tail, reading.offset,
                reading.lines, thread, file.id,
            ),
        )  # fmt: skip
        self.db.execute("INSERT OR REPLACE INTO parser VALUES (?, ?)", (file.id, reading.state))

    # -- row ids ---------------------------------------------------------------------------------------------------

    def _shared(self, table: str, columns: Sequence[str], values: Sequence[str]) -> int:
        """Return the row id of values that many rows share, inserting them once."""
        found = self.shared.get((table, *values))
        if found is None:
            found = self.shared[table, *values] = self._row_of(table, columns, values)
        return found

    def _row_of(self, table: str, columns: Sequence[str], values: Sequence[str]) -> int:
        marks = ", ".join("?" * len(columns))
        same = " AND ".join(f"{column} = ?" for column in columns)
        find = f"SELECT id FROM {table} WHERE {same}"
        found: int | None = scalar(self.db, find, values)
        if found is None:
            self.db.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", tuple(values))
            found = self.db.last_insert_rowid()
        return found


def next_id(connection: apsw.Connection, table: str) -> int:
    """Return the row id that comes next in a table."""
    return int(scalar(connection, f"SELECT coalesce(max(id), 0) + 1 FROM {table}"))


def project_name(cwd: str, git_remote: str | None) -> str:
    """Return the name of a project: its repository's, or else its folder's."""
    source = (git_remote or cwd).rstrip("/\\").removesuffix(".git")
    name = source.replace("\\", "/").replace(":", "/").rsplit("/", 1)[-1]
    return name or os.path.basename(cwd) or cwd


def _turn_row(thread: int, turn: Turn) -> tuple[object, ...]:
    return (
        thread, turn.turn, turn.root_turn, turn.started_at, turn.ended_at, turn.duration_ms, turn.first_token_ms,
        turn.outcome,
    )  # fmt: skip


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()) >> 1
