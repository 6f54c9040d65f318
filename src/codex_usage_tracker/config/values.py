"""Kinds of values in files of settings: percentages, amounts and instants, each with the range that it has."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WHOLE = 100

Amount = Annotated[Decimal, Meta(extra_json_schema={"minimum": 0})]
Percent = Annotated[Decimal, Meta(extra_json_schema={"minimum": 0, "maximum": WHOLE})]
Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, examples=["2026-06-07T18:50:00+02:00"])]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


def check_amount(key: str, value: Decimal | None) -> None:
    """Refuse an amount below zero."""
    if value is not None and value < 0:
        raise ValueError(f"`{key}` is {value}; nothing can be less than 0")


def check_percent(key: str, value: Decimal | None) -> None:
    """Refuse what is no percentage, and a fraction such as 0.79, which could mean 79 % as well."""
    if value is not None and not 0 <= value <= WHOLE:
        raise ValueError(f"`{key}` is {value}; a percentage is from 0 to {WHOLE}")
    if value is not None and 0 < value < 1:
        raise ValueError(f"`{key}` is {value}; write a percentage from 1 to {WHOLE}, such as 79, or 0 for none")


def milliseconds(key: str, text: str | None) -> int | None:
    """Return an ISO 8601 instant, which must name its zone, in milliseconds UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"`{key}` is {text[:40]!a}; an instant names its zone, such as 2026-06-07T18:50:00+02:00")
    return (moment - EPOCH) // timedelta(milliseconds=1)
