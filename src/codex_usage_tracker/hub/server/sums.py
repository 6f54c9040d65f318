"""What an account used, as typed answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from codex_usage_tracker.contract import Numbers
from codex_usage_tracker.hub.server import tables
from codex_usage_tracker.pricing.money import share_text, usd_text

if TYPE_CHECKING:
    from codex_usage_tracker.hub.server.merging import Sums
    from codex_usage_tracker.hub.server.store import Store


async def totals(store: Store, account: int) -> Numbers:
    """Return the numbers of all calls of an account."""
    columns = [func.coalesce(func.sum(tables.day.c[name]), 0) for name in tables.SUMS]
    async with store.reading() as db:
        row = (await db.execute(select(*columns).where(tables.day.c.account_id == account))).one()
    return numbers(tuple(map(int, row)))


def numbers(sums: Sums) -> Numbers:
    """Return sums as typed numbers; the hub knows no credits, for it is told no service tiers."""
    calls, given, cached, written, output, reasoning, usd, unpriced, lost = sums
    has_price = unpriced < calls or not calls
    return Numbers(
        calls=calls,
        input_tokens=given,
        cached_input_tokens=cached,
        cache_write_input_tokens=written,
        uncached_input_tokens=given - cached,
        output_tokens=output,
        reasoning_output_tokens=reasoning,
        total_tokens=given + output,
        usd=usd_text(usd) if has_price else None,
        estimated_usd=None,
        priced_share=share_text(given + output - lost, given + output),
        unpriced_calls=unpriced,
        credits=None,
        credited_share=None,
    )
