"""A database as text that any other database of the same history has too.

Row ids are replaced by what they stand for; the random key, the parser's states, times of refreshes and where a home
lies are left out.
"""

from pathlib import Path
from typing import Any

import apsw
import msgspec

from codex_usage_tracker.model import Claim, Profile
from codex_usage_tracker.store import database

Dump = dict[str, list[tuple[Any, ...]]]

SECRET = b"0123456789abcdef" * 2

PROFILE = "profile.model, effort, tier, kind, basis, origin, reason, profile.confidence"

QUERIES = {
    "threads": """
        SELECT thread.thread_id, root.thread_id AS root, thread.session_id, thread.parent_id, thread.forked_from_id,
               thread.archived, project.name, cwd, git_remote, originator, version, provider, source,
               thread.created_at, thread.name, thread.named_at, thread.git_branch, thread.git_commit, thread.role,
               thread.nickname, thread.account, thread.history_mode
        FROM thread LEFT JOIN thread root ON root.id = thread.root_id
        LEFT JOIN project ON project.id = thread.project_id LEFT JOIN client ON client.id = thread.client_id""",
    "turns": """
        SELECT thread.thread_id, turn.turn_id, root_turn_id, started_at, ended_at, duration_ms, first_token_ms, outcome
        FROM turn JOIN thread ON thread.id = turn.thread_id""",
    "calls": f"""
        SELECT key, at, thread.thread_id, turn.turn_id, {PROFILE}, source_file.name, line, input, cached_input,
               cache_write, output, reasoning, context_window, call.duration_ms, gap_ms, logged_input,
               logged_cached_input, logged_cache_write, logged_output, logged_reasoning, response_id, usd, credits,
               rate.model, status, rate.confidence, assumed
        FROM call JOIN thread ON thread.id = call.thread_id JOIN profile ON profile.id = call.profile_id
        JOIN source_file ON source_file.id = call.file_id LEFT JOIN turn ON turn.id = call.turn_id
        LEFT JOIN rate ON rate.id = call.rate_id""",
    "facts": """
        SELECT key, label, count, tokens, first_line, last_line
        FROM fact JOIN call ON call.id = fact.call_id JOIN fact_label ON fact_label.id = fact.label_id""",
    "limits": """
        SELECT limit_id, window_minutes, at, used_percent, resets_at, plan, credits, account FROM limit_snapshot""",
    "rollups": f"""
        SELECT thread.thread_id, quarter, {PROFILE}, calls, input, cached_input, cache_write, output, reasoning,
               usd, credits, unpriced_calls, unpriced_tokens, uncredited_tokens, estimated_usd
        FROM rollup JOIN thread ON thread.id = rollup.thread_id JOIN profile ON profile.id = rollup.profile_id""",
    "files": """
        SELECT label, source_file.name, substr(source_file.path, length(home.path) + 1), source_file.archived, offset,
               lines, head, tail, thread.thread_id
        FROM source_file JOIN home ON home.id = source_file.home_id
        LEFT JOIN thread ON thread.id = source_file.thread_id""",
    "notes": """
        SELECT label, name, code, count, first_line
        FROM note JOIN source_file ON source_file.id = note.file_id JOIN home ON home.id = source_file.home_id""",
    "sources": """
        SELECT key, label
        FROM call JOIN source_file ON source_file.id = call.file_id JOIN home ON home.id = source_file.home_id""",
    "loose ends": "PRAGMA foreign_key_check",
    "unsettled": "SELECT thread FROM unsettled",
}
CLAIMS = """
    SELECT label, name, line, key, standing, owner, row
    FROM claim JOIN source_file ON source_file.id = claim.file_id JOIN home ON home.id = source_file.home_id"""

USAGE = ("calls", "facts", "rollups", "threads", "turns", "limits", "loose ends")
"""What a person can see of a history, however often its files were copied or moved."""


def new(path: Path) -> str:
    """Make a database whose key is known, so that hashes in two of them are alike."""
    connection = database.open_writer(str(path))
    connection.execute("UPDATE meta SET value = ? WHERE name = 'secret'", (SECRET,))
    connection.close()
    return str(path)


def dump(path: str) -> Dump:
    """Return every table of a database in its natural keys."""
    with database.told(path):
        connection = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)
        found: Dump = {name: connection.execute(query).fetchall() for name, query in QUERIES.items()}
        found["claims"] = [(*row[:-1], *_claim(row[-1])) for row in connection.execute(CLAIMS)]
        connection.close()
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def usage(path: str) -> Dump:
    """Return what a person can see of the history in a database."""
    found = dump(path)
    return {name: found[name] for name in USAGE}


def _claim(row: bytes) -> tuple[Any, ...]:
    """Return a claim without the index that its profile had in the reading."""
    claim, profile = msgspec.msgpack.decode(row, type=tuple[Claim, Profile])
    claim.call.profile = 0
    return tuple(msgspec.to_builtins(claim)), tuple(profile)


def differences(found: Dump, expected: Dump) -> list[tuple[str, str, tuple[Any, ...]]]:
    """Return the rows that only one of two databases has, a few of each table."""
    rows = []
    for name in expected:
        here, there = set(map(repr, found[name])), set(map(repr, expected[name]))
        rows += [("too much", name, row) for row in found[name] if repr(row) not in there][:5]
        rows += [("missing", name, row) for row in expected[name] if repr(row) not in here][:5]
        if len(found[name]) != len(expected[name]) and here == there:
            rows.append(("repeated", name, ()))
    return rows
