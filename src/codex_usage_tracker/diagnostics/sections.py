"""What was counted in logs as the sections of diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codex_usage_tracker.diagnostics.tally import PLACES, TABLES
from codex_usage_tracker.ingest.decode import instant
from codex_usage_tracker.pricing.money import share_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from codex_usage_tracker.diagnostics.tally import Tally

    Json = dict[str, Any]

ROWS = 100
"""So many paths are kept in a list."""


def sections(tally: Tally, threads: dict[int, str]) -> dict[str, Json]:
    """Return the content of all sections that come from logs."""
    return {
        "tool-output": _tool_output(tally),
        "commands": _commands(tally),
        "git-interactions": _git(tally),
        "file-reads": _reads(tally, threads),
        "file-modifications": _changes(tally, threads),
        "read-productivity": _productivity(tally),
    }


def _rows(tally: Tally, table: str, names: Iterable[str], by: str) -> list[Json]:
    """Return a table as rows, its key under some names, the largest by a counter first."""
    found = tally.tables[table].items()
    place = PLACES[table][by]
    ordered = sorted(found, key=lambda item: (-item[1][place], item[0]))
    return [
        dict(zip(names, key, strict=True)) | dict(zip(TABLES[table], numbers, strict=True)) for key, numbers in ordered
    ]


def _sums(rows: Iterable[Json], *names: str) -> Json:
    kept = list(rows)
    return {name: sum(row[name] for row in kept) for name in names}


def _only(row: Json, *names: str) -> Json:
    return {name: row[name] for name in names}


def _grouped(rows: Iterable[Json], key: Callable[[Json], str], name: str, *names: str) -> list[Json]:
    """Return sums of rows that have something in common."""
    found: dict[str, list[Json]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return [{name: each} | _sums(rows, *names) for each, rows in found.items()]


def _largest(rows: list[Json], by: str) -> list[Json]:
    return sorted(rows, key=lambda row: (-row[by], str(row)))


def _tool_output(tally: Tally) -> Json:
    functions = _rows(tally, "function", ("function",), "output_tokens")
    sums = _sums(functions, "calls", "outputs", "counted_outputs", "output_tokens")
    commands = [
        row | {"pipelines": row["leading"]}
        for row in _rows(tally, "command", ("program", "verb", "effect"), "commands")
    ]
    names = ("pipelines", "counted_outputs", "output_tokens")
    roots = [row for row in _grouped(commands, lambda row: row["program"], "program", *names) if row["pipelines"]]
    return {
        "summary": {
            "function_calls": sums["calls"],
            "function_outputs": sums["outputs"],
            "outputs_with_token_count": sums["counted_outputs"],
            "outputs_without_token_count": sums["outputs"] - sums["counted_outputs"],
            "output_tokens": sums["output_tokens"],
            "command_output_tokens": sum(row["output_tokens"] for row in roots),
        },
        "functions": functions,
        "command_roots": _largest(roots, "output_tokens"),
        "missing_reasons": _rows(tally, "missing", ("reason",), "outputs"),
    }


def _commands(tally: Tally) -> Json:
    rows = _rows(tally, "command", ("program", "verb", "effect"), "commands")
    for row in rows:
        del row["leading"]
    totals = {name: tally.total(name) for name in ("shell_calls", "failed_calls", "retries")}
    sums = _sums(rows, "commands", "output_tokens", "retry_output_tokens")
    return {"summary": totals | sums | {"unique_commands": len(rows)}, "commands": rows}


def _git(tally: Tally) -> Json:
    rows = _rows(tally, "git", ("program", "operation", "category", "mutability"), "interactions")
    by_category, by_mutability, by_program = (_git_sums(rows, name) for name in ("category", "mutability", "program"))
    kinds = {row["name"]: row["interactions"] for row in (*by_mutability, *by_program)}
    return {
        "summary": {
            "git_shell_calls": tally.total("git_shell_calls"),
            "git_command_calls": kinds.get("git", 0),
            "github_cli_calls": kinds.get("gh", 0),
            "unique_interactions": len(rows),
        }
        | {name: kinds.get(name, 0) for name in ("read_only", "local_mutation", "remote_mutation", "unknown")},
        "interactions": rows,
        "categories": by_category,
        "mutability": by_mutability,
    }


def _git_sums(rows: list[Json], name: str) -> list[Json]:
    found = _grouped(rows, lambda row: str(row[name]), "name", "interactions", "failed", "output_tokens")
    return _largest(found, "interactions")


def _readers(tally: Tally) -> list[Json]:
    return [
        row | {"modified_later_share": share_text(row["modified_later"], row["read_events"])}
        for row in _rows(tally, "reader", ("reader",), "read_events")
    ]


PATH = ("path", "extension")


def _reads(tally: Tally, threads: dict[int, str]) -> Json:
    readers, paths = _readers(tally), _rows(tally, "read", PATH, "read_events")
    large = sorted(tally.largest["read"], reverse=True)
    return {
        "summary": _sums(readers, "read_events", "output_tokens", "re_reads", "re_read_tokens")
        | {name: tally.total(name) for name in ("read_commands", "uncounted_reads")}
        | {"unique_paths_read": len(paths)},
        "by_reader": readers,
        "top_paths": paths[:ROWS],
        "largest_read_commands": [
            dict(zip(("reader", "paths"), one.about, strict=True)) | {"output_tokens": one.size} | _where(one, threads)
            for one in large
        ],
    }


def _where(one: Any, threads: dict[int, str]) -> Json:
    at = instant(one.timestamp) if one.timestamp else None
    return {"thread_id": threads.get(one.file_id, ""), "line": one.line, "at": at}


def _changes(tally: Tally, threads: dict[int, str]) -> Json:
    paths = _rows(tally, "change", PATH, "events")
    kinds = [name for name in TABLES["change"] if name != "logs"]
    by_extension = _grouped(
        [row | {"paths": 1} for row in paths], lambda row: row["extension"], "extension",
        "events", "paths", "lines_added", "lines_removed",
    )  # fmt: skip
    about = ("path", "extension", "change", "lines_added", "lines_removed")
    large = sorted(tally.largest["change"], reverse=True)
    return {
        "summary": _sums(paths, *kinds)
        | {name: tally.total(name) for name in ("patches", "failed_patches", "shell_writes")}
        | {"unique_paths": len(paths)},
        "top_paths": paths[:ROWS],
        "by_extension": _largest(by_extension, "events"),
        "largest_events": [dict(zip(about, one.about, strict=True)) | _where(one, threads) for one in large],
    }


def _productivity(tally: Tally) -> Json:
    readers = [row for row in _readers(tally) if row["read_events"]]
    sums = _sums(readers, "read_events", "modified_later")
    paths = [row for row in _rows(tally, "read", PATH, "modified_later") if row["modified_later"]]
    share = {"modified_later_share": share_text(sums["modified_later"], sums["read_events"])}
    return {"summary": sums | share, "by_reader": readers, "top_modified_paths": paths[:ROWS]}
