"""Making an account's quarters of its devices' buckets: each call once, whoever sent it. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker.shapes import ready

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codex_usage_tracker.pricing.prices import Prices

DAY_MS = 86_400_000

Call = tuple[int, int, int, int, int, int]
"""Hash, input, cached input, cache write, output, reasoning."""
Sums = tuple[int, ...]
"""In the order of `tables.SUMS`."""
NOTHING: Sums = (0,) * 9
_DECODER = msgspec.msgpack.Decoder(ready(list[Call]))


class Held(NamedTuple):
    """A bucket as a device last sent it."""

    start: int
    model: str
    device: int
    calls: bytes
    data_version: int
    taken_at: int


def packed(calls: Iterable[Call]) -> bytes:
    """Return calls as they are stored, the same for the same calls."""
    return msgspec.msgpack.encode(sorted(calls))


def unpacked(stored: bytes) -> list[Call]:
    """Return stored calls."""
    return _DECODER.decode(stored)


def quarters(held: Iterable[Held], prices: Prices) -> dict[tuple[int, str], Sums]:
    """Return the sums of each quarter and model; of devices that disagree on a call, the one that counts newest."""
    sums: dict[tuple[int, str], Sums] = {}
    seen: defaultdict[int, set[int]] = defaultdict(set)
    for one in sorted(held, key=lambda one: (-one.data_version, -one.taken_at, one.device, one.model)):
        known = seen[one.start]
        fresh = [call for call in unpacked(one.calls) if call[0] not in known]
        known.update(call[0] for call in fresh)
        key = (one.start, one.model)
        if fresh:
            sums[key] = plus(sums.get(key, NOTHING), _summed(fresh, one, prices))
    return sums


def disputed(held: Iterable[Held]) -> set[int]:
    """Return the quarters in which two devices tell different numbers of one call."""
    told: dict[tuple[int, int], Call] = {}
    found = set()
    for one in held:
        for call in unpacked(one.calls):
            if told.setdefault((one.start, call[0]), call) != call:
                found.add(one.start)
    return found


def _summed(calls: list[Call], held: Held, prices: Prices) -> Sums:
    _, *columns = map(sum, zip(*calls, strict=True))
    usd, unpriced, lost = 0, 0, 0
    for call in calls:
        cost = prices.rate(held.model, "standard", "", call[1:], held.start).cost(call[1:])[0]
        usd += cost or 0
        if cost is None:
            unpriced, lost = unpriced + 1, lost + call[1] + call[4]
    return (len(calls), *columns, usd, unpriced, lost)


def plus(some: Sums, more: Sums, sign: int = 1) -> Sums:
    """Add sums, or take them away."""
    return tuple(one + sign * other for one, other in zip(some, more, strict=True))


def all_tokens(stored: bytes) -> int:
    """Return all tokens of stored calls, of which there may be none."""
    return sum(call[1] + call[4] for call in unpacked(stored)) if stored else 0


def tokens(sums: Sums) -> int:
    """Return all tokens of sums."""
    return sums[1] + sums[4]


def changes(
    before: dict[tuple[int, str], Sums], after: dict[tuple[int, str], Sums],
) -> tuple[dict[tuple[int, str], Sums], dict[tuple[int, str], Sums]]:  # fmt: skip
    """Return the quarters that are others now, and by how much each day and model changes."""
    differing = {
        key: after.get(key, NOTHING)
        for key in before.keys() | after.keys()
        if before.get(key, NOTHING) != after.get(key, NOTHING)
    }
    days: dict[tuple[int, str], Sums] = {}
    for start, model in differing:
        by = plus(after.get((start, model), NOTHING), before.get((start, model), NOTHING), -1)
        key = (start // DAY_MS, model)
        days[key] = plus(days.get(key, NOTHING), by)
    return differing, days
