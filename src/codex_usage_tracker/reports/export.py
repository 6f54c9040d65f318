"""All calls as rows of `CallRow`, one after the other, and as JSON."""

from __future__ import annotations

from itertools import islice
from typing import IO, TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker import privacy
from codex_usage_tracker.contract import CallRow, Scope
from codex_usage_tracker.query import run
from codex_usage_tracker.reports.scope import schema, scope_of, with_money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader

BATCH_ROWS = 5_000
FIELDS = CallRow.__struct_fields__
ARCHIVED = FIELDS.index("archived")

Row = tuple[object, ...]


class Hiding(NamedTuple):
    """A privacy mode with the key of its labels."""

    mode: str
    secret: bytes


def rows(reader: Reader, chosen: Filter, hiding: Hiding) -> Iterator[list[Row]]:
    """Give a filter's calls, the oldest first, in batches of tuples in the order of `CallRow`'s fields."""
    reader.take_time()
    veil = privacy.row_veil("CallRow", FIELDS, *hiding)
    found = run.calls(reader.db, chosen, ascending=True)
    while batch := list(islice(found, BATCH_ROWS)):
        told = map(with_money, batch)
        yield [tuple(veil((*row[:ARCHIVED], bool(row[ARCHIVED]), *row[ARCHIVED + 1 :]))) for row in told]


def write_json(reader: Reader, chosen: Filter, hiding: Hiding, out: IO[bytes]) -> int:
    """Write one object with schema, scope and rows, a row a line; return the number of rows."""
    encoder = msgspec.json.Encoder()
    scope: Scope = privacy.hidden(scope_of(reader, chosen), *hiding)
    out.write(b'{"schema":%b,"scope":%b,"rows":[' % (encoder.encode(schema("export")), encoder.encode(scope)))
    count = 0
    for batch in rows(reader, chosen, hiding):
        lines = [encoder.encode(dict(zip(FIELDS, row, strict=True))) for row in batch]
        out.write((b",\n" if count else b"\n") + b",\n".join(lines))
        count += len(batch)
    out.write(b"\n]}\n")
    return count
