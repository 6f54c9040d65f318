"""`session`: one thread with all that happened in it."""

from collections.abc import Iterator
from itertools import count
from zoneinfo import ZoneInfo

import click

from codex_usage_tracker.cli import bars, calls, groups, options, reading, words
from codex_usage_tracker.cli.figures import clock, counted, exact, length, tokens
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.money import dollars, remarks
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Column, Table, table_of
from codex_usage_tracker.cli.text import cells, safe
from codex_usage_tracker.contract import FactRow, Row, Session, TurnRow
from codex_usage_tracker.query import labels
from codex_usage_tracker.reports.session import session

SHOWN_FACTS = 12


@options.command("session")
@click.argument("thread", metavar="[ID]", required=False, help="A thread; the latest if none is named.")
@options.limited(200, "calls")
def command(asked: Invocation, thread: str | None, limit: int) -> None:
    """Show one thread: turns, sub-agents and reviews, tools, calls.

    ID is a thread's id, its beginning or end, or its name; without it, the latest thread is shown.
    """
    with reading.questions(asked) as reader:
        wanted = thread and labels.thread(reader, thread, by_name=True)
        answer = session(reader, wanted, asked.tracker.thresholds(), limit=limit)
    asked.answer(answer, _lines)


def _lines(answer: Session, screen: Screen) -> Iterator[str]:
    zone = ZoneInfo(answer.scope.timezone)
    yield from _head(answer, screen, zone)
    yield from _part("Tokens", _numbers(answer), screen)
    if len(answer.members) > 1:
        yield from _part("Threads in it", _members(answer.members, answer.thread.thread_id), screen)
    if answer.turns:
        yield from _part(counted(len(answer.turns), "turn").capitalize(), _turns(answer.turns, zone), screen)
    yield from _facts(answer.facts, screen)
    yield from _attention(answer, screen)
    title = f"{counted(answer.call_count, 'call')}" + (
        f", the first {len(answer.calls):,}" if len(answer.calls) < answer.call_count else ""
    )
    yield from _part(title, calls.table(answer.calls, zone, with_threads=len(answer.members) > 1), screen)
    yield from words.footer(answer.scope, screen, *remarks(answer.totals), filters=False)


def _numbers(answer: Session) -> Table:
    picture = groups.PICTURE._replace(cell=lambda numbers: bars.tokens_bar(numbers, numbers.total_tokens))
    return table_of([*groups.NUMBERS, picture], [answer.totals])


def _head(answer: Session, screen: Screen, zone: ZoneInfo) -> Iterator[str]:
    """Name the thread, and say where, when and with what it was begun."""
    thread = answer.thread
    yield screen.style(safe(thread.name or groups.UNNAMED), "strong") + "  " + screen.style(thread.thread_id, "faint")
    about = (
        ("project", thread.project),
        ("branch", thread.git_branch),
        ("folder", thread.cwd and groups.short_path(thread.cwd)),
        ("begun", clock(thread.created_at, zone) if thread.created_at else None),
        ("by", " ".join(filter(None, (thread.originator, thread.client_version))) or None),
        ("role", thread.role),
        ("nickname", thread.nickname),
        ("parent", thread.parent_thread_id and groups.short_id(thread.parent_thread_id)),
        ("forked from", thread.forked_from_id and groups.short_id(thread.forked_from_id)),
        ("archived", "yes" if thread.archived else None),
    )
    yield from words.joined([f"{title} {safe(value)}" for title, value in about if value], screen)


def _part(title: str, table: Table, screen: Screen) -> Iterator[str]:
    yield ""
    yield screen.style(title, "strong")
    yield from table.lines(screen)


def _members(members: list[Row], own: str) -> Table:
    """Return the thread itself and the threads below it."""
    largest = max(row.total_tokens for row in members)
    thread = Column("Thread", lambda row: _member(row, own), right=False, shrinks=True)
    short = Column("Id", lambda row: groups.short_id(row.key or ""), right=False, style="faint", leaves=5)
    picture = groups.PICTURE_BESIDE_TEXTS._replace(cell=lambda row: bars.tokens_bar(row, largest))
    return table_of([thread, short, *groups.NUMBERS, picture], members)


def _member(row: Row, own: str) -> str:
    """Return what a thread is called: its name, or its agent's nickname and what it was begun for."""
    if row.key == own:
        return "this thread"
    begun = (
        (row.keys.get("source") or "").removeprefix("subagent:").replace("thread_spawn", "sub-agent").replace("_", " ")
    )
    agent = " ".join(filter(None, (row.keys.get("nickname"), row.keys.get("role") or begun)))
    return row.name or agent or groups.UNNAMED


def _turns(turns: list[TurnRow], zone: ZoneInfo) -> Table:
    numbers = count(1)
    columns = (
        Column("Turn", lambda _: str(next(numbers)), leaves=2),
        Column("Started", lambda turn: clock(turn.started_at, zone), right=False),
        Column("Length", lambda turn: length(turn.duration_ms)),
        Column("First token", lambda turn: length(turn.first_token_ms), leaves=3),
        Column("Outcome", lambda turn: (turn.outcome or "no end").replace("_", " "), right=False, leaves=1),
        Column("Calls", lambda turn: exact(turn.calls)),
        Column("Total", lambda turn: tokens(turn.total_tokens), style="strong"),
    )
    return table_of(columns, turns)


def _attention(answer: Session, screen: Screen) -> Iterator[str]:
    """Say what is at stake and why, and how the thread went."""
    told = [
        (one.title, one.action if one.stake == "0" else f"{dollars(one.stake)} at stake. {one.action}")
        for one in answer.attention.findings
    ]
    told += [(one.title, one.why) for one in answer.lifecycle]
    if told:
        yield ""
        yield screen.style("Worth a look", "strong")
    widest = max((cells(title) for title, _ in told), default=0)
    for title, text in told:
        yield from words.hanging_text(title, text, widest, screen)


def _facts(facts: list[FactRow], screen: Screen) -> Iterator[str]:
    """Draw what was done: tools, commands and outcomes by how often."""
    kinds: dict[str, list[FactRow]] = {}
    for fact in facts:
        kinds.setdefault(fact.type, []).append(fact)
    if kinds:
        yield ""
        yield screen.style("What it did", "strong")
    widest = max(map(cells, kinds), default=0)
    for kind, found in kinds.items():
        shown = [f"{safe(fact.name)} {fact.count:,}" for fact in found[:SHOWN_FACTS]]
        more = [f"{len(found) - SHOWN_FACTS:,} others"] if len(found) > SHOWN_FACTS else []
        yield from words.hanging(kind.replace("_", " "), [*shown, *more], widest, screen)
