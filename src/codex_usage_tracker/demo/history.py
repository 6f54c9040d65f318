"""The whole history: session after session of a user until all calls of the plan are made."""

from collections.abc import Callable
from functools import partial

from codex_usage_tracker.demo import troubles
from codex_usage_tracker.demo.agents import Agent, Guardian, review
from codex_usage_tracker.demo.dice import Dice
from codex_usage_tracker.demo.filler import Filler
from codex_usage_tracker.demo.home import Shelf, prepare
from codex_usage_tracker.demo.limits import Limits
from codex_usage_tracker.demo.moments import DAY, HOUR, MINUTE, SECOND, day_of
from codex_usage_tracker.demo.plan import DemoPlan
from codex_usage_tracker.demo.rhythm import Rhythm
from codex_usage_tracker.demo.rollout import Cast, Kin, Rollout, Setting
from codex_usage_tracker.demo.stage import STAGE
from codex_usage_tracker.demo.tools import Errand
from codex_usage_tracker.demo.truth import Ledger, Truth
from codex_usage_tracker.demo.turns import compact, new_turn, plan_steps, work, write_beginning, write_prompt

_LONG_TURN = 5
_THINK = 0.86
_BREAK = 0.94
_NIGHT = 22 * HOUR
_FORKABLE = 120_000
_ARCHIVED_AFTER = 3 * DAY
_LATE = 5 * MINUTE
_EFFORTS = (None, None, None, "low", "medium", "medium", "high", "high", "xhigh")
_TIERS = (None,) * 13 + ("priority",) * 5 + ("flex", "flex")


class Scene:
    """What the threads of a history share: chance, time, filler, limits, the books and the calls `left` to make."""

    def __init__(self, plan: DemoPlan) -> None:
        self.dice = Dice(plan.seed)
        self.end = plan.end_ms
        self.left = plan.calls
        self.rhythm = Rhythm(self.end, plan.days, self.dice)
        self.limits = Limits(self.rhythm)
        self.filler = Filler(self.dice, plan.bytes_per_call)
        self.ledger = Ledger()
        self.shelf = Shelf(plan.home)


class _Session:
    """One user thread from its first prompt to its last; a fork goes on from the `base` of another one."""

    def __init__(self, scene: Scene, cast: Cast, setting: Setting, moment: int, base: Rollout | None = None) -> None:
        dice, thread = scene.dice, scene.dice.uuid(moment)
        self.scene, self.dice, self.base = scene, dice, base
        self.rollout = Rollout(scene, cast, Kin(thread, thread, "user", cast.client.source), setting, moment)
        self.goal = min(900, max(1, int(dice.around(26 if cast.client.turns > _LONG_TURN else 13, 1.05))))
        self.guardian = Guardian() if dice.chance(0.12) and cast.client.trigger == "user" else None
        self.lively = dice.chance(0.2)
        self.snapshot: Rollout | None = None

    def play(self) -> None:
        """Live through the thread and put it on the shelf."""
        rollout = self.rollout
        rollout.open(self.base)
        if self.base:
            rollout.write("settings")
        rollout.wait(70)
        self._name()
        self._turn(rollout.cast.prompt, resumed=False)
        while (resumed := self._pause()) is not None:
            self._turn(" ".join(self.dice.sample(STAGE.follow_ups, self.dice.span(1, 3))), resumed=resumed)
        if self.guardian and self.guardian.rollout:
            self.guardian.rollout.finish()
        old = self.scene.end - rollout.now > _ARCHIVED_AFTER
        rollout.finish(archived=old and self.dice.chance(0.045))

    def _name(self) -> None:
        kin, cast, now = self.rollout.kin, self.rollout.cast, self.rollout.now
        if self.dice.chance(cast.client.named):
            self.scene.shelf.names.append((now + 700, kin.thread, cast.name))
            if self.dice.chance(0.04):
                self.scene.shelf.names.append((now + 2 * MINUTE, kin.thread, f"{cast.name} (v2)"))

    def _turn(self, prompt: str, *, resumed: bool) -> None:
        """Play one turn; after a resume people sometimes go on with another model or tier."""
        rollout = self.rollout
        new_turn(rollout)
        now, then = rollout.setting, self._setting(resumed=resumed)
        other = then.model.code_mode != now.model.code_mode
        if self.scene.left > 1 and rollout.calls and (rollout.context.is_full or other):
            compact(rollout, then)
            write_prompt(rollout, prompt)
        else:
            if then.model != now.model:
                rollout.context.warm = 0
            rollout.use(then)
            write_beginning(rollout, prompt, told=not rollout.spent.total_tokens or then != now)
        work(rollout, self._steps(), self.dice.pick(STAGE.endings).format(thing=rollout.cast.thing))
        if rollout.context.size < _FORKABLE and (not self.snapshot or self.dice.chance(0.4)):
            self.snapshot = rollout.snapshot()

    def _setting(self, *, resumed: bool) -> Setting:
        """Return what the next turn runs with."""
        now = self.rollout.setting
        if resumed and self.dice.chance(0.14):
            return _pick_setting(self.dice, self.rollout.now)
        if self.rollout.turns > 1 and self.dice.chance(0.02):
            return now._replace(tier=None if now.tier else "priority")
        return now

    def _steps(self) -> list[list[Errand]]:
        """Return the errands of a turn, some of them for sub-agents or under the guardian's eye."""
        rollout, dice = self.rollout, self.dice
        calls = min(60, 1 + int(dice.around(10, 0.75)), max(1, self.goal - rollout.calls))
        steps = plan_steps(rollout, calls)
        lively = self.lively and calls >= _LONG_TURN and dice.chance(0.4)
        if lively:
            steps[dice.span(0, calls - 4)] = [Agent(rollout, place + 1) for place in range(dice.span(1, 3))]
        rollout.guard = self.guardian.judge if self.guardian and not lively else None
        return steps

    def _pause(self) -> bool | None:
        """Let time pass until the next prompt; None ends the thread, True means it was resumed."""
        rollout, dice, scene = self.rollout, self.dice, self.scene
        over = rollout.calls >= self.goal or rollout.turns >= rollout.cast.client.turns
        if over or not scene.left or scene.end - rollout.now < _LATE:
            return None
        if dice.chance(0.05) and rollout.calls > _LONG_TURN:
            rollout.wait(dice.around(40 * SECOND))
            review(rollout, dice.span(2, 9))
        return self._rest(dice.random()) if scene.left else None

    def _rest(self, luck: float) -> bool | None:
        """Think for a moment, take a break or sleep over it."""
        rollout, dice = self.rollout, self.dice
        tired = rollout.now % DAY > _NIGHT
        if luck < _THINK and not tired:
            rollout.wait(min(20 * MINUTE, dice.around(80 * SECOND, 0.9)))
            return False
        if luck < _BREAK and not tired:
            rollout.wait(dice.around(90 * MINUTE, 0.5))
        else:
            later = self.scene.rhythm.later_day(rollout.now, 1 + int(dice.around(0.8, 0.9)))
            if later is None:
                return None
            rollout.now = max(rollout.now, later)
        rollout.write("settings")
        return True


