"""The description of all routes as OpenAPI 3.1, made from the tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from codex_usage_tracker import __version__
from codex_usage_tracker.contract.outcomes import FailureAnswer
from codex_usage_tracker.hub.protocol import SentBucket
from codex_usage_tracker.web.openapi import FAILED, REF, parameters_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codex_usage_tracker.hub.server.tasks import Task

Schema = dict[str, Any]
TEXTS = {".svg": "image/svg+xml", "/metrics": "application/openmetrics-text", "/open": "text/html"}
OPEN = frozenset({"anybody", "guesser"})


def document(tasks: Sequence[Task]) -> Schema:
    """Return the whole description."""
    kinds = [
        *dict.fromkeys(kind for one in tasks for kind in (one.body, one.choice, one.answer) if kind and kind is not str)
    ]
    told, components = msgspec.json.schema_components([*kinds, FailureAnswer, SentBucket], ref_template=REF)
    refs = dict(zip(map(str, kinds), told, strict=False))
    paths: Schema = {}
    for one in tasks:
        paths.setdefault(one.path.replace(":int", ""), {})[one.method.lower()] = _operation(one, refs, components)
    components["Upload"]["properties"]["buckets"]["items"] = {"$ref": REF.format(name="SentBucket")}
    choices = {one.choice.__name__ for one in tasks if one.choice}
    schemas = {name: schema for name, schema in components.items() if name not in choices}
    ways = {
        "device": {"type": "http", "scheme": "bearer"},
        "browser": {"type": "apiKey", "in": "cookie", "name": "codex_usage_hub"},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Codex Usage Tracker hub", "version": __version__},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": ways},
    }


def _operation(one: Task, refs: Schema, components: Schema) -> Schema:
    kind = next((kind for ending, kind in TEXTS.items() if one.path.endswith(ending)), "application/json")
    answer = {"type": "string"} if one.answer is str else refs[str(one.answer)]
    given = parameters_of(components[one.choice.__name__]) if one.choice else []
    found: Schema = {
        "operationId": f"{one.method.lower()} {one.path}",
        "summary": one.doc,
        "parameters": [*_places(one.path), *given],
        "responses": {"200": {"description": one.doc, "content": {kind: {"schema": answer}}}, "default": FAILED},
        "security": [] if one.who in OPEN else [{"device": []}, {"browser": []}],
    }
    if one.body:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": refs[str(one.body)]}}}
    if one.path == "/open":
        found["parameters"] = [_parameter("key", "query", "string")]
    return found


def _places(path: str) -> list[Schema]:
    names = {"{id:int}": ("id", "integer"), "{name}": ("name", "string")}
    return [_parameter(name, "path", kind) for place, (name, kind) in names.items() if place in path]


def _parameter(name: str, place: str, kind: str) -> Schema:
    return {"name": name, "in": place, "required": True, "schema": {"type": kind}}
