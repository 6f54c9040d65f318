"""The forms of the lines (in forms.json), as the client writes them, with blanks for what differs."""

import re
from collections.abc import Iterator
from pathlib import Path
from sys import intern
from typing import Any

import msgspec

ENCODER = msgspec.json.Encoder()
_NULL = "\0"
_LEFT_OUT = re.compile(rb',"\w+":"\\u0000"')


def json(value: object) -> str:
    """Return a value as JSON."""
    return ENCODER.encode(value).decode()


class Form:
    """An object with blanks: `"$name"` is filled by what has that name, a key with `"?name"` is left out for null.

    The blanks in `ids` (`"$new_x"`) are filled by a new id that begins with `x_`.
    """

    def __init__(self, form: dict[str, Any]) -> None:
        self.form = form
        found = list(_blanks(form))
        self._blanks = [(place, key, intern(text[1:])) for place, key, text in found if text[0] == "$"]
        self._options = [(place, key, intern(text[1:])) for place, key, text in found if text[0] == "?"]
        self.is_response = form.get("type") == "response_item"
        names = {name for _, _, name in self._blanks}
        self.is_ordered, self.is_item = "order" in names, "since" in names
        self.ids = [(name, f"{name[4:]}_") for name in names if name.startswith("new_")]

    def append_to(self, content: bytearray, known: dict[str, Any]) -> None:
        """Append the object as JSON, its blanks filled from what is known."""
        for place, key, name in self._blanks:
            place[key] = known[name]
        if not self._options:
            ENCODER.encode_into(self.form, content, -1)
            return
        for place, key, name in self._options:
            place[key] = _NULL if known[name] is None else known[name]
        content += _LEFT_OUT.sub(b"", ENCODER.encode(self.form))

    def filled(self, **values: object) -> msgspec.Raw:
        """Return the object as JSON, its blanks filled by values."""
        content = bytearray()
        self.append_to(content, values)
        return msgspec.Raw(content)


def _blanks(place: Any) -> Iterator[tuple[Any, Any, str]]:
    """Yield the blanks of an object or array, and where they are."""
    for key, value in place.items() if isinstance(place, dict) else enumerate(place):
        if isinstance(value, dict | list):
            yield from _blanks(value)
        elif isinstance(value, str) and value[:1] in {"$", "?"}:
            yield place, key, value


_CONTENT = Path(__file__).with_name("forms.json").read_bytes()
FORMS = {name: Form(form) for name, form in msgspec.json.decode(_CONTENT, type=dict[str, dict[str, Any]]).items()}
