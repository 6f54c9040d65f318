"""Findings as they leave the process: in words, with what is at stake in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from codex_usage_tracker.contract.findings import (
    Attention,
    CacheState,
    Finding,
    FindingSum,
    Signal,
    ThreadAttention,
)
from codex_usage_tracker.insights import judging, lifecycle
from codex_usage_tracker.insights.cache import diagnosis
from codex_usage_tracker.insights.claims import Claim, settled
from codex_usage_tracker.insights.rules import ORDER
from codex_usage_tracker.insights.score import score, severity
from codex_usage_tracker.insights.thread import PPM, bounds_of
from codex_usage_tracker.pricing.money import credits_text, share_text, usd_text
from codex_usage_tracker.query import findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codex_usage_tracker.config.thresholds import Thresholds
    from codex_usage_tracker.insights.judging import Found
    from codex_usage_tracker.insights.thread import Bounds, Thread
    from codex_usage_tracker.query.findings import Sum
    from codex_usage_tracker.query.reader import Reader


def usd_or_none(units: int | None) -> str | None:
    """Return USD units as text."""
    return None if units is None else usd_text(units)


def credits_or_none(units: int | None) -> str | None:
    """Return credit units as text."""
    return None if units is None else credits_text(units)


def finding(row: tuple[Any, ...], bounds: Bounds) -> Finding:
    """Return a finding: rule, stake, credits drawn, tokens, the rule's own figure."""
    number, stake, drawn, tokens, detail = row
    rule = ORDER[number]
    return Finding(
        key=rule.key,
        title=rule.title,
        severity=severity(stake, bounds),
        stake=usd_or_none(stake),
        credits=credits_or_none(drawn),
        tokens=tokens,
        waste=rule.waste,
        why=rule.why(tokens, detail),
        action=rule.action,
    )


def finding_sum(of: Sum, bounds: Bounds, whole: int = 0) -> FindingSum:
    """Return what a rule found in several calls; the share is one of the cost of all calls (USD units)."""
    rule = ORDER[of.rule]
    return FindingSum(
        key=rule.key,
        title=rule.title,
        severity=severity(of.stake, bounds),
        stake=usd_or_none(of.stake),
        credits=credits_or_none(of.drawn),
        tokens=of.tokens,
        waste=rule.waste,
        calls=of.calls,
        share=share_text(of.stake or 0, whole),
        action=rule.action,
    )


def attention(rows: Iterable[tuple[Any, ...]], bounds: Bounds) -> Attention:
    """Return what was found in a call, the most at stake first."""
    ordered = sorted(rows, key=lambda row: (-(row[1] or 0), row[0]))
    told = [finding(row, bounds) for row in ordered]
    whole = score(row[1] for row in ordered)
    return Attention(
        score=usd_or_none(whole),
        severity=severity(whole, bounds),
        findings=told,
        action=told[0].action if told else None,
    )


def thread_attention(sums: Sequence[Sum], flagged: int, bounds: Bounds, whole: int = 0) -> ThreadAttention:
    """Return what was found in a thread, the most at stake first; `whole` is its cost."""
    ordered = sorted(sums, key=lambda one: (-(one.stake or 0), one.rule))
    stake = score(one.stake for one in ordered)
    return ThreadAttention(
        score=usd_or_none(stake),
        severity=severity(stake, bounds),
        flagged_calls=flagged,
        findings=[finding_sum(one, bounds, whole) for one in ordered],
        action=ORDER[ordered[0].rule].action if ordered else None,
    )


# -- one thread, judged at once ---------------------------------------------------------------------------------------


class Judged(NamedTuple):
    """A root thread and those below it with their findings, by row id; `own` is the one that was asked for."""

    threads: dict[int, tuple[Thread, list[Found]]]
    own: int | None
    bounds: Bounds

    def states(self) -> dict[str, str]:
        """Return what became of the cache before each call, by record id."""
        return {
            record_id(call.key): diagnosis(call, before, self.bounds).state
            for thread, _ in self.threads.values()
            for call, before in zip(thread.calls, [None, *thread.calls], strict=False)
        }

    def attention(self) -> ThreadAttention:
        """Return what was found in all of it."""
        found = [one for _, several in self.threads.values() for one in several]
        flagged = sum(len({one.place for one in several}) for _, several in self.threads.values())
        whole = sum(call.usd or 0 for thread, _ in self.threads.values() for call in thread.calls)
        return thread_attention(_sums(found), flagged, self.bounds, whole)

    def lifecycle(self) -> list[Signal]:
        """Return the signals of the thread itself."""
        thread = self.threads.get(self.own or 0)
        if thread is None:
            return []
        began = [other.calls[0].at for row_id, (other, _) in self.threads.items() if row_id != self.own]
        return [_signal(one, thread[0]) for one in lifecycle.marks(thread[0], began, self.bounds)]


def judged(reader: Reader, members: Sequence[int], own: int | None, thresholds: Thresholds) -> Judged:
    """Judge some threads now."""
    bounds = bounds_of(thresholds)
    threads = judging.threads(reader.db, judging.sources_of(reader.db), members, bounds)
    return Judged({row_id: (thread, judging.findings_of(thread, bounds)) for row_id, thread in threads}, own, bounds)


def of_thread(reader: Reader, thread_id: str, thresholds: Thresholds) -> Judged:
    """Judge a thread with those below it."""
    return judged(
        reader, findings.members(reader.db, thread_id), findings.row_id(reader.db, thread_id), thresholds,
    )  # fmt: skip


def of_call(reader: Reader, row_id: int, thresholds: Thresholds) -> tuple[CacheState, Attention]:
    """Return what became of the cache before a call, and what was found in it."""
    bounds = bounds_of(thresholds)
    ((thread, found),) = judged(reader, findings.thread_of(reader.db, row_id), None, thresholds).threads.values()
    place = next(place for place, call in enumerate(thread.calls) if call.id == row_id)
    call = thread.calls[place]
    cache = diagnosis(call, thread.calls[place - 1] if place else None, bounds)
    lost = next(settled(call, [Claim(place, cache.lost, over_cached=True)]))
    told = CacheState(
        state=cache.state,
        lost_tokens=cache.lost,
        lost_usd=usd_or_none(lost.usd),
        lost_credits=credits_or_none(lost.credits),
        idle_ms=cache.idle_ms,
    )
    return told, attention(((one.rule, *one.taken, one.detail) for one in found if one.place == place), bounds)


def record_id(key: int) -> str:
    """Return a call's record id."""
    return f"{key % 2**64:016x}"


def _sums(found: Iterable[Found]) -> list[Sum]:
    by_rule: dict[int, list[Found]] = {}
    for one in found:
        by_rule.setdefault(one.rule, []).append(one)
    return [
        findings.Sum(
            rule=rule,
            calls=len(several),
            tokens=sum(one.taken.tokens for one in several),
            stake=score(one.taken.usd for one in several),
            drawn=score(one.taken.credits for one in several),
        )
        for rule, several in by_rule.items()
    ]


def _signal(mark: lifecycle.Mark, thread: Thread) -> Signal:
    call = None if mark.place is None else thread.calls[mark.place]
    return Signal(
        key=mark.key,
        title=mark.title,
        at=call and call.at,
        record_id=call and record_id(call.key),
        value=None if mark.change is None else round(mark.change / PPM, 4),
        why=mark.why,
        action=mark.action,
    )
