"""Money as text: exact decimals, as it leaves the process."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from codex_usage_tracker.pricing.rates import CREDIT_UNITS, USD_UNITS

USD_DIGITS = len(str(USD_UNITS)) - 1
CREDIT_DIGITS = len(str(CREDIT_UNITS)) - 1
SHARE_DIGITS = 6


def usd_text(units: int) -> str:
    """Return USD units as a decimal text without needless zeros: 1.25."""
    return _decimal(units, USD_UNITS, USD_DIGITS)


def credits_text(units: int) -> str:
    """Return credit units as a decimal text without needless zeros."""
    return _decimal(units, CREDIT_UNITS, CREDIT_DIGITS)


def share_text(part: int, whole: int) -> str | None:
    """Return a part of a whole between 0 and 1, rounded down to six digits; None of nothing."""
    if not whole:
        return None
    units = part * 10**SHARE_DIGITS // whole
    return _decimal(units or int(part > 0), 10**SHARE_DIGITS, SHARE_DIGITS)


def units_of(text: str, units: int) -> int:
    """Return a decimal text in units, rounded down; ValueError if it is no amount."""
    try:
        value = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite() or not 0 <= value < 10**9:
        raise ValueError(text)
    return int(value * units)


def _decimal(count: int, units: int, digits: int) -> str:
    whole, rest = divmod(count, units)
    return f"{whole}.{rest:0{digits}d}".rstrip("0") if rest else str(whole)
