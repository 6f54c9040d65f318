"""What needs attention, where tokens were wasted, and what changed."""

from typing import Any

import msgspec

from codex_usage_tracker.contract import CallRow, Scope
from codex_usage_tracker.contract.findings import Finding, FindingSum, ViewLink
from codex_usage_tracker.contract.threads import RootThread
from codex_usage_tracker.contract.windows import Window


class FlaggedCall(CallRow, kw_only=True):
    """A call with what was found in it, the most at stake first."""

    score: str | None
    severity: str
    findings: list[Finding]
    action: str | None


class FlaggedThread(RootThread, kw_only=True):
    """A root thread with what was found in its calls and those below it, the most at stake first."""

    score: str | None
    severity: str
    flagged_calls: int
    findings: list[FindingSum]
    action: str | None


class Recommendations(msgspec.Struct, kw_only=True):
    """The threads and calls with the most at stake; `total_matched_rows` counts calls, `total_threads` root threads."""

    schema: str
    scope: Scope
    filters: dict[str, Any]
    threads: list[FlaggedThread]
    rows: list[FlaggedCall]
    row_count: int
    total_matched_rows: int
    total_threads: int
    truncated: bool


class Card(msgspec.Struct, kw_only=True):
    """Something that needs attention, and where it is seen.

    `count` is of calls, threads or limits, as `unit` says. The card of the allowance tells of the `window` that presses
    most; nothing is at stake in it, and its `action` is the forecast.
    """

    key: str
    title: str
    severity: str
    stake: str | None
    credits: str | None
    count: int
    unit: str
    thread_id: str | None
    thread_name: str | None
    window: Window | None = None
    action: str
    link: ViewLink


class Preset(msgspec.Struct, kw_only=True):
    """A view that is worth a look; `count` is of what it shows, calls or root threads as `unit` says.

    `usd` and `credits` are what that is worth.
    """

    key: str
    title: str
    caption: str
    count: int
    unit: str
    usd: str | None
    credits: str | None
    link: ViewLink


class ReReads(msgspec.Struct, kw_only=True):
    """Files that were read again though nothing had changed them, as diagnostics last found in all logs.

    The tokens are those of outputs that tell their count; as the kinds of waste may have some of them too, they are
    never added to these. `status` is fresh, stale or missing, as that of the section `file-reads`.
    """

    status: str
    computed_at: int | None
    re_reads: int | None
    re_read_tokens: int | None
    link: ViewLink


class Waste(msgspec.Struct, kw_only=True):
    """What need not have been spent: by kind, no token in two of them; `share` is the part of the cost of all calls.

    `usd` and `credits` are null where there are kinds, and none has a price. `re_reads` are beside that, whatever the
    range and filters.
    """

    usd: str | None
    credits: str | None
    tokens: int
    share: str | None
    kinds: list[FindingSum]
    re_reads: ReReads


class ChangePart(msgspec.Struct, kw_only=True):
    """A part of a change in USD: of a group of calls, or of a cause; `others` has the smaller groups together."""

    key: str | None
    keys: dict[str, str | None] = {}
    others: bool = False
    usd: str | None
    before_usd: str | None
    change_usd: str


class ChangeSplit(msgspec.Struct, kw_only=True):
    """A change taken apart in one way; its parts come to the whole change, exactly."""

    dimension: str
    label: str
    parts: list[ChangePart]


class Change(msgspec.Struct, kw_only=True):
    """The last seven local days beside the seven before them; calls without a price in USD are in neither."""

    since: int
    until: int
    before_since: int
    before_until: int
    usd: str
    before_usd: str
    change_usd: str
    cache_ratio: float | None
    before_cache_ratio: float | None
    splits: list[ChangeSplit]


class Notice(msgspec.Struct, kw_only=True):
    """What the numbers leave out or guess; it is no finding and nothing is at stake in it."""

    key: str
    title: str
    calls: int
    tokens: int | None
    usd: str | None
    share: str | None
    action: str
    link: ViewLink


class Insights(msgspec.Struct, kw_only=True):
    """What needs attention, ready views, the threads with most at stake, waste, changes, and notices about the data."""

    schema: str
    scope: Scope
    score: str | None
    cards: list[Card]
    presets: list[Preset]
    threads: list[FlaggedThread]
    findings: list[FindingSum]
    waste: Waste
    change: Change
    notices: list[Notice]
