"""What a hub is told of calls: by quarters of an hour, with a mark that changes whenever one of its calls does."""

from __future__ import annotations

from hashlib import blake2b
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.store.ask import rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import apsw

SUMS = "sum(input), sum(cached_input), sum(cache_write), sum(output), sum(reasoning), sum(profile_id)"
MARKS = f"SELECT at / 900000, count(*), sum(key & 4294967295), sum(key >> 32), {SUMS} FROM call GROUP BY 1"
CALLS = (
    "SELECT call.at / 900000 AS quarter, profile.model, call.key, input, cached_input, cache_write, output, reasoning"
    " FROM call JOIN profile ON profile.id = call.profile_id WHERE at >= ? * 900000 AND at < (? + 1) * 900000"
    " ORDER BY quarter, profile.model, call.key"
)
Usage = tuple[int, int, int, int, int]
"""Input, cached input, cache write, output, reasoning."""


class KeyedCall(NamedTuple):
    """A call by its key, the same on every machine."""

    key: int
    usage: Usage


class ModelCalls(NamedTuple):
    """The calls of one model, empty where it is unknown, within a quarter of an hour counted from 1970."""

    quarter: int
    model: str
    calls: list[KeyedCall]


def marks(db: apsw.Connection) -> dict[int, int]:
    """Return the quarters with calls, each with its mark of 63 bits."""
    return {row[0]: int.from_bytes(blake2b(repr(row).encode(), digest_size=8).digest()) >> 1 for row in rows(db, MARKS)}


def calls(db: apsw.Connection, quarters: Sequence[int]) -> Iterator[ModelCalls]:
    """Give the calls of quarters by model, in order of time."""
    wanted = set(quarters)
    found = rows(db, CALLS, (min(wanted, default=0), max(wanted, default=-1)))
    for (quarter, model), group in groupby(found, key=lambda row: row[:2]):
        if quarter in wanted:
            yield ModelCalls(quarter, model, [KeyedCall(row[2], row[3:8]) for row in group])
