"""Costs as people read them: dollars of the API's list prices, Codex credits, and what these figures leave out."""

from collections.abc import Iterator
from decimal import Decimal

from codex_usage_tracker.cli.figures import UNKNOWN, counted
from codex_usage_tracker.contract import CallRow, Numbers

GUESSED, PARTIAL = "*", "+"
"""Marks behind a cost: some of it is an estimate; some calls have no price, so that it is more."""
CENT, LEAST = Decimal("0.01"), Decimal("0.0001")


def dollars(text: str | None) -> str:
    """Return an amount in USD: $1,234, $12.34, $0.0012."""
    if text is None:
        return UNKNOWN
    amount = Decimal(text)
    if 0 < amount < LEAST:
        return "<$0.0001"
    decimals = 0 if amount >= 1000 else 2 if amount >= CENT or not amount else 4  # noqa: PLR2004
    return f"${amount:,.{decimals}f}"


def credits_figure(text: str | None) -> str:
    """Return an amount of Codex credits: 1,234, 12.3, 0.012."""
    if text is None:
        return UNKNOWN
    amount = Decimal(text)
    if 0 < amount < LEAST:
        return "<0.0001"
    steps = ((100, 0), (10, 1), (1, 2), (0.1, 3))
    decimals = next((decimals for least, decimals in steps if amount >= Decimal(str(least))), 4 if amount else 0)
    return f"{amount:,.{decimals}f}"


def cost_of(numbers: Numbers) -> str:
    """Return what a group of calls costs, with a mark if that is not the whole truth, or else a blank."""
    if numbers.usd is None:
        return UNKNOWN + " "
    return dollars(numbers.usd) + _mark(partial=bool(numbers.unpriced_calls), guessed=numbers.estimated_usd != "0")


def credits_of(numbers: Numbers) -> str:
    """Return what a group of calls draws in credits."""
    return credits_figure(numbers.credits) + (PARTIAL if numbers.credited_share not in {None, "0", "1"} else " ")


def cost_of_call(call: CallRow) -> str:
    """Return what one call costs."""
    return dollars(call.usd) + _mark(partial=False, guessed=call.pricing_status == "estimated")


def _mark(*, partial: bool, guessed: bool) -> str:
    return PARTIAL if partial else GUESSED if guessed else " "


def remarks(totals: Numbers) -> Iterator[str]:
    """Say what a sum of costs leaves out and what in it is a guess."""
    if totals.usd is None:
        yield "no call has a price"
    elif totals.unpriced_calls:
        yield f"{PARTIAL} {counted(totals.unpriced_calls, 'call')} without a price"
        yield f"{percent_of(totals.priced_share)} of tokens priced"
    if totals.usd and totals.estimated_usd not in {None, "0"}:
        yield f"{GUESSED} {dollars(totals.estimated_usd)} of it estimated"


def percent_of(share: str | None) -> str:
    """Return a share in percent that never says all of what is not all."""
    if share is None:
        return UNKNOWN
    percent = int(Decimal(share) * 1000) / 10
    return f"{percent:.0f}%" if percent == int(percent) else f"{percent}%"
