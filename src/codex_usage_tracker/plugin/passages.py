"""JSON of others edited as text, so that all that is not ours keeps its every byte."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from codex_usage_tracker.errors import InvalidSettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SPACE = re.compile(r"[ \t\r\n]*")
INDENT = re.compile(r"\n([ \t]+)")


class Passage(NamedTuple):
    """What was put in, and before how many characters that was."""

    new: str
    place: int


class _Part(NamedTuple):
    """A member of an object or an element of a list: where it begins, and where its value begins and ends."""

    key: str | int
    start: int
    value: int
    end: int


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


DECODER = json.JSONDecoder(parse_constant=_no_number)


def parsed(text: str) -> Any:
    """Return what a text of JSON says; a ValueError tells why it is none."""
    if not text.strip():
        raise ValueError("it is empty")
    if text.startswith("\ufeff"):
        raise ValueError("it begins with a byte order mark, which is no JSON")
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def at(text: str, keys: Sequence[str | int]) -> Any:
    """Return the value at a place, or None."""
    value = parsed(text)
    for key in keys:
        known = isinstance(value, dict) if isinstance(key, str) else isinstance(value, list) and key < len(value)
        value = value[key] if known and (isinstance(key, int) or key in value) else None
    return value


def added(text: str, keys: Sequence[str], item: Any) -> tuple[str, Passage]:
    """Return a text with one more element at the end of the list at `keys`, which is made where it is not there."""
    place = _skip(text, 0)
    for depth, key in enumerate(keys):
        if text[place] != "{":
            raise InvalidSettingsError(f"what holds `{key}` is no object", "")
        found = [part for part in _parts(text, place) if part.key == key]
        if len(found) > 1:
            raise InvalidSettingsError(f"`{key}` stands in it twice", "")
        if not found:
            value: Any = [item]
            for inner in reversed(keys[depth + 1 :]):
                value = {inner: value}
            return _put(text, place, value, key)
        place = found[0].value
    if text[place] != "[":
        raise InvalidSettingsError(f"`{keys[-1]}` is no list", "")
    return _put(text, place, item)


def without(text: str, keys: Sequence[str | int], is_ours: Callable[[Any], bool]) -> str:
    """Return a text without the elements of a list that are ours."""
    if not isinstance(at(text, keys), list):
        return text
    place = _skip(text, 0)
    for key in keys:
        place = next(part.value for part in reversed(list(_parts(text, place))) if part.key == key)
    parts = list(_parts(text, place))
    for number in range(len(parts) - 1, -1, -1):
        start, end = parts[number].start, parts[number].end
        if is_ours(DECODER.raw_decode(text, parts[number].value)[0]):
            if number:
                start = parts[number - 1].end
            elif len(parts) > 1:
                end = parts[1].start
            return without(text[:start] + text[end:], keys, is_ours)
    return text


def undone(text: str, passage: Passage) -> str:
    """Return a text as it was before, if the passage still stands in it as it was put in: there, or anywhere once."""
    new, place = passage
    if not text.startswith(new, place):
        place = text.find(new) if text.count(new) == 1 else len(text)
    before = text[:place] + text[place + len(new) :]
    try:
        parsed(before or "{}")
    except ValueError:  # the same characters, and another passage
        return text
    return before


def _put(text: str, place: int, value: Any, key: str | None = None) -> tuple[str, Passage]:
    """Put a value at the end of the object or list that begins at a place, in the manner of what is there."""
    parts = list(_parts(text, place))
    if parts:
        start, put = parts[-1].start, parts[-1].end
        gap = text[len(text[:start].rstrip(" \t\r\n")) : start]
        new = "," + gap + _written(text, gap, value, key)
    else:
        put = place + 1
        line = text[text.rfind("\n", 0, place) + 1 : place]
        outer = "\r\n" * ("\r\n" in text) or "\n" * ("\n" in text)
        outer += line[: len(line) - len(line.lstrip(" \t"))] if outer else ""
        gap = outer + _unit(text) if outer else ""
        new = gap + _written(text, gap, value, key)
        new += "" if "\n" in text[put : _skip(text, put)] else outer
    return text[:put] + new + text[put:], Passage(new, put)


def _written(text: str, gap: str, value: Any, key: str | None) -> str:
    """Return a value as text: over several lines, if what stands beside it begins a line."""
    if "\n" in gap:
        newline = "\r\n" if "\r\n" in gap else "\n"
        shown = json.dumps(value, indent=_unit(text), ensure_ascii=False)
        shown = shown.replace("\n", newline + gap.rpartition("\n")[2])
    else:
        shown = json.dumps(value, ensure_ascii=False)
    return shown if key is None else f"{json.dumps(key)}: {shown}"


def _unit(text: str) -> str:
    found = INDENT.search(text)
    return found[1] if found else "  "


def _skip(text: str, place: int) -> int:
    found = SPACE.match(text, place)
    return found.end() if found else place


def _parts(text: str, place: int) -> Iterator[_Part]:
    """Give the parts of the object or list that begins at a place."""
    closing = {"{": "}", "[": "]"}[text[place]]
    place, number = _skip(text, place + 1), 0
    while text[place] != closing:
        start, key = place, number
        if closing == "}":
            key, end = DECODER.raw_decode(text, place)
            place = _skip(text, _skip(text, end) + 1)
        end = DECODER.raw_decode(text, place)[1]
        yield _Part(key, start, place, end)
        number += 1
        place = _skip(text, end)
        if text[place] == ",":
            place = _skip(text, place + 1)
