"""Looking into one log without writing anything."""

import os
from collections import Counter
from collections.abc import Iterable

from codex_usage_tracker.contract import SCHEMA, Tokens
from codex_usage_tracker.contract.logs import LogInspection, LogLimit, LogNote
from codex_usage_tracker.contract.notes import meaning
from codex_usage_tracker.errors import FileAccessError, NotFoundError
from codex_usage_tracker.ingest import jobs
from codex_usage_tracker.ingest.jobs import Job
from codex_usage_tracker.model import Call, Claim, Limit, Note, Profile, Reading, Thread, Usage

UNKNOWN = "unknown"


def inspect(path: str) -> LogInspection:
    """Read a log from beginning to end and return what it holds."""
    seen = Seen()
    for reading in _readings(path):
        seen.take(reading)
    return seen.inspection(path)


def _readings(path: str) -> Iterable[Reading]:
    try:
        size = os.path.getsize(path)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise NotFoundError(msg, "Name a rollout, such as those in ~/.codex/sessions.") from error
    for done, _ in jobs.read_all([Job(0, os.path.basename(path), path, size)], 0):
        if done.reading is None:
            msg = f"{path} cannot be read: {done.problem}"
            raise FileAccessError(msg, "Name a rollout that can be read.")
        yield done.reading


class Seen:
    """What was seen of one log so far; a call that is told again with more about it counts once."""

    def __init__(self) -> None:
        self.thread = Thread("")
        self.name: str | None = None
        self.calls: dict[int, tuple[Call, Profile]] = {}
        self.claims: dict[int, Claim] = {}
        self.turns: set[str] = set()
        self.limits: dict[tuple[str, int], Limit] = {}
        self.notes: dict[str, Note] = {}
        self.lines = self.offset = 0
        self.own = ""

    def take(self, reading: Reading) -> None:
        """Add a slice."""
        self.thread = self.thread if self.thread.thread else reading.thread or self.thread
        self.name, self.own = reading.name or self.name, reading.own
        self.calls |= {call.key: (call, reading.profiles[call.profile]) for call in reading.calls}
        self.claims |= {claim.call.key: claim for claim in reading.claims}
        self.turns |= {turn.turn for turn in reading.turns}
        self.limits |= {(limit.limit_id, limit.window_minutes): limit for limit in reading.limits}
        for note in reading.notes:
            before = self.notes.get(note.code)
            self.notes[note.code] = before._replace(times=before.times + note.times) if before else note
        self.lines, self.offset = reading.lines, reading.offset

    def inspection(self, path: str) -> LogInspection:
        """Return all that was seen."""
        thread, calls = self.thread, [call for call, _ in self.calls.values()]
        times = [call.at for call in calls]
        return LogInspection(
            schema=SCHEMA.format("inspect-log"),
            path=path,
            bytes=os.path.getsize(path),
            lines=self.lines,
            read_bytes=self.offset,
            thread_id=thread.thread or self.own,
            thread_name=self.name,
            parent_thread_id=thread.parent,
            forked_from_id=thread.forked_from,
            created_at=thread.created_at,
            cwd=thread.cwd,
            git_branch=thread.git_branch,
            originator=thread.originator,
            client_version=thread.client_version,
            source=thread.source,
            first_at=min(times, default=None),
            last_at=max(times, default=None),
            totals=_numbers(calls),
            models=self._by_model(),
            bases=Counter(profile.basis for _, profile in self.calls.values()),
            kinds=Counter(profile.kind for _, profile in self.calls.values()),
            claims=Counter(claim.standing for claim in self.claims.values()),
            turns=len(self.turns),
            facts=_facts(calls),
            limits=[_limit(limit) for limit in self.limits.values()],
            notes=[_note(note) for note in self.notes.values()],
        )

    def _by_model(self) -> dict[str, Tokens]:
        found: dict[str, list[Call]] = {}
        for call, profile in self.calls.values():
            found.setdefault(profile.model or UNKNOWN, []).append(call)
        return {model: _numbers(calls) for model, calls in found.items()}


def _numbers(calls: Iterable[Call]) -> Tokens:
    """Return the numbers of some calls, by the definitions of `query.metrics`."""
    usages: list[Usage] = [call.usage for call in calls]
    total, cached, written, output, reasoning = (
        (sum(column) for column in zip(*usages, strict=True)) if usages else [0] * 5
    )
    return Tokens(
        calls=len(usages),
        input_tokens=total,
        cached_input_tokens=cached,
        cache_write_input_tokens=written,
        uncached_input_tokens=total - cached,
        output_tokens=output,
        reasoning_output_tokens=reasoning,
        total_tokens=total + output,
    )


def _facts(calls: Iterable[Call]) -> dict[str, int]:
    """Return how often each label occurs."""
    found: Counter[str] = Counter()
    for call in calls:
        for label, numbers in call.facts.items():
            found[label] += numbers[0]
    return dict(found.most_common())


def _limit(limit: Limit) -> LogLimit:
    return LogLimit(
        limit_id=limit.limit_id,
        window_minutes=limit.window_minutes,
        used_percent=limit.used,
        observed_at=limit.at,
        resets_at=limit.resets_at,
        plan=limit.plan,
    )


def _note(note: Note) -> LogNote:
    text, expected = meaning(note.code)
    return LogNote(code=note.code, count=note.times, first_line=note.first_line, meaning=text, expected=expected)
