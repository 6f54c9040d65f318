"""All calls that a filter leaves with all that they refer to, for a file that answers questions by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from codex_usage_tracker.query.filters import threads, where
from codex_usage_tracker.store.ask import rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import apsw

    from codex_usage_tracker.query.filters import Filter

CALL = (
    "id", "key", "at", "line", "thread_id", "turn_id", "profile_id", "rate_id", "file_id", "input", "cached_input",
    "cache_write", "output", "reasoning", "context_window", "duration_ms", "gap_ms", "logged_input",
    "logged_cached_input", "logged_cache_write", "logged_output", "logged_reasoning", "response_id",
)  # fmt: skip
TABLES = {
    "thread": (
        "thread_id", "name", "parent_thread_id", "forked_from_id", "git_branch", "git_commit", "role", "nickname",
        "account", "history_mode", "archived", "created_at", "root_id", "project_id", "client_id",
    ),
    "project": ("project", "cwd", "git_remote", "project_tag"),
    "client": ("originator", "client_version", "provider", "source"),
    "profile": ("model", "effort", "tier", "kind", "basis", "origin", "reason", "confidence"),
    "rate": (
        "priced_as", "pricing_status", "credit_confidence", "assumed", "usd_input", "usd_cached", "usd_write",
        "usd_output", "credit_input", "credit_cached", "credit_output",
    ),
    "turn": (
        "turn_id", "thread", "started_at", "ended_at", "duration_ms", "first_token_ms", "outcome",
    ),
    "source_file": ("source_file",),
    "fact_label": ("label",),
}  # fmt: skip
"""What calls refer to, with columns as answers name them."""
COLUMNS = {
    "parent_thread_id": "parent_id", "project": "name", "project_tag": "tags", "client_version": "version",
    "priced_as": "model", "pricing_status": "status", "credit_confidence": "confidence", "source_file": "path",
    "thread": "thread_id",
}  # fmt: skip
"""What the database calls those that it names otherwise."""
OF_CALLS = {"finding": "rule, tokens, detail, stake, drawn", "fact": "label_id, count, tokens"}
WITH_ROOTS = (
    "SELECT value FROM json_each(?1) UNION SELECT root_id FROM thread WHERE id IN (SELECT value FROM json_each(?1))"
)


def calls(reader: apsw.Connection, chosen: Filter, most: int) -> list[tuple[Any, ...]]:
    """Return the newest calls that a filter leaves, the oldest first, in the order of `CALL`; 0 is all."""
    built = where(chosen, threads(reader, chosen), of_calls=True)
    newest = f" ORDER BY at DESC, line DESC, key LIMIT {most or -1}"
    found = list(rows(reader, f"SELECT {', '.join(CALL)} FROM call{built.sql}{newest}", built.values))
    found.sort(key=lambda row: (row[2], row[3], row[1]))
    return found


def of_calls(reader: apsw.Connection, table: str, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """Give the findings or facts of some calls after the place of each among them."""
    sql = f"SELECT wanted.key, {OF_CALLS[table]} FROM json_each(?) wanted CROSS JOIN {table} ON call_id = wanted.value"
    yield from rows(reader, f"{sql} ORDER BY 1, 2", (_json(ids),))


def table(reader: apsw.Connection, name: str, ids: Sequence[int] | None = None) -> dict[int, tuple[Any, ...]]:
    """Return some rows of a table, or all of them, by row id."""
    columns = ", ".join(COLUMNS.get(one, one) for one in TABLES[name])
    only, values = ("", ()) if ids is None else (" WHERE id IN (SELECT value FROM json_each(?))", (_json(ids),))
    found = rows(reader, f"SELECT id, {columns} FROM {name}{only} ORDER BY id", values)
    return {row[0]: row[1:] for row in found}


def with_roots(reader: apsw.Connection, ids: Sequence[int]) -> list[int]:
    """Return threads with their root threads."""
    return [row[0] for row in rows(reader, WITH_ROOTS, (_json(ids),)) if row[0] is not None]


def turns(reader: apsw.Connection, ids: Sequence[int]) -> list[int]:
    """Return the turns of some threads."""
    sql = "SELECT id FROM turn WHERE thread_id IN (SELECT value FROM json_each(?)) ORDER BY id"
    return [row[0] for row in rows(reader, sql, (_json(ids),))]


def _json(ids: Sequence[int]) -> str:
    return msgspec.json.encode(ids).decode()
