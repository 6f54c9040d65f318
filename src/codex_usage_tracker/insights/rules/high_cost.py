"""A call that costs much by itself."""

from collections.abc import Iterable

from codex_usage_tracker.insights.claims import ALL, Claim, Rule
from codex_usage_tracker.insights.thread import Bounds, Thread

CENT = 10**10


def found(thread: Thread, bounds: Bounds) -> Iterable[Claim]:
    """Claim all that no other rule has claimed."""
    return [
        Claim(place, ALL, ALL, ALL, call.usd)
        for place, call in enumerate(thread.calls)
        if call.usd is not None and call.usd >= bounds.high_cost and call.single
    ]


def why(_tokens: int, usd: int) -> str:
    """Say what it cost."""
    return f"The call cost ${usd // CENT // 100:,}.{usd // CENT % 100:02}."


RULE = Rule(
    "high-cost", "High cost", "Use a cheaper model or tier for such a request, or a smaller context.",
    waste=False, found=found, why=why,
)  # fmt: skip
