"""Sessions of a user: a thread with its turns, pauses and resumes, and all the threads it brings along."""

from dataclasses import replace

from codex_usage_tracker.demo.calls import plan_steps, work
from codex_usage_tracker.demo.compaction import compact
from codex_usage_tracker.demo.heads import write_meta
from codex_usage_tracker.demo.helpers import Await, Guardian, Team, review
from codex_usage_tracker.demo.models import Setting
from codex_usage_tracker.demo.people import ending, follow_up, pick_client, pick_topic, version_at
from codex_usage_tracker.demo.projects import pick_project
from codex_usage_tracker.demo.rollout import Cast, Kin, Rollout, Snapshot, Turn
from codex_usage_tracker.demo.scene import Scene
from codex_usage_tracker.demo.stamps import DAY, HOUR, MINUTE, SECOND
from codex_usage_tracker.demo.tools import Errand
from codex_usage_tracker.demo.turns import new_turn, write_beginning, write_prompt, write_settings

_LONG_TURN = 5
_LONG_THREAD = 24
_THINK = 0.86
_BREAK = 0.94
_NIGHT = 22 * HOUR
_FORKABLE = 120_000
_ARCHIVED_AFTER = 3 * DAY
_LATE = 5 * MINUTE


class Guarded:
    """An errand that the guardian must allow first."""

    def __init__(self, errand: Errand, guardian: Guardian) -> None:
        """Take the errand and who judges it."""
        self.errand = errand
        self.guardian = guardian

    def ask(self, rollout: Rollout, turn: Turn) -> None:
        """Write the request."""
        self.errand.ask(rollout, turn)

    def act(self, rollout: Rollout, turn: Turn) -> None:
        """Ask the guardian, then let it happen."""
        self.guardian.judge(rollout, turn)
        self.errand.act(rollout, turn)

    def tell(self, rollout: Rollout, turn: Turn) -> None:
        """Write the answer."""
        self.errand.tell(rollout, turn)


