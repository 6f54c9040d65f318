"""What needs attention: cards, ready views, threads, waste, changes, and what the numbers leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from codex_usage_tracker.contract.diagnostics import FileReads
from codex_usage_tracker.contract.findings import ViewLink
from codex_usage_tracker.contract.insights import Card, Insights, Notice, Preset, ReReads, Waste
from codex_usage_tracker.insights.rules import ORDER
from codex_usage_tracker.insights.score import SEVERITIES, score, severity
from codex_usage_tracker.insights.thread import bounds_of
from codex_usage_tracker.pricing.money import share_text
from codex_usage_tracker.query import findings, roots, run
from codex_usage_tracker.query.dimensions import DIMENSIONS
from codex_usage_tracker.reports import allowance
from codex_usage_tracker.reports.attention import credits_or_none, finding_sum, usd_or_none
from codex_usage_tracker.reports.changes import change
from codex_usage_tracker.reports.diagnostics import section
from codex_usage_tracker.reports.recommendations import flagged_threads
from codex_usage_tracker.reports.scope import NUMBER_NAMES, named, schema, scope_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codex_usage_tracker.config.thresholds import Thresholds
    from codex_usage_tracker.contract.insights import FlaggedThread
    from codex_usage_tracker.insights.thread import Bounds
    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.findings import Sum
    from codex_usage_tracker.query.reader import Reader

MOST_CARDS = 6
MOST_THREADS = 10
SORTS = {
    "low-cache": "uncached", "cold-resume": "uncached", "cache-break": "uncached", "model-switch": "uncached",
    "tool-output-bloat": "uncached", "context-bloat": "context", "elevated-context": "context",
    "context-carried": "cached", "reasoning-spike": "reasoning", "low-output": "tokens",
}  # fmt: skip
"""How the calls of a finding are sorted; the others by cost."""
THREADS = "threads"
OF_THREADS = frozenset({"sub-agent-swarm", "runaway-thread", "large-thread"})
PRESETS = (
    ("context-bloat", "Context bloat", "Calls that fill most of their context window, the fullest first."),
    ("cache-misses", "Cache misses", "Calls of which little came from the cache, the most uncached input first."),
    ("cold-resumes", "Cold resumes", "Calls that take a thread up again after its cache had gone."),
    ("cache-breaks", "Cache breaks", "Calls that missed a warm cache for no reason of time or model."),
    ("carried-context", "Carried context", "Calls for which a fresh thread would have been cheaper."),
    ("retry-loops", "Retry loops", "Calls that repeat what failed before, the costliest first."),
    ("tool-output", "Tool output", "Calls whose new input is mostly the output of tools."),
    ("runaway-turns", "Runaway turns", "Threads with turns that go on without a word of yours."),
    ("agent-swarms", "Agent swarms", "Threads that start many sub-agents at once."),
)
RULE_OF = {
    "context-bloat": "context-bloat", "cache-misses": "low-cache", "cold-resumes": "cold-resume",
    "cache-breaks": "cache-break", "carried-context": "context-carried", "retry-loops": "retry-loop",
    "tool-output": "tool-output-bloat", "runaway-turns": "runaway-thread", "agent-swarms": "sub-agent-swarm",
}  # fmt: skip
USD = NUMBER_NAMES.index("usd")
UNPRICED, ESTIMATED = "unpriced", "estimated"


class Seen(NamedTuple):
    """What all parts are made from: numbers of all calls and by how they are priced, and sums by rule.

    `roots` are how many root threads there are, and how many of each rule about threads.
    """

    totals: dict[str, Any]
    usd: int
    by_status: dict[str | None, dict[str, Any]]
    sums: list[Sum]
    roots: dict[str | None, int]
    bounds: Bounds


def insights(reader: Reader, chosen: Filter, thresholds: Thresholds) -> Insights:
    """Return what needs attention in the calls that a filter leaves."""
    bounds = bounds_of(thresholds)
    numbers = run.totals(reader.db, chosen)
    statuses = run.groups(reader.db, chosen, [DIMENSIONS["pricing_status"]], reader.zone)
    by_status = {one.keys[0]: named(one.numbers) for one in statuses}
    usd = numbers[USD]
    sums = findings.by_rule(reader.db, chosen)
    seen = Seen(named(numbers), usd, by_status, sums, _root_counts(reader, chosen), bounds)
    top = findings.roots(reader.db, chosen, limit=MOST_THREADS)
    threads = flagged_threads(reader, chosen, top, bounds)
    return Insights(
        schema=schema("insights"),
        scope=scope_of(reader, chosen),
        score=usd_or_none(_whole([one.stake for one in seen.sums])),
        cards=_cards(seen, allowance.card(reader), threads[0] if threads else None, top[0][1] if top else 0),
        presets=list(_presets(seen)),
        threads=threads,
        findings=[finding_sum(one, bounds, usd) for one in _ranked(seen.sums)],
        waste=_waste(seen, _re_reads(reader, chosen)),
        change=change(reader, chosen),
        notices=list(_notices(seen)),
    )


def _root_counts(reader: Reader, chosen: Filter) -> dict[str | None, int]:
    rules = [number for number, rule in enumerate(ORDER) if rule.key in OF_THREADS]
    found = findings.root_counts(reader.db, chosen, rules)
    return {None: roots.count(reader.db, chosen).roots} | {ORDER[rule].key: found.get(rule, 0) for rule in rules}


def _ranked(sums: Sequence[Sum]) -> list[Sum]:
    return sorted(sums, key=lambda one: (-(one.stake or 0), one.rule))


def link_to(rule: str) -> ViewLink:
    """Return the view that shows what a rule found."""
    view, sort = (THREADS, "cost") if rule in OF_THREADS else ("calls", SORTS.get(rule, "cost"))
    return ViewLink(view=view, filters={"finding": [rule]}, sort=sort)


def _cards(seen: Seen, sure: list[Card], costliest: FlaggedThread | None, stake: int) -> list[Card]:
    """Return what has most at stake, rules and the thread with most; what is sure of a place leads its severity."""
    cards = [(one.stake or 0, _rule_card(one, seen)) for one in seen.sums if one.stake or _unknown(one)]
    if costliest is not None and stake:
        cards.append((stake, _thread_card(costliest)))
    ranked = [card for _, card in sorted(cards, key=lambda one: (-one[0], one[1].key))]
    return sorted([*sure, *ranked][:MOST_CARDS], key=lambda one: SEVERITIES.index(one.severity))


def _unknown(one: Sum) -> bool:
    return one.stake is None and one.tokens > 0


def _rule_card(one: Sum, seen: Seen) -> Card:
    rule = ORDER[one.rule]
    link = link_to(rule.key)
    return Card(
        key=rule.key,
        title=rule.title,
        severity=severity(one.stake, seen.bounds),
        stake=usd_or_none(one.stake),
        credits=credits_or_none(one.drawn),
        count=seen.roots[rule.key] if link.view == THREADS else one.calls,
        unit=link.view,
        thread_id=None,
        thread_name=None,
        action=rule.action,
        link=link,
    )


def _thread_card(one: FlaggedThread) -> Card:
    return Card(
        key="thread",
        title="The thread with most at stake",
        severity=one.severity,
        stake=one.score,
        credits=one.credits,
        count=one.flagged_calls,
        unit="calls",
        thread_id=one.thread_id,
        thread_name=one.name,
        action=one.action or "",
        link=ViewLink(view="threads", filters={"thread": [one.thread_id]}, sort="cost"),
    )


def _presets(seen: Seen) -> Iterator[Preset]:
    """Give the ready views: by cost and credits, by what rules found, by what has no price or a guessed one."""
    for key, title, sort in (
        ("highest-cost", "Highest-cost threads", "cost"), ("usage-credits", "Highest Codex credits", "credits"),
    ):  # fmt: skip
        caption = f"All threads, those with most {sort} first."
        yield _preset(key, title, caption, seen.totals, ViewLink(view=THREADS, filters={}, sort=sort), seen.roots[None])
    sums = {ORDER[one.rule].key: one for one in seen.sums}
    for key, title, caption in PRESETS:
        yield _rule_preset(key, title, caption, sums.get(RULE_OF[key]), seen.roots.get(RULE_OF[key], 0))
    for status, key, title, sort in (
        (UNPRICED, "pricing-gaps", "Pricing gaps", "tokens"),
        (ESTIMATED, "estimated-review", "Estimated prices", "cost"),
    ):
        caption = f"Calls whose price in USD is {'unknown' if status == UNPRICED else 'a guess'}."
        link = ViewLink(view="calls", filters={"pricing_status": [status]}, sort=sort)
        yield _preset(key, title, caption, seen.by_status.get(status), link)


def _preset(
    key: str, title: str, caption: str, told: dict[str, Any] | None, link: ViewLink, roots: int = 0,
) -> Preset:  # fmt: skip
    told = told or {"calls": 0, "usd": None, "credits": None}
    return Preset(
        key=key,
        title=title,
        caption=caption,
        count=roots if link.view == THREADS else told["calls"],
        unit=link.view,
        usd=told["usd"],
        credits=told["credits"],
        link=link,
    )


def _rule_preset(key: str, title: str, caption: str, one: Sum | None, roots: int) -> Preset:
    told: dict[str, Any] = {"calls": 0, "usd": "0", "credits": "0"}
    if one is not None:
        told = {"calls": one.calls, "usd": usd_or_none(one.stake), "credits": credits_or_none(one.drawn)}
    return _preset(key, title, caption, told, link_to(RULE_OF[key]), roots)


def _waste(seen: Seen, re_reads: ReReads) -> Waste:
    """Return the sums of the rules that tell of waste; their tokens are claimed by one of them alone."""
    wasted = [one for one in _ranked(seen.sums) if ORDER[one.rule].waste]
    usd = _whole([one.stake for one in wasted])
    return Waste(
        usd=usd_or_none(usd),
        credits=credits_or_none(_whole([one.drawn for one in wasted])),
        tokens=sum(one.tokens for one in wasted),
        share=None if usd is None else share_text(usd, seen.usd),
        kinds=[finding_sum(one, seen.bounds, seen.usd) for one in wasted],
        re_reads=re_reads,
    )


def _whole(parts: Sequence[int | None]) -> int | None:
    """Return a sum, of nothing nothing; None where no part is known."""
    return score(parts) if parts else 0


def _re_reads(reader: Reader, chosen: Filter) -> ReReads:
    """Return what diagnostics last found of files that were read again."""
    found = section(reader, "file-reads", archived=chosen.archived)
    told = found.summary if isinstance(found, FileReads) else None
    return ReReads(
        status=found.status,
        computed_at=found.computed_at,
        re_reads=None if told is None else told.re_reads,
        re_read_tokens=None if told is None else told.re_read_tokens,
        link=ViewLink(view="diagnostics", filters={"section": [found.section]}),
    )


def _notices(seen: Seen) -> Iterator[Notice]:
    """Say which calls have no price, and which a guessed one."""
    unpriced, estimated = seen.by_status.get(UNPRICED), seen.by_status.get(ESTIMATED)
    if unpriced:
        yield _notice("pricing-gap", "Calls without a price", unpriced, seen, UNPRICED,
                      "Add a price to pricing.json, or run update-pricing.")  # fmt: skip
    if estimated:
        yield _notice("estimated-pricing", "Prices that are guesses", estimated, seen, ESTIMATED,
                      "See pricing-coverage for what was assumed.")  # fmt: skip


def _notice(key: str, title: str, told: dict[str, Any], seen: Seen, status: str, action: str) -> Notice:
    return Notice(
        key=key,
        title=title,
        calls=told["calls"],
        tokens=told["total_tokens"],
        usd=told["usd"],
        share=share_text(told["total_tokens"], seen.totals["total_tokens"]),
        action=action,
        link=ViewLink(view="calls", filters={"pricing_status": [status]}, sort="tokens"),
    )
