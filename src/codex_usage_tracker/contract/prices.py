"""What became of prices."""

from __future__ import annotations

import msgspec


class PriceChange(msgspec.Struct, kw_only=True):
    """A figure of a model's price that is another one now, as decimal texts; null is none, or since ever."""

    model: str
    tier: str | None
    field: str
    before: str | None
    after: str | None
    from_day: str | None


class PricingUpdate(msgspec.Struct, kw_only=True):
    """What a price list changed in the user's prices, and where they were written, if they were."""

    schema: str
    source: str
    path: str
    written: bool
    backup_path: str | None
    listed_models: int
    changes: list[PriceChange]
