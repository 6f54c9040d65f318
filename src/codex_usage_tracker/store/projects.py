"""Projects as the user calls them, for one connection: the database keeps them as the logs do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.store.ask import rows

if TYPE_CHECKING:
    import apsw

    from codex_usage_tracker.config.projects import Projects

TABLE = """
CREATE TEMP TABLE project (
  id INTEGER PRIMARY KEY, name TEXT, cwd TEXT NOT NULL, git_remote TEXT NOT NULL, tags TEXT NOT NULL
)
"""


def shadow(connection: apsw.Connection, projects: Projects) -> None:
    """Let a connection see projects by the user's names and tags; what is ignored has no name."""
    known = list(rows(connection, "SELECT id, name, cwd, git_remote FROM main.project"))
    connection.pragma("query_only", 0)
    connection.execute(TABLE)
    connection.executemany("INSERT INTO project VALUES (?, ?, ?, ?, ?)", [
        (row, None if projects.ignores(cwd) else projects.name_of(name, cwd), cwd, remote,
         ", ".join(projects.tags_of(name, cwd)))
        for row, name, cwd, remote in known
    ])  # fmt: skip
    connection.pragma("query_only", 1)
