"""Words for what is wrong with a file of settings: which key, what stands there, what belongs there."""

import re
from decimal import Decimal
from typing import Any, NoReturn

import msgspec
from msgspec import inspect

from codex_usage_tracker.config.nodes import Node, Path, told
from codex_usage_tracker.errors import InvalidSettingsError

SYNTAX_HINT = 'A JSON object belongs here, such as {"key": "value", "other": 1}.'
WHERE = re.compile(r"(?P<what>.*?)(?: - at (?P<key>`key` in )?`\$(?P<path>.*)`)?", re.DOTALL)
STEP = re.compile(r"\[(\d+)\]|(\[\.\.\.\])|\.([^.\[]+)")
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
ANY = ""
"""Instead of the key of an object, where msgspec does not tell which one it was."""
LONGEST_VALUE, LONGEST_SENTENCE = 60, 300


def explained(
    error: msgspec.ValidationError, document: Any, kind: type[Any], found: list[Node],
) -> InvalidSettingsError:  # fmt: skip
    """Return what msgspec found wrong, with the keys that it does not tell."""
    split = WHERE.fullmatch(str(error))
    what, inner = (split["what"], split["path"] or "") if split else (str(error), "")
    path = _with_keys(_steps(inner), document, kind, inner)
    name = f"`{told(path)}`" if path else "the file"
    node = next((one for one in found if one.path == path), None)
    if split and split["key"]:
        return InvalidSettingsError(f"a key in {name} is wrong", f"Its keys are {_expected(what)}.")
    if lacking := LACKING.fullmatch(what):
        return InvalidSettingsError(f"{name} has no `{lacking[1]}`", _hint_of_field(node, lacking[1]))
    if node is None or isinstance(error.__cause__, ValueError):
        return _of_the_whole(what, path)
    expected = _choices(node.kind) or _range(node.kind) or _expected(what)
    return InvalidSettingsError(f"{name} is {shown(node.value)}", f"{expected[:1].upper()}{expected[1:]} belongs here.")


def _of_the_whole(what: str, path: Path) -> InvalidSettingsError:
    """Return what the struct itself found wrong: "`key` is 5; what it should be"."""
    said = OF_KEY.fullmatch(shortened(what, LONGEST_SENTENCE))
    if not said:
        return InvalidSettingsError(f"`{told(path)}`: {shortened(what, LONGEST_SENTENCE)}", "")
    hint = said["hint"] or ""
    return InvalidSettingsError(
        f"`{told((*path, said['key']))}` {said['rest']}", f"{hint[:1].upper()}{hint[1:]}." if hint else ""
    )


def _steps(text: str) -> Path:
    return tuple(
        int(index) if index else ANY if some else name for index, some, name in STEP.findall(text)
    )  # fmt: skip


def _with_keys(path: Path, document: Any, kind: type[Any], place: str) -> Path:
    """Return a path with the keys of objects found by trying each alone."""
    for index, step in enumerate(path):
        if step != ANY:
            continue
        before = path[:index]
        for key in _at(document, before):
            alone = _only(document, before, key)
            if _fails(alone, kind, place):
                document, path = alone, (*before, key, *path[index + 1 :])
                break
    return path


def _fails(document: Any, kind: type[Any], place: str) -> bool:
    try:
        msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        return f"`${place}`" in str(error)
    return False


def _at(document: Any, path: Path) -> Any:
    for key in path:
        document = document[key]
    return document


def _only(document: Any, path: Path, key: str) -> Any:
    """Return a copy of a document, in which one object has one key alone."""
    if not path:
        return {key: document[key]}
    copy = document.copy()
    copy[path[0]] = _only(document[path[0]], path[1:], key)
    return copy


def _expected(what: str) -> str:
    """Return what msgspec expected, in plain words."""
    found = EXPECTED.match(what)
    if not found:
        return shortened(what)
    types = " or ".join(TYPES.get(one, one) for one in found[1].split(" | ") if one != "null")
    return types + found[2]


def _range(kind: inspect.Type) -> str:
    """Return the range of a number or of a text's length, if it has two ends."""
    if isinstance(kind, (inspect.IntType, inspect.FloatType)) and kind.ge is not None and kind.le is not None:
        return f"a {'whole ' * isinstance(kind, inspect.IntType)}number from {kind.ge:g} to {kind.le:,g}"
    if isinstance(kind, inspect.StrType) and kind.min_length and kind.max_length:
        return f"text of {kind.min_length} to {kind.max_length} characters"
    return ""


def _hint_of_field(node: Node | None, name: str) -> str:
    fields = node.kind.fields if node and isinstance(node.kind, inspect.StructType) else ()
    choices = next((_choices(field.type) for field in fields if field.encode_name == name), "")
    return f"It is {choices}." if choices else "Add it."


def _choices(kind: inspect.Type) -> str:
    """Return the words that a value may be, if it may be only some."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.LiteralType):
        return f"one of {', '.join(map(str, kind.values))}"
    return ""


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
