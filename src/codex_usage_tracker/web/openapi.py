"""The description of all routes as OpenAPI 3.1, made from the questions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from codex_usage_tracker import __version__
from codex_usage_tracker.contract import diagnostics, evidence, outcomes, server, settings
from codex_usage_tracker.web.compat import SERVED
from codex_usage_tracker.web.evidence import QUESTION as CONTEXT
from codex_usage_tracker.web.export import ExportAsk

if TYPE_CHECKING:
    from codex_usage_tracker.reports.registry import Question

REF = "#/components/schemas/{name}"
Schema = dict[str, Any]
Task = tuple[str, str, Any, Any, str]
TASKS: tuple[Task, ...] = (
    ("get", "health", None, server.Health, "Whether the server runs; the one route without a token."),
    ("get", "demo", None, server.DemoState, "Whether a made-up history can be seen; /api/demo/ has its questions."),
    ("post", "demo", None, server.DemoState, "Make the made-up history."),
    ("post", "link", None, server.Link, "An address that lets another browser in, once."),
    ("get", "homes", None, list[server.HomeRow], "The Codex homes, and what was read of each."),
    ("post", "homes", server.HomeAdded, list[server.HomeRow], "Read another home."),
    ("put", "homes/{id}", server.HomeChange, list[server.HomeRow], "Call a home otherwise, or (no longer) read it."),
    ("delete", "homes/{id}", None, list[server.HomeRow], "Forget a home; what was read of it stays."),
    ("get", "context-settings", None, evidence.ContextSettings, "Whether the texts of calls are read when asked for."),
    ("post", "context-settings", evidence.ContextSwitch, evidence.ContextSettings, "Switch that on or off."),
    ("get", "settings", None, server.ServerSettings, "What the server runs with, and the files of settings."),
    ("put", "settings", dict[str, Any], server.ServerSettings, "Write files of settings, each whole, by their names."),
    ("post", "allowance", server.PastedText, settings.ParsedAllowance, "Note the limits that a pasted text shows."),
    ("get", "pricing", None, list[server.PriceRule], "The rules of prices in USD."),
    ("put", "pricing", list[server.PriceRule], server.Updated, "Replace the user's rules; costs follow."),
    ("post", "pricing/recompute", None, server.Updated, "Let stored costs follow from the prices that hold."),
    ("get", "diagnostics/refresh", None, diagnostics.DiagnosticsJob, "Whether logs are searched for diagnostics now."),
    ("post", "diagnostics/refresh", None, diagnostics.DiagnosticsJob, "Search the logs, unless that is being done."),
    ("delete", "diagnostics/refresh", None, diagnostics.DiagnosticsJob, "Stop searching the logs."),
    ("post", "ingest/run", None, server.IngestRun, "Read what is new in the logs."),
)
"""Routes that are no question: method, name, body, answer, meaning."""
OTHERS = {
    "/api/live": (
        "text/event-stream",
        "Server-sent events: `generation` (the data's number), `trouble` (why nothing new is read).",
    ),
    "/api/export": ("text/csv", "All calls of a choice as `export` writes them; `format`, `sort` and `direction` too."),
    "/metrics": ("application/openmetrics-text", "Usage as OpenMetrics."),
}


@cache
def document() -> Schema:
    """Return the whole description."""
    questions = [*SERVED.values(), CONTEXT]
    asks = {one.name: one.ask for one in questions} | {"export": ExportAsk}
    of_tasks = (kind for task in TASKS for kind in task[2:4] if kind)
    kinds = [*asks.values(), *(one.answer for one in questions), *of_tasks, outcomes.FailureAnswer]
    told, components = msgspec.json.schema_components(kinds, ref_template=REF)
    refs = dict(zip(map(str, kinds), told, strict=True))
    paths: Schema = {}
    for one in questions:
        parameters = parameters_of(components[one.ask.__name__])
        paths[f"/api/{one.name}"] = {"get": _operation(one.name, one.doc, refs[str(one.answer)], parameters)}
    for method, name, body, answer, doc in TASKS:
        given = [ID] if "{id}" in name else []
        told_one = _operation(f"{method} {name}", doc, refs[str(answer)], given, refs[str(body)] if body else None)
        paths.setdefault(f"/api/{name}", {})[method] = told_one
    for path, (kind, doc) in OTHERS.items():
        replies = {"200": {"description": doc, "content": {kind: {"schema": {"type": "string"}}}}, "default": FAILED}
        paths[path] = {"get": {"operationId": path, "summary": doc, "responses": replies}}
    paths["/api/export"]["get"]["parameters"] = parameters_of(components[ExportAsk.__name__])
    names = {one.__name__ for one in asks.values()}
    paths["/api/health"]["get"]["security"] = []
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Codex Usage Tracker",
            "version": __version__,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in components.items() if name not in names},
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "X-Codex-Usage-Token"}},
        },
        "security": [{"token": []}],
    }


ID: Schema = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "A home's id.",
    "schema": {"type": "integer"},
}
FAILED = {
    "description": "Why there is no answer.",
    "content": {"application/json": {"schema": {"$ref": REF.format(name="FailureAnswer")}}},
}


def _operation(name: str, doc: str, answer: Schema, parameters: list[Schema], body: Schema | None = None) -> Schema:
    replies = {"200": {"description": doc, "content": {"application/json": {"schema": answer}}}, "default": FAILED}
    told: Schema = {"operationId": name, "summary": doc, "parameters": parameters, "responses": replies}
    if body is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return told


def parameters_of(schema: Schema) -> list[Schema]:
    """Return the fields of a question as parameters of an address; lists are given by naming them again."""
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": field.get("description", ""),
            "schema": {key: value for key, value in field.items() if key != "description"},
        }
        for name, field in schema["properties"].items()
    ]


def parameters(question: Question[Any]) -> list[Schema]:
    """Return the parameters of a question."""
    found: list[Schema] = document()["paths"][f"/api/{question.name}"]["get"]["parameters"]
    return found
