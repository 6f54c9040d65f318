"""`diagnostics`: facts of calls, and what only the logs tell of tools, git and files."""

import sys
from collections.abc import Iterator
from functools import partial
from textwrap import wrap
from typing import Any
from zoneinfo import ZoneInfo

import click

from codex_usage_tracker.cli import bars, calls, filters, options, progress, reading, words
from codex_usage_tracker.cli.figures import UNKNOWN, clock, counted, exact, share, tokens
from codex_usage_tracker.cli.groups import short_id
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Cell, Column, Table
from codex_usage_tracker.contract import SCHEMA, CallRow
from codex_usage_tracker.contract.diagnostics import DiagnosticsJob, Fact, FactCalls, Facts, Snapshot
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.reports import asks
from codex_usage_tracker.reports.diagnostics import SECTIONS, concentrated, overview, section
from codex_usage_tracker.reports.facts import VIEWS, FactCallsAsk, FactsAsk, FactSummaryAsk, fact_calls, facts_of

FACT_CALLS, OVERVIEW, CONCENTRATION, REFRESH = "fact-calls", "overview", "concentration", "refresh"
CHOICES = [*VIEWS, FACT_CALLS, OVERVIEW, *SECTIONS, CONCENTRATION, REFRESH]
SHOWN_ROWS = 15
SNAPSHOT = frozenset(Snapshot.__struct_fields__)
OWN = ("fact_type", "fact_name", "fact_category", "sort", "direction", "limit", "offset")
PICTURE = Column("", right=False, leaves=9, least=8, most=24)
FACTS = (
    Column("Fact", right=False, shrinks=True), Column("Times", leaves=6), Column("Calls", leaves=5),
    Column("Share", style="strong"), Column("Tokens", leaves=2), Column("Uncached", leaves=3),
    Column("Cached", leaves=4, style="cached"), Column("Output", leaves=7), Column("Tools' output", leaves=8), PICTURE,
)  # fmt: skip


@options.command("diagnostics")
@click.argument("name", metavar="SECTION", type=click.Choice(CHOICES))
@click.option("--refresh", "again", is_flag=True, help="Search the logs before, where the section is from them.")
@click.option("--fact-type", metavar="TYPE", multiple=True, help="Only facts of this type, such as command.")
@click.option("--fact-name", metavar="NAME", multiple=True, help="Only facts of this name, such as pytest.")
@click.option("--fact-category", metavar="WORD", multiple=True, help="Only tools, commands, files, results or context.")
@click.option("--sort", metavar="WORD", help="By uncached, tokens, share, calls, time and others.")
@click.option("--direction", metavar="WORD", help="Upwards (asc) or downwards (desc).")
@click.option("--limit", metavar="N", type=click.IntRange(min=0), help="At most so many facts or calls.")
@click.option("--offset", metavar="N", type=click.IntRange(min=0), help="So many calls are left out before.")
@filters.with_filters
def command(asked: Invocation, name: str, again: bool, **chosen: Any) -> None:
    """Show what calls did, with what they took.

    The database tells summary, facts, compactions, tools, fact-calls, overview and concentration.

    The logs are searched for tool-output, commands, git-interactions, file-reads, file-modifications and
    read-productivity, with --refresh, or for all of these with `diagnostics refresh`; what was found is kept.
    """
    own = {one: value for one in OWN if (value := chosen.pop(one)) not in (None, ())}
    if name == REFRESH:
        asked.answer(_searched(asked), _told)
        return
    if again and name in SECTIONS:
        _searched(asked)
    if name in VIEWS or name == FACT_CALLS:
        with progress.counting(asked, "Summing facts") as told:
            asked.tracker.sum_facts(told)
    with reading.questions(asked, empty=asked.json, findings=bool(chosen["finding"])) as reader:
        meant = filters.filter_of(reader, chosen)
        if name in VIEWS:
            ask = asks.converted(own, FactSummaryAsk if name == "summary" else FactsAsk)
            facts = facts_of(reader, meant, ask, name)
        elif name == FACT_CALLS:
            own |= {one: value[0] for one, value in own.items() if one.startswith("fact_")}
            behind = fact_calls(reader, meant, asks.converted(own, FactCallsAsk))
        elif name in SECTIONS:
            found = section(reader, name, archived=_only_history(meant, own))
        else:
            found = overview(reader, meant) if name == OVERVIEW else concentrated(reader, meant)
    if name in VIEWS:
        asked.answer(facts, _facts)
    elif name == FACT_CALLS:
        asked.answer(behind, _calls)
    else:
        asked.answer(found, _section)


def _only_history(meant: Filter, own: dict[str, Any]) -> bool:
    """Refuse filters where what was found in the logs is kept as sums."""
    if own or meant not in {Filter(), Filter(archived=False)}:
        raise InvalidValueError("what logs tell is kept as sums of all calls", "Leave all out but --active-only.")
    return meant.archived


def _searched(asked: Invocation) -> DiagnosticsJob:
    """Read what is new, and search all logs, with a bar where it takes long."""
    if not reading.refresh(asked).scanned_files:
        asked.narrate("There are no Codex logs where they were looked for; what was read before is searched.")
    bar = progress.Drawn("Searching logs", in_bytes=True)
    shown = not asked.quiet and sys.stderr.isatty()
    try:
        logs, missing = asked.tracker.search_logs(
            lambda at: bar.show(at.bytes, at.all_bytes, f"{at.files:,}/{at.all_files:,} files") if shown else None
        )
    finally:
        bar.close()
    schema = SCHEMA.format("diagnostics-job")
    return DiagnosticsJob(schema=schema, running=False, outcome="done", logs=logs, missing_logs=missing)


