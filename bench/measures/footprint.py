"""The bytes of the database for each call, by table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import apsw

from bench.results import Budget, Line

if TYPE_CHECKING:
    from pathlib import Path

    from bench.histories import History
    from bench.setting import Setting

FACTS = ("fact", "fact_label")
PAGES = """
    SELECT s.tbl_name, sum(pgsize) FROM dbstat('main', 1) JOIN (
        SELECT name, tbl_name FROM sqlite_schema UNION ALL SELECT 'sqlite_schema', 'sqlite_schema'
    ) s USING (name) GROUP BY 1 ORDER BY 2 DESC
"""
WITHOUT_FACTS, WHOLE = Budget("ours", 400), Budget("ours", 700)


def measure(setting: Setting) -> list[Line]:
    """Compare the database, and each of its tables with its indexes, with the logs."""
    history = setting.history(setting.scale.long_lines)
    tables = table_bytes(setting.filled(history))
    facts = sum(tables.get(name, 0) for name in FACTS)
    sums = {"without facts": sum(tables.values()) - facts, "with facts": sum(tables.values())}
    budgets = {"without facts": WITHOUT_FACTS, "with facts": WHOLE}
    parts = {**sums, **{f"table {name}": size for name, size in tables.items() if size >= history.calls}}
    return [_line(history, name, size, budgets.get(name)) for name, size in parts.items()]


def _line(history: History, name: str, size: int, budget: Budget | None) -> Line:
    ours, theirs = size / history.calls, history.bytes / history.calls
    return Line("bytes", f"{name}, for each call", "bytes", ours, "the logs", theirs, budget=budget)


def table_bytes(database: Path) -> dict[str, int]:
    """Return the bytes of each table with its indexes, the largest first."""
    connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return {str(name): int(str(size)) for name, size in connection.execute(PAGES)}
    finally:
        connection.close()
