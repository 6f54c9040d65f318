"""Write the generated pages: `python docs/generate.py`, after a command, an answer or the demo has changed.

`reference/cli.md` comes from the commands, `reference/http.md` and `questions.pyi` from the questions,
`reference/mcp.md` from the tools, `reference/hub-protocol.md` from what travels to a hub, `reference/schemas.json` from
the answers, `reference/settings/` from the files of settings, `reference/stored.md` from the schema, the tables of
`concepts/pricing.md` from the bundled cards, that of `concepts/privacy.md` from the privacy modes, and the examples of
the guide (blocks that begin with `$ codex-usage-tracker`) from running them on the demo at a moment that stands still.
"""

from __future__ import annotations

import inspect
import io
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import apsw
import click
import msgspec

from codex_usage_tracker import privacy
from codex_usage_tracker.cli.main import COMMANDS, cli, run
from codex_usage_tracker.config.allowance import Allowance
from codex_usage_tracker.config.budgets import Budgets
from codex_usage_tracker.config.general import General
from codex_usage_tracker.config.projects import Projects
from codex_usage_tracker.config.thresholds import Thresholds
from codex_usage_tracker.contract import (
    BudgetCheck,
    Calls,
    Coverage,
    Session,
    Status,
    Summary,
    bundle,
    checks,
    diagnostics,
    evidence,
    insights,
    installation,
    limits,
    logs,
    outcomes,
    pictures,
    prices,
    server,
    settings,
    sharing,
    threads,
)
from codex_usage_tracker.demo import DemoPlan, write_history
from codex_usage_tracker.errors import ExitCode
from codex_usage_tracker.hub import protocol
from codex_usage_tracker.mcp import schemas as tool_schemas
from codex_usage_tracker.mcp.tools import ALIASES, TOOLS
from codex_usage_tracker.pricing import bundled
from codex_usage_tracker.pricing.card import Card
from codex_usage_tracker.questions import method_of
from codex_usage_tracker.reports.asks import Ask
from codex_usage_tracker.reports.registry import QUESTIONS
from codex_usage_tracker.store import migrate
from codex_usage_tracker.store.permissions import FILES
from codex_usage_tracker.web import openapi
from codex_usage_tracker.web.compat import SERVED
from codex_usage_tracker.web.evidence import QUESTION as CONTEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codex_usage_tracker.cli.options import Command
    from codex_usage_tracker.pricing.card import Rule

