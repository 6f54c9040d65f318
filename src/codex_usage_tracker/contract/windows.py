"""A limit window as it was seen, and what will become of it."""

import msgspec


class Forecast(msgspec.Struct, kw_only=True):
    """What will be used of a window at its reset, in percent, and when all of it is used up.

    `verdict` is safe, tight, over, full or unknown; `sentence` answers whether it is safe to go on, or says why there
    is no forecast. At least four of five times use ends between `percent_low` and `percent_high`; safe are windows that
    are not used up in the worst case either. `full_at`, `full_earliest_at` (the worst case) and `full_latest_at` are
    null where that is not before the reset. `stretches` is how many stretches of earlier use were learned from, 0 where
    the window's own pace is all there is.
    """

    verdict: str
    sentence: str
    percent_low: float | None
    percent_expected: float | None
    percent_high: float | None
    full_at: int | None
    full_earliest_at: int | None
    full_latest_at: int | None
    stretches: float


class Window(msgspec.Struct, kw_only=True):
    """One rate-limit window as last seen; `passed` says that it is over, `credits` is the balance.

    Windows that others followed have no forecast.
    """

    limit_id: str
    window_minutes: int
    used_percent: float
    left_percent: float
    observed_at: int
    resets_at: int | None
    passed: bool
    plan: str | None
    credits: str | None
    forecast: Forecast | None
