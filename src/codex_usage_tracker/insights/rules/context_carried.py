"""Context that is carried along for so long that a fresh thread would have paid."""

from collections.abc import Iterator

from codex_usage_tracker.insights.claims import Claim, Rule
from codex_usage_tracker.insights.thread import PPM, Bounds, Thread

TIMES = 2
"""So many times the price of a fresh start is carried before the rule speaks: a summary leaves something out."""
USUAL = (10, 1)
"""How prices of input and of cached input relate, where they are not known."""


def found(thread: Thread, bounds: Bounds) -> Iterator[Claim]:
    """Claim what is carried once it has cost more than twice what a fresh start would have.

    A turn that begins with an elevated context could have been a fresh thread. What it carries beyond the tokens of a
    fresh thread is read again by every call, until a compaction drops it.
    """
    carried = spent = 0
    turn: int | None = None
    for place, call in enumerate(thread.calls):
        if call.kind == "compaction" or call.compacted or call.input < carried:
            carried = spent = 0
        elif place and call.turn != turn and not carried and _is_full(call.input, call.window, bounds):
            carried = call.input - bounds.fresh_tokens
        turn = call.turn
        if carried > 0 and call.single:
            price, cached_price, *_ = call.rate.usd or USUAL
            again = min(call.cached, carried)
            spent += again * cached_price
            if spent > TIMES * bounds.fresh_tokens * price and price:
                yield Claim(place, cached=again, detail=carried)


def _is_full(tokens: int, window: int | None, bounds: Bounds) -> bool:
    full = window is not None and tokens * PPM >= bounds.elevated_context * window
    return full and tokens > bounds.fresh_tokens


def why(tokens: int, _carried: int) -> str:
    """Say how much is carried."""
    return f"{tokens:,} tokens of older context were read once more; a fresh thread would have cost less by now."


RULE = Rule(
    "context-carried", "Carried context", "Begin the next task in a fresh thread with a short summary.",
    waste=True, found=found, why=why,
)  # fmt: skip
