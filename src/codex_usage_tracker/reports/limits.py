"""The limits: how they stand, how they stood, and what they are worth."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from codex_usage_tracker.contract.limits import (
    Burn,
    LastWindow,
    Limits,
    LimitWindow,
    QuotaEstimate,
    Seen,
    Spread,
    TypedAllowance,
    Worth,
)
from codex_usage_tracker.insights import quota
from codex_usage_tracker.insights.forecast import burn
from codex_usage_tracker.insights.windows import current
from codex_usage_tracker.pricing.money import credits_text, usd_text
from codex_usage_tracker.query import limits as query
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.query.limits import Span
from codex_usage_tracker.reports.scope import NUMBER_NAMES, numbers, schema, scope_of
from codex_usage_tracker.reports.windows import account_of, past_of, told, windows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from codex_usage_tracker.config.allowance import Entry
    from codex_usage_tracker.insights.windows import Window
    from codex_usage_tracker.query.limits import Limit
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.query.run import Numbers

    Windows = dict[Limit, list[Window]]
    Now = Sequence[tuple[Limit, Window]]

LOOKED_AT_DAYS = 49
"""With two weeks before them, as many as there are weekly windows to measure by."""
MEASURED = 2 * quota.WINDOWS
"""So many windows are looked at, as some turn out to have calls without a rate."""
COURSE_POINTS = 200
UNITS: dict[str, Callable[[int], str]] = {"credits": credits_text, "usd": usd_text, "tokens": str}


def limits(
    reader: Reader, *, history: int | None = None, course_at: int | None = None, allowance: Sequence[Entry] = (),
    with_courses: bool = False,
) -> Limits:  # fmt: skip
    """Return the windows of now, so many of the earlier ones (0 is all), and what the limits are worth.

    Of the earlier windows those that an instant lies in tell their course, or all of them.
    """
    found = _looked_at(reader, history)
    now = current(found, reader.now)
    shown = list(_newest(found, history, reader.now))
    spent = _Spent(reader, found, shown, now)
    return Limits(
        schema=schema("limits"),
        scope=scope_of(reader, Filter()),
        windows=[_window(reader, limit, found[limit], window, spent) for limit, window in now],
        history=[
            _window(reader, limit, found[limit], window, spent, window.starts_at if with_courses else course_at)
            for limit, window in shown
        ],
        quotas=[_quota(limit, found[limit], spent, reader.now) for limit, _ in now],
        allowance=[_typed(entry) for entry in allowance],
    )


def _looked_at(reader: Reader, history: int | None) -> Windows:
    """Return the windows of some weeks, and of earlier ones as far as the asked history goes."""
    if history == 0:
        return windows_of(reader)
    history = history or 0
    past = past_of(reader, LOOKED_AT_DAYS, history)
    found = windows_of(reader, past)
    for kind, at in query.first_told(reader.db).items():
        known = [windows for limit, windows in found.items() if limit[1:] == kind]
        if at < past.begins_at(kind) and not all(len(_over(one, reader.now)) >= history for one in known or [[]]):
            others = {limit: windows for limit, windows in found.items() if limit[1:] != kind}
            found = others | windows_of(reader, kind=kind, like=found)
    return dict(sorted(found.items(), key=lambda one: query.order(one[0])))


def _over(windows: Sequence[Window], now: int) -> list[Window]:
    """Return the windows that are over and in which something was used, the newest first."""
    return [one for one in reversed(windows) if one.used and one.over_at <= now]


def _newest(found: Windows, history: int | None, now: int) -> Iterator[tuple[Limit, Window]]:
    """Give so many of the latest windows of each limit that are over."""
    for limit, windows in found.items() if history is not None else ():
        for window in _over(windows, now)[: history or None]:
            yield limit, window


class _Spent:
    """What calls used in windows, and in the stretches by which limits are measured: asked for at once."""

    def __init__(self, reader: Reader, found: Windows, shown: Sequence[tuple[Limit, Window]], now: Now) -> None:
        self.several = len({limit.account for limit in found}) > 1
        compared = [(limit, window) for limit, _ in now for window in comparable(found[limit])]
        complete = [(limit, window) for limit, _ in now for window in last_complete(found[limit], reader.now)]
        spans = [self._span(limit, one.starts_at, one.over_at) for limit, one in [*now, *shown, *complete]]
        parts = [(limit, quota.stretch(window)) for limit, window in [*now, *shown, *compared]]
        spans += [self._span(limit, part.since, part.until) for limit, part in parts if part]
        asked = list(dict.fromkeys(spans))
        self.numbers = dict(zip(asked, query.used(reader.db, asked), strict=True))

    def in_window(self, limit: Limit, window: Window) -> Numbers | None:
        """Return what was used in a window."""
        return self.numbers[self._span(limit, window.starts_at, window.over_at)]

    def in_stretch(self, limit: Limit, part: quota.Stretch) -> quota.Spent | None:
        """Return what was used in a stretch."""
        sums = self.numbers[self._span(limit, part.since, part.until)]
        return None if sums is None else _spent(sums)

    def _span(self, limit: Limit, since: int, until: int) -> Span:
        return Span(since, until, limit.limit_id, account_of(limit, several=self.several))


def comparable(windows: list[Window]) -> list[Window]:
    """Return the latest windows of the present plan that can be measured, the newest first."""
    same = (one for one in reversed(windows) if one.plan == windows[-1].plan and quota.stretch(one))
    return list(islice(same, MEASURED))


def _spent(sums: Numbers) -> quota.Spent:
    named = dict(zip(NUMBER_NAMES, sums, strict=True))
    used = named["total_tokens"]
    priced, credited = used - named["unpriced_tokens"], used - named["uncredited_tokens"]
    return quota.Spent(used, named["usd"], priced, named["credits"], credited)


def last_complete(windows: Sequence[Window], now: int) -> list[Window]:
    """Return the latest window that is over, in a list that may be empty."""
    return [one for one in windows if one.over_at <= now][-1:]


def _window(
    reader: Reader, limit: Limit, windows: list[Window], window: Window, spent: _Spent, course_at: int | None = None
) -> LimitWindow:
    """Return a window with what was used in it."""
    is_told = window is windows[-1] or (course_at is not None and window.starts_at <= course_at < window.over_at)
    sums = spent.in_window(limit, window)
    part, rates = quota.stretch(window), burn(window, reader.now) if window is windows[-1] else None
    measured = spent.in_stretch(limit, part) if part else None
    worth = (
        quota.per_percent(part, measured.credits, measured.credited_tokens, measured.tokens)
        if part and measured
        else None
    )
    return LimitWindow(
        **told(reader, limit, windows, window),
        account=limit.account,
        starts_at=window.starts_at,
        ends_at=window.over_at,
        start_known=window.resets_at is not None and not window.cut_within,
        reset_assumed=window.assumed,
        reset_moved=window.reset_moved,
        reset_early=window.reset_early,
        plan_changed=window.plan_changed,
        contested=window.contested,
        burn=Burn(lately=round(rates.recent, 2), lately_ms=rates.recent_ms, overall=round(rates.overall, 2))
        if rates
        else None,
        used=None if sums is None else numbers(sums),
        credits_per_percent=None if worth is None else credits_text(worth),
        course=[Seen(*point) for point in window.course(COURSE_POINTS)] if is_told else [],
    )


def _quota(limit: Limit, windows: list[Window], spent: _Spent, now: int) -> QuotaEstimate:
    parts = [quota.stretch(window) for window in comparable(windows)]
    measured = [(part, sums) for part in parts if part and (sums := spent.in_stretch(limit, part))]
    found = quota.quota(measured)
    worth = [_worth(unit, spread) for unit in UNITS if (spread := getattr(found, unit))]
    return QuotaEstimate(
        limit_id=limit.limit_id,
        window_minutes=limit.minutes,
        account=limit.account,
        plan=windows[-1].plan,
        worth=worth,
        last=next((_last(one, spent.in_window(limit, one)) for one in last_complete(windows, now)), None),
        reason=None if worth else _why_unknown(limit, parts),
    )


def _why_unknown(limit: Limit, parts: Sequence[object]) -> str:
    if not Span(0, 0, limit.limit_id).known:
        return "it is unknown which calls draw on it"
    if parts:
        return "there are no calls beside what was seen"
    return f"in no window of this plan were {quota.LEAST_PERCENT}% and more seen to be used"


def _worth(unit: str, spread: quota.Spread) -> Worth:
    text = UNITS[unit]
    n, *values = spread
    return Worth(
        unit=unit,
        n=n,
        per_percent=Spread(*map(text, values)),
        whole=Spread(*(text(100 * value) for value in values)),
    )


def _last(window: Window, sums: Numbers | None) -> LastWindow:
    """Return the last window that is over with what all of it would have been, if its percents tell that."""
    part = quota.Stretch(window.starts_at, window.ends_at, window.used)
    one = _spent(sums) if sums and window.even and quota.LEAST_PERCENT <= window.used < quota.FULL else None
    worth = {
        "tokens": one and quota.per_percent(part, 100 * one.tokens, one.tokens, one.tokens),
        "usd": one and quota.per_percent(part, 100 * one.usd, one.priced_tokens, one.tokens),
        "credits": one and quota.per_percent(part, 100 * one.credits, one.credited_tokens, one.tokens),
    }
    return LastWindow(
        starts_at=window.starts_at,
        ends_at=window.over_at,
        used_percent=window.used,
        whole_tokens=worth["tokens"],
        whole_usd=None if worth["usd"] is None else usd_text(worth["usd"]),
        whole_credits=None if worth["credits"] is None else credits_text(worth["credits"]),
    )


def _typed(entry: Entry) -> TypedAllowance:
    left = entry.remaining_percent
    return TypedAllowance(
        family=entry.family,
        window=entry.name,
        remaining_percent=None if left is None else float(left),
        reset_at=entry.reset_at,
        captured_at=entry.captured_at,
    )
