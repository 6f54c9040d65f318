"""Claims as rows: which files have some, what is known of the threads they name, and writing what counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker.model import COPIED, GAP, Claim, Profile, Usage
from codex_usage_tracker.shapes import ready
from codex_usage_tracker.store import printed, rollups
from codex_usage_tracker.store.ask import rows, scalar
from codex_usage_tracker.store.database import damaged

if TYPE_CHECKING:
    from collections.abc import Iterable

    import apsw

    from codex_usage_tracker.store.writer import Writer

_claim = msgspec.msgpack.Decoder(ready(tuple[Claim, Profile]))

USAGE = "input, cached_input, cache_write, output, reasoning"
PAIR = f"logged_input, logged_cached_input, logged_cache_write, logged_output, logged_reasoning, {USAGE}"
CALLS_OF = (
    "FROM call JOIN thread ON thread.id = call.thread_id JOIN profile ON profile.id = profile_id"
    " WHERE thread.thread_id = ?"
)
FILES_OF = "FROM source_file JOIN thread ON thread.id = source_file.thread_id WHERE thread.thread_id = ?"
BARE_TURN = (
    "DELETE FROM turn WHERE id = ?1 AND started_at IS NULL AND ended_at IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM call WHERE turn_id = ?1)"
)
"""Removes a turn that was only named by a call which is gone."""


class Entry(NamedTuple):
    """A claim with the profile of its call."""

    claim: Claim
    profile: Profile


class ClaimBook:
    """Reads and settles the claims of a database within the caller's transaction."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.db: apsw.Connection = writer.db

    def files(self, touched: Iterable[str]) -> list[int]:
        """Return the files with claims that what was read of the touched threads may decide."""
        found: set[int] = set()
        if scalar(self.db, "SELECT 1 FROM claim LIMIT 1") is None:
            return []
        for thread in touched:
            told = rows(
                self.db,
                "SELECT file_id FROM claim WHERE owner = ?1 UNION SELECT claim.file_id FROM claim"
                " JOIN source_file ON source_file.id = claim.file_id JOIN thread ON thread.id = source_file.thread_id"
                " WHERE thread.thread_id = ?1", (thread,),
            )  # fmt: skip
            found.update(row[0] for row in told)
        return sorted(found)

    def of_file(self, file_id: int) -> list[Entry]:
        """Return the claims of a file in its order."""
        found = rows(self.db, "SELECT row FROM claim WHERE file_id = ? ORDER BY line, key", (file_id,))
        try:
            return [Entry(*_claim.decode(row[0])) for row in found]
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise damaged(self.db.filename, error) from error

    def has_rollout(self, thread: str) -> bool:
        """Say whether a thread has a rollout of its own."""
        return scalar(self.db, f"SELECT 1 {FILES_OF}", (thread,)) is not None

    def pairs_of(self, thread: str, excluding: int) -> set[tuple[Usage | None, Usage]]:
        """Return the (running total, usage) pairs of a thread's rollouts but one, their copies included.

        A record's total counts compactions, which a snapshot's does not: there None stands for any total.
        """
        found = rows(self.db, f"SELECT {PAIR}, basis {CALLS_OF} AND file_id <> ?", (thread, excluding))
        pairs = {(None if row[10] == "record" else row[:5], row[5:10]) for row in found}
        for (file_id,) in list(rows(self.db, f"SELECT source_file.id {FILES_OF}", (thread,))):
            if file_id != excluding:
                pairs.update((claim.call.logged, claim.call.usage) for claim, _ in self.of_file(file_id))
        return pairs

    def between(self, thread: str, low: int, high: int) -> list[Usage]:
        """Return the usages of a thread's calls whose running total, as snapshots count it, lies in (low, high]."""
        total = "logged_input + logged_output"
        sql = f"SELECT {USAGE} {CALLS_OF} AND basis = 'snapshot' AND {total} > ? AND {total} <= ?"
        return list(rows(self.db, sql, (thread, low, high)))

    def settle(self, file_id: int, entries: list[Entry], counting: dict[int, Usage]) -> None:
        """Make the calls of a file's claims those that count, by key with their tokens."""
        sql = "SELECT thread_id FROM thread WHERE id = (SELECT thread_id FROM source_file WHERE id = ?)"
        own = scalar(self.db, sql, (file_id,))
        renewed: dict[int, int] = {}
        for claim, profile in entries:
            owner = claim.owner if claim.standing == COPIED else own
            usage = counting.get(claim.call.key)
            changed = self._count(file_id, owner, claim, profile, usage) if usage else self._forget(file_id, claim)
            for thread in changed:
                renewed[thread] = min(renewed.get(thread, claim.call.at), claim.call.at)
        for thread, since in renewed.items():
            rollups.renew(self.db, thread, since)

    def _count(self, file_id: int, owner: str, claim: Claim, profile: Profile, usage: Usage) -> list[int]:
        call = claim.call
        if claim.standing == COPIED and self._is_own(call.key):
            return []
        thread = self.writer.thread(owner)
        turn = self.writer.turn(thread, call.turn) if call.turn else None
        self.writer.put(self.writer.row(call, thread, turn, file_id, profile, usage), call.facts)
        if self.writer.has_printed:
            printed.give_way(self.db, thread)
        return [thread]

    def _is_own(self, key: int) -> bool:
        sql = "SELECT 1 FROM call JOIN profile ON profile.id = profile_id WHERE key = ? AND basis <> 'inherited'"
        return scalar(self.db, sql, (key,)) is not None

    def _forget(self, file_id: int, claim: Claim) -> list[int]:
        """Drop the call of a claim that no longer counts, unless it is the original's own."""
        basis = {COPIED: "inherited", GAP: "gap"}.get(claim.standing, "snapshot")
        gone = list(rows(
            self.db,
            "SELECT call.id, thread_id, turn_id FROM call JOIN profile ON profile.id = profile_id WHERE key = ?"
            " AND basis = ? AND (file_id = ? OR basis = 'inherited')", (claim.call.key, basis, file_id),
        ))  # fmt: skip
        for call_id, _, turn_id in gone:
            self.db.execute("DELETE FROM fact WHERE call_id = ?", (call_id,))
            self.db.execute("DELETE FROM call WHERE id = ?", (call_id,))
            self.db.execute(BARE_TURN, (turn_id,))
        return [thread for _, thread, _ in gone]
