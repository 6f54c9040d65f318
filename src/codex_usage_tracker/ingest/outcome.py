"""What a refresh did, and who wants to know how it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker.ingest.discover import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from codex_usage_tracker.contract.outcomes import Refresh


class Refreshed(msgspec.Struct):
    """What a refresh did."""

    scanned_files: int = 0
    read_files: int = 0
    read_bytes: int = 0
    new_calls: int = 0
    rewritten_files: int = 0
    repriced_calls: int = 0
    waited: bool = False
    interrupted: bool = False
    problems: list[Problem] = []
    notes: dict[str, int] = {}
    generation: int = 0
    duration_ms: int = 0

    def answer(self, database: str) -> Refresh:
        """Return what was done to a database, as it leaves the process."""
        from codex_usage_tracker.contract import SCHEMA  # noqa: PLC0415  (few who refresh tell of it)
        from codex_usage_tracker.contract.outcomes import FileProblem, Refresh  # noqa: PLC0415

        return Refresh(
            schema=SCHEMA.format("refresh"),
            scanned_files=self.scanned_files,
            read_files=self.read_files,
            read_bytes=self.read_bytes,
            new_calls=self.new_calls,
            parsed_events=self.new_calls,
            inserted_or_updated_events=self.new_calls,
            rewritten_files=self.rewritten_files,
            repriced_calls=self.repriced_calls,
            parser_diagnostics=self.notes,
            problems=[FileProblem(path=one.path, reason=one.reason) for one in self.problems],
            waited=self.waited,
            interrupted=self.interrupted,
            generation=self.generation,
            duration_ms=self.duration_ms,
            db_path=database,
        )


class Progress(NamedTuple):
    """How far a refresh is: bytes and files that are read, of those that are to be read."""

    bytes: int
    all_bytes: int
    files: int
    all_files: int


class Watching(NamedTuple):
    """Who wants to know how a refresh goes on, and that it waits for another."""

    progress: Callable[[Progress], None] | None = None
    waiting: Callable[[], None] | None = None
