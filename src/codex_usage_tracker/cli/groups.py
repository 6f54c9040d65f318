"""Groups of calls as a table with a picture: what `report` and `summary` draw."""

import os
from collections.abc import Sequence

from codex_usage_tracker.cli import bars
from codex_usage_tracker.cli.figures import exact, share, tokens
from codex_usage_tracker.cli.money import cost_of, credits_of
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Cell, Column, Table
from codex_usage_tracker.cli.text import cut, cut_start
from codex_usage_tracker.contract import Row, Summary, Tokens
from codex_usage_tracker.query.dimensions import named

UNKNOWN = "unknown"
UNNAMED = "unnamed"
PATHS = frozenset({"directory", "remote"})
THREADS = frozenset({"thread", "root_thread"})
UUID_LENGTH, UUID_DASHES = 36, 4
TOKENS = (
    Column("Calls", lambda numbers: exact(numbers.calls), leaves=5),
    Column("Input", lambda numbers: tokens(numbers.input_tokens), leaves=7),
    Column("Cached", lambda one: share(one.cached_input_tokens, one.input_tokens), leaves=3, style="cached"),
    Column("Uncached", lambda numbers: tokens(numbers.uncached_input_tokens), leaves=8),
    Column("Cache write", lambda numbers: tokens(numbers.cache_write_input_tokens), leaves=10),
    Column("Output", lambda numbers: tokens(numbers.output_tokens), leaves=2),
    Column("Reasoning", lambda numbers: tokens(numbers.reasoning_output_tokens), leaves=9),
    Column("Total", lambda numbers: tokens(numbers.total_tokens), style="strong"),
)
NUMBERS = (*TOKENS, Column("Est. cost ", cost_of, leaves=1), Column("Credits ", credits_of, leaves=6))
PICTURE = Column(bars.legend, right=False, leaves=4, least=bars.LEAST, most=bars.MOST)
PICTURE_BESIDE_TEXTS = PICTURE._replace(least=bars.LEAST_BESIDE_TEXTS)


def table(answer: Summary, screen: Screen) -> Table:
    """Return the table of a summary; on a terminal, what a row shares with the one above is not said twice."""
    largest = max((row.total_tokens for row in answer.rows), default=0)
    keys = [_keys(answer, row, screen) for row in answer.rows]
    shown = keys if screen.width is None else [_without_repeated(keys, index) for index in range(len(keys))]
    rows = [
        [*texts, *number_cells(row), bars.tokens_bar(row, largest)]
        for texts, row in zip(shown, answer.rows, strict=True)
    ]  # fmt: skip
    columns = _key_columns(answer)
    picture = PICTURE_BESIDE_TEXTS if any(column.shrinks for column in columns) else PICTURE
    totals: list[Cell] = ["Total", *[""] * (len(columns) - 1), *number_cells(answer.totals), ""]
    return Table([*columns, *NUMBERS, picture], rows, totals)


def number_cells(numbers: Tokens, columns: Sequence[Column] = NUMBERS) -> list[Cell]:
    """Return the cells of `NUMBERS`, or of `TOKENS`."""
    return [column.cell(numbers) for column in columns]


def _key_columns(answer: Summary) -> list[Column]:
    """Return a column for each dimension; threads have their name before their id."""
    columns = []
    for name in answer.group_by:
        dimension = named(name)
        shorten = cut_start if dimension.name in PATHS else cut
        columns.append(Column(dimension.label, right=False, shrinks=dimension.source != "time", shorten=shorten))
    if _by_thread(answer):
        columns[:1] = [columns[0], Column("Id", right=False, leaves=5, style="faint")]
    return columns


def _keys(answer: Summary, row: Row, screen: Screen) -> list[str]:
    """Return what stands in the columns of the dimensions."""
    texts = [row.keys.get(name) or UNKNOWN for name in answer.group_by]
    if not _by_thread(answer):
        return [
            short_path(text) if named(name).name in PATHS else text
            for name, text in zip(answer.group_by, texts, strict=True)
        ]
    shown = texts[0] if screen.width is None else short_id(texts[0])
    return [row.name or short_id(texts[0]), shown, *texts[1:]]


def _by_thread(answer: Summary) -> bool:
    return named(answer.group_by[0]).name in THREADS


def _without_repeated(keys: list[list[str]], index: int) -> list[str]:
    """Return a row's keys with those left blank that the row above begins with too; the last one always stands."""
    texts = list(keys[index])
    if index:
        for place in range(len(texts) - 1):
            if texts[: place + 1] != keys[index - 1][: place + 1]:
                break
            texts[place] = ""
    return texts


def short_id(thread_id: str) -> str:
    """Return the end of a thread's id, which names it as well; its beginning only tells the time."""
    return thread_id[-8:] if len(thread_id) == UUID_LENGTH and thread_id.count("-") == UUID_DASHES else thread_id


def short_path(path: str) -> str:
    """Return a path with the user's own folder as `~`."""
    own = os.path.expanduser("~")
    return "~" + path[len(own) :] if own not in {"~", "/"} and (path + "/").startswith(own + "/") else path
