"""Rows as CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import IO, TYPE_CHECKING, Any

from codex_usage_tracker.contract import Numbers
from codex_usage_tracker.reports.export import FIELDS, OLDEST, rows, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codex_usage_tracker.contract import Summary
    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.reports.export import Hiding, Order, Part

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins with one of these would be run by a spreadsheet."""
CONTROLS = dict.fromkeys([*range(32), *range(127, 160)], " ")
"""Characters that would break a line or steer a terminal."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AT = FIELDS.index("at")
MODE = "privacy_mode"


def guarded(value: object) -> object:
    """Return a cell of one line that no spreadsheet takes for a formula; numbers stay as they are."""
    if value is True or value is False:
        return "true" if value else "false"
    if not isinstance(value, str):
        return value
    return ("'" + value if value.startswith(FORMULA) else value).translate(CONTROLS)


def write_calls(reader: Reader, chosen: Filter, hiding: Hiding, out: IO[bytes], order: Order = OLDEST) -> int:
    """Write a filter's calls; return the number of rows."""
    return written(parts(reader, chosen, hiding, order), out)


def parts(reader: Reader, chosen: Filter, hiding: Hiding, order: Order = OLDEST) -> Iterator[Part]:
    """Give a filter's calls with instants as ISO 8601 in UTC; the last column is the privacy mode."""
    yield _text([[*FIELDS, MODE]]), 0
    for batch in rows(reader, chosen, hiding, order):
        yield _text([*row[:AT], instant(row[AT]), *row[AT + 1 :], hiding.mode] for row in batch), len(batch)


def of_summary(answer: Summary) -> bytes:
    """Return a summary: a column for each dimension (one of time is its `period`), then the numbers, then the mode."""
    names, mode = Numbers.__struct_fields__, answer.scope.privacy_mode
    titles = ["period" if name in PERIODS else name for name in answer.group_by]
    lines = [
        [*(row.keys[name] for name in answer.group_by), *(getattr(row, name) for name in names), mode]
        for row in answer.rows
    ]
    return _text([[*titles, *names, MODE], *lines])


PERIODS = frozenset({"hour", "day", "week", "month"})


def instant(at: Any) -> str:
    """Return milliseconds UTC as ISO 8601."""
    moment: datetime = EPOCH + timedelta(milliseconds=at)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _text(lines: Iterable[Sequence[object]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows([guarded(cell) for cell in line] for line in lines)
    return buffer.getvalue().encode("utf-8", "replace")
