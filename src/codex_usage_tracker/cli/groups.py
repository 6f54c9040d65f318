"""Groups of calls as a table with a picture: what `report` and `summary` draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.cli import bars
from codex_usage_tracker.cli.figures import exact, share, tokens
from codex_usage_tracker.cli.table import Column, Table
from codex_usage_tracker.query.dimensions import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codex_usage_tracker.cli.table import Cell
    from codex_usage_tracker.contract import Numbers, Row, Summary

UNKNOWN = "unknown"
NUMBERS = (
    Column("Calls", leaves=4),
    Column("Input", leaves=2),
    Column("Cached", leaves=3, style="cached"),
    Column("Uncached", leaves=7),
    Column("Cache write", leaves=9),
    Column("Output", leaves=1),
    Column("Reasoning", leaves=8),
    Column("Total", style="strong"),
)
PICTURE = Column(bars.legend, right=False, leaves=5, least=bars.LEAST, most=bars.MOST)


def table(answer: Summary) -> Table:
    """Return the table of a summary; what a row shares with the one above is not said twice."""
    largest = max((row.total_tokens for row in answer.rows), default=0)
    texts = [_texts(answer, row) for row in answer.rows]
    rows = [
        [*_unless_repeated(texts, index), *number_cells(row), bars.tokens_bar(row, largest)]
        for index, row in enumerate(answer.rows)
    ]
    blank = [""] * (len(texts[0]) - 1 if texts else len(answer.group_by) - 1)
    totals: list[Cell] = ["Total", *blank, *number_cells(answer.totals), ""]
    return Table([*_key_columns(answer), *NUMBERS, PICTURE], rows, totals)


def number_cells(numbers: Numbers) -> list[Cell]:
    """Return the cells of `NUMBERS`."""
    return [
        exact(numbers.calls),
        tokens(numbers.input_tokens),
        share(numbers.cached_input_tokens, numbers.input_tokens),
        tokens(numbers.uncached_input_tokens),
        tokens(numbers.cache_write_input_tokens),
        tokens(numbers.output_tokens),
        tokens(numbers.reasoning_output_tokens),
        tokens(numbers.total_tokens),
    ]


def _key_columns(answer: Summary) -> list[Column]:
    columns = []
    for name in answer.group_by:
        dimension = named(name)
        time = dimension.source == "time"
        columns.append(Column(dimension.label, right=False, shrinks=not time))
    if _has_names(answer):
        columns.insert(1, Column("Name", right=False, shrinks=True))
    return columns