class Session:
    """One user thread from its first prompt to its last."""

    def __init__(self, scene: Scene, cast: Cast, setting: Setting, moment: int) -> None:
        """Open the thread."""
        dice = scene.dice
        self.scene = scene
        self.rollout = Rollout(scene, cast, setting, moment)
        self.goal = min(900, max(1, int(dice.around(26 if cast.client.turns > _LONG_TURN else 13, 1.05))))
        self.guardian = Guardian() if dice.chance(0.12) and cast.client.trigger == "user" else None
        self.lively = dice.chance(0.2)
        self.snapshot: Snapshot | None = None

    def play(self, base: Snapshot | None = None) -> None:
        """Live through the thread and put it on the shelf."""
        rollout, dice = self.rollout, self.scene.dice
        if base:
            rollout.take_up(base)
        self._open(base)
        self._turn(rollout.cast.topic.prompt, resumed=False)
        while (resumed := self._pause()) is not None:
            self._turn(follow_up(dice), resumed=resumed)
        if self.guardian:
            self.guardian.finish()
        old = self.scene.end - rollout.now > _ARCHIVED_AFTER
        rollout.finish(archived=old and dice.chance(0.045))

    def _open(self, base: Snapshot | None) -> None:
        """Write the first line and give the thread its name."""
        rollout, dice = self.rollout, self.scene.dice
        write_meta(rollout, base)
        if base:
            write_settings(rollout, rollout.setting)
        cast = rollout.cast
        rollout.wait(70)
        if dice.chance(cast.client.named):
            self.scene.shelf.name(cast.kin.thread, cast.topic.name, rollout.now + 700)
            if dice.chance(0.04):
                self.scene.shelf.name(cast.kin.thread, f"{cast.topic.name} (v2)", rollout.now + 2 * MINUTE)

    def _turn(self, prompt: str, *, resumed: bool) -> None:
        """Play one turn; after a resume people sometimes go on with another model or tier."""
        rollout, dice = self.rollout, self.scene.dice
        turn = new_turn(rollout, rollout.setting)
        fresh = rollout.turns == 1
        then = self._setting(fresh=fresh, resumed=resumed)
        other = then.model.comp_hash != rollout.setting.model.comp_hash
        if self.scene.left > 1 and rollout.calls and (rollout.context.is_full or other):
            compact(rollout, turn, then)
            write_prompt(rollout, turn, prompt)
        else:
            told = (fresh and not rollout.spent.total_tokens) or then != rollout.setting
            if then.model != rollout.setting.model:
                rollout.context.forget()
            turn.setting = rollout.setting = then
            write_beginning(rollout, turn, prompt, told=told)
        work(rollout, turn, self._steps(turn), ending(dice, rollout.cast.topic))
        if rollout.context.size < _FORKABLE and (not self.snapshot or dice.chance(0.4)):
            self.snapshot = rollout.snapshot()

    def _setting(self, *, fresh: bool, resumed: bool) -> Setting:
        """Return what the next turn runs with."""
        now, dice = self.rollout.setting, self.scene.dice
        if fresh:
            return now
        if resumed and dice.chance(0.14):
            return self.scene.taste.setting(self.scene.age(self.rollout.now))
        if dice.chance(0.02):
            return replace(now, tier=None if now.tier else "priority")
        return now

    def _steps(self, turn: Turn) -> list[list[Errand]]:
        """Return the errands of a turn, some of them for helpers and under the guardian's eye."""
        rollout, dice = self.rollout, self.scene.dice
        calls = min(60, 1 + int(dice.around(10, 0.75)), max(1, self.goal - rollout.calls))
        steps = plan_steps(rollout, turn, calls)
        if self.lively and calls >= _LONG_TURN and dice.chance(0.4):
            team = Team()
            place = dice.span(0, calls - 4)
            steps[place] = [team.recruit(rollout, turn) for _ in range(dice.span(1, 3))]
            steps[place + 1] = [Await(team, f"call_{dice.hexes(24)}")]
        elif self.guardian:
            guardian = self.guardian
            for step in steps:
                step[:] = [Guarded(errand, guardian) if dice.chance(0.12) else errand for errand in step]
        return steps

    def _pause(self) -> bool | None:
        """Let time pass until the next prompt; None ends the thread, True means it was resumed."""
        rollout, dice, scene = self.rollout, self.scene.dice, self.scene
        over = rollout.calls >= self.goal or rollout.turns >= rollout.cast.client.turns
        if over or not scene.left or scene.end - rollout.now < _LATE:
            return None
        if dice.chance(0.05) and rollout.calls > _LONG_TURN:
            rollout.wait(dice.around(40 * SECOND))
            review(rollout, dice.span(2, 9))
            if not scene.left:
                return None
        return self._rest(dice.random())

    def _rest(self, luck: float) -> bool | None:
        """Think for a moment, take a break or sleep over it."""
        rollout, dice = self.rollout, self.scene.dice
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
        write_settings(rollout, rollout.setting)
        return True


def play_session(scene: Scene, day: int) -> None:
    """Play one session that begins on a day, and sometimes a fork of it."""
    dice = scene.dice
    moment = scene.rhythm.start(day)
    project = pick_project(dice)
    client = pick_client(dice, scene.part(moment))
    thread = dice.uuid7(moment)
    kin = Kin(thread, thread, "user", client.source, "user")
    branch = dice.choice(project.branches) if project.branches else ""
    version = version_at(scene.part(moment))
    cast = Cast(kin, project, client, version, dice.hexes(40), branch, pick_topic(dice, project))
    session = Session(scene, cast, scene.taste.setting(scene.age(moment)), moment)
    session.play()
    if session.snapshot and scene.left and dice.chance(0.05):
        _play_fork(scene, session.snapshot)


def _play_fork(scene: Scene, base: Snapshot) -> None:
    """Play a session that goes on from an earlier turn of another one."""
    dice = scene.dice
    moment = base.moment + int(dice.around(25 * MINUTE, 1.2))
    if moment > scene.end - HOUR // 4:
        return
    thread = dice.uuid7(moment)
    kin = replace(base.cast.kin, thread=thread, session=thread)
    fork = Session(scene, replace(base.cast, kin=kin), base.setting, moment)
    fork.play(base)
