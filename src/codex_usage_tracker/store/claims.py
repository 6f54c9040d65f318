"""Claims as rows: which files have some, what is known of the threads they name, and writing what counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker.model import COPIED, GAP, Claim, Profile, Usage
from codex_usage_tracker.store import rollups

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import apsw

    from codex_usage_tracker.store.writer import Writer

_claim = msgspec.msgpack.Decoder(tuple[Claim, Profile])

PAIR = (
    "logged_input, logged_cached_input, logged_cache_write, logged_output, logged_reasoning,"
    " input, cached_input, cache_write, output, reasoning"
)


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
        if self.db.execute("SELECT 1 FROM claim LIMIT 1").fetchone() is None:
            return []
        for thread in touched:
            rows = self.db.execute(
                "SELECT file_id FROM claim WHERE owner = ?1 UNION SELECT claim.file_id FROM claim"
                " JOIN source_file ON source_file.id = claim.file_id JOIN thread ON thread.id = source_file.thread_id"
                " WHERE thread.thread_id = ?1", (thread,),
            )  # fmt: skip
            found.update(row[0] for row in rows)
        return sorted(found)

    def of_file(self, file_id: int) -> list[Entry]:
        """Return the claims of a file in its order."""
        rows = self.db.execute("SELECT row FROM claim WHERE file_id = ? ORDER BY line, key", (file_id,))
        return [Entry(*_claim.decode(row[0])) for row in rows]

    def has_rollout(self, thread: str) -> bool:
        """Say whether a thread has a rollout of its own."""
        return (
            self.db.execute(
                "SELECT 1 FROM source_file JOIN thread ON thread.id = source_file.thread_id"
                " WHERE thread.thread_id = ? LIMIT 1", (thread,),
            ).fetchone()
            is not None
        )  # fmt: skip

    def pairs_of(self, thread: str, excluding: int) -> set[tuple[Usage | None, Usage]]:
        """Return the (running total, usage) pairs of a thread's rollouts but one, their copies included.

        A record's total counts compactions, which a snapshot's does not: there None stands for any total.
        """
        rows = self.db.execute(
            f"SELECT {PAIR}, basis FROM call JOIN thread ON thread.id = call.thread_id JOIN profile ON profile.id = profile_id"  # noqa: S608  (constant columns)
            " WHERE thread.thread_id = ? AND call.file_id <> ?", (thread, excluding),
        )  # fmt: skip
        pairs: set[tuple[Usage | None, Usage]] = {
            (None if row[10] == "record" else row[:5], row[5:10]) for row in rows
        }  # type: ignore[misc]
        pairs.update((claim.call.logged, claim.call.usage) for claim, _ in self._of_thread(thread, excluding))
        return pairs

    def _of_thread(self, thread: str, excluding: int) -> Iterator[Entry]:
        files = self.db.execute(
            "SELECT source_file.id FROM source_file JOIN thread ON thread.id = source_file.thread_id"
            " WHERE thread.thread_id = ? AND source_file.id <> ?", (thread, excluding),
        ).fetchall()  # fmt: skip
        for (file_id,) in files:
            yield from self.of_file(file_id)

    def between(self, thread: str, low: int, high: int) -> list[Usage]:
        """Return the usages of a thread's calls whose running total lies in (low, high]."""
        return self.db.execute(
            "SELECT input, cached_input, cache_write, output, reasoning FROM call"
            " JOIN thread ON thread.id = call.thread_id JOIN profile ON profile.id = call.profile_id"
            " WHERE thread.thread_id = ? AND basis <> 'gap'"
            " AND logged_input + logged_output > ? AND logged_input + logged_output <= ?", (thread, low, high),
        ).fetchall()  # type: ignore[return-value]  # fmt: skip

    def settle(self, file_id: int, entries: list[Entry], counting: dict[int, Usage]) -> None:
        """Make the calls of a file's claims those that count, by key with their tokens."""
        row = self.db.execute(
            "SELECT thread.thread_id FROM source_file JOIN thread ON thread.id = source_file.thread_id"
            " WHERE source_file.id = ?", (file_id,),
        ).fetchone()  # fmt: skip
        renewed: dict[int, int] = {}
        for claim, profile in entries:
            owner = claim.owner if claim.standing == COPIED else str(row[0])
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
        row = self.writer.row(call, thread, turn, file_id, profile, usage)
        self.writer.put(row, call.facts)
        return [thread]

    def _is_own(self, key: int) -> bool:
        return (
            self.db.execute(
                "SELECT 1 FROM call JOIN profile ON profile.id = profile_id WHERE key = ? AND basis <> 'inherited'",
                (key,),
            ).fetchone()
            is not None
        )

    def _forget(self, file_id: int, claim: Claim) -> list[int]:
        """Drop the call of a claim that no longer counts, unless it is the original's own."""
        basis = "inherited" if claim.standing == COPIED else "gap" if claim.standing == GAP else "snapshot"
        gone = self.db.execute(
            "DELETE FROM call WHERE key = ? AND profile_id IN (SELECT id FROM profile WHERE basis = ?)"
            " AND (file_id = ? OR ? = 'inherited') RETURNING thread_id", (claim.call.key, basis, file_id, basis),
        ).fetchall()  # fmt: skip
        return [int(thread) for (thread,) in gone]
