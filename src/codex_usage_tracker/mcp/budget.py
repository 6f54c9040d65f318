"""Answers within a size: lists are cut where an answer is too large, and the answer says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import json

from codex_usage_tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Iterator

USUAL_BYTES, LEAST_BYTES, MOST_BYTES = 20_000, 2_000, 200_000
MOST_ROWS = 1_000
"""More rows than that are never within the largest size."""
WITHIN_ROWS = 3
"""So many items of a list within a row are shown where an answer is too large."""
RESERVED_BYTES = 400
"""Room for the words about what was cut."""
ALIGNED = frozenset({"buckets", "series"})
"""Lists of which an item of one belongs to an item of another: these are never cut."""
LATEST_LAST = frozenset({"entries"})
"""Lists of which the end is kept."""


class AnswerTooLargeError(TrackerError):
    """An answer that cannot be cut to the size that was asked for."""

    code = "answer_too_large"


class Part(NamedTuple):
    """A list within an answer: what it is in, its name there, its path, its bytes."""

    parent: dict[str, Any]
    name: str
    path: str
    bytes: int


def fit(answer: dict[str, Any], most: int) -> dict[str, Any]:
    """Return an answer of so many bytes at most: lists are shorter, and `shortened` says which.

    It says how many are shown, of how many; of lists within rows, which go first, it tells the longest. Totals stay
    those of all that was asked for; a page says where the next one begins.
    """
    if len(json.encode(answer)) <= most:
        return answer
    shortened: dict[str, dict[str, int]] = {}
    for part in [*_within(answer, "")]:
        told = shortened.setdefault(part.path, {"shown": WITHIN_ROWS, "of": 0})
        told["of"] = max(told["of"], len(part.parent[part.name]))
        part.parent[part.name] = part.parent[part.name][:WITHIN_ROWS]
    while (over := len(json.encode(answer)) + RESERVED_BYTES - most) > 0:
        parts = [*_parts(answer, "")]
        if not parts:
            hint = "Ask for less (a shorter range, fewer groups, longer buckets), or for more bytes (max_bytes)."
            raise AnswerTooLargeError(f"the answer is {over:,} bytes larger than its {most:,}", hint)
        part = max(parts, key=lambda one: one.bytes)
        told = shortened.setdefault(part.path, {"shown": 0, "of": len(part.parent[part.name])})
        told["shown"] = _cut(part, over)
    return answer | {"shortened": shortened}


def _parts(value: dict[str, Any], path: str) -> Iterator[Part]:
    """Give the lists that can be cut, those of rows apart."""
    for name, inner in value.items():
        here = f"{path}.{name}" if path else name
        if isinstance(inner, dict):
            yield from _parts(inner, here)
        elif _is_rows(inner) and len(inner) > 1 and name not in ALIGNED:
            yield Part(value, name, here, len(json.encode(inner)))


def _within(value: Any, path: str, *, inside: bool = False) -> Iterator[Part]:
    """Give the lists within rows that are longer than they are shown."""
    for name, inner in value.items():
        here = f"{path}.{name}" if path else name
        if isinstance(inner, dict):
            yield from _within(inner, here, inside=inside)
        elif _is_rows(inner) and name not in ALIGNED:
            if inside and len(inner) > WITHIN_ROWS:
                yield Part(value, name, here, 0)
            for one in inner:
                yield from _within(one, f"{here}[]", inside=True)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _cut(part: Part, over: int) -> int:
    """Shorten a list by about so many bytes, by half at most, and let what is around it say so; return its length."""
    parent, rows = part.parent, part.parent[part.name]
    keep = max(1, len(rows) // 2, len(rows) - over * len(rows) // part.bytes - 1)
    keep = min(keep, len(rows) - 1)
    parent[part.name] = rows[-keep:] if part.name in LATEST_LAST else rows[:keep]
    if part.name in LATEST_LAST:
        parent["before"] = parent[part.name][0]["line_number"]
    if part.name == "rows" and "row_count" in parent:
        parent["row_count"] = keep
        for name, value in (("truncated", True), ("has_more", True), ("next_offset", parent.get("offset", 0) + keep)):
            if name in parent:
                parent[name] = value
    return keep
