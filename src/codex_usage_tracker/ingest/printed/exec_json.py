"""What `codex exec --json` prints: the total of a thread after each of its turns, without any clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from codex_usage_tracker.ingest import labels
from codex_usage_tracker.ingest.decode import TokenCount, usage_of, uuid7_instant
from codex_usage_tracker.ingest.printed.shapes import ExecItem, Message, RawEvent, item_of
from codex_usage_tracker.model import PRINTED_TURN, Thread
from codex_usage_tracker.shapes import ready

if TYPE_CHECKING:
    from codex_usage_tracker.ingest.printed.log import Log

LIVE_MS = 60_000
"""A thread that began no longer ago is being printed just now."""
_item = msgspec.json.Decoder(ready(ExecItem))
_event = msgspec.json.Decoder(ready(RawEvent))


class Exec:
    """Reads the lines of one log, which may be several runs one after another."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.thread: str | None = None
        self.alone = False
        self.runs = 0
        self.turns = 0

    def read(self, message: Message, _raw: bytes, line: int) -> None:
        """Take one line; a kind that adds nothing is stepped over."""
        if bytes(message.msg):
            self._event(_event.decode(message.msg), line)
        elif message.type == "thread.started":
            self._started(message.thread_id)
        elif message.type == "turn.started":
            self.turns += 1
        elif message.type in {"item.started", "item.completed"}:
            self._item(_item.decode(bytes(message.item) or b"{}"), line, done=message.type == "item.completed")
        elif message.type == "turn.completed":
            self._completed(message, line)

    def _started(self, thread: str | None) -> None:
        """Begin a run of a thread."""
        self.thread, self.alone, self.turns = thread, False, 0
        self.runs += 1
        if not thread:
            self.log.skip("missing_field")
            return
        began = uuid7_instant(thread)
        clock = self.log.clock
        if clock.fallback == "arrival" and (began is None or abs(self.log.now - began) < LIVE_MS):
            clock.set(self.log.now, "arrival")
        elif began is not None:
            clock.set(began, "thread")
        else:
            clock.set(self.log.source.at, clock.fallback)
        self.log.threads.describe(Thread(thread, created_at=began or clock.at, source="exec"))

    def _item(self, item: ExecItem, line: int, *, done: bool) -> None:
        self.log.items.add((f"{self.thread} {self.runs} {self.turns}", str(item.id)))
        if item.status == "in_progress" and item.type == "command_execution":
            self.alone = item.exit_code is msgspec.UNSET
        if self.thread and done:
            for label in labels.of_item(item_of(item)):
                self.log.threads.get(self.thread).fact(label, line)

    def _completed(self, message: Message, line: int) -> None:
        """Take the thread's total after a turn; builds up to 0.50 count anew in every process."""
        usage = usage_of(message.usage)
        if self.thread is None:
            self.log.skip("no_thread")
        elif usage is None:
            self.log.skip("missing_field" if message.usage is None else "invalid_counter")
        else:
            self.log.turns.add((self.thread, f"{self.runs} {self.turns}"))
            account = self.log.threads.get(self.thread)
            if any(usage):
                at, running = self.log.clock.at, not self.alone
                self.log.counted(account, lambda: account.total(usage, at, line, PRINTED_TURN, running=running))

    def _event(self, event: RawEvent, line: int) -> None:
        """Take an event of 0.36: it tells of single calls, but of whose only where a session is configured."""
        if event.type == "session_configured" and event.session_id:
            self._started(event.session_id)
            self.log.threads.get(event.session_id).state.model = labels.model_of(event.model)
        elif event.type == "task_started":
            self.turns += 1
            self.log.turns.add((str(self.thread), f"{self.runs} {self.turns}"))
        elif event.type == "token_count" and self.thread is None:
            self.log.skip("no_thread")
        elif event.type == "token_count" and self.thread is not None:
            account, at = self.log.threads.get(self.thread), self.log.clock.at
            self.log.counted(account, lambda: account.token_count(TokenCount(event.info), at, line))
