"""The values of a JSON document side by side with the types that they should have."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec import inspect

Path = tuple[str | int, ...]

PLAIN_KEY = re.compile(r"[\w$-]{1,80}")
OBJECTS = (inspect.StructType, inspect.DictType)
LISTS = (inspect.ListType, inspect.VarTupleType)
LONGEST_KEY = 80


class Node(NamedTuple):
    """One value, where it stands, and what it should be."""

    path: Path
    value: Any
    kind: inspect.Type


def nodes(value: Any, kind: inspect.Type, path: Path = ()) -> Iterator[Node]:
    """Return a value and all that is in it, as far as its type goes on."""
    kind = _plain(kind, value)
    yield Node(path, value, kind)
    for key, inner, inner_kind in _children(value, kind):
        yield from nodes(inner, inner_kind, (*path, key))


def _children(value: Any, kind: inspect.Type) -> Iterator[tuple[str | int, Any, inspect.Type]]:
    if isinstance(kind, inspect.StructType) and isinstance(value, dict):
        yield from (
            (field.encode_name, value[field.encode_name], field.type)
            for field in kind.fields
            if field.encode_name in value
        )
    elif isinstance(kind, inspect.DictType) and isinstance(value, dict):
        yield from ((key, inner, kind.value_type) for key, inner in value.items())
    elif isinstance(kind, LISTS) and isinstance(value, list):
        yield from ((index, inner, kind.item_type) for index, inner in enumerate(value))


def _plain(kind: inspect.Type, value: Any) -> inspect.Type:
    """Return a type without its descriptions; of several, the one that fits the value best."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if not isinstance(kind, inspect.UnionType):
        return kind
    members = [_plain(one, value) for one in kind.types]
    shape: tuple[type[inspect.Type], ...] = ()
    if isinstance(value, (dict, list)):
        shape = OBJECTS if isinstance(value, dict) else LISTS
    fitting = [one for one in members if isinstance(one, shape)]
    return (fitting or [one for one in members if not isinstance(one, inspect.NoneType)])[0]


def told(path: Path) -> str:
    """Return a path as people write it: `windows.weekly.reset_at`, `rules[0].input`, `aliases["my project"]`."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        elif PLAIN_KEY.fullmatch(key):
            text += f".{key}" if text else key
        else:
            text += f"[{key[:LONGEST_KEY]!a}]"
    return text
