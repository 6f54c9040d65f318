"""All calls as a Parquet file, written batch by batch."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import msgspec
from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema
from arro3.io import write_parquet

from codex_usage_tracker.contract import CallRow
from codex_usage_tracker.reports.export import rows
from codex_usage_tracker.reports.scope import schema, scope_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.reports.export import Hiding

GROUP_ROWS = 50_000
"""Rows of a group, which is what is held in memory."""
TYPES = {"int": DataType.int64(), "bool": DataType.bool(), "str": DataType.string()}


def write_calls(reader: Reader, chosen: Filter, hiding: Hiding, out: IO[bytes]) -> int:
    """Write a filter's calls, instants as timestamps in UTC; return the number of rows."""
    counted = Counted()
    columns = _columns()
    batches = RecordBatchReader.from_batches(columns, _batches(reader, chosen, hiding, columns, counted))
    scope = msgspec.json.encode(scope_of(reader, chosen)).decode()
    write_parquet(
        batches, out, compression="zstd(3)", max_row_group_size=GROUP_ROWS,
        key_value_metadata={"schema": schema("export"), "scope": scope},
    )  # fmt: skip
    return counted.rows


class Counted:
    """How many rows were written."""

    rows = 0


def _columns() -> Schema:
    """Return the columns with their types, as `CallRow` declares them."""
    fields = []
    for field in msgspec.structs.fields(CallRow):
        kinds = [kind.__name__ for kind in getattr(field.type, "__args__", (field.type,))]
        arrow = DataType.timestamp("ms", tz="UTC") if field.name == "at" else TYPES[kinds[0]]
        fields.append(Field(field.name, arrow, nullable="NoneType" in kinds))
    return Schema(fields)


def _batches(
    reader: Reader, chosen: Filter, hiding: Hiding, columns: Schema, counted: Counted,
) -> Iterator[RecordBatch]:  # fmt: skip
    for batch in rows(reader, chosen, hiding):
        counted.rows += len(batch)
        values = zip(*batch, strict=True)
        arrays = [Array(list(column), type=columns.field(index)) for index, column in enumerate(values)]
        yield RecordBatch.from_arrays(arrays, schema=columns)
