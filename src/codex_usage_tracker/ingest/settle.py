"""Settling claims: which copies count because their original is nowhere, and which are only copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker.model import COPIED, UNPROVEN, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from codex_usage_tracker.model import Claim

    Pair = tuple[Usage | None, Usage]


def counting(
    claims: Sequence[Claim],
    *,
    has_rollout: Callable[[str], bool],
    pairs_of: Callable[[str], set[Pair]],
    between: Callable[[str, int, int], Iterable[Usage]],
) -> list[tuple[Claim, Usage]]:
    """Return the claims of one file, in its order, that count, with the tokens they count for.

    `has_rollout` says whether a thread has a rollout of its own, `pairs_of` gives its (total, usage) pairs, and
    `between` the usages of a thread's calls whose running total lies between two sums of tokens.
    """
    found = []
    leading = True
    for claim in claims:
        usage = claim.call.usage
        if claim.standing == COPIED:
            counts = not has_rollout(claim.owner)
        elif claim.standing == UNPROVEN:
            pairs = pairs_of(claim.owner) if leading else set()
            leading = (claim.call.logged, usage) in pairs or (None, usage) in pairs
            counts = not leading
        else:
            usage = _rest_of(claim, between)
            counts = any(usage)
        if counts:
            found.append((claim, usage))
    return found


def _rest_of(claim: Claim, between: Callable[[str, int, int], Iterable[Usage]]) -> Usage:
    """Return what of a gap is not known from an earlier reading of the same rollout."""
    low, high = sum_of(claim.baseline), sum_of(claim.call.logged)
    rest = list(claim.call.usage)
    for usage in between(claim.owner, low, high):
        rest = [left - known for left, known in zip(rest, usage, strict=True)]
    if min(rest) < 0:
        return (0, 0, 0, 0, 0)
    inputs, cached, written, output, reasoning = rest
    return inputs, cached, written, output, reasoning


def sum_of(total: Usage | None) -> int:
    """Return input plus output of a running total, which only grows within one run of a client."""
    return total[0] + total[3] if total else 0
