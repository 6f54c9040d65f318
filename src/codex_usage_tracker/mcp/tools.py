"""The tools that agents call: few, each a question of the registry or a command."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from codex_usage_tracker.contract import SCHEMA, outcomes
from codex_usage_tracker.contract.checks import Doctor
from codex_usage_tracker.contract.evidence import Evidence
from codex_usage_tracker.contract.prices import PricingUpdate
from codex_usage_tracker.contract.settings import SettingsFile
from codex_usage_tracker.errors import FileExistsAlreadyError, InvalidValueError
from codex_usage_tracker.mcp import budget
from codex_usage_tracker.reports.asks import Ask, Values
from codex_usage_tracker.reports.registry import QUESTIONS
from codex_usage_tracker.reports.summary import SPLITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_CHARS = 100_000
MOST_QUESTIONS = 8
DIAGNOSTICS = "diagnostics/"
Path = Annotated[str, Meta(min_length=1, max_length=4096, description="The file to write, by its absolute path.")]
Archived = Annotated[bool, Meta(description="With archived threads, or active ones alone.")]


class Common(Ask, frozen=True, kw_only=True):
    """What every tool may be asked with."""

    privacy_mode: Annotated[
        Literal["normal", "redacted", "strict"],
        Meta(description="Hide paths, projects and names; only ever stricter than the server's own."),
    ] = "normal"
    max_bytes: Annotated[
        int,
        Meta(
            ge=budget.LEAST_BYTES, le=budget.MOST_BYTES,
            description="The answer's size; what is longer is cut and says so.",
        ),
    ] = budget.USUAL_BYTES  # fmt: skip


class RefreshAsk(Ask, frozen=True, kw_only=True):
    """What is read."""

    include_archived: Archived = True


class DoctorAsk(Ask, frozen=True, kw_only=True):
    """What is checked."""

    suggest_repair: Annotated[bool, Meta(description="With commands that repair.")] = False


class FileAsk(Ask, frozen=True, kw_only=True):
    """Which calls go into a file."""

    since: Annotated[str | None, Meta(description="From this day (2026-06-10) or instant (ISO 8601) on.")] = None
    until: Annotated[str | None, Meta(description="Up to this day, the day included, or to this instant.")] = None
    model: Values = ()
    project: Values = ()
    thread: Values = ()
    include_archived: Archived = True


class ExportAsk(FileAsk, frozen=True, kw_only=True):
    """Which calls are written where."""

    path: Path
    format: Annotated[
        Literal["csv", "json", "parquet"] | None, Meta(description="The format; told by the file's ending.")
    ] = None
    limit: Annotated[int, Meta(ge=0, le=10**6, description="At most so many calls, the newest; 0 is all.")] = 0


class DashboardAsk(FileAsk, frozen=True, kw_only=True):
    """Which calls the page holds."""

    path: Annotated[Path | None, Meta(description="A new file; by default the one among the tracker's own files.")] = (
        None
    )
    last: Annotated[str | None, Meta(description="The last hours, days or weeks instead: 24h, 7d, 4w.")] = None
    limit: Annotated[int, Meta(ge=1, le=10**6, description="At most so many calls, the newest.")] = 100_000


class ContextAsk(Ask, frozen=True, kw_only=True):
    """What one call was made of."""

    record_id: Annotated[str, Meta(min_length=1, max_length=64, description="The call's record id.")]
    mode: Annotated[Literal["quick", "full"], Meta(description="full counts tokens part by part.")] = "quick"
    max_chars: Annotated[int, Meta(ge=1, le=MOST_CHARS, description="So many characters of texts at most.")] = 8_000
    max_entries: Annotated[int, Meta(ge=1, le=500, description="So many entries at most, the latest.")] = 40
    include_tool_output: Annotated[bool, Meta(description="With what tools answered.")] = False
    include_compaction_history: Annotated[bool, Meta(description="With what a compaction put in place.")] = False
    before: Annotated[
        Annotated[int, Meta(ge=1, le=2**53)] | None, Meta(description="What stands before this line of the log.")
    ] = None


class SettingsAsk(Ask, frozen=True, kw_only=True):
    """Which file of settings is written."""

    path: Path | None = None
    force: Annotated[bool, Meta(description="Replace a file; a copy is kept beside it.")] = False


class PricingAsk(Ask, frozen=True, kw_only=True):
    """Which price list is taken in."""

    path: Path | None = None
    source_url: str | None = None
    tier: str | None = None
    """Prices of all tiers are taken in."""


class Answers(msgspec.Struct, kw_only=True):
    """The answers to several questions, of one moment; one that fails has an error instead."""

    schema: str
    answers: list[dict[str, Any]]


class Tool(NamedTuple):
    """A tool: the question or questions it asks (`choice` names the one), or the command that it runs."""

    name: str
    title: str
    doc: str
    answer: Any
    questions: tuple[str, ...] = ()
    choice: str = ""
    several: bool = False
    command: tuple[str, ...] = ()
    ask: type[Ask] = Ask
    writes: bool = False
    listed: bool = True


def _question(name: str, question: str, title: str, doc: str, *, listed: bool = True) -> Tool:
    return Tool(name, title, doc, QUESTIONS[question].answer, (question,), listed=listed)


def _command(
    name: str, command: str, title: str, doc: str, asked: tuple[type[Ask], Any], *, writes: bool = False
) -> Tool:
    words = tuple(command.split())
    return Tool(name, title, doc, asked[1], command=words, ask=asked[0], writes=writes, listed=bool(title))


ANSWERS = SCHEMA.format("answers")
SECTIONS = tuple(name for name in QUESTIONS if name.startswith(DIAGNOSTICS))
TOOLS: dict[str, Tool] = {
    one.name: one
    for one in (
        _question(
            "usage_status", "status", "Where things stand",
            "The latest call and its context, limits with forecasts, today's, this week's and all use, budgets.",
        ),
        _question(
            "usage_summary", "summary", "Use by anything",
            "Tokens, cost and credits of calls, grouped by up to three dimensions: model, thread, project, day, week, "
            "month, hour, effort, tier, kind, origin, branch, directory ... `totals` are of all calls in scope.",
        ),
        Tool(
            "usage_query", "Several questions at once",
            "Answers up to eight questions about one moment. Each names its `question` (calls, threads, series, "
            "compare, heatmap, insights ...) and that question's own parameters; pages go on at `next_offset`.",
            Answers, tuple(name for name in QUESTIONS if name not in SECTIONS), "question", several=True,
        ),
        _question(
            "usage_thread", "thread", "One thread",
            "A thread, by default the latest, with its sub-agents, turns, facts, calls, and what was found in it.",
        ),
        _question(
            "usage_call", "call", "One call",
            "One call by its record id, with the calls around it, its facts, its cache, and what was found in it.",
        ),
        _question(
            "usage_limits", "limits", "Limits and forecast",
            "What is left of each limit, when it resets, whether it will last (a forecast with its range), earlier "
            "windows, and what a percent was worth.",
        ),
        _question(
            "usage_recommendations", "recommendations", "What is most worth a look",
            "The threads and calls with most at stake: why, and what to do.",
        ),
        Tool(
            "usage_diagnostics", "What calls did",
            "Facts with the tokens of their calls (summary, facts, tools, compactions, fact-calls), what is known "
            "(overview, concentration), and what was last found in logs (commands, file-reads, git-interactions ...).",
            Any, SECTIONS, "section",
        ),
        _question(
            "usage_pricing_coverage", "pricing-coverage", "Price coverage",
            "How much of the tokens has a price, by what, and how much of it is a guess.",
        ),
        _command(
            "usage_refresh", "refresh", "Read what is new",
            "Reads what is new in the Codex logs. Answers are as of the last refresh: the scope's `as_of` tells when.",
            (RefreshAsk, outcomes.Refresh), writes=True,
        ),
        _command(
            "usage_export", "export --no-refresh", "Write calls to a file",
            "Writes calls to a new file as CSV, JSON or Parquet, one row a call; never over a file that is there.",
            (ExportAsk, outcomes.Export), writes=True,
        ),
        _command(
            "usage_dashboard", "dashboard", "Write the dashboard to a file",
            "Writes the dashboard with its calls as one HTML file that opens anywhere, and says where it is.",
            (DashboardAsk, outcomes.DashboardFile), writes=True,
        ),
        _command(
            "usage_doctor", "doctor", "Is all in order?",
            "Checks program, logs, database and settings, and says what to do.", (DoctorAsk, Doctor),
        ),
        _command(
            "usage_call_context", "context", "What a call was made of",
            "The lines of the log behind one call: redacted, cut to size, kept nowhere. Refused unless the server runs "
            "with CODEX_USAGE_TRACKER_ALLOW_RAW_CONTEXT=1.", (ContextAsk, Evidence),
        ),
        _question("usage_calls", "calls", "Calls", "A page of calls.", listed=False),
        _command("init-pricing", "init-pricing", "", "", (SettingsAsk, SettingsFile), writes=True),
        _command("init-allowance", "init-allowance", "", "", (SettingsAsk, SettingsFile), writes=True),
        _command("update-pricing", "update-pricing", "", "", (PricingAsk, PricingUpdate), writes=True),
    )
}  # fmt: skip
ALIASES: dict[str, tuple[str, dict[str, Any]]] = {
    "refresh_usage_index": ("usage_refresh", {}),
    "session_usage": ("usage_thread", {}),
    "most_expensive_usage_calls": ("usage_calls", {"sort": "cost"}),
    "generate_usage_dashboard": ("usage_dashboard", {}),
    "export_usage_csv": ("usage_export", {"format": "csv"}),
    "init_usage_pricing_config": ("init-pricing", {}),
    "init_usage_allowance_config": ("init-allowance", {}),
    "update_usage_pricing_config": ("update-pricing", {}),
}
"""Names that another tracker gives to tools, with what they fix; they are answered, but not listed."""
SPELLINGS = {"session_id": "thread", "output": "path", "output_path": "path"}
IGNORED = ("response_format",)
FLAGS = {"path": "--output", "include_archived": "--active-only"}


def found(name: str, given: Mapping[str, Any]) -> tuple[Tool, dict[str, Any]] | None:
    """Return the tool that a name means, and what it is given; None where there is none."""
    name, fixed = ALIASES.get(name, (name, {}))
    if name not in TOOLS:
        return None
    tool = TOOLS[name]
    known = {*tool.ask.__struct_fields__, *(field for one in tool.questions for field in fields_of(one))}
    told = {SPELLINGS.get(one, one) if one not in known else one: value for one, value in given.items()}
    if "group_by" in known and told.get("preset") in [*SPLITS]:
        told = {"group_by": SPLITS[told.pop("preset")]} | told
    return tool, {one: value for one, value in told.items() if one not in IGNORED} | fixed


def fields_of(question: str) -> tuple[str, ...]:
    """Return the names of a question's parameters."""
    names: tuple[str, ...] = QUESTIONS[question].ask.__struct_fields__
    return names


