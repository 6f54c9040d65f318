"""The threads that a printed log tells of, and accounting for each as for a rollout's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.ingest.account import Account, key_of
from codex_usage_tracker.ingest.decode import uuid7_instant
from codex_usage_tracker.ingest.state import State
from codex_usage_tracker.model import PRINTED, PRINTED_THREAD, PRINTED_TURN, SAMPLE, Call, Reading, Thread, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

SUMS = frozenset({PRINTED_TURN, PRINTED_THREAD})


class Printed(Account):
    """Accounts for what was printed of one thread."""

    def enter(self, turn: str | None) -> None:
        """Go on in a turn."""
        self._enter(turn)

    def total(self, total: Usage, at: int, line: int, basis: str, *, running: bool = True) -> Call:
        """Take a total; of a running one only what is beyond those before it counts."""
        call = self._open(key_of(f"{self.state.own}|{basis}|{total}"), total, at, line, basis, None, at)
        call.window, call.logged = None, total if running else None
        return call

    def sample(self, response: str, usage: Usage, at: int, line: int) -> Call:
        """Take a call that was made beside the thread's turns."""
        kept, self.state.kind = self.state.kind, SAMPLE
        call = self._open(key_of(f"{SAMPLE}|{response}"), usage, at, line, PRINTED, None, at)
        call.response, call.window, call.turn, self.state.kind = response, None, None, kept
        return call


class Threads:
    """What a log told of its threads since it was written last."""

    def __init__(self, model: str | None = None) -> None:
        self.model = model
        self.accounts: dict[str, Printed] = {}
        self.forks: set[str] = set()
        self.changed: set[str] = set()

    def get(self, thread: str) -> Printed:
        """Return the account of a thread, of which something is told."""
        found = self.accounts.get(thread)
        if found is None:
            state = State(own=thread, own_at=uuid7_instant(thread), known=True, turn_ids=True, model=self.model)
            found = self.accounts[thread] = Printed(state)
        self.changed.add(thread)
        return found

    def describe(self, thread: Thread) -> None:
        """Take who a thread is; a fork's first total is that of its parent."""
        known = self.accounts.get(thread.thread)
        account = self.get(thread.thread)
        account.thread = thread
        if thread.forked_from and known is None:
            self.forks.add(thread.thread)

    def readings(self) -> Iterator[Reading]:
        """Give what is new of each thread, once."""
        for thread in sorted(self.changed):
            account = self.accounts[thread]
            yield _reading(account)
            self.accounts[thread] = Printed(account.state)
        self.changed.clear()


def _reading(account: Printed) -> Reading:
    profiles = [one if one.basis in SUMS else one._replace(basis=PRINTED) for one in account.profiles]
    return Reading(
        thread=account.thread, name=None, named_at=0, profiles=profiles, calls=account.calls, claims=[],
        turns=list(account.turns.values()), limits=[], notes=[], own=account.state.own, offset=0, lines=0, state=b"",
        finished=True,
    )  # fmt: skip
