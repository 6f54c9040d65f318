"""`allowance.json`: what is left of the limits, as copied from Codex's own pages or from `/status`."""

from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from codex_usage_tracker.config.values import (
    Amount,
    Instant,
    Name,
    Percent,
    check_amount,
    check_percent,
    milliseconds,
)


class TypedWindow(msgspec.Struct, frozen=True, kw_only=True):
    """One limit: `remaining_percent` from 0 to 100, when it is reset, when that was copied, and its credits if told."""

    remaining_percent: Percent | None = None
    reset_at: Instant | None = None
    captured_at: Instant | None = None
    total_credits: Amount | None = None
    remaining_credits: Amount | None = None

    def __post_init__(self) -> None:
        check_percent("remaining_percent", self.remaining_percent)
        check_amount("total_credits", self.total_credits)
        check_amount("remaining_credits", self.remaining_credits)
        milliseconds("reset_at", self.reset_at)
        milliseconds("captured_at", self.captured_at)


class Windows(msgspec.Struct, frozen=True, kw_only=True):
    """Limits by the length of their windows; `other` is one of any other length."""

    five_hour: TypedWindow | None = None
    daily: TypedWindow | None = None
    weekly: TypedWindow | None = None
    monthly: TypedWindow | None = None
    annual: TypedWindow | None = None
    other: TypedWindow | None = None


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """Credits that are left beside the limits."""

    remaining: Amount | None = None
    captured_at: Instant | None = None

    def __post_init__(self) -> None:
        check_amount("remaining", self.remaining)
        milliseconds("captured_at", self.captured_at)


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """The plan and what is left of its limits; `families` are models with limits of their own."""

    plan: Name | None = None
    windows: Windows = Windows()
    families: dict[Name, Windows] = {}
    credits: Balance | None = None
    examples: Any = None


def merged(before: Allowance, after: Allowance) -> Allowance:
    """Return what was typed in before, with what was typed in after in its place where that says something."""
    families = {**before.families}
    for name, windows in after.families.items():
        families[name] = _merged(families.get(name, Windows()), windows)
    return Allowance(
        plan=after.plan or before.plan,
        windows=_merged(before.windows, after.windows),
        families=families,
        credits=after.credits or before.credits,
    )


def _merged(before: Windows, after: Windows) -> Windows:
    names = Windows.__struct_fields__
    return Windows(**{name: _later(getattr(before, name), getattr(after, name)) for name in names})


def _later(before: TypedWindow | None, after: TypedWindow | None) -> TypedWindow | None:
    """Return a window as it was typed in last; how many credits it has in all does not pass with it."""
    if before is None or after is None or after.total_credits is not None:
        return after or before
    return msgspec.structs.replace(after, total_credits=before.total_credits)


def text_of(allowance: Allowance) -> str:
    """Return the text of the file, without what is not known."""
    plain = msgspec.to_builtins(allowance, builtin_types=(Decimal,))
    written = msgspec.json.Encoder(decimal_format="number").encode(_known(plain))
    return msgspec.json.format(written, indent=2).decode() + "\n"


def _known(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    known = {key: _known(inner) for key, inner in value.items()}
    return {key: inner for key, inner in known.items() if inner is not None and inner != {}}


class Entry(NamedTuple):
    """One limit as it was typed in; instants in milliseconds UTC, `family` null for the limits of the plan."""

    family: str | None
    name: str
    remaining_percent: Decimal | None
    reset_at: int | None
    captured_at: int | None
    total_credits: Decimal | None
    remaining_credits: Decimal | None


def entries(allowance: Allowance) -> list[Entry]:
    """Return all limits that were typed in, those of the plan first."""
    families: list[tuple[str | None, Windows]] = [(None, allowance.windows), *allowance.families.items()]
    return [
        _entry(family, name, window)
        for family, windows in families
        for name in Windows.__struct_fields__
        if (window := getattr(windows, name)) is not None
    ]


def _entry(family: str | None, name: str, window: TypedWindow) -> Entry:
    return Entry(
        family,
        name,
        window.remaining_percent,
        milliseconds("reset_at", window.reset_at),
        milliseconds("captured_at", window.captured_at),
        window.total_credits,
        window.remaining_credits,
    )