DOCS = Path(__file__).parent
NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
ANSWERS = (
    Summary, Calls, Session, Status, outcomes.Refresh, outcomes.Ingest, outcomes.Export, outcomes.Deletion,
    outcomes.DemoHistory, outcomes.DashboardFile,
    outcomes.FailureAnswer, settings.SettingsFile, settings.ParsedAllowance,
    prices.PricingUpdate, logs.LogInspection, checks.Doctor, limits.Limits, limits.Blocks, BudgetCheck, Coverage,
    pictures.Timeseries, pictures.Heatmap, pictures.Compare, pictures.Pressure, threads.Threads, threads.Call,
    insights.Recommendations, insights.Insights,
    server.ServerSettings, server.PriceRule, server.Updated, server.Link, server.DemoState,
    evidence.Evidence, evidence.ContextSettings,
    diagnostics.Facts, diagnostics.FactCalls, diagnostics.Overview, diagnostics.Concentration, diagnostics.ToolOutput,
    diagnostics.Commands, diagnostics.GitInteractions, diagnostics.FileReads, diagnostics.FileModifications,
    diagnostics.ReadProductivity, diagnostics.DiagnosticsJob, bundle.Bundle, bundle.BundleFile,
    installation.Installation, installation.Setup, sharing.LinkMade, sharing.Unlinked, sharing.Sync, sharing.Schedule,
)  # fmt: skip
EXIT_CODES = {
    ExitCode.OK: "All went well.",
    ExitCode.FAILED: "Something failed and is explained; of `doctor`, a check fails.",
    ExitCode.USAGE: "An option or value cannot be understood.",
    ExitCode.NO_LOGS: "There are no Codex logs where they were looked for.",
    ExitCode.BUSY: "Another refresh is running and did not end in time.",
    ExitCode.DATABASE: "The database is not there, cannot be opened or is damaged.",
    ExitCode.OVER_BUDGET: "`budget check` found a budget that is exceeded.",
    ExitCode.INTERRUPTED: "Interrupted with Ctrl-C. What was read is kept.",
}
ENVIRONMENT = {
    "CODEX_HOME": "The Codex homes to read, where `--codex-home` names none; several are parted as in `PATH`.",
    "CODEX_USAGE_DB": "The database, where `--db` names none.",
    "CODEX_USAGE_TRACKER_HOME": "The folder of the tracker's own files; `~/.codex-usage-tracker` otherwise.",
    "CODEX_USAGE_TRACKER_TOKEN": "The token of the server, for programs; a new one at each start otherwise.",
    "CODEX_USAGE_TRACKER_PRIVACY_MODE": "The privacy mode, where `--privacy-mode` names none.",
    "CODEX_USAGE_TRACKER_ALLOW_RAW_CONTEXT": "With 1, `mcp` tells agents the texts of calls when they ask for them.",
    "CODEX_USAGE_TRACKER_DEBUG": "With 1, an unexpected failure prints where it comes from.",
    "CODEX_USAGE_WEEKLY_RESET": "When weekly limits reset where logs do not tell: `thu 09:15`, in local time.",
    "COLUMNS": "The width to draw for.",
    "NO_COLOR": "With any value, nothing is coloured.",
}
SETTINGS: dict[str, type[msgspec.Struct]] = {
    "allowance": Allowance, "budgets": Budgets, "general": General, "pricing": Card, "projects": Projects,
    "rate-card": Card, "thresholds": Thresholds,
}  # fmt: skip
DIALECT = "https://json-schema.org/draft/2020-12/schema"
BLOCK = "\b\n"
"""With this click keeps the lines of a paragraph as they are."""
HTTP = re.compile(r"<!-- routes -->.*?<!-- end -->", re.DOTALL)
PRICES = re.compile(r"<!-- (catalogue|rate card) -->.*?<!-- end -->", re.DOTALL)
EXAMPLE = re.compile(r"```console\n\$ codex-usage-tracker ([^\n]*)\n.*?```", re.DOTALL)


def reference() -> str:
    """Return the reference of all commands."""
    return "\n".join(_reference()) + "\n"


def _reference() -> Iterator[str]:
    context = click.Context(cli, info_name="codex-usage-tracker")
    yield from ("# Commands", "", "Made from the commands by `docs/generate.py`.", "")
    yield from ("## Options of every command", "", "They stand before or after the name of the command.", "")
    yield from _options(cli.params, context)
    for group, commands in COMMANDS.items():
        for name in commands:
            command = cli.get_command(context, name)
            own = click.Context(command, parent=context, info_name=name) if command else context
            if isinstance(command, click.Group):
                yield from _head(command, own, group)
                for part in command.commands.values():
                    yield from _command(part, click.Context(part, parent=own, info_name=f"{name} {part.name}"), group)
            elif command is not None:
                yield from _command(command, own, group)
    yield from _table("Exit codes", ("code", "meaning"), {str(int(code)): text for code, text in EXIT_CODES.items()})
    yield from _table("Environment", ("variable", "meaning"), {f"`{name}`": text for name, text in ENVIRONMENT.items()})


def _command(command: click.Command, context: click.Context, group: str) -> Iterator[str]:
    own: Command = command  # type: ignore[assignment]
    arguments = "".join(f" {param.make_metavar(context)}" for param in own.params if isinstance(param, click.Argument))
    yield from _head(command, context, group)
    yield from (f"    codex-usage-tracker {context.info_name} [OPTIONS]{arguments}", "")
    yield from _options(own.params[: own.own], context)


def _head(command: click.Command, context: click.Context, group: str) -> Iterator[str]:
    told = inspect.cleandoc(command.help or "").replace(BLOCK, "")
    yield from (f"## {context.info_name}", "", f"*{group}:* {told}", "")


