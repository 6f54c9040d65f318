"""Labels of hidden names: what they stand for where calls are asked for by them, and what a search may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.errors import NotFoundError
from codex_usage_tracker.query import threads
from codex_usage_tracker.store.ask import rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codex_usage_tracker.privacy import Veil
    from codex_usage_tracker.query.reader import Reader

Names = dict[str, tuple[str, ...]]

FIELDS = {"project": "project", "directory": "cwd", "branch": "git_branch", "thread": "thread_id"}
"""Filters by names that may be hidden, and the fields of answers that hold the same."""
OF_PROJECTS = {"name": "project", "cwd": "cwd", "tags": "project_tag", "git_remote": "git_remote"}
OF_THREADS = {
    "name": "thread_name", "thread_id": "thread_id", "parent_id": "parent_thread_id", "git_branch": "git_branch",
    "nickname": "nickname", "role": "role",
}  # fmt: skip
"""Columns that a search looks at, and the fields of answers that hold the same."""


def meant(reader: Reader, given: Mapping[str, Sequence[str]], *, by_name: bool = False) -> Names:
    """Return the names that texts mean: labels those they stand for, parts of ids the ids.

    A hidden name means something where whoever asks knows it (`by_name`); others are not told whether it is there.
    """
    return {
        name: tuple(one for text in texts for one in _meant(reader, name, text, by_name=by_name))
        for name, texts in given.items()
    }


def thread(reader: Reader, text: str, *, by_name: bool = False) -> str:
    """Return the thread that a text means."""
    if not reader.hiding.hides:
        return text
    found = _meant(reader, "thread", text, by_name=by_name)
    if len(found) > 1:
        raise NotFoundError(f"{text!r} names {len(found)} threads", "Give more of the id.")
    return found[0]


def _meant(reader: Reader, name: str, text: str, *, by_name: bool) -> Sequence[str]:
    if not reader.hiding.hides:
        return threads.find(reader.db, text) or [text] if name == "thread" else [text]
    veil = reader.hiding.veil
    found = _labelled(reader, veil, name, text) if name in FIELDS else [text]
    if name == "thread" and not found and (by_name or veil.shows("", "thread_id") is None):
        found = threads.find(reader.db, text, named=by_name or reader.hiding.thread_names)
    if found or by_name or text == "unknown":
        return found or [text]
    hint = f"Take what answers show, such as `{veil.label(name.capitalize(), '')}`."
    raise NotFoundError(f"{veil.mode} mode shows no {name} {text!r}", hint)


def _labelled(reader: Reader, veil: Veil, name: str, text: str) -> list[str]:
    """Return what is shown as a text."""
    show, wanted = veil.shows("", FIELDS[name]) or str, text.casefold()
    if name == "thread" and not wanted.startswith("thread "):
        return []
    return [one for one in threads.known(reader.db, name) if (show(one) or "").casefold() == wanted]


def searched(reader: Reader, text: str) -> tuple[int, ...]:
    """Return the threads in whose names, as answers show them, a text stands; never none at all."""
    veil, wanted = reader.hiding.veil, text.casefold()
    projects = {row[0] for row in _with(reader, veil, "project", OF_PROJECTS, wanted)}
    found = {row[0] for row in _with(reader, veil, "thread", OF_THREADS, wanted)}
    found |= {row[0] for row in rows(reader.db, "SELECT id, project_id FROM thread", ()) if row[1] in projects}
    return tuple(sorted(found)) or (NOBODY,)


NOBODY = 0
"""The row id of no thread."""


def _with(reader: Reader, veil: Veil, table: str, columns: dict[str, str], wanted: str) -> list[tuple[int, ...]]:
    """Return the rows of a table that show a text."""
    shown = [veil.shows("", field) or str for field in columns.values()]
    found = rows(reader.db, f"SELECT id, {', '.join(columns)} FROM {table}", ())
    return [
        row for row in found
        if any(value and wanted in (show(value) or "").casefold() for show, value in zip(shown, row[1:], strict=True))
    ]  # fmt: skip