def _told(done: DiagnosticsJob, _screen: Screen) -> Iterator[str]:
    missing = f", {counted(done.missing_logs, 'log')} could not be read" if done.missing_logs else ""
    yield f"Searched {counted(done.logs, 'log')}{missing}. `diagnostics commands` and the like tell what was found."


# -- facts ------------------------------------------------------------------------------------------------------------


def _facts(answer: Facts, screen: Screen) -> Iterator[str]:
    """Draw facts with their tokens."""
    if not answer.rows:
        yield "No call has such a fact."
    else:
        largest = max(row.share_tokens for row in answer.rows)
        yield from Table(FACTS, [_fact(row, largest) for row in answer.rows]).lines(screen)
    more = (
        f"first {answer.row_count:,} of {answer.total_matched_rows:,}, --limit 0 gives all" if answer.truncated else ""
    )
    kinds = [f"{one.fact_type} {tokens(one.total_tokens)} in {counted(one.calls, 'call')}" for one in answer.types]
    yield ""
    yield from words.hanging("types", kinds, 5, screen)
    yield from words.footer(answer.scope, screen, more, "tokens of calls count for each fact of theirs, shares once")


def _fact(row: Fact, largest: int) -> list[Cell]:
    return [
        f"{row.fact_type} {row.fact_name}",
        exact(row.occurrences),
        exact(row.calls),
        tokens(row.share_tokens),
        tokens(row.total_tokens),
        tokens(row.uncached_input_tokens),
        share(row.cached_input_tokens, row.input_tokens),
        tokens(row.output_tokens),
        tokens(row.tool_output_tokens) if row.tool_output_tokens else "",
        partial(bars.level, row.share_tokens / largest * 100 if largest else 0),
    ]


def _calls(answer: FactCalls, screen: Screen) -> Iterator[str]:
    """Draw the calls that have a fact."""
    if answer.rows:
        yield from calls.table(answer.rows, ZoneInfo(answer.scope.timezone)).lines(screen)
    else:
        yield "No call has that fact."
    yield from words.footer(answer.scope, screen, counted(answer.total_matched_rows, "call"))


# -- sections ---------------------------------------------------------------------------------------------------------


def _section(answer: Snapshot, screen: Screen) -> Iterator[str]:
    """Draw a section: its sums, then its lists, and of when it is."""
    zone = ZoneInfo(answer.scope.timezone)
    if answer.status == "missing":
        yield "The logs have not been searched yet; --refresh does so."
    fields = {name: getattr(answer, name) for name in answer.__struct_fields__ if name not in SNAPSHOT}
    sums = {name: value for name, value in fields.items() if isinstance(value, int | str | None)}
    for one in (fields.get("totals"), fields.get("summary")):
        sums |= {name: getattr(one, name) for name in one.__struct_fields__} if one else {}
    sums.pop("summary", None)
    yield from words.joined([f"{_title(name)} {_figure(name, value, zone)}" for name, value in sums.items()], screen)
    for name, value in fields.items():
        if isinstance(value, list) and value:
            yield ""
            yield screen.style(_title(name).capitalize(), "strong")
            of_calls = isinstance(value[0], CallRow)
            yield from (calls.table(value, zone) if of_calls else _rows(value[:SHOWN_ROWS], zone)).lines(screen)
            if len(value) > SHOWN_ROWS:
                yield screen.style(f"and {len(value) - SHOWN_ROWS:,} more with --json", "faint")
    yield ""
    for line in (line for note in answer.notes for line in wrap(note, screen.width or sys.maxsize)):
        yield screen.style(line, "faint")
    yield from words.footer(answer.scope, screen, *_about(answer, zone), ranged=answer.status == "live")


def _about(answer: Snapshot, zone: ZoneInfo) -> list[str]:
    """Say of when a section is, and of how many logs."""
    if answer.computed_at is None or answer.status == "live":
        return []
    new = counted(answer.new_calls, "new call") if answer.new_calls else "changes"
    stale = f"{new} since, --refresh takes them in" if answer.status == "stale" else ""
    missing = f"{counted(answer.missing_logs, 'log')} could not be read" if answer.missing_logs else ""
    return [f"searched {clock(answer.computed_at, zone)}", counted(answer.logs, "log"), missing, stale]


def _rows(rows: list[Any], zone: ZoneInfo) -> Table:
    """Return a table with a column for each field, the last ones leaving first."""
    names = [name for name in rows[0].__struct_fields__ if name not in {"line", "keys", "top_rows"}]
    columns = [
        Column(_title(name).capitalize(), right=not isinstance(getattr(rows[0], name), str), leaves=place and place + 1,
               shrinks=not place)
        for place, name in enumerate(names)
    ]  # fmt: skip
    return Table(columns, [[_figure(name, getattr(row, name), zone) for name in names] for row in rows])


def _title(name: str) -> str:
    return name.removesuffix("_id").removesuffix("_at").replace("re_read", "re-read").replace("_", " ")


def _figure(name: str, value: object, zone: ZoneInfo) -> str:
    """Return a value as people read it."""
    if value is None:
        return UNKNOWN
    if isinstance(value, int):
        moment = name == "at" or name.endswith("_at")
        return clock(value, zone) if moment else tokens(value) if name.endswith("tokens") else exact(value)
    if name.endswith("share"):
        return f"{float(str(value)):.0%}"
    return short_id(str(value))
