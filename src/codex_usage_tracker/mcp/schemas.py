"""What tools take and answer, as JSON schemas that are short to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from codex_usage_tracker.mcp.tools import DIAGNOSTICS, MOST_QUESTIONS, Answers, Common
from codex_usage_tracker.reports.registry import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codex_usage_tracker.mcp.tools import Tool

Schema = dict[str, Any]
SEVERAL = "; any of several, in any case."
SHORTENED: Schema = {
    "type": "object",
    "description": "Lists that were cut to the size: how many are shown, of how many.",
    "additionalProperties": {
        "type": "object",
        "properties": {"shown": {"type": "integer"}, "of": {"type": "integer"}},
    },
}


def taken(tool: Tool) -> Schema:
    """Return the schema of what a tool takes."""
    kinds = [QUESTIONS[name].ask for name in tool.questions] or [tool.ask]
    properties, required = _merged(kinds)
    common, _ = _merged([Common])
    if tool.choice:
        names = [name.removeprefix(DIAGNOSTICS) for name in tool.questions]
        properties = {tool.choice: {"enum": names}} | properties
        required = [tool.choice]
    found = _object(properties, required)
    if tool.several:
        several = {"type": "array", "items": found, "minItems": 1, "maxItems": MOST_QUESTIONS}
        found = _object({"questions": several}, ["questions"])
    return found | {"properties": found["properties"] | {name: common[name] for name in ("privacy_mode", "max_bytes")}}


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _merged(kinds: Iterable[type[msgspec.Struct]]) -> tuple[Schema, list[str]]:
    """Return the parameters of several questions together; what differs may be either."""
    found: dict[str, list[Schema]] = {}
    required: list[str] = []
    for kind in dict.fromkeys(kinds):
        _, components = msgspec.json.schema_components([kind])
        schema = components[kind.__name__]
        required = schema.get("required", [])
        for name, one in schema["properties"].items():
            told = _short(one)
            if told not in found.setdefault(name, []):
                found[name].append(told)
    return {name: ones[0] if len(ones) == 1 else _either(ones) for name, ones in found.items()}, required


def _short(schema: Schema) -> Schema:
    """Return a parameter's schema without what may be left away: null, nothing by default, many words."""
    kinds = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    found = {key: one for key, one in schema.items() if key != "anyOf" or len(kinds) != 1}
    found |= kinds[0] if len(kinds) == 1 else {}
    if "enum" in found:
        found["enum"] = [one for one in found["enum"] if one is not None]
    if found.get("default") in (None, "", [], ()):
        found.pop("default", None)
    if "description" in found:
        found["description"] = found["description"].removesuffix(SEVERAL).rstrip(" .") + "."
    return found


def _either(ones: list[Schema]) -> Schema:
    """Return what fits any of several schemas: of one type the widest, else each."""
    description = ones[0].get("description", "")
    kinds: list[Schema] = []
    for one in ones:
        told = {key: value for key, value in one.items() if key in {"type", "items", "enum"}}
        kinds = [*kinds, told] if told not in kinds else kinds
    if all("enum" in one for one in kinds):
        kinds = [{"enum": list(dict.fromkeys(value for one in kinds for value in one["enum"]))}]
    found = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return found | ({"description": description} if description else {})


def answered(tool: Tool) -> Schema:
    """Return the schema of what a tool answers; what a section holds is told by its `schema`."""
    if tool.answer is Any:
        return {"type": "object", "properties": {"schema": {"type": "string"}, "shortened": SHORTENED}}
    (_,), components = msgspec.json.schema_components([tool.answer])
    parts = {name: _plain(one) for name, one in components.items()}
    own: Schema = parts.pop(tool.answer.__name__)
    if tool.answer is not Answers:
        own["properties"] = own["properties"] | {"shortened": SHORTENED}
    return own | ({"$defs": parts} if parts else {})


def _plain(schema: Any) -> Any:
    """Return a schema without words and values by default, which the reference of the answers has."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "properties" in schema:
        inner = {name: _plain(one) for name, one in schema["properties"].items()}
        return {"type": "object", "properties": inner, "required": schema.get("required", [])}
    return {key: _plain(one) for key, one in schema.items() if key not in {"description", "title", "default"}}
