"""Rows as Arrow, in the types that their structs declare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import msgspec
from arro3.core import Array, DataType, Field, RecordBatch, Schema, Table

from codex_usage_tracker.contract import CallRow
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.pricing.money import CREDIT_DIGITS, USD_DIGITS
from codex_usage_tracker.reports.export import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.reports.export import Hiding, Row

INSTANT = DataType.timestamp("ms", tz="UTC")
TEXT = DataType.string()
TYPES = {"int": DataType.int64(), "float": DataType.float64(), "bool": DataType.bool(), "str": TEXT}
MONEY = {"usd": DataType.decimal128(38, USD_DIGITS), "credits": DataType.decimal128(38, CREDIT_DIGITS)}


def columns(kind: type[msgspec.Struct], *, decimals: bool = True) -> Schema:
    """Return the plain fields of a struct as columns; money is decimal or, for files, the text that it is."""
    found = []
    for field in msgspec.structs.fields(kind):
        kinds = [one.__name__ for one in get_args(field.type) or (field.type,) if hasattr(one, "__name__")]
        if kinds and kinds[0] in TYPES and not hasattr(field.type, "__origin__"):
            money = MONEY.get(field.name.rpartition("_")[2]) if decimals and kinds[0] == "str" else None
            instant = INSTANT if f"_{field.name}".endswith("_at") and kinds[0] == "int" else None
            found.append(Field(field.name, money or instant or TYPES[kinds[0]], nullable="NoneType" in kinds))
    return Schema(found)


def batch(values: Sequence[Row], schema: Schema) -> RecordBatch:
    """Return rows as one batch of columns."""
    by_column = zip(*values, strict=True) if values else [()] * len(schema)
    arrays = [_array(tuple(one), schema.field(index).type) for index, one in enumerate(by_column)]
    return RecordBatch.from_arrays(arrays, schema=schema)


def _array(values: Sequence[object], kind: DataType) -> Array:
    written = DataType.int64() if kind == INSTANT else TEXT if kind in MONEY.values() else kind
    found = Array(values, type=written)
    return found if written == kind else found.cast(kind)


def of_calls(reader: Reader, chosen: Filter, hiding: Hiding) -> Table:
    """Return all calls that a filter leaves, the oldest first."""
    schema = columns(CallRow)
    return Table.from_batches([batch(one, schema) for one in rows(reader, chosen, hiding)], schema=schema)


def of_answer(answer: msgspec.Struct, name: str) -> Table:
    """Return a list of an answer's structs; the keys of groups are columns."""
    kind = next((get_args(one.type) for one in msgspec.structs.fields(answer) if one.name == name), ())
    if not kind or not hasattr(kind[0], "__struct_fields__"):
        lists = [one.name for one in msgspec.structs.fields(answer) if _is_list_of_structs(one.type)]
        hint = f"It has {', '.join(lists)}." if lists else "It has no lists of rows."
        raise InvalidValueError(f"{type(answer).__name__} has no rows called {name!r}", hint)
    found, keys = getattr(answer, name), list(getattr(answer, "group_by", ()))
    own = columns(kind[0])
    names = [one for one in own.names if not (keys and one == "key")]
    schema = Schema([*(Field(key, TEXT, nullable=True) for key in keys), *map(own.field, names)])
    values = [(*(one.keys[key] for key in keys), *(getattr(one, field) for field in names)) for one in found]
    return Table.from_batches([batch(values, schema)], schema=schema)


def _is_list_of_structs(kind: Any) -> bool:
    return getattr(kind, "__origin__", None) is list and hasattr(get_args(kind)[0], "__struct_fields__")
