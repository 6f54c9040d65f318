"""What a refresh did, and who wants to know how it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker.ingest.discover import Problem

if TYPE_CHECKING:
    from collections.abc import Callable


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
