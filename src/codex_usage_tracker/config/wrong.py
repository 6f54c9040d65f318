"""Words for what is wrong with a file of settings: which key, what stands there, what belongs there."""

import re
from decimal import Decimal
from typing import Any, Literal, NoReturn, get_args, get_origin

import msgspec

from codex_usage_tracker.config.nodes import Node, Path, fields, is_struct, told
from codex_usage_tracker.errors import InvalidSettingsError

SYNTAX_HINT = 'A JSON object belongs here, such as {"key": "value", "other": 1}.'
EXPECTED = re.compile(r"Expected `([^`]*)`([^,]*)")
LACKING = re.compile(r"Object missing required field `(.*)`")
OF_KEY = re.compile(r"`(?P<key>[^`]*)` (?P<rest>[^;]*)(?:; (?P<hint>.*))?")
TYPES = {
    "int": "a whole number",
    "decimal": "a number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object in braces",
}
LONGEST_VALUE, LONGEST_SENTENCE = 60, 300


def explained(error: msgspec.ValidationError, document: Node) -> InvalidSettingsError:
    """Return what msgspec found wrong, told of the smallest part of a document that is."""
    node, error = _innermost(document, error)
    what, place, _ = str(error).partition(" - at ")
    name = f"`{told(node.path)}`" if node.path else "the file"
    if place and "`key`" in str(error):
        return InvalidSettingsError(f"a key in {name} is wrong", f"Its keys are {_expected(what)}.")
    if lacking := LACKING.fullmatch(what):
        return InvalidSettingsError(f"{name} has no `{lacking[1]}`", _hint_of_field(node, lacking[1]))
    if isinstance(error.__cause__, ValueError):
        return _of_the_whole(what, node.path)
    expected = _choices(node.shape) or _range(node) or _expected(what)
    return InvalidSettingsError(f"{name} is {shown(node.value)}", f"{expected[:1].upper()}{expected[1:]} belongs here.")


def _innermost(node: Node, error: msgspec.ValidationError) -> tuple[Node, msgspec.ValidationError]:
    for inner in node.inner():
        try:
            msgspec.convert(inner.value, inner.kind)
        except msgspec.ValidationError as found:
            return _innermost(inner, found)
    return node, error


def _of_the_whole(what: str, path: Path) -> InvalidSettingsError:
    """Return what the struct itself found wrong: "`key` is 5; what it should be"."""
    said = OF_KEY.fullmatch(shortened(what, LONGEST_SENTENCE))
    if not said:
        return InvalidSettingsError(f"`{told(path)}`: {shortened(what, LONGEST_SENTENCE)}", "")
    hint = said["hint"] or ""
    return InvalidSettingsError(
        f"`{told((*path, said['key']))}` {said['rest']}", f"{hint[:1].upper()}{hint[1:]}." if hint else ""
    )


def _expected(what: str) -> str:
    """Return what msgspec expected, in plain words."""
    found = EXPECTED.match(what)
    if not found:
        return shortened(what)
    types = " or ".join(TYPES.get(one, one) for one in found[1].split(" | ") if one != "null")
    return types + found[2]


def _range(node: Node) -> str:
    """Return the range of a number or of a text's length, if it has two ends."""
    metas = [meta for meta in _descriptions(node.kind) if isinstance(meta, msgspec.Meta)]
    for meta in metas:
        if meta.ge is not None and meta.le is not None:
            return f"a {'whole ' * (node.shape is int)}number from {meta.ge:g} to {meta.le:,g}"
        if meta.min_length and meta.max_length:
            return f"text of {meta.min_length} to {meta.max_length} characters"
    return ""


def _descriptions(kind: Any) -> list[Any]:
    found = list(getattr(kind, "__metadata__", ()))
    return [*found, *(meta for one in get_args(kind) for meta in getattr(one, "__metadata__", ()))]


def _hint_of_field(node: Node, name: str) -> str:
    choices = _choices(Node((), None, fields(node.shape).get(name)).shape) if is_struct(node.shape) else ""
    return f"It is {choices}." if choices else "Add it."


def _choices(shape: Any) -> str:
    """Return the words that a value may be, if it may be only some."""
    return f"one of {', '.join(sorted(map(str, get_args(shape))))}" if get_origin(shape) is Literal else ""


def shown(value: Any) -> str:
    """Return a wrong value as it may be told: numbers and short texts as they are, the rest by what it is."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, str):
        return f"the text {shortened(value)!a}"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return shortened(str(value))


def shortened(text: str, most: int = LONGEST_VALUE) -> str:
    """Return a text on one line that is not too long and steers no terminal."""
    plain = "".join(one if one.isprintable() else " " for one in text[: most + 1])
    return plain if len(plain) <= most else plain[:most] + "..."


def decimal(text: str) -> Decimal:
    """Return an exact number; NaN where it is none."""
    try:
        return Decimal(text)
    except ArithmeticError:
        return Decimal("NaN")


def constant(name: str) -> NoReturn:
    """Refuse what Python calls a number and JSON does not."""
    raise ValueError(f"{name} is no number of JSON")