def _options(params: list[click.Parameter], context: click.Context) -> Iterator[str]:
    """Return a table of options, a line for each."""
    records = [record for param in params if (record := param.get_help_record(context))]
    if records:
        yield from ("| option | meaning |", "|---|---|")
        yield from (
            f"| `{names.replace('|', chr(92) + '|')}` | {text.replace('|', chr(92) + '|')} |" for names, text in records
        )
        yield ""


def _table(title: str, heads: tuple[str, str], rows: dict[str, str]) -> Iterator[str]:
    yield from (f"## {title}", "", f"| {heads[0]} | {heads[1]} |", "|---|---|")
    yield from (f"| {name} | {text} |" for name, text in rows.items())
    yield ""


def pricing(page: str) -> str:
    """Return the page on prices with the tables of the bundled cards."""
    cards = {"catalogue": bundled.catalogue(), "rate card": bundled.rate_card()}
    return PRICES.sub(lambda found: "\n".join(_prices(found[1], cards[found[1]])), page)


def _prices(name: str, card: Card) -> Iterator[str]:
    yield from (f"<!-- {name} -->", "| model | from | input | cached | cache write | output | |", "|---|" + "---|" * 6)
    for rule in card.rules:
        figures = (rule.input, rule.cached_input, rule.cache_write, rule.output)
        told = ("-" if price is None else f"{price:f}" for price in figures)
        yield f"| {rule.pattern} | {rule.from_ or ''} | {' | '.join(told)} | {_remarks(rule)} |"
    for alias in card.aliases:
        days = " ".join(f"{word} {day}" for word, day in (("from", alias.from_), ("until", alias.to)) if day)
        yield f"| {alias.pattern} | {alias.from_ or ''} | | | | | as {alias.model}{' ' + days if days else ''} |"
    yield "<!-- end -->"


def _remarks(rule: Rule) -> str:
    remarks = [
        f"{rule.tier} alone" if rule.tier else "",
        *(f"{tier} {factor:f} times" for tier, factor in rule.tiers.items()),
        "no surcharge on long requests" if rule.long_context is None else "",
        f"estimate: {rule.estimate}" if rule.estimate else "",
    ]
    return "; ".join(filter(None, remarks))


def schemas() -> str:
    """Return the JSON schemas of all answers."""
    found, components = msgspec.json.schema_components(ANSWERS, ref_template="#/$defs/{name}")
    whole = {"$schema": DIALECT, "anyOf": list(found), "$defs": components}
    return msgspec.json.format(msgspec.json.encode(whole, order="sorted"), indent=2).decode() + "\n"


def settings_schema(name: str) -> str:
    """Return the JSON schema of a file of settings."""
    schema = {"$schema": DIALECT, **_strict(msgspec.json.schema(SETTINGS[name]))}
    schema["$defs"][SETTINGS[name].__name__]["properties"]["$schema"] = {"type": "string"}
    return msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2).decode() + "\n"


def _strict(schema: Any) -> Any:
    """Return a schema with no keys but those it names, where decimals may be numbers or texts; no text is indented."""
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return inspect.cleandoc(schema) if isinstance(schema, str) else schema
    strict = {key: _strict(value) for key, value in schema.items()}
    if strict.get("format") == "decimal":
        del strict["format"]
        strict["type"] = ["number", "string"]
    if strict.get("type") == "object" and "title" in strict:
        strict["additionalProperties"] = False
    return strict


def http() -> str:
    """Return the reference of all routes."""
    return HTTP.sub(lambda _: "\n".join(_routes()), (DOCS / "reference" / "http.md").read_text(encoding="utf-8"))


