"""All calls as a Parquet file, written batch by batch."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import msgspec
from arro3.core import RecordBatchReader
from arro3.io import write_parquet

from codex_usage_tracker import privacy
from codex_usage_tracker.contract import CallRow, Scope
from codex_usage_tracker.reports import arrow
from codex_usage_tracker.reports.export import OLDEST, rows
from codex_usage_tracker.reports.scope import schema, scope_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arro3.core import RecordBatch, Schema

    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.reports.export import Hiding, Order, Row

GROUP_ROWS = 50_000
"""Rows of a group, which is what is held in memory."""


class Progress:
    """How many rows were written, and what ended the writing."""

    rows = 0
    error: BaseException | None = None


def write_calls(reader: Reader, chosen: Filter, hiding: Hiding, out: IO[bytes], order: Order = OLDEST) -> int:
    """Write a filter's calls, instants as timestamps in UTC; return the number of rows."""
    progress, columns = Progress(), arrow.columns(CallRow, decimals=False)
    stream = RecordBatchReader.from_batches(columns, _batches(rows(reader, chosen, hiding, order), columns, progress))
    scope: Scope = privacy.hidden(scope_of(reader, chosen), hiding)
    about = {"schema": schema("export"), "scope": msgspec.json.encode(scope).decode()}
    try:
        write_parquet(
            stream, out, compression="zstd(3)", max_row_group_size=GROUP_ROWS, key_value_metadata=about,
        )  # fmt: skip
    except Exception:
        if progress.error is not None:
            raise progress.error from None
        raise
    return progress.rows


def _batches(found: Iterator[list[Row]], columns: Schema, progress: Progress) -> Iterator[RecordBatch]:
    """Give the calls as batches; what goes wrong is kept, for the library tells only that something did."""
    try:
        for batch in found:
            progress.rows += len(batch)
            yield arrow.batch(batch, columns)
    except BaseException as error:
        progress.error = error
        raise
