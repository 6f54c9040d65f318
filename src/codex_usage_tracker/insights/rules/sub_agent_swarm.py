"""Many sub-agents that one thread starts within a short time."""

from collections.abc import Iterable

from codex_usage_tracker.insights.claims import ALL, Claim, Rule
from codex_usage_tracker.insights.thread import Bounds, Thread


def found(thread: Thread, bounds: Bounds) -> Iterable[Claim]:
    """Claim what an agent of a swarm drew."""
    if thread.swarm < bounds.swarm_agents:
        return []
    return [Claim(place, ALL, ALL, ALL, thread.swarm) for place in range(len(thread.calls))]


def why(_tokens: int, agents: int) -> str:
    """Say how many they are."""
    return f"{agents} sub-agents began at about the same time."


RULE = Rule(
    "sub-agent-swarm", "Sub-agent swarm", "Start fewer agents, with smaller tasks or a cheaper model.",
    waste=False, found=found, why=why,
)  # fmt: skip
