"""What a hub is told of calls: by quarters of an hour, with a mark that changes whenever one of its calls does."""

from __future__ import annotations

from collections import defaultdict
from hashlib import blake2b
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.store.ask import rows, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    import apsw

SUMS = "sum(input), sum(cached_input), sum(cache_write), sum(output), sum(reasoning)"
MARKS = (
    f"SELECT at / 900000, profile_id, count(*), sum(key & 4294967295), sum(key >> 32), {SUMS} FROM call GROUP BY 1, 2"
)
CALLS = (
    "SELECT profile.model, call.key, input, cached_input, cache_write, output, reasoning"
    " FROM call JOIN profile ON profile.id = call.profile_id WHERE at >= ? * 900000 AND at < (? + 1) * 900000"
    " ORDER BY profile.model, call.key"
)
Usage = tuple[int, int, int, int, int]
"""Input, cached input, cache write, output, reasoning."""


class KeyedCall(NamedTuple):
    """A call by its key, the same on every machine."""

    key: int
    usage: Usage


class Source(NamedTuple):
    """Which database it is, and how often it changed: an older one of the same name has a lower generation."""

    name: str
    generation: int


def source(db: apsw.Connection) -> Source:
    """Return which database is asked; its name tells nothing of its secret."""
    secret = scalar(db, "SELECT value FROM meta WHERE name = 'secret'") or b""
    generation = scalar(db, "SELECT value FROM meta WHERE name = 'generation'")
    return Source(blake2b(secret, digest_size=8, person=b"hub").hexdigest(), int(generation or 0))


def marks(db: apsw.Connection) -> dict[int, int]:
    """Return the quarters with calls, counted from 1970, each with its mark of 63 bits: the same for the same calls."""
    models = dict(rows(db, "SELECT id, model FROM profile"))
    sums: defaultdict[int, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0] * 8))
    for quarter, profile, *numbers in rows(db, MARKS):
        by_model = sums[quarter]
        by_model[models[profile]] = [one + more for one, more in zip(by_model[models[profile]], numbers, strict=True)]
    return {quarter: _mark(sorted(by_model.items())) for quarter, by_model in sums.items()}


def _mark(told: object) -> int:
    return int.from_bytes(blake2b(repr(told).encode("utf-8", "replace"), digest_size=8).digest()) >> 1


def calls(db: apsw.Connection, quarter: int) -> Iterator[tuple[str, list[KeyedCall]]]:
    """Give the calls of a quarter by model, which is empty where it is unknown."""
    for model, group in groupby(rows(db, CALLS, (quarter, quarter)), key=lambda row: row[0]):
        yield model, [KeyedCall(row[1], row[2:7]) for row in group]