def _routes() -> Iterator[str]:
    """Give a part for each question with its parameters, after those that many have, then a table of the others."""
    shared = {field["name"]: field for field in openapi.parameters(SERVED["heatmap"])}
    yield from ("<!-- routes -->", "## The choice of calls", "")
    yield from (*_fields(list(shared.values())), "", "## Questions", "")
    for one in (*SERVED.values(), CONTEXT):
        fields = openapi.parameters(one)
        chooses = shared.keys() <= {field["name"] for field in fields}
        own = [field for field in fields if field["name"] not in shared or not chooses]
        yield from (f"### GET /api/{one.name}", "", f"{one.doc} Answers `{_kind(one.answer)}`.", "")
        yield from ("With the choice of calls.", "") if chooses else ()
        yield from (*_fields(own), "") if own else ()
    yield from ("## Other routes", "", "| route | meaning | body | answer |", "|---|---|---|---|")
    for method, name, body, answer, doc in openapi.TASKS:
        yield f"| {method.upper()} /api/{name} | {doc} | {_kind(body) if body else ''} | `{_kind(answer)}` |"
    for path, (kind, doc) in openapi.OTHERS.items():
        yield f"| GET {path} | {doc} | | {kind} |"
    yield "<!-- end -->"


def _fields(fields: list[dict[str, Any]]) -> Iterator[str]:
    yield from ("| parameter | meaning | by default |", "|---|---|---|")
    for field in fields:
        schema, text = field["schema"], field["description"]
        told = ", ".join(f"`{one}`" for one in _choices(schema) if one is not None)
        usual = schema.get("default")
        value = (
            ", ".join(map(str, usual))
            if isinstance(usual, (list, tuple))
            else ""
            if usual is None
            else str(usual).lower()
        )
        yield f"| `{field['name']}` | {' '.join(filter(None, (text, told)))} | {value} |"


def _choices(schema: dict[str, Any]) -> list[Any]:
    """Return the values that a parameter may have, where they are counted."""
    inner = [schema, schema.get("items", {}), *schema.get("anyOf", ())]
    return next((one["enum"] for one in inner if "enum" in one), [])


def _kind(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind).rpartition(".")[2].rstrip("]").join(("list of ", ""))


# -- what is stored, and what is hidden -------------------------------------------------------------------------------

MODES = re.compile(r"<!-- modes -->.*?<!-- end -->", re.DOTALL)
SHOWN_AS = {
    privacy.AS_IS: "shown",
    privacy.GUARDED: "shown unless it holds a secret",
    privacy.GONE: "left out",
    privacy.OPT_IN: "left out unless `general.json` says `show_thread_names`",
    privacy.WITHOUT_PATHS: "without paths",
}
"""What becomes of something in a privacy mode; any other word is that of a label."""
STORED = """\
# What is stored

Made from the database's schema by `docs/generate.py`. Nothing else is stored; [privacy](../concepts/privacy.md) says
what never is, and [the files of settings](settings.md) have a page of their own. Instants are milliseconds since 1970
(UTC).
"""


def stored() -> str:
    """Return what every file, table and column of ours holds."""
    meanings = tomllib.loads((DOCS / "reference" / "stored.toml").read_text(encoding="utf-8"))
    return "\n".join(_stored(meanings))


def _stored(meanings: dict[str, dict[str, str]]) -> Iterator[str]:
    yield STORED
    yield from _table("Files", ("in the tracker's folder", "what it is"), {f"`{name}`": FILES[name] for name in FILES})
    yield from ("The folder has mode 0700, files 0600.", "")
    for table, columns in tables().items():
        yield from (f"## {table}", "", meanings[table][""], "", "| column | type | meaning |", "|---|---|---|")
        yield from (f"| `{name}` | {kind.lower()} | {meanings[table][name]} |" for name, kind in columns.items())
        yield ""
    names = {f"`{name}`": text for name, text in meanings["names in meta"].items()}
    yield from _table("Names in meta", ("name", "meaning"), names)


def tables() -> dict[str, dict[str, str]]:
    """Return the tables of a new database, with their columns and types."""
    connection = apsw.Connection("")
    migrate.migrate(connection, "")
    names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
    found = {str(name): connection.execute(f"PRAGMA table_info({name})").fetchall() for (name,) in names}
    return {table: {str(row[1]): str(row[2]) for row in rows} for table, rows in found.items()}


