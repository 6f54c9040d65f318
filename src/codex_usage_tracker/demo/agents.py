"""Threads that an agent starts itself: sub-agents, reviews and the guardian that approves commands."""

from codex_usage_tracker.demo.forms import FORMS, json
from codex_usage_tracker.demo.rollout import Kin, Rollout, Setting, Turn
from codex_usage_tracker.demo.stage import STAGE, Model
from codex_usage_tracker.demo.tools import Errand
from codex_usage_tracker.demo.turns import new_turn, plan_steps, work, write_beginning, write_end
from codex_usage_tracker.demo.usage import Context

_GUARDIAN = Setting(Model("codex-auto-review", 0.0), "low")
_VERDICT = '{"risk_level": "low", "outcome": "allow", "rationale": "Reads and tests only."}'


def _child(rollout: Rollout, kind: str, source: object, setting: Setting, **marks: str | None) -> Rollout:
    """Open the file of a thread below another one."""
    thread, parent = rollout.dice.uuid(rollout.now), rollout.kin
    kin = Kin(thread, parent.session, kind, {"subagent": source}, parent.thread, **marks)
    child = Rollout(rollout.scene, rollout.cast, kin, setting, rollout.now)
    child.open()
    child.wait(12)
    return child


def _answer(child: Rollout, parent: Rollout, prompt: str, calls: int, words: str, *, told: bool = True) -> None:
    """Play a turn of a child that answers what its parent asks."""
    new_turn(child, parent.turn)
    write_beginning(child, prompt, told=told)
    work(child, plan_steps(child, calls), words)


class Agent(Errand):
    """The tool call that starts a sub-agent, and the agent, which works in its own file while its parent goes on."""

    def __init__(self, rollout: Rollout, place: int) -> None:
        dice = rollout.dice
        self.call, self.task = f"call_{dice.hexes(24)}", dice.pick(STAGE.errands)
        self.name = f"{self.task.lower().replace(' ', '_')}_{place}"
        path = f"/root/{self.name}"
        self.marks = {"path": path, "nickname": dice.pick(STAGE.nicknames), "role": dice.pick(STAGE.roles)}
        self.thread: str | None = None

    def ask(self, rollout: Rollout) -> None:
        """Write the request."""
        asked = json({"message": self.task, "task_name": self.name, "fork_turns": "none"})
        told = {"name": "spawn_agent", "namespace": "collaboration", "arguments": asked}
        rollout.write("function_call", call=self.call, **told)

    def act(self, rollout: Rollout) -> None:
        """Let the agent do its whole work."""
        if not rollout.scene.left:
            return
        rollout.wait(45)
        setting = rollout.setting._replace(effort=rollout.setting.effort or "medium")
        spawn = {"parent_thread_id": rollout.kin.thread, "depth": 1}
        spawn |= {f"agent_{key}": mark for key, mark in self.marks.items()}
        child = _child(rollout, "subagent", {"thread_spawn": spawn}, setting, **self.marks)
        self.thread, calls = child.kin.thread, 1 + int(rollout.dice.around(6, 0.7))
        _answer(child, rollout, self.task, calls, rollout.dice.pick(STAGE.endings).format(thing=child.cast.thing))
        child.finish()
        rollout.context.grow(250)

    def tell(self, rollout: Rollout) -> None:
        """Write that it has begun."""
        if self.thread:
            rollout.write("agent_item", agent=self.thread, agent_path=self.marks["path"])
        said = json({"task_name": self.marks["path"]}) if self.thread else "agent limit reached"
        rollout.write("function_output", call=self.call, output=said)


class Guardian:
    """The one thread of a session that judges commands before they run."""

    def __init__(self) -> None:
        self.rollout: Rollout | None = None

    def judge(self, rollout: Rollout) -> None:
        """Judge one command in a turn of the guardian's own thread."""
        if not rollout.scene.left:
            return
        fresh = self.rollout is None
        own = self.rollout = self.rollout or _child(rollout, "guardian", {"other": "guardian"}, _GUARDIAN)
        own.now = max(own.now, rollout.now)
        calls = 2 if rollout.dice.chance(0.2) else 1
        _answer(own, rollout, "May this command run?", calls, _VERDICT, told=fresh)
        rollout.now = max(rollout.now, own.now)


def review(rollout: Rollout, calls: int) -> None:
    """Let a reviewer look at the changes: its calls are in its own file, its items also in the parent's."""
    dice, key = rollout.dice, rollout.dice.uuid(rollout.now)
    rollout.enter(Turn(key, key, None, None, rollout.now, dice.chance(rollout.scene.filler.detail)))
    rollout.write("review_entered")
    reviewer = _child(rollout, "review", "review", rollout.setting)
    reviewer.context = Context(dice, 6_400)
    findings = FORMS["findings"].filled(path=dice.pick(rollout.cast.project.files))
    _answer(reviewer, rollout, "Review the current code changes.", calls, bytes(findings).decode())
    reviewer.finish()
    for rollout.now, payload in reviewer.mirrored:
        rollout.write("mirrored", payload=payload)
    rollout.now = max(rollout.now, reviewer.now)
    rollout.write("settings")
    rollout.write("review_left", findings=findings)
    rollout.context.grow(400)
    write_end(rollout, "task_complete")
