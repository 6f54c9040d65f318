"""Answers that are drawn: use over time, by day and hour, against the time before, and of the context."""

import msgspec

from codex_usage_tracker.contract import Numbers, Scope
from codex_usage_tracker.contract.prices import PriceChange


class Bucket(msgspec.Struct, kw_only=True):
    """A stretch of local time: its name (ISO), its first instant, and the first one after it (milliseconds UTC)."""

    label: str
    starts_at: int
    ends_at: int


class Series(msgspec.Struct, kw_only=True):
    """One metric of one group over all buckets; of `usd` and `credits` the values are decimal texts.

    `key` is null where it is unknown or where all is one group; `others` says that the smaller groups are in it
    together. A value is null where calls have no price.
    """

    metric: str
    key: str | None
    keys: dict[str, str | None] = {}
    others: bool = False
    values: list[int | str | None]
    total: int | str | None


class Mark(msgspec.Struct, kw_only=True):
    """What happened meanwhile; `kind` is price, where a model's changed, or reset, where the weekly limit began anew.

    The figures of a price are per million tokens; `used_percent` is what was used of the week that ended.
    """

    kind: str
    at: int
    model: str | None = None
    changes: list[PriceChange] = []
    used_percent: float | None = None


class Timeseries(msgspec.Struct, kw_only=True):
    """Use over time; empty buckets are there, the largest series is the first."""

    schema: str
    scope: Scope
    bucket: str
    buckets: list[Bucket]
    series: list[Series]
    totals: Numbers
    marks: list[Mark]


class Day(msgspec.Struct, kw_only=True):
    """A local day on which there were calls; money in decimal texts."""

    day: str
    calls: int
    total_tokens: int
    usd: str | None
    credits: str | None


class Heatmap(msgspec.Struct, kw_only=True):
    """Use by local day and by hour of the week.

    `hours` has a row for each weekday from Monday with the calls of its 24 hours, `hour_tokens` their tokens. A streak
    is a row of days with calls; the current one ends today or yesterday.
    """

    schema: str
    scope: Scope
    days: list[Day]
    active_days: int
    current_streak_days: int
    longest_streak_days: int
    longest_streak_from_day: str | None
    busiest_day: str | None
    hours: list[list[int]]
    hour_tokens: list[list[int]]


class Compare(msgspec.Struct, kw_only=True):
    """A range beside the same length before it, by local days where it begins at a midnight.

    `changes` are decimal texts, 0.25 for a quarter more; null where there was nothing before. `before` is null where a
    range has no beginning.
    """

    schema: str
    scope: Scope
    since: int | None
    until: int
    before_since: int | None
    before_until: int | None
    totals: Numbers
    before: Numbers | None
    changes: dict[str, str | None]


class Pressure(msgspec.Struct, kw_only=True):
    """How full the context windows were, of the calls that tell their window.

    `tenths` counts calls by tenths of their window, the last one with those above it; `over` the calls that fill 50, 80
    and 90 percent and more.
    """

    schema: str
    scope: Scope
    sample_count: int
    avg_context_used: int | None
    avg_context_window: int | None
    avg_pressure_pct: float | None
    max_pressure_pct: float | None
    tenths: list[int]
    over: dict[str, int]
