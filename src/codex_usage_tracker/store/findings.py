"""Findings stored beside the calls: which threads are not judged yet, what is judged, and what became of it."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from codex_usage_tracker.store.ask import rows, scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import apsw

KEYS = (
    "retry-loop", "cold-resume", "model-switch", "cache-break", "tool-output-bloat", "context-carried", "low-cache",
    "context-bloat", "elevated-context", "reasoning-spike", "low-output", "runaway-thread", "sub-agent-swarm",
    "high-cost", "large-thread", "subagent-attribution",
)  # fmt: skip
"""The rules in the order in which they claim a call's tokens; the database has their places."""

Finding = tuple[int, int, int | None, int | None, int, int]
"""A call's row id, a rule's place, USD units and credit units (None without a price), tokens, the rule's own figure."""

Flagged = tuple[int, int, int]
"""Row ids of a thread and of a call of it to look at, and what is at stake in USD units."""

SEARCHING = ("rg", "grep", "find", "fd", "ag", "ack", "diff", "diff3", "cmp", "test", "which", "git-grep", "pgrep")
"""Commands that end with 1 where they find nothing."""
CLASSES = {
    "failed": "label LIKE 'exit:%' AND label NOT IN ('exit:0', 'exit:1') OR label = 'patch:failed'"
    " OR label LIKE 'outcome:%' AND label <> 'outcome:task_complete'",
    "ended_with_1": "label = 'exit:1'",
    "succeeded": "label IN ('exit:0', 'patch:applied')",
    "searching": f"label IN {tuple(f'command:{name}' for name in SEARCHING)}",
    "answering": "label LIKE 'tool:%' OR label LIKE 'mcp_server:%'",
    "compacted": "label LIKE 'compaction:%'",
}
"""What labels tell a rule; the tokens of an output stand under one label of these kinds."""
FACTS = """
SELECT call_id, sum(iif(label_id IN ({failed}), count, 0)), sum(iif(label_id IN ({ended_with_1}), count, 0)),
  sum(iif(label_id IN ({succeeded}), count, 0)), max(label_id IN ({searching})),
  sum(iif(label_id IN ({answering}), tokens, 0)), max(label_id IN ({compacted}))
FROM json_each(?) wanted CROSS JOIN call INDEXED BY call_thread ON call.thread_id = wanted.value
CROSS JOIN fact ON fact.call_id = call.id WHERE label_id IN ({all}) GROUP BY call_id
"""
CALLS = """
SELECT call.id, call.key, at, turn_id, input, cached_input, cache_write, output, reasoning, usd, context_window,
  duration_ms, profile_id, rate_id, thread_id
FROM json_each(?) wanted CROSS JOIN call INDEXED BY call_thread ON call.thread_id = wanted.value
ORDER BY wanted.key, at, line, call.key
"""
AGENTS = """
SELECT root_id, thread.id, (SELECT min(at) FROM call WHERE thread_id = thread.id) FROM thread
WHERE root_id IN (SELECT root_id FROM thread WHERE id IN (SELECT value FROM json_each(?)) AND root_id <> id)
AND root_id <> id
AND (SELECT kind FROM call JOIN profile ON profile.id = profile_id WHERE thread_id = thread.id LIMIT 1) = 'subagent'
"""
SIBLINGS = """
INSERT OR IGNORE INTO unjudged SELECT other.id FROM unjudged JOIN thread ON thread.id = unjudged.thread
JOIN thread other ON other.root_id = thread.root_id
WHERE thread.root_id <> thread.id AND other.root_id <> other.id
"""
"""How many agents work at once is told of each of them."""
WANTED = "(SELECT value FROM json_each(?))"
THESE = f"thread IN {WANTED}"
NO_FACTS = (0,) * len(CLASSES)
ANY = -1
"""The place of no rule: sums of calls in which any rule found something, each counted once."""
SUMS = f"""
INSERT INTO found SELECT thread, at / 900000, rule, count(*), sum(tokens), sum(stake), sum(drawn) FROM (
  SELECT thread, call_id, rule, tokens, finding.stake AS stake, drawn
  FROM json_each(?1) wanted CROSS JOIN attention ON thread = wanted.value CROSS JOIN finding USING (call_id)
  UNION ALL SELECT thread, call_id, {ANY}, 0, stake, NULL
  FROM json_each(?1) wanted CROSS JOIN attention ON thread = wanted.value
) CROSS JOIN call ON call.id = call_id GROUP BY 1, 2, 3
"""
TABLES = ("finding", "attention", "found", "unjudged")


class Known(NamedTuple):
    """What calls refer to by row id: profiles (model, kind, basis, reason) and rates (USD and credit units a token)."""

    profiles: dict[int, Any]
    rates: dict[int | None, Any]
    facts: str


