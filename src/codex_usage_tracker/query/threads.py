"""Threads, their turns and their facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import apsw

THREAD_FIELDS = {
    "thread_id": "thread.thread_id",
    "name": "thread.name",
    "root_thread_id": "root.thread_id",
    "parent_thread_id": "thread.parent_id",
    "forked_from_id": "thread.forked_from_id",
    "created_at": "thread.created_at",
    "project": "project.name",
    "cwd": "project.cwd",
    "git_branch": "thread.git_branch",
    "git_commit": "thread.git_commit",
    "git_remote": "nullif(project.git_remote, '')",
    "originator": "nullif(client.originator, '')",
    "client_version": "nullif(client.version, '')",
    "provider": "nullif(client.provider, '')",
    "source": "nullif(client.source, '')",
    "role": "thread.role",
    "nickname": "thread.nickname",
    "account": "thread.account",
    "history_mode": "thread.history_mode",
    "archived": "thread.archived",
}
JOINS = (
    " FROM thread LEFT JOIN thread root ON root.id = thread.root_id LEFT JOIN project ON project.id = thread.project_id"
    " LEFT JOIN client ON client.id = thread.client_id"
)


def find(reader: apsw.Connection, wanted: str, *, named: bool = True) -> list[str]:
    """Return the ids of the threads that a text names: an id, the beginning or end of one, or a name if it may be."""
    exact = reader.execute("SELECT thread_id FROM thread WHERE thread_id = ?", (wanted,)).fetchall()
    if not exact:
        exact = reader.execute(
            "SELECT thread_id FROM thread WHERE (?2 AND name = ?1 COLLATE NOCASE) OR (length(?1) >= 4 AND"
            " (substr(thread_id, 1, length(?1)) = ?1 OR substr(thread_id, -length(?1)) = ?1)) LIMIT 10",
            (wanted, named),
        ).fetchall()  # fmt: skip
    return [str(row[0]) for row in exact]


KNOWN = {
    "project": "SELECT DISTINCT name FROM project",
    "directory": "SELECT DISTINCT cwd FROM project",
    "branch": "SELECT DISTINCT git_branch FROM thread WHERE git_branch > ''",
    "thread": "SELECT thread_id FROM thread",
}


def known(reader: apsw.Connection, name: str) -> list[str]:
    """Return all projects, directories, branches or thread ids there are."""
    return [str(row[0]) for row in reader.execute(KNOWN[name])]


def latest(reader: apsw.Connection) -> str | None:
    """Return the thread that the latest call belongs to; of a sub-agent, the user's thread."""
    row = reader.execute(
        "SELECT coalesce(root.thread_id, thread.thread_id) FROM call JOIN thread ON thread.id = call.thread_id"
        " LEFT JOIN thread root ON root.id = thread.root_id ORDER BY at DESC LIMIT 1",
    ).fetchone()
    return str(row[0]) if row else None


def describe(reader: apsw.Connection, thread_id: str) -> dict[str, object]:
    """Return what is known of a thread."""
    row = reader.execute(
        f"SELECT {', '.join(THREAD_FIELDS.values())}{JOINS} WHERE thread.thread_id = ?", (thread_id,),
    ).fetchone()  # fmt: skip
    return dict(zip(THREAD_FIELDS, row, strict=True)) if row else {}


def turns(reader: apsw.Connection, thread_id: str) -> list[tuple[object, ...]]:
    """Return a thread's turns in order: id, start, end, duration, first token, outcome, calls, tokens."""
    return reader.execute(
        "SELECT turn.turn_id, started_at, ended_at, duration_ms, first_token_ms, outcome, coalesce(calls, 0),"
        " coalesce(tokens, 0) FROM thread JOIN turn ON turn.thread_id = thread.id LEFT JOIN ("
        "SELECT turn_id, count(*) AS calls, sum(input + output) AS tokens, min(at) AS first_at FROM call"
        " WHERE thread_id = (SELECT id FROM thread WHERE thread_id = ?1) GROUP BY turn_id"
        ") used ON used.turn_id = turn.id WHERE thread.thread_id = ?1"
        " ORDER BY coalesce(started_at, first_at), turn.turn_id", (thread_id,),
    ).fetchall()  # fmt: skip


def facts(reader: apsw.Connection, thread_id: str) -> list[tuple[object, ...]]:
    """Return a root thread's facts: label, occurrences, calls, output tokens."""
    return reader.execute(
        "SELECT label, sum(fact.count), count(*), sum(tokens) FROM fact JOIN fact_label ON fact_label.id = label_id"
        " JOIN call ON call.id = call_id WHERE call.thread_id IN (SELECT id FROM thread WHERE thread_id = ?1"
        " UNION SELECT id FROM thread WHERE root_id = (SELECT id FROM thread WHERE thread_id = ?1))"
        " GROUP BY label_id ORDER BY 2 DESC, label", (thread_id,),
    ).fetchall()  # fmt: skip


def names(reader: apsw.Connection, thread_ids: list[str]) -> dict[str, str]:
    """Return the names of threads that have one."""
    rows = reader.execute(
        "SELECT thread_id, name FROM thread WHERE thread_id IN (SELECT value FROM json_each(?)) AND name > ''",
        (msgspec.json.encode(thread_ids).decode(),),
    )
    return {str(row[0]): str(row[1]) for row in rows}