def modes(page: str) -> str:
    """Return a page with the table of what each privacy mode hides."""
    rows = [f"| {one.what} | {_hidden(one.redacted)} | {_hidden(one.strict)} |" for one in privacy.LABELS]
    table = "\n".join(["<!-- modes -->", "| | redacted | strict |", "|---|---|---|", *rows, "<!-- end -->"])
    return MODES.sub(lambda _: table, page)


def _hidden(word: str) -> str:
    return SHOWN_AS.get(word, f"`{word} 1a2b3c4d`")


# -- tools of agents --------------------------------------------------------------------------------------------------


def mcp() -> str:
    """Return the reference of the tools."""
    return "\n".join(_mcp()) + "\n"


def _mcp() -> Iterator[str]:
    """Give a part for each tool with its parameters, after those that many have."""
    schemas = {one.name: tool_schemas.taken(one) for one in TOOLS.values() if one.listed}
    shared = {name: schemas["usage_status"]["properties"][name] for name in ("privacy_mode", "max_bytes", "timezone")}
    chooses = {field["name"] for field in openapi.parameters(SERVED["heatmap"])} - shared.keys()
    yield from ("# Tools of agents", "", "Made from the tools by `docs/generate.py`.", "")
    yield from ("[The guide](../guide/agents.md) tells how to add them.", "")
    yield from ("## Parameters of every tool", "", *_told_by_schema(shared), "")
    taken = {one: told for one, told in schemas["usage_pricing_coverage"]["properties"].items() if one in chooses}
    yield from ("## The choice of calls", "", *_told_by_schema(taken))
    yield from ("", "## Tools", "")
    for name, schema in schemas.items():
        tool = TOOLS[name]
        fields = (schema["properties"].get("questions", {}).get("items") or schema)["properties"]
        whole = chooses <= fields.keys()
        own = {key: one for key, one in fields.items() if key not in shared and not (whole and key in chooses)}
        answer = "the section" if tool.answer is Any else f"`{tool.answer.__name__}`"
        yield from (f"### {name}", "", f"{tool.doc} Answers {answer}{', and writes' if tool.writes else ''}.", "")
        yield from ("With the choice of calls.", "") if whole else ()
        yield from (*_told_by_schema(own, schema.get("required", ())), "") if own else ()
    yield from ("## Names of other trackers", "", "| name | tool |", "|---|---|")
    yield from (f"| `{name}` | `{tool}` |" for name, (tool, _) in ALIASES.items())


def _told_by_schema(fields: dict[str, Any], required: Iterable[str] = ()) -> Iterator[str]:
    yield from ("| parameter | meaning | by default |", "|---|---|---|")
    for name, schema in fields.items():
        told = ", ".join(f"`{one}`" for one in _choices(schema))
        text = " ".join(filter(None, (schema.get("description", ""), told, "Required." if name in required else "")))
        usual = schema.get("default", "")
        yield f"| `{name}` | {text} | {', '.join(usual) if isinstance(usual, (list, tuple)) else str(usual).lower()} |"


# -- what travels to a hub --------------------------------------------------------------------------------------------

TRAVELS = {
    "POST /v1/link": (protocol.LinkAsk, protocol.Linked),
    "POST /v1/sync": (protocol.Upload, protocol.SentBucket, protocol.SentCall, protocol.Received, protocol.Rejected),
}
PROTOCOL = """\
# What travels to a hub

Made from the program by `docs/generate.py`. Nothing but this leaves a machine: no text of a log, no path, no name of
a host, a thread or a project, no id. `sync --dry-run` prints the next uploads as they would be sent. Requests are JSON,
packed by gzip; all but the first prove by `Authorization: Bearer TOKEN` which device sends.
[The guide](../guide/sync.md) tells how to use it.
"""


def hub_protocol() -> str:
    """Return the reference of what travels to a hub."""
    return "\n".join(_travels()) + "\n"