def are_current(connection: apsw.Connection, fingerprint: str) -> bool:
    """Say whether all threads are judged by what a fingerprint names."""
    judged_by = scalar(connection, "SELECT value FROM meta WHERE name = 'findings'")
    return judged_by == fingerprint and scalar(connection, "SELECT 1 FROM unjudged LIMIT 1") is None


def unjudged(connection: apsw.Connection, fingerprint: str) -> list[int]:
    """Return the threads to judge, of which nothing is found from here on: all, if they were judged otherwise."""
    if scalar(connection, "SELECT value FROM meta WHERE name = 'findings'") != fingerprint:
        connection.execute("DELETE FROM finding; DELETE FROM attention; DELETE FROM found")
        return [row[0] for row in rows(connection, "SELECT id FROM thread")]
    connection.execute(SIBLINGS)
    waiting = [row[0] for row in rows(connection, "SELECT thread FROM unjudged")]
    of = (msgspec.json.encode(waiting).decode(),)
    connection.execute(f"DELETE FROM finding WHERE call_id IN (SELECT call_id FROM attention WHERE {THESE})", of)
    connection.execute(f"DELETE FROM attention WHERE {THESE}", of)
    connection.execute(f"DELETE FROM found WHERE thread_id IN {WANTED}", of)
    return waiting


def known(connection: apsw.Connection) -> Known:
    """Return what the calls refer to."""
    profiles = {row[0]: row[1:] for row in rows(connection, "SELECT id, model, kind, basis, reason FROM profile")}
    prices = "usd_input, usd_cached, usd_write, usd_output, credit_input, credit_cached, credit_output"
    rates = {row[0]: row[1:] for row in rows(connection, f"SELECT id, {prices} FROM rate")}
    labels = {name: _labels(connection, condition) for name, condition in CLASSES.items()}
    every = ", ".join(filter(None, labels.values()))
    return Known(profiles, rates | {None: (None,) * 7}, FACTS.format(**labels, all=every))


def _labels(connection: apsw.Connection, condition: str) -> str:
    return ", ".join(str(row[0]) for row in rows(connection, f"SELECT id FROM fact_label WHERE {condition}"))


def calls(
    connection: apsw.Connection, of: Known, threads: Sequence[int],
) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:  # fmt: skip
    """Give some threads with the columns of their calls: those of `CALLS`, and those of `FACTS`."""
    wanted = msgspec.json.encode(threads).decode()
    facts = {row[0]: row[1:] for row in rows(connection, of.facts, (wanted,))}
    for thread, found in groupby(rows(connection, CALLS, (wanted,)), key=itemgetter(-1)):
        yield thread, [(row, facts.get(row[0], NO_FACTS)) for row in found]


def below(connection: apsw.Connection, threads: Sequence[int]) -> set[int]:
    """Return which of some threads lie below another one."""
    sql = "SELECT id FROM thread WHERE id IN (SELECT value FROM json_each(?)) AND root_id <> id"
    return {row[0] for row in rows(connection, sql, (msgspec.json.encode(threads).decode(),))}


def agents(connection: apsw.Connection, threads: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    """Return the sub-agents below the roots of some threads, by root: row id and first call."""
    found: dict[int, list[tuple[int, int]]] = {}
    for root, agent, at in rows(connection, AGENTS, (msgspec.json.encode(threads).decode(),)):
        found.setdefault(root, []).append((agent, at))
    return found


def write(
    connection: apsw.Connection, judged: Sequence[int], found: Iterable[Finding], flagged: Iterable[Flagged],
) -> None:  # fmt: skip
    """Add what was found in judged threads: findings, calls to look at, and their sums."""
    connection.executemany("INSERT OR REPLACE INTO finding VALUES (?, ?, ?, ?, ?, ?)", found)
    connection.executemany("INSERT OR REPLACE INTO attention VALUES (?, ?, ?)", flagged)
    connection.execute(SUMS, (msgspec.json.encode(judged).decode(),))


def finish(connection: apsw.Connection, fingerprint: str) -> None:
    """Note that all threads are judged, and by what."""
    connection.execute("DELETE FROM unjudged")
    connection.execute("INSERT INTO meta VALUES ('judgements', 1) ON CONFLICT DO UPDATE SET value = value + 1")
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('findings', ?)", (fingerprint,))


def shadow(connection: apsw.Connection) -> None:
    """Give one connection empty tables of findings of its own, and a place to note what they were judged by."""
    for name in (*TABLES, "meta"):
        sql = scalar(connection, "SELECT sql FROM main.sqlite_schema WHERE name = ?", (name,))
        connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} " + sql[sql.index("(") :])
    connection.execute("INSERT OR IGNORE INTO temp.meta SELECT * FROM main.meta")
    connection.execute("DELETE FROM temp.meta WHERE name = 'findings'")
