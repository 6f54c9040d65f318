"""The text of a file of settings as typed values, with all that is odd about it."""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

import msgspec

from codex_usage_tracker.config import wrong
from codex_usage_tracker.config.nodes import Node, fields, is_struct, told
from codex_usage_tracker.errors import InvalidSettingsError
from codex_usage_tracker.shapes import ready

T = TypeVar("T")

LARGEST_EXPONENT = 30
"""No figure of ours has more digits than that before its point, or zeros behind it."""


def understood(raw: bytes, kind: type[T]) -> tuple[T, list[str]]:
    """Return the values of a file, and a warning for each thing in it that has no effect."""
    text = _text(raw)
    document, warnings = _parsed(text)
    whole = Node((), document, kind)
    nodes = list(whole.all())
    _check_decimals(nodes)
    try:
        value = msgspec.json.decode(text, type=ready(kind))
    except msgspec.ValidationError as error:
        raise wrong.explained(error, whole) from error
    except (msgspec.DecodeError, ArithmeticError, RecursionError) as error:
        raise InvalidSettingsError(f"it cannot be understood: {error}", wrong.SYNTAX_HINT) from error
    return value, [*warnings, *_unknown(nodes)]


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InvalidSettingsError(f"line {line} is not UTF-8 text", "Save the file as UTF-8.") from error


def _parsed(text: str) -> tuple[Any, list[str]]:
    """Return a document with its numbers exact, and a warning for each key that stands twice in one object."""
    warnings: list[str] = []
    whole = partial(_object, warnings=warnings)
    try:
        document = json.loads(text, object_pairs_hook=whole, parse_float=wrong.decimal, parse_constant=wrong.constant)
    except json.JSONDecodeError as error:
        msg = f"line {error.lineno}, column {error.colno} is no JSON: {error.msg}"
        raise InvalidSettingsError(msg, wrong.SYNTAX_HINT) from error
    except (ValueError, RecursionError) as error:
        msg = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InvalidSettingsError(msg, wrong.SYNTAX_HINT) from error
    return document, warnings


def _object(pairs: list[tuple[str, Any]], warnings: list[str]) -> dict[str, Any]:
    made = dict(pairs)
    times = Counter(key for key, _ in pairs) if len(made) < len(pairs) else {}
    warnings += (
        f"`{told((key,))}` stands {n} times in one object; the last holds" for key, n in times.items() if n > 1
    )
    return made


def _check_decimals(nodes: list[Node]) -> None:
    """Refuse what Decimal accepts and no price is: NaN, infinities, a billion digits."""
    for node in nodes:
        if node.shape is not Decimal or not isinstance(node.value, (str, int, float, Decimal)):
            continue
        number = wrong.decimal(str(node.value))
        if not isinstance(node.value, bool) and not (number.is_finite() and abs(number.adjusted()) <= LARGEST_EXPONENT):
            raise InvalidSettingsError(f"`{told(node.path)}` is {wrong.shown(node.value)}", "A number belongs here.")


def _unknown(nodes: list[Node]) -> Iterator[str]:
    """Name every key that means nothing, and the one that may have been meant."""
    for node in nodes:
        if not is_struct(node.shape) or not isinstance(node.value, dict):
            continue
        known = list(fields(node.shape))
        for key in node.value:
            if key not in known and (node.path or key != "$schema"):
                yield f"`{told((*node.path, key))}` is not known and means nothing here{_nearest(key, known)}"


def _nearest(key: str, known: list[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  (few files have unknown keys)

    near = get_close_matches(key.lower()[:100], known, 1)
    return f"; did you mean `{near[0]}`?" if near else ""
