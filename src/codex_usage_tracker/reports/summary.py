"""How much was used, split by anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.contract import Row, Summary
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.query import dimensions, run, threads
from codex_usage_tracker.reports.scope import named, numbers, schema, scope_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader

THREADS = frozenset({"thread", "root_thread"})
SPLITS = {
    "by-model": "model",
    "by-cwd": "directory",
    "by-project": "project",
    "by-project-tag": "project_tag",
    "by-thread": "thread",
    "by-subagent-role": "role",
    "by-subagent-type": "kind",
}
"""What ready-made summaries are split by, as another tracker names them."""


def summary(
    reader: Reader, chosen: Filter, group_by: Sequence[str], *, limit: int = 0, name: str = "summary",
    order: str = "total_tokens",
) -> Summary:  # fmt: skip
    """Return the numbers of a filter's calls by one or more dimensions; a limit of 0 gives all groups."""
    split = [_dimension(one) for one in group_by]
    groups = run.groups(reader.db, chosen, split, reader.zone, order=order, limit=limit and limit + 1)
    shown = groups[:limit] if limit else groups
    labels = _thread_names(reader, split, shown)
    rows = [_row(group, group_by, labels.get(group.keys[0] or "")) for group in shown]
    return Summary(
        schema=schema(name),
        scope=scope_of(reader, chosen),
        group_by=list(group_by),
        rows=rows,
        totals=numbers(run.totals(reader.db, chosen)),
        row_count=len(rows),
        truncated=len(shown) < len(groups),
    )


def _row(group: run.Group, group_by: Sequence[str], name: str | None) -> Row:
    keys = dict(zip(group_by, group.keys, strict=True))
    return Row(key=_key(group.keys), keys=keys, name=name, **named(group.numbers))


def _dimension(name: str) -> dimensions.Dimension:
    try:
        return dimensions.named(name)
    except KeyError:
        msg = f"there is no way to group by {name!r}"
        raise InvalidValueError(msg, f"Choose one of {', '.join(dimensions.DIMENSIONS)}.") from None


def _key(keys: tuple[str | None, ...]) -> str | None:
    """Return one key for a group: its only one, or all of them in a row."""
    return keys[0] if len(keys) == 1 else " / ".join(key or "unknown" for key in keys)


def _thread_names(reader: Reader, split: list[dimensions.Dimension], groups: list[run.Group]) -> dict[str, str]:
    if split[0].name not in THREADS:
        return {}
    return threads.names(reader.db, [group.keys[0] or "" for group in groups])
