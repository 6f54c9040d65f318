"""The values of a JSON document side by side with the types that they should have."""

import re
from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import msgspec

Path = tuple[str | int, ...]

PLAIN_KEY = re.compile(r"[\w$-]{1,80}")
LONGEST_KEY = 80


class Node(NamedTuple):
    """One value, where it stands, and what it should be."""

    path: Path
    value: Any
    kind: Any

    @property
    def shape(self) -> Any:
        """The type without its descriptions; of several, the one that fits the value best."""
        return _shape(self.kind, self.value)

    def inner(self) -> Iterator["Node"]:
        """Return the values in this one, as far as its type goes on."""
        value, shape = self.value, self.shape
        if isinstance(value, dict) and is_struct(shape):
            known = fields(shape)
            yield from (Node((*self.path, key), one, known[key]) for key, one in value.items() if key in known)
        elif isinstance(value, dict) and get_origin(shape) is dict:
            yield from (Node((*self.path, key), one, get_args(shape)[1]) for key, one in value.items())
        elif isinstance(value, list) and get_origin(shape) in {list, tuple}:
            yield from (Node((*self.path, index), one, get_args(shape)[0]) for index, one in enumerate(value))

    def all(self) -> Iterator["Node"]:
        """Return this value and all that is in it."""
        yield self
        for node in self.inner():
            yield from node.all()


def is_struct(shape: Any) -> bool:
    """Say whether a type is an object of known keys."""
    return isinstance(shape, type) and issubclass(shape, msgspec.Struct)


@cache
def fields(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the keys of an object of known keys, each with the type of its value."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(struct)}


def _shape(kind: Any, value: Any) -> Any:
    if get_origin(kind) is Annotated:
        return _shape(get_args(kind)[0], value)
    if get_origin(kind) not in {Union, UnionType}:
        return kind
    shapes = [_shape(one, value) for one in get_args(kind) if one is not type(None)]
    return next((one for one in shapes if _fits(one, value)), shapes[0])


def _fits(shape: Any, value: Any) -> bool:
    if isinstance(value, dict):
        return is_struct(shape) or get_origin(shape) is dict
    return isinstance(value, list) and get_origin(shape) in {list, tuple}


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
