"""`budgets.json`: what may be used in a day, week, month or limit window."""

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from codex_usage_tracker.config.values import Name


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """An `amount` of USD, credits or tokens `per` day, week, month or window of a `limit`.

    It is for one `project`, one `model`, or (without both) for everything; from `warn_at` percent on it warns.
    """

    unit: Literal["usd", "credits", "tokens"]
    amount: Annotated[Decimal, Meta(extra_json_schema={"exclusiveMinimum": 0})]
    per: Literal["day", "week", "month", "window"]
    name: Name | None = None
    limit: Literal["5h", "weekly"] | None = None
    project: Name | None = None
    model: Name | None = None
    warn_at: Annotated[int, Meta(ge=1, le=100)] = 80

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError(f"`amount` is {self.amount}; a budget is more than 0")
        if self.unit == "tokens" and self.amount % 1:
            raise ValueError(f"`amount` is {self.amount}; tokens are whole")
        if (self.per == "window") != (self.limit is not None):
            raise ValueError('`limit` ("5h" or "weekly") goes with `per` "window", and only with it')


class Budgets(msgspec.Struct, frozen=True, kw_only=True):
    """All budgets."""

    budgets: tuple[Budget, ...] = ()
    examples: Any = None
