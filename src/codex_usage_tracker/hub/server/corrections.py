"""What devices lowered: a trace of each bucket that had more tokens before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from codex_usage_tracker.hub.contract import CorrectionRow, Corrections
from codex_usage_tracker.hub.server import tables

if TYPE_CHECKING:
    from codex_usage_tracker.hub.server.store import Store

MOST = 500


async def of(store: Store, account: int | None = None) -> Corrections:
    """Return corrections, the latest first: of one account, or of all with their names."""
    known, devices, named = tables.correction, tables.device, tables.account
    device = and_(devices.c.account_id == known.c.account_id, devices.c.id == known.c.device_id)
    chosen = select(known, devices.c.label, named.c.name).join(devices, device, isouter=True)
    chosen = chosen.join(named, named.c.id == known.c.account_id).order_by(known.c.at.desc(), known.c.id.desc())
    if account is not None:
        chosen = chosen.where(known.c.account_id == account)
    async with store.reading() as db:
        rows = (await db.execute(chosen.limit(MOST + 1))).all()
    return Corrections(
        rows=[
            CorrectionRow(
                at=row.at, account=row.name if account is None else None, device=row.device_id, label=row.label,
                start=row.start, model=row.model or None, tokens_before=row.tokens_before,
                tokens_after=row.tokens_after, data_version=row.data_version, collector=row.collector,
            )
            for row in rows[:MOST]
        ],
        truncated=len(rows) > MOST,
    )  # fmt: skip
