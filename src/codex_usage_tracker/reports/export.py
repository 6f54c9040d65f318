"""All calls as rows of `CallRow`, one after the other, and as JSON."""

from __future__ import annotations

from itertools import islice
from typing import IO, TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker import privacy
from codex_usage_tracker.contract import CallRow, Scope
from codex_usage_tracker.query import run
from codex_usage_tracker.reports.scope import numbers, schema, scope_of, with_money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader

BATCH_ROWS = 5_000
FIELDS = CallRow.__struct_fields__
ARCHIVED = FIELDS.index("archived")

Hiding = privacy.Hiding
Row = tuple[object, ...]
Part = tuple[bytes, int]
"""A part of a file, and how many calls are in it."""


class Order(NamedTuple):
    """The order of calls, by default the oldest first; then `newest` are so many of the last alone, 0 is all."""

    sort: str = "time"
    ascending: bool = True
    newest: int = 0


OLDEST = Order()


def rows(reader: Reader, chosen: Filter, hiding: Hiding, order: Order = OLDEST) -> Iterator[list[Row]]:
    """Give a filter's calls in batches of tuples in the order of `CallRow`'s fields."""
    reader.take_time()
    veil = privacy.row_veil("CallRow", FIELDS, hiding)
    sort = reader._replace(hiding=hiding).sort(order.sort)
    before = max(numbers(run.totals(reader.db, chosen)).calls - order.newest, 0) if order.newest else 0
    found = run.calls(reader.db, chosen, sort=sort, ascending=order.ascending, limit=order.newest, offset=before)
    while batch := list(islice(found, BATCH_ROWS)):
        told = map(with_money, batch)
        yield [tuple(veil((*row[:ARCHIVED], bool(row[ARCHIVED]), *row[ARCHIVED + 1 :]))) for row in told]


def written(parts: Iterator[Part], out: IO[bytes]) -> int:
    """Write the parts of a file; return the number of rows in them."""
    count = 0
    for text, number in parts:
        out.write(text)
        count += number
    return count


def write_json(reader: Reader, chosen: Filter, hiding: Hiding, out: IO[bytes], order: Order = OLDEST) -> int:
    """Write a filter's calls as JSON; return the number of rows."""
    return written(parts(reader, chosen, hiding, order), out)


def parts(reader: Reader, chosen: Filter, hiding: Hiding, order: Order = OLDEST) -> Iterator[Part]:
    """Give one object with schema, scope and rows, a row a line, in parts."""
    encoder = msgspec.json.Encoder()
    scope: Scope = privacy.hidden(scope_of(reader, chosen), hiding)
    yield b'{"schema":%b,"scope":%b,"rows":[' % (encoder.encode(schema("export")), encoder.encode(scope)), 0
    before = b"\n"
    for batch in rows(reader, chosen, hiding, order):
        lines = [encoder.encode(dict(zip(FIELDS, row, strict=True))) for row in batch]
        yield before + b",\n".join(lines), len(batch)
        before = b",\n"
    yield b"\n]}\n", 0
