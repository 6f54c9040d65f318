"""Sums of what logs tell: tables of counters by key, which add up in any order, and the largest of some things."""

from __future__ import annotations

import hashlib
import heapq
import posixpath
from typing import NamedTuple

TABLES: dict[str, tuple[str, ...]] = {
    "total": ("count",),
    "function": ("calls", "outputs", "counted_outputs", "output_tokens"),
    "missing": ("outputs",),
    "command": (
        "commands", "leading", "counted_outputs", "output_tokens", "failed", "retries", "retry_output_tokens",
    ),
    "git": ("interactions", "failed", "output_tokens"),
    "reader": ("commands", "read_events", "output_tokens", "re_reads", "re_read_tokens", "modified_later"),
    "read": ("read_events", "logs", "output_tokens", "re_reads", "re_read_tokens", "modified_later"),
    "change": (
        "events", "logs", "added", "updated", "deleted", "moved", "written", "lines_added", "lines_removed",
    ),
}  # fmt: skip
"""The counters of each table."""
PLACES = {table: {name: place for place, name in enumerate(names)} for table, names in TABLES.items()}
LONGEST_ENDING = 12
MOST = 50
"""So many of the largest are kept."""

Key = tuple[str, ...]


class Large(NamedTuple):
    """A large read or change, where it stands, and what is told of it."""

    size: int
    file_id: int
    line: int
    timestamp: bytes | None
    about: tuple[str | int, ...]


class Tally:
    """Counters by table and key, and the largest reads and changes."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[Key, list[int]]] = {table: {} for table in TABLES}
        self.largest: dict[str, list[Large]] = {"read": [], "change": []}

    def add(self, table: str, key: Key, **counts: int) -> None:
        """Add to the counters of a key."""
        numbers = self.tables[table].get(key)
        if numbers is None:
            numbers = self.tables[table][key] = [0] * len(TABLES[table])
        places = PLACES[table]
        for name, count in counts.items():
            numbers[places[name]] += count

    def count(self, name: str, number: int = 1) -> None:
        """Add to a total."""
        self.add("total", (name,), count=number)

    def total(self, name: str) -> int:
        """Return a total."""
        return self.tables["total"].get((name,), [0])[0]

    def push(self, kind: str, one: Large) -> None:
        """Keep something if it is one of the largest."""
        heap = self.largest[kind]
        if len(heap) < MOST:
            heapq.heappush(heap, one)
        elif one > heap[0]:
            heapq.heapreplace(heap, one)

    def merge(self, other: Tally) -> None:
        """Add all that another one has counted."""
        for table, rows in other.tables.items():
            own = self.tables[table]
            for key, numbers in rows.items():
                before = own.get(key)
                own[key] = numbers[:] if before is None else [a + b for a, b in zip(before, numbers, strict=True)]
        for kind, heap in other.largest.items():
            for one in heap:
                self.push(kind, one)


def label_of(path: str, secret: bytes) -> Key:
    """Return what is kept of a path: its base name with a keyed hash of the whole, and its extension."""
    name = posixpath.basename(path) or "/"
    digest = hashlib.blake2b(path.encode("utf-8", "replace"), key=secret[:64], digest_size=4).hexdigest()
    ending = posixpath.splitext(name)[1].lower()
    return f"{name} #{digest}", ending if len(ending) <= LONGEST_ENDING else ""


def split(total: int, parts: int) -> list[int]:
    """Return a whole number in nearly equal parts that add up to it."""
    each, rest = divmod(total, parts)
    return [each + (place < rest) for place in range(parts)]