def chosen(tool: Tool, given: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the questions that a tool is asked, by their names, each with its parameters."""
    if not tool.several:
        return [_named(tool, given)]
    if "questions" not in given:
        return [_named(tool, {tool.choice: "calls"} | given)]
    parts, rest = given["questions"], given.keys() - {"questions"}
    if rest or not isinstance(parts, list) or not 0 < len(parts) <= MOST_QUESTIONS:
        raise InvalidValueError(
            f"`questions` is a list of one to {MOST_QUESTIONS}", "Parameters stand in the question that they are for."
        )
    return [_named(tool, part) for part in parts]


def _named(tool: Tool, given: Any) -> tuple[str, dict[str, Any]]:
    """Return the question that is chosen of a tool's."""
    if not tool.choice:
        return tool.questions[0], given
    names = {name.removeprefix(DIAGNOSTICS): name for name in tool.questions}
    told = given.get(tool.choice) if isinstance(given, dict) else None
    if not isinstance(told, str) or told not in names:
        raise InvalidValueError(f"`{tool.choice}` is none of those that there are", f"Choose {', '.join(names)}.")
    return names[told], {name: value for name, value in given.items() if name != tool.choice}


def words(tool: Tool, ask: Ask) -> list[str]:
    """Return the command line that a tool runs."""
    given = msgspec.structs.asdict(ask)
    positional = [given["record_id"]] if "record_id" in given else []
    path = given.get("path")
    if path and not os.path.isabs(path):
        raise InvalidValueError("the path is not absolute", "Name the file from the root on.")
    if path and os.path.lexists(path) and not given.get("force"):
        raise FileExistsAlreadyError(f"{path} is already there", "Name a file that is not.")
    return [*tool.command, *_options(ask), *(["--", *positional] if positional else [])]


def _options(ask: Ask) -> Iterator[str]:
    for field in msgspec.structs.fields(ask):
        value = getattr(ask, field.name)
        flag = FLAGS.get(field.name, f"--{field.name.replace('_', '-')}")
        if value == field.default or field.name in {"record_id", "tier"}:
            continue
        if isinstance(value, bool):
            yield flag
        else:
            yield from (f"{flag}={one}" for one in (value if isinstance(value, tuple) else (value,)))