def _travels() -> Iterator[str]:
    yield PROTOCOL
    for route, kinds in TRAVELS.items():
        yield from (f"## {route}", "")
        for kind in kinds:
            yield from (f"### {kind.__name__}", "", inspect.cleandoc(kind.__doc__ or ""), "")
            _, components = msgspec.json.schema_components([kind])
            yield from _travelling(kind, components[kind.__name__])
    yield from (
        "## POST /v1/unlink",
        "",
        "Has an empty object as its body: the hub takes nothing from the device any more.",
    )


def _travelling(kind: type[msgspec.Struct], schema: dict[str, Any]) -> Iterator[str]:
    """Give a table of fields; those of a list have places instead of names."""
    names = kind.__struct_encode_fields__
    told = schema["properties"].values() if "properties" in schema else schema["prefixItems"]
    fields = dict(zip(names, told, strict=True))
    yield from ("| field | type | may be left out |", "|---|---|---|")
    for field in msgspec.structs.fields(kind):
        yield f"| `{field.encode_name}` | {_bounded(fields[field.encode_name])} | {'' if field.required else 'yes'} |"
    yield ""


def _bounded(schema: dict[str, Any]) -> str:
    """Return a type with its bounds in words."""
    if "anyOf" in schema:
        return next(_bounded(one) for one in schema["anyOf"] if one.get("type") != "null")
    if schema.get("type") == "array":
        most = f", at most {schema['maxItems']:,}" if "maxItems" in schema else ""
        return f"list{most}"
    if "pattern" in schema:
        pattern = schema["pattern"].replace("|", chr(92) + "|").encode("ascii", "backslashreplace").decode()
        return f"text like `{pattern}`"
    words = {"integer": "whole number", "string": "text", "boolean": "true or false"}
    least = f" from {schema['minimum']}" if "minimum" in schema else ""
    most = f" below {schema['exclusiveMaximum']:,}" if "exclusiveMaximum" in schema else ""
    longest = f" of at most {schema['maxLength']} letters" if "maxLength" in schema else ""
    return words.get(schema.get("type", ""), "object") + least + most + longest


# -- the questions as methods -----------------------------------------------------------------------------------------

STUB = DOCS.parent / "src" / "codex_usage_tracker" / "questions.pyi"
STUB_HEAD = """\
# Made from the registry by docs/generate.py.
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Required, TypeVar, overload
from typing_extensions import TypedDict, Unpack
from arro3.core import Table
from codex_usage_tracker.privacy import Hiding
from codex_usage_tracker.reports.asks import AskType
"""
MONEY = ("min_cost", "min_credits", "min_score")


def stub() -> str:
    """Return the types of the questions as methods."""
    text = "\n".join(_stub())
    for words in (["check", "--fix-only", "--quiet"], ["format"]):
        command = [sys.executable, "-m", "ruff", *words, "--stdin-filename", str(STUB), "-"]
        text = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout  # noqa: S603
    return text


def _stub() -> Iterator[str]:
    asks = dict.fromkeys(
        kind for one in QUESTIONS.values() for kind in reversed(one.ask.__mro__) if issubclass(kind, Ask)
    )
    imported = sorted({(one.answer.__module__, one.answer.__name__) for one in QUESTIONS.values()})
    yield STUB_HEAD
    yield from (f"from {module} import {name}" for module, name in imported)
    yield from (
        "_T = TypeVar('_T')",
        "_OneOrMore = _T | Sequence[_T]",
        "_Mode = Literal['normal', 'redacted', 'strict']",
    )
    for kind in asks:
        yield from _typed_ask(kind)
    yield from ("class Questions:", "    privacy_mode: str | None")
    for one in QUESTIONS.values():
        given = f"**given: Unpack[_{one.ask.__name__}]) -> {one.answer.__name__}: ..."
        yield f"    def {method_of(one.name)}(self, {given}"
    for one in QUESTIONS.values():
        given = f"**given: Unpack[_{one.ask.__name__}]) -> {one.answer.__name__}: ..."
        yield f"    @overload\n    def ask(self, name: Literal[{one.name!r}], {given}"
    yield "    @overload\n    def ask(self, name: str, *, privacy_mode: str | None = None, **given: Any) -> Any: ..."
    yield "    def to_arrow(self, name: str = 'calls', *, rows: str = 'rows', privacy_mode: str | None = None,"
    yield "        **given: Any) -> Table: ..."
    yield "    def hiding(self, mode: str | None = None) -> Hiding: ..."
    yield "def method_of(name: str) -> str: ..."
    yield "def read(kind: type[AskType], given: Mapping[str, Any]) -> AskType: ..."


