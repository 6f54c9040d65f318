"""What was used of budgets."""

import msgspec


class BudgetState(msgspec.Struct, kw_only=True):
    """One budget and what was used of it in its present period (milliseconds UTC, half-open).

    `amount`, `used` and `left` are decimal texts in its `unit` (usd, credits or tokens); `left` is below 0 where more
    was used. `status` is ok, warn, over, or unknown where nothing can be said; `at_least` says that calls without a
    price are not in `used`.
    """

    name: str
    unit: str
    amount: str
    per: str
    limit: str | None
    project: str | None
    model: str | None
    since: int | None
    until: int | None
    used: str | None
    left: str | None
    used_percent: float | None
    at_least: bool
    status: str
