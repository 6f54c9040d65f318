"""Threads in which something goes wrong, so that there is something to be found: one of each kind, late and costly."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from codex_usage_tracker.demo.agents import Agent
from codex_usage_tracker.demo.moments import DAY, HOUR, day_of
from codex_usage_tracker.demo.rollout import Kin, Rollout, Setting
from codex_usage_tracker.demo.stage import STAGE
from codex_usage_tracker.demo.tools import Errand, FailingShell, Flood, pick_errands
from codex_usage_tracker.demo.turns import new_turn, work, write_beginning

if TYPE_CHECKING:
    from collections.abc import Callable

    from codex_usage_tracker.demo.history import Scene
    from codex_usage_tracker.demo.rollout import Cast

CALLS = 360
"""So many calls the troubles take at most."""
LEAST_CALLS, LEAST_DAYS = 3_000, 30
"""A smaller history has none: they would be most of it."""
NAMES = {
    "cold-resume": "Answer questions on the billing spec",
    "retry-loop": "Make the release build pass",
    "tool-output-bloat": "Read all service logs of last week",
    "runaway-thread": "Clean up everything in the old module",
    "sub-agent-swarm": "Audit every package with sub-agents",
}
"""What the threads are called, by what is to be found in them."""


def play(scene: Scene, cast: Callable[[int], Cast]) -> None:
    """Play all troubles, each on a day of its own; `cast` picks who works where."""
    parts = {
        "cold-resume": _resume, "retry-loop": _retry, "tool-output-bloat": _flood, "runaway-thread": _run_away,
        "sub-agent-swarm": _swarm,
    }  # fmt: skip
    for days, (key, part) in enumerate(parts.items(), 3):
        moment = (scene.end // DAY - 2 * days) * DAY + 10 * HOUR
        rollout = _opened(scene, cast(moment), moment, NAMES[key])
        part(rollout)
        rollout.finish()


def _opened(scene: Scene, cast: Cast, moment: int, name: str) -> Rollout:
    day = day_of(moment // DAY * DAY)
    model = max((one for one in STAGE.models if one.weight_on(day)), key=lambda one: ("astra" in one.name, one.weight))
    thread = scene.dice.uuid(moment)
    kin = Kin(thread, thread, "user", cast.client.source)
    rollout = Rollout(
        scene, cast._replace(name=name, prompt=f"{name}."), kin, Setting(model, "high", "priority"), moment
    )
    rollout.open()
    scene.shelf.names.append((moment + 700, thread, name))
    return rollout


def _turn(rollout: Rollout, steps: list[Callable[[], list[Errand]]]) -> None:
    """Play a turn that is written in full and comes to its end; each call's errands are made when it is time."""
    new_turn(rollout)
    rollout.turn.full = True
    write_beginning(rollout, rollout.cast.prompt, told=rollout.turns == 1)
    words = rollout.dice.pick(STAGE.endings).format(thing=rollout.cast.thing)
    work(rollout, [*(step() for step in steps), []], words, steady=True)


def _usual(rollout: Rollout, calls: int) -> list[Callable[[], list[Errand]]]:
    return [partial(pick_errands, rollout)] * calls


def _resume(rollout: Rollout) -> None:
    """Go on with a full context again and again after hours, when its cache has gone."""
    rollout.context.size += 150_000
    _turn(rollout, _usual(rollout, 1))
    for _ in range(7):
        rollout.now += 3 * HOUR
        _turn(rollout, _usual(rollout, 1))


def _retry(rollout: Rollout) -> None:
    """Run what fails over and over."""
    rollout.context.size += 90_000
    _turn(rollout, [lambda: [FailingShell(rollout)]] * 34)


def _flood(rollout: Rollout) -> None:
    """Print whole files, several at once."""
    _turn(rollout, [lambda: [Flood(rollout) for _ in range(3)]] * 24)


def _run_away(rollout: Rollout) -> None:
    """Go on and on in one turn."""
    rollout.context.size += 60_000
    _turn(rollout, _usual(rollout, 145))


def _swarm(rollout: Rollout) -> None:
    """Start a dozen agents at once."""
    _turn(rollout, [lambda: [Agent(rollout, place) for place in range(1, 13)], *_usual(rollout, 2)])
