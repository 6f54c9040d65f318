"""Limits and their windows, what they are worth, and blocks of five hours."""

from __future__ import annotations

import msgspec

from codex_usage_tracker.contract import Numbers, Scope
from codex_usage_tracker.contract.windows import Forecast, Window


class Burn(msgspec.Struct, kw_only=True):
    """Percent per hour: over the last `lately_ms`, and since the window began."""

    lately: float
    lately_ms: int
    overall: float


class Seen(msgspec.Struct):
    """An instant at which more was seen to be used."""

    at: int
    used_percent: float


class LimitWindow(Window, kw_only=True):
    """One window with what was used in it and what happened to it.

    `starts_at` is a length before the reset, or the first sight of it where `start_known` is false; `ends_at` is the
    reset, or before it the beginning of the window that followed. `reset_assumed`: the reset comes from a setting.
    `reset_early`: it was reset before its time. `contested`: the logs tell of two resets at once. `used` are the calls
    that drew on the limit, null where that is unknown; `credits_per_percent` is null unless five percent and more were
    seen to be used, nearly all of it with known credits. `course` is how use rose, in two hundred points at most: of
    the windows of now, and of earlier ones at the instant that was asked for.
    """

    account: str | None
    starts_at: int
    ends_at: int
    start_known: bool
    reset_assumed: bool
    reset_moved: bool
    reset_early: bool
    plan_changed: bool
    contested: bool
    burn: Burn | None
    used: Numbers | None
    credits_per_percent: str | None
    course: list[Seen]


class Spread(msgspec.Struct):
    """Decimal texts: the least, the quartiles, the median and the most."""

    least: str
    lower: str
    median: str
    upper: str
    most: str


class Worth(msgspec.Struct, kw_only=True):
    """What a percent of a limit and all of it were worth in `n` windows; `unit` is credits, usd or tokens."""

    unit: str
    n: int
    per_percent: Spread
    whole: Spread


class LastWindow(msgspec.Struct, kw_only=True):
    """The last window that is over, and what all of it would be at its rate; null where too little was used."""

    starts_at: int
    ends_at: int
    used_percent: float
    whole_tokens: int | None
    whole_usd: str | None
    whole_credits: str | None


class QuotaEstimate(msgspec.Struct, kw_only=True):
    """What a limit of a plan is worth, estimated from windows that can be compared; `reason` where it is unknown."""

    limit_id: str
    window_minutes: int
    account: str | None
    plan: str | None
    worth: list[Worth]
    last: LastWindow | None
    reason: str | None


class TypedAllowance(msgspec.Struct, kw_only=True):
    """A limit as the user typed it in."""

    family: str | None
    window: str
    remaining_percent: float | None
    reset_at: int | None
    captured_at: int | None


class Limits(msgspec.Struct, kw_only=True):
    """The limits as they stand, their earlier windows (the newest first), and what they are worth."""

    schema: str
    scope: Scope
    windows: list[LimitWindow]
    history: list[LimitWindow]
    quotas: list[QuotaEstimate]
    allowance: list[TypedAllowance]


class Projection(msgspec.Struct, kw_only=True):
    """Where a running block ends if it goes on as it began."""

    tokens_per_hour: int
    total_tokens: int
    usd: str | None
    credits: str | None


class Block(msgspec.Struct, kw_only=True):
    """Five hours of use; `basis` is observed where the logs told of the window, derived where calls alone tell."""

    starts_at: int
    ends_at: int
    basis: str
    active: bool
    account: str | None
    plan: str | None
    used_percent: float | None
    used: Numbers
    projection: Projection | None
    forecast: Forecast | None


class Blocks(msgspec.Struct, kw_only=True):
    """Blocks of five hours, the newest first."""

    schema: str
    scope: Scope
    rows: list[Block]
    row_count: int
    truncated: bool
