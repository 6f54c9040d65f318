"""All that the threads of one history share."""

from dataclasses import dataclass

from codex_usage_tracker.demo.dice import Dice
from codex_usage_tracker.demo.filler import Appetite, Filler
from codex_usage_tracker.demo.home import Shelf
from codex_usage_tracker.demo.limits import Limits
from codex_usage_tracker.demo.models import Taste
from codex_usage_tracker.demo.plan import DemoPlan
from codex_usage_tracker.demo.rhythm import Rhythm
from codex_usage_tracker.demo.stamps import DAY
from codex_usage_tracker.demo.truth import Ledger


@dataclass
class Scene:
    """Chance, time, filler, limits and the books of one history; `left` are the calls still to make."""

    dice: Dice
    rhythm: Rhythm
    limits: Limits
    filler: Filler
    appetite: Appetite
    taste: Taste
    ledger: Ledger
    shelf: Shelf
    end: int
    left: int

    def age(self, moment: int) -> int:
        """Return how many days before the end a moment lies."""
        return (self.end - moment) // DAY

    def part(self, moment: int) -> float:
        """Return how much of the history has passed."""
        return (moment - self.rhythm.first) / max(1, self.end - self.rhythm.first)


def build_scene(plan: DemoPlan) -> Scene:
    """Set the scene for a plan."""
    dice = Dice(plan.seed)
    rhythm = Rhythm(plan, dice)
    return Scene(
        dice=dice,
        rhythm=rhythm,
        limits=Limits(rhythm),
        filler=Filler(dice),
        appetite=Appetite(plan.bytes_per_call),
        taste=Taste(dice),
        ledger=Ledger(),
        shelf=Shelf(plan.home, plan.end_ms),
        end=plan.end_ms,
        left=plan.calls,
    )
