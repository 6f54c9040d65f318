"""How unevenly tokens are spread over the groups of a dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.query import run
from codex_usage_tracker.query.metrics import ALL

if TYPE_CHECKING:
    from codex_usage_tracker.query.dimensions import Dimension
    from codex_usage_tracker.query.filters import Filter
    from codex_usage_tracker.query.reader import Reader

TOKENS = [metric.name for metric in ALL].index("total_tokens")


class Spread(NamedTuple):
    """Groups, the largest first, their tokens, and the sum of the squares of these."""

    groups: list[run.Group]
    total: int
    squares: int

    def of_largest(self, count: int) -> int:
        """Return the tokens of so many of the largest groups."""
        return sum(group.numbers[TOKENS] for group in self.groups[:count])


def spread(reader: Reader, chosen: Filter, dimension: Dimension) -> Spread:
    """Return how the tokens of a filter's calls are spread."""
    groups = run.groups(reader.db, chosen, [dimension], reader.zone)
    groups.sort(key=lambda group: (-group.numbers[TOKENS], str(group.keys)))
    tokens = [group.numbers[TOKENS] for group in groups]
    return Spread(groups, sum(tokens), sum(one * one for one in tokens))
