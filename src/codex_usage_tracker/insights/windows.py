"""Limit windows cut from snapshots: which belong together, which are stale, and what happened to a window."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codex_usage_tracker.query.limits import Limit, Snapshot

MINUTE_MS = 60_000
JITTER_MS = 3 * MINUTE_MS
"""Resets that differ by less are one: some servers send rounded seconds that are left rather than the instant."""
PROOF, PROOF_MS = 3, 15 * MINUTE_MS
"""So many snapshots over so long must tell of less use before it is believed; fewer are an old state told again."""
GONE_MS = 14 * 24 * 60 * MINUTE_MS
"""A window that has passed is of no more interest when others were seen so long after its reset."""


class Point(NamedTuple):
    """An instant at which the used percent was seen to have risen."""

    at: int
    used: float


class Window(msgspec.Struct):
    """A stretch of time in which the used percent of a limit only rose; `seen` snapshots told of it."""

    length_ms: int
    first_seen_at: int
    last_seen_at: int
    points: list[Point]
    resets_at: int | None = None
    plans: list[str] = []
    credits: str | None = None
    seen: int = 1
    assumed: bool = False
    cut_within: bool = False
    reset_moved: bool = False
    reset_early: bool = False
    contested: bool = False
    not_before: int = 0
    followed_at: int | None = None

    @property
    def used(self) -> float:
        """The highest percent that was seen."""
        return self.points[-1].used

    @property
    def starts_at(self) -> int:
        """The beginning: a length before the reset where that is known, never after the first snapshot."""
        if self.resets_at is None or self.cut_within:
            return self.first_seen_at
        return max(min(self.resets_at - self.length_ms, self.first_seen_at), self.not_before)

    @property
    def ends_at(self) -> int:
        """The reset, or the latest instant at which it can be."""
        return self.first_seen_at + self.length_ms if self.resets_at is None else self.resets_at

    @property
    def over_at(self) -> int:
        """The end of its use: the reset, or before it the beginning of the window that followed."""
        followed = self.ends_at if self.followed_at is None else self.followed_at
        return max(min(self.ends_at, followed), self.starts_at)

    @property
    def plan(self) -> str | None:
        """The plan as last told."""
        return self.plans[-1] if self.plans else None

    @property
    def plan_changed(self) -> bool:
        """Whether the plan became another one meanwhile."""
        return len(self.plans) > 1

    @property
    def even(self) -> bool:
        """Whether nothing happened that makes its percents incomparable with each other."""
        return not (self.reset_moved or self.reset_early or self.contested or self.cut_within or self.plan_changed)

    def course(self, most: int) -> list[Point]:
        """Return so many of the points at most, the first and the last among them."""
        last = len(self.points) - 1
        if last < most:
            return self.points
        return [self.points[place * last // (most - 1)] for place in range(most)]

    def see(self, one: Snapshot) -> None:
        """Take in a snapshot that tells of as much use or more."""
        self.seen += 1
        self.last_seen_at = max(one.at, one.again_at)
        if one.used > self.used:
            self.points.append(Point(one.at, one.used))
        if one.plan is not None and one.plan != self.plan:
            self.plans.append(one.plan)
        if one.resets_at is not None:
            self.resets_at = one.resets_at
        self.credits = one.credits


class Cut(NamedTuple):
    """The windows of one limit, the oldest first, and the snapshots that tell of none."""

    windows: list[Window]
    stale: list[Snapshot]


def cut(snapshots: Iterable[Snapshot], length_ms: int) -> Cut:
    """Cut the snapshots of one limit, sorted by time, into windows."""
    series = _Series(length_ms)
    for one in snapshots:
        series.take(one)
    return Cut(series.windows, series.stale + series.doubted)


class _Series:
    """The windows so far, the resets that were told before the last one, and snapshots that tell of less use."""

    def __init__(self, length_ms: int) -> None:
        self.length_ms = length_ms
        self.windows: list[Window] = []
        self.former: list[Point] = []
        self.stale: list[Snapshot] = []
        self.doubted: list[Snapshot] = []

    def take(self, one: Snapshot) -> None:
        """Put a snapshot where it belongs."""
        last = self.windows[-1] if self.windows else None
        if last is not None and last.resets_at == one.resets_at and last.used <= one.used and one.at < last.ends_at:
            last.see(one)
            self._give_up_doubts()
        elif self._restates(last, one):
            self.stale.append(one)
        elif last is None or _begins(last, one):
            self._open(one)
        elif one.used >= last.used:
            self._go_on(last, one)
        else:
            self._doubt(last, one)

    def _restates(self, last: Window | None, one: Snapshot) -> bool:
        """Say whether a snapshot tells of a reset that is over; if its use goes on, two tell of one limit."""
        if one.resets_at is None or last is None or _near(last.resets_at, one.resets_at):
            return one.resets_at is not None and one.resets_at <= one.at
        self.former = [reset for reset in self.former if reset.at > one.at]
        told = next((reset for reset in self.former if _near(reset.at, one.resets_at)), None)
        last.contested |= told is not None and one.used > told.used
        return told is not None or one.resets_at <= one.at

    def _go_on(self, last: Window, one: Snapshot) -> None:
        if last.resets_at and one.resets_at and not _near(last.resets_at, one.resets_at):
            self.former.append(Point(last.resets_at, last.used))
            last.reset_moved |= last.used > 0
        last.see(one)
        self._give_up_doubts()

    def _open(self, one: Snapshot, *, within: bool = False) -> None:
        plan = one.plan
        if self.windows:
            last = self.windows[-1]
            plan = plan or last.plan
            last.reset_early |= within or (one.used < last.used and one.at < last.ends_at - JITTER_MS)
            if last.resets_at and not within:
                self.former.append(Point(last.resets_at, last.used))
        opened = Window(self.length_ms, one.at, max(one.at, one.again_at), [Point(one.at, one.used)], one.resets_at)
        opened.plans = [plan] if plan else []
        opened.credits, opened.assumed, opened.cut_within = one.credits, bool(one.assumed), within
        if self.windows:
            self.windows[-1].followed_at = opened.not_before = opened.starts_at
        self.windows.append(opened)
        self._give_up_doubts()

    def _doubt(self, last: Window, one: Snapshot) -> None:
        """Keep snapshots of less use until enough tell the same: then use was set back without a new reset."""
        if one.used < last.used - 1:
            self.doubted.append(one)
        else:
            self.stale.append(one)
        if len(self.doubted) >= PROOF and one.at - self.doubted[0].at >= PROOF_MS:
            first, *others = self.doubted
            self.doubted = []
            self._open(first, within=True)
            for other in others:
                self.take(other)

    def _give_up_doubts(self) -> None:
        if self.doubted:
            self.stale += self.doubted
            self.doubted = []


def _near(one: int | None, other: int) -> bool:
    """Say whether two resets are the same."""
    return one is not None and abs(one - other) <= JITTER_MS


def _begins(last: Window, one: Snapshot) -> bool:
    """Say whether a snapshot is the first of a new window."""
    if last.resets_at is None:
        return one.at >= last.ends_at or one.used < last.used
    if one.resets_at is None:
        return one.at >= last.ends_at
    if _near(last.resets_at, one.resets_at):
        return False
    passed = one.at >= last.resets_at - JITTER_MS
    return passed or one.used < last.used or (not last.used and one.used > 0)


def current(found: dict[Limit, list[Window]], now: int) -> list[tuple[Limit, Window]]:
    """Return the last window of each limit, without those that exist no more."""
    lasts = {limit: windows[-1] for limit, windows in found.items() if windows}
    return [(limit, window) for limit, window in lasts.items() if not _vanished(limit, window, lasts, now)]


def _vanished(limit: Limit, window: Window, lasts: dict[Limit, Window], now: int) -> bool:
    """Say whether a window has passed and its limit was seen since without it, or its account long after."""
    if window.ends_at > now:
        return False
    siblings = [one.last_seen_at for other, one in lasts.items() if other[:2] == limit[:2]]
    account = [one.last_seen_at for other, one in lasts.items() if other.account == limit.account]
    return max(siblings) > window.ends_at + JITTER_MS or max(account) > window.ends_at + GONE_MS