def _pick_setting(dice: Dice, moment: int) -> Setting:
    """Pick what a thread runs with at a moment, by the taste that follows the releases."""
    day = day_of(moment // DAY * DAY)
    model = dice.choices(STAGE.models, [model.weight_on(day) for model in STAGE.models])[0]
    return Setting(model, dice.pick(_EFFORTS), dice.pick(_TIERS))


def _pick_cast(scene: Scene, moment: int) -> Cast:
    """Pick who works where on what."""
    dice, first = scene.dice, scene.rhythm.first
    part = (moment - first) / max(1, scene.end - first)
    project = dice.choices(STAGE.projects, [one.weight for one in STAGE.projects])[0]
    weights = [one.weight * (one.since <= part < one.until) for one in STAGE.clients]
    client, version = dice.choices(STAGE.clients, weights)[0], f"0.{154 + int(part * 15.9)}.0"
    git = {"commit_hash": dice.hexes(40), "branch": dice.pick(project.branches), "repository_url": project.remote or ""}
    thing, (name, prompt) = dice.pick(project.things), dice.pick(STAGE.tasks)
    texts = name.format(thing=thing), prompt.format(thing=thing), thing
    return Cast(project, client, version, git if project.remote else None, *texts)


def _play_session(scene: Scene, day: int) -> None:
    """Play one session that begins on a day, and sometimes a fork of it."""
    dice, moment = scene.dice, scene.rhythm.start(day)
    session = _Session(scene, _pick_cast(scene, moment), _pick_setting(dice, moment), moment)
    session.play()
    base = session.snapshot
    if base and scene.left and dice.chance(0.07):
        later = base.now + int(dice.around(25 * MINUTE, 1.2))
        if later <= scene.end - HOUR // 4:
            _Session(scene, base.cast, base.setting, later, base).play()


def _play_days(scene: Scene, plan: DemoPlan, calls: int, progress: Callable[[int], None] | None) -> None:
    """Play the usual sessions of all days, which make so many calls."""
    scene.left = calls
    day, quota = -1, 0
    while scene.left:
        while day < plan.days - 1 and calls - scene.left >= quota:
            day += 1
            quota = scene.rhythm.quota(day, calls)
        _play_session(scene, day if calls - scene.left < quota else scene.rhythm.any_day())
        if progress:
            progress(calls - scene.left)


def write_history(plan: DemoPlan, progress: Callable[[int], None] | None = None, *, replace: bool = False) -> Truth:
    """Write the history of a plan into its home and return its true totals.

    `progress` is told the number of calls written so far. A home that is no demo is never written
    (DemoHomeError), an earlier demo only with `replace`.
    """
    prepare(plan.home, replace=replace)
    scene = Scene(plan)
    troubled = plan.calls >= troubles.LEAST_CALLS and plan.days >= troubles.LEAST_DAYS
    kept = troubles.CALLS if troubled else 0
    _play_days(scene, plan, plan.calls - kept, progress)
    scene.left += kept
    if troubled:
        troubles.play(scene, partial(_pick_cast, scene))
    while scene.left:
        _play_session(scene, plan.days - 1)
    truth = scene.ledger.truth(plan.seed)
    scene.shelf.close(truth)
    return truth
