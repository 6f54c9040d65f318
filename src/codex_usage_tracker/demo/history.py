"""The whole history: session after session until all calls of the plan are made."""

from collections.abc import Callable

from codex_usage_tracker.demo.home import prepare
from codex_usage_tracker.demo.plan import DemoPlan
from codex_usage_tracker.demo.scene import Scene, build_scene
from codex_usage_tracker.demo.sessions import play_session
from codex_usage_tracker.demo.truth import Truth


def write_history(plan: DemoPlan, progress: Callable[[int], None] | None = None, *, replace: bool = False) -> Truth:
    """Write the history of a plan into its home and return its true totals.

    `progress` is told the number of calls written so far. A home that is no demo is never written
    (DemoHomeError), an earlier demo only with `replace`.
    """
    prepare(plan.home, replace=replace)
    scene = build_scene(plan)
    for day in range(plan.days):
        _play(scene, day, plan.calls - scene.rhythm.quota(day, plan.calls), progress)
    while scene.left:
        _play(scene, scene.rhythm.any_day(), scene.left - 1, progress)
    truth = scene.ledger.truth(plan.seed)
    scene.shelf.close(truth)
    return truth


def _play(scene: Scene, day: int, until: int, progress: Callable[[int], None] | None) -> None:
    """Play sessions on a day until only so many calls are left to make."""
    while scene.left > until:
        play_session(scene, day)
        if progress:
            progress(scene.appetite.calls)
