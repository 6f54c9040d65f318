"""The models of the demo, when each appears and fades, and the settings people run them with."""

from dataclasses import dataclass

from codex_usage_tracker.demo.dice import Dice

_ALWAYS = 100_000
_NEVER = -1


@dataclass(frozen=True)
class Model:
    """One model: it appears `since` days before the end of the history and fades `until` days before it."""

    name: str
    weight: float
    since: int = _ALWAYS
    until: int = _NEVER
    tail: float = 0.0
    code_mode: bool = True

    def weight_at(self, age: int) -> float:
        """Return how often people pick it, `age` days before the end."""
        if age > self.since:
            return 0.0
        if age < self.until:
            return self.tail
        return self.weight * min(1.0, 0.3 + (self.since - age) / 12)

    @property
    def comp_hash(self) -> str:
        """The client's number for the model's way to compact."""
        return "3000" if self.code_mode else "2911"

    @property
    def agents(self) -> str:
        """The generation of sub-agents that the client offers with it."""
        return "v2" if self.code_mode else "v1"


SPARK = Model("gpt-5.3-codex-spark", 0.5, until=60, code_mode=False)
GUARDIAN = Model("codex-auto-review", 0.0)
MODELS = (
    Model("gpt-5.5", 10, until=125, tail=1.2, code_mode=False),
    SPARK,
    Model("gpt-5.6-sol", 9, since=140, until=56, tail=1.4),
    Model("gpt-5.6-terra", 4, since=138, until=48, tail=0.8),
    Model("gpt-5.6-luna", 2, since=136, until=58, tail=0.7),
    Model("gpt-6-astra", 2.5, since=80, until=4, tail=1.2),
    Model("gpt-6-sol", 9, since=61, until=46, tail=3),
    Model("gpt-6-luna", 2, since=61),
    Model("gpt-6.1-sol", 9, since=54),
    Model("gpt-6.1-terra", 2, since=45),
    Model("gpt-6.2-astra", 2, since=5),
)
_EFFORTS: tuple[str | None, ...] = (None, None, None, "low", "medium", "medium", "high", "high", "xhigh")
_TIERS: tuple[str | None, ...] = (None,) * 13 + ("priority",) * 5 + ("flex", "flex")


@dataclass(frozen=True)
class Setting:
    """What a turn runs with: model, effort (None: the model's default) and service tier (None: not asked for)."""

    model: Model
    effort: str | None = None
    tier: str | None = None


class Taste:
    """The taste of the people in the demo for models, which follows the releases."""

    def __init__(self, dice: Dice) -> None:
        """Know no day yet."""
        self.dice = dice
        self._weights: dict[int, list[float]] = {}

    def setting(self, age: int) -> Setting:
        """Pick what a thread runs with, `age` days before the end."""
        weights = self._weights.get(age)
        if weights is None:
            weights = self._weights[age] = [model.weight_at(age) for model in MODELS]
        model = self.dice.choices(MODELS, weights)[0]
        return Setting(model, self.dice.choice(_EFFORTS), self.dice.choice(_TIERS))