def _typed_ask(kind: type[msgspec.Struct]) -> Iterator[str]:
    """Give a question's own parameters, beneath those that it has from others."""
    above = kind.__mro__[1]
    inherited = above.__struct_fields__ if issubclass(above, Ask) else ()
    own = [f"    {one.name}: {_typed(one)}" for one in msgspec.structs.fields(kind) if one.name not in inherited]
    yield f"class _{kind.__name__}({f'_{above.__name__}' if inherited else 'TypedDict'}, total=False):"
    yield from own if inherited else (*own, "    privacy_mode: _Mode")
    yield "" if own else "    pass"


def _typed(field: msgspec.structs.FieldInfo) -> str:
    """Return what a parameter may be given as in Python."""
    if field.name in {"since", "until"}:
        return "str | date"
    if field.name in MONEY:
        return "str | int | Decimal"
    kind = _plain(field.type)
    return f"Required[{kind}]" if field.required else kind


def _plain(kind: Any) -> str:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _plain(inner[0])
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, inner))}]"
    if origin is tuple:
        return f"_OneOrMore[{_plain(inner[0])}]"
    if origin in {Union, UnionType}:
        return " | ".join(_plain(one) for one in inner if one is not type(None))
    return str(kind.__name__)


class Demo:
    """The demo history in a folder that is gone afterwards, at a moment that stands still."""

    def __init__(self, folder: str) -> None:
        home = Path(folder) / "codex"
        write_history(DemoPlan(home, calls=4_000, bytes_per_call=1_600, end=NOW))
        own = {"CODEX_HOME": str(home), "CODEX_USAGE_DB": str(Path(folder) / "usage.sqlite3")}
        os.environ.update(
            own, COLUMNS="80", TZ="Europe/Stockholm", HOME=folder, CODEX_USAGE_TRACKER_HOME=f"{folder}/own"
        )
        time.time = NOW.timestamp

    def run(self, command: str) -> tuple[int, str]:
        """Return the exit code of a command and what it prints."""
        shown = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        with redirect_stdout(shown), redirect_stderr(shown):
            code = run(command.split())
        shown.seek(0)
        return code, shown.read()

    def example(self, found: re.Match[str]) -> str:
        """Return an example with what the command prints now."""
        code, shown = self.run(found[1])
        if code:
            sys.exit(f"{found[1]} fails: {shown}")
        return f"```console\n$ codex-usage-tracker {found[1]}\n{shown.rstrip()}\n```"


def main() -> None:
    """Write all generated pages."""
    (DOCS / "reference" / "cli.md").write_text(reference(), encoding="utf-8")
    (DOCS / "reference" / "schemas.json").write_text(schemas(), encoding="utf-8")
    (DOCS / "reference" / "http.md").write_text(http(), encoding="utf-8")
    (DOCS / "reference" / "stored.md").write_text(stored(), encoding="utf-8")
    (DOCS / "reference" / "mcp.md").write_text(mcp(), encoding="utf-8")
    (DOCS / "reference" / "hub-protocol.md").write_text(hub_protocol(), encoding="utf-8")
    STUB.write_text(stub(), encoding="utf-8")
    for name in SETTINGS:
        path = DOCS / "reference" / "settings" / f"{name}.schema.json"
        path.write_text(settings_schema(name), encoding="utf-8")
    page = DOCS / "concepts" / "pricing.md"
    page.write_text(pricing(page.read_text(encoding="utf-8")), encoding="utf-8")
    page = DOCS / "concepts" / "privacy.md"
    page.write_text(modes(page.read_text(encoding="utf-8")), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(folder)
        demo.run("refresh")
        for page in sorted((DOCS / "guide").glob("*.md")):
            page.write_text(EXAMPLE.sub(demo.example, page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
