"""One printed log: how it is read line by line, by what clock, and what is noted on the way."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker.ingest.printed.app_server import AppServer
from codex_usage_tracker.ingest.printed.exec_json import Exec
from codex_usage_tracker.ingest.printed.shapes import Message
from codex_usage_tracker.ingest.printed.terminal import Terminal
from codex_usage_tracker.ingest.printed.threads import Threads
from codex_usage_tracker.shapes import ready

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from codex_usage_tracker.ingest.printed.threads import Printed
    from codex_usage_tracker.model import Limit, Reading

APP_SERVER, EXEC, TERMINAL = KINDS = ("app_server", "exec", "terminal")
BLANK = b" \t\r\x00\xef\xbb\xbf"
"""What may stand around a line, such as the mark that some shells begin a file with."""
_message = msgspec.json.Decoder(ready(Message))


class Source(NamedTuple):
    """Where a log comes from: its base name, when a file was written last, whether it is being printed just now."""

    name: str
    at: int
    live: bool


class Clock:
    """The best instant that is known for the line that is being read, and what tells it."""

    def __init__(self, source: Source) -> None:
        self.fallback = "arrival" if source.live else "file"
        self.at, self.basis = source.at, self.fallback

    def set(self, at: int | None, basis: str) -> None:
        """Take what a clock says, if it says anything."""
        if at is not None:
            self.at, self.basis = at, basis

    def at_least(self, at: int, basis: str) -> None:
        """Take an instant that was before this line; it holds if none later is known."""
        if self.basis == self.fallback or at > self.at:
            self.set(at, basis)

    def arrived(self, now: int) -> None:
        """Note that lines come in, where nothing better is known."""
        if self.basis == "arrival":
            self.at = now


class Log:
    """What is read of one log."""

    def __init__(self, source: Source, zone: ZoneInfo, only: str | None = None, model: str | None = None) -> None:
        self.source, self.zone, self.only = source, zone, only
        self.clock = Clock(source)
        self.now = source.at
        self.threads = Threads(model)
        self.limits: list[Limit] = []
        self.pending: list[Reading] = []
        self.lines = self.status_snapshots = self.usage_lines = self.web_actions = 0
        self.kinds: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.clocks: dict[int, str] = {}
        self.turns: set[tuple[str, str]] = set()
        self.items: set[tuple[str, str]] = set()
        self.app_server, self.exec, self.terminal = AppServer(self), Exec(self), Terminal(self)

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        return bool(self.threads.changed or self.pending or self.limits)

    def skip(self, reason: str) -> None:
        """Count a line that could not be used."""
        self.skipped[reason] += 1

    def counted(self, account: Printed, take: Callable[[], object]) -> None:
        """Take what may be a call, and remember what told its instant."""
        before = len(account.calls)
        take()
        for call in account.calls[before:]:
            self.clocks[call.key] = self.clock.basis
        for code, count in account.notes.items():
            self.skipped[code] += count[0]
        account.notes.clear()

    def read(self, raw: bytes | None, now: int) -> None:
        """Read one line without its end; None stands for one that is too long to be held."""
        self.lines += 1
        self.now = now
        self.clock.arrived(now)
        if raw is None:
            self.skip("oversized_line")
        elif raw.lstrip(BLANK)[:1] == b"{":
            self._json(raw)
        else:
            self._text(raw)

    def end(self) -> None:
        """Take what was waited for."""
        self.terminal.end()

    def _text(self, raw: bytes) -> None:
        if not raw.strip():
            self.terminal.read("", self.lines)
        elif self._wanted(TERMINAL) and not self.terminal.read(raw.decode("utf-8", "replace"), self.lines):
            self.skip("plain_text")

    def _json(self, raw: bytes) -> None:
        text = raw.strip(BLANK)
        try:
            message = _message.decode(text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            self.skip("unexpected_shape" if isinstance(error, msgspec.ValidationError) else "invalid_json")
            return
        kind, read = self._reader(message)
        if read is None:
            self.skip(kind)
        elif self._wanted(kind):
            try:
                read(message, text, self.lines)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                self.skip("unexpected_shape")

    def _reader(self, message: Message) -> tuple[str, Callable[[Message, bytes, int], None] | None]:
        """Tell the kind of a line, and who reads it; or why nobody does."""
        if message.method is not None or (message.id is not None and (bytes(message.result) or bytes(message.error))):
            return APP_SERVER, self.app_server.read
        if bytes(message.payload):
            return "rollout_line", None
        if message.type is not None or bytes(message.msg) or bytes(message.prompt) or bytes(message.workdir):
            return EXEC, self.exec.read
        return "unknown_json", None

    def _wanted(self, kind: str) -> bool:
        """Count a line of a kind, unless only another kind is asked for."""
        if self.only not in {None, kind}:
            self.skip("other_kind")
            return False
        self.kinds[kind] += 1
        return True
