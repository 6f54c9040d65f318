"""Diagnostics: facts with what their calls used, what the database holds, and what was last found in the logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from codex_usage_tracker.contract import Row
from codex_usage_tracker.contract import diagnostics as contract
from codex_usage_tracker.pricing.money import share_text
from codex_usage_tracker.query import concentration, facts, roots, run, threads
from codex_usage_tracker.query.dimensions import DIMENSIONS
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.reports.asks import Ask, CallsChoice, filter_of
from codex_usage_tracker.reports.calls import calls
from codex_usage_tracker.reports.facts import FactCallsAsk, FactsAsk, FactSummaryAsk, fact_calls, facts_of
from codex_usage_tracker.reports.scope import named, numbers, schema, scope_of
from codex_usage_tracker.shapes import ready
from codex_usage_tracker.store import snapshots

if TYPE_CHECKING:
    from codex_usage_tracker.query.reader import Reader

SECTIONS: dict[str, tuple[type[Any], str, str]] = {
    "tool-output": (
        contract.ToolOutput, "How much tools put out",
        "Tokens are those that outputs tell, divided equally among the pipelines of a shell call.",
    ),
    "commands": (
        contract.Commands, "What was run in the shell",
        "A call that failed, or repeats one that did, counts for its first command.",
    ),
    "git-interactions": (
        contract.GitInteractions, "What was done with git and GitHub",
        "Whether something was changed is told by options too: `git branch` reads, `git branch -d` does not.",
    ),
    "file-reads": (
        contract.FileReads, "Which files were read, and read again",
        "A re-read repeats the same part of a path that nothing is known to have changed, within one context.",
    ),
    "file-modifications": (
        contract.FileModifications, "Which files were changed",
        "Patches that were applied, and shell commands that name the file they write.",
    ),
    "read-productivity": (
        contract.ReadProductivity, "How many reads were followed by a change",
        "A correlation within one log: a read before a change need not be its reason.",
    ),
}  # fmt: skip
"""The sections that come from logs: what is answered, what it tells, and how it is meant."""
SPREAD_OVER = ("root_thread", "project", "directory", "day", "model")
TOP_GROUPS = 5
LARGEST_CALLS = 10
DIGITS = 100


class SectionAsk(Ask, frozen=True, kw_only=True):
    """A section of diagnostics."""

    include_archived: Annotated[bool, Meta(description="With archived threads, or active ones alone.")] = True


def overview(reader: Reader, chosen: Filter) -> contract.Overview:
    """Return what the database holds of a filter's calls."""
    totals = numbers(run.totals(reader.db, chosen))
    first, latest, mean = facts.span(reader.db, chosen)
    count = roots.count(reader.db, chosen)
    models = run.groups(reader.db, chosen, [DIMENSIONS["model"]], reader.zone)
    return contract.Overview(
        schema=schema("diagnostics-overview"), section="overview", scope=scope_of(reader, chosen), status="live",
        computed_at=reader.now, calls=totals.calls, totals=totals, sessions=count.roots,
        threads=count.threads, models=len(models), first_at=first, latest_at=latest,
        cache_ratio=share_text(totals.cached_input_tokens, totals.input_tokens),
        avg_call_cache_ratio=None if mean is None else share_text(mean, 10**6),
        fact_rows=sum(one.calls for one in facts.sums(reader.db, chosen)),
    )  # fmt: skip


def concentrated(reader: Reader, chosen: Filter) -> contract.Concentration:
    """Return on how few groups the tokens of a filter's calls went."""
    totals = numbers(run.totals(reader.db, chosen))
    return contract.Concentration(
        schema=schema("diagnostics-concentration"), section="concentration", scope=scope_of(reader, chosen),
        status="live", computed_at=reader.now, calls=totals.calls, totals=totals,
        dimensions=[_spread(reader, chosen, name) for name in SPREAD_OVER],
        largest_calls=calls(reader, chosen, sort="tokens", limit=LARGEST_CALLS).rows,
    )  # fmt: skip


def _spread(reader: Reader, chosen: Filter, name: str) -> contract.ConcentrationRow:
    found = concentration.spread(reader, chosen, DIMENSIONS[name])
    shares = {f"top_{count}_share": share_text(found.of_largest(count), found.total) for count in (1, 3, 5)}
    top = found.groups[:TOP_GROUPS]
    names = threads.names(reader.db, [group.keys[0] or "" for group in top]) if name == "root_thread" else {}
    hundredths = found.total * found.total * DIGITS // found.squares if found.squares else 0
    return contract.ConcentrationRow(
        dimension=name, group_count=len(found.groups), **shares,
        effective_groups=f"{hundredths // DIGITS}.{hundredths % DIGITS:02}" if found.squares else None,
        top_rows=[
            Row(key=key, keys={name: key}, name=names.get(key or ""), **named(numbers))
            for (key, *_), numbers in ((group.keys, group.numbers) for group in top)
        ],
    )  # fmt: skip


def section(reader: Reader, name: str, *, archived: bool) -> contract.Snapshot:
    """Return what was last found in the logs, and whether calls have been read since."""
    scope = scope_of(reader, Filter(archived=archived))
    found = snapshots.get(reader.db, name, scope.history)
    kind, _, note = SECTIONS[name]
    head: dict[str, Any] = {"schema": schema(f"diagnostics-{name}"), "section": name, "scope": scope, "notes": [note]}
    if found is None:
        missing: contract.Snapshot = kind(**head, status="missing")
        return missing
    new = snapshots.calls(reader.db, archived=archived) - found.calls
    head |= {
        "status": "fresh" if found.generation == scope.generation else "stale", "computed_at": found.computed_at,
        "logs": found.logs, "missing_logs": found.missing, "calls": found.calls, "new_calls": max(new, 0),
    }  # fmt: skip
    content: dict[str, Any] = msgspec.json.decode(found.answer)
    told: contract.Snapshot = msgspec.convert({**content, **head, "scope": msgspec.to_builtins(scope)}, ready(kind))
    return told


Asked = tuple[str, type[Any], Any, Any, str]


def _view(view: str, kind: type[FactsAsk], doc: str) -> Asked:
    return view, kind, contract.Facts, lambda reader, ask, _: facts_of(reader, filter_of(ask, reader), ask, view), doc


def _section(name: str, kind: type[Any], doc: str) -> Asked:
    told = f"{doc}, as last found in the logs."
    return name, SectionAsk, kind, lambda reader, asked, _: section(reader, name, archived=asked.include_archived), told


ASKED: list[Asked] = [
    _view("summary", FactSummaryAsk, "Types of facts, and the leading facts with the tokens of their calls."),
    _view("facts", FactsAsk, "Facts with the tokens of their calls."),
    _view("compactions", FactsAsk, "Compactions with the tokens of their calls."),
    _view("tools", FactsAsk, "Tools and MCP servers with the tokens of their calls."),
    (
        "fact-calls", FactCallsAsk, contract.FactCalls,
        lambda reader, ask, _: fact_calls(reader, filter_of(ask, reader), ask), "A page of the calls that have a fact.",
    ),
    (
        "overview", CallsChoice, contract.Overview,
        lambda reader, ask, _: overview(reader, filter_of(ask, reader)), "What the database holds.",
    ),
    (
        "concentration", CallsChoice, contract.Concentration,
        lambda reader, ask, _: concentrated(reader, filter_of(ask, reader)), "On how few threads and days tokens went.",
    ),
    *(_section(name, kind, doc) for name, (kind, doc, _) in SECTIONS.items()),
]  # fmt: skip
"""What can be asked at `diagnostics/`: name, question, answer, what answers it, meaning."""
