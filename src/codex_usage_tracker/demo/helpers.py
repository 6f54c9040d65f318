"""Threads that an agent starts itself: sub-agents, reviews and the guardian that approves commands."""

from dataclasses import dataclass, field, replace

import msgspec

from codex_usage_tracker.demo.calls import plan_steps, work
from codex_usage_tracker.demo.heads import write_meta
from codex_usage_tracker.demo.models import GUARDIAN, Setting
from codex_usage_tracker.demo.people import ERRANDS, NICKNAMES, ROLES, ending
from codex_usage_tracker.demo.rollout import Json, Kin, Rollout, Turn
from codex_usage_tracker.demo.tools import write_function_call, write_output
from codex_usage_tracker.demo.turns import new_turn, write_beginning, write_complete, write_settings, write_started
from codex_usage_tracker.demo.usage import Context

_VERDICT = '{"risk_level": "low", "outcome": "allow", "rationale": "Reads and tests only."}'
_FINDINGS: Json = {
    "findings": [
        {
            "title": "[P2] The limit is off by one",
            "body": "The last row of a full page is dropped.",
            "confidence_score": 0.74,
            "priority": 2,
            "code_location": {"absolute_file_path": "src/app.py", "line_range": {"start": 41, "end": 44}},
        }
    ],
    "overall_correctness": "patch is incorrect",
    "overall_explanation": "One bug at the page border.",
    "overall_confidence_score": 0.74,
}


def _open_child(rollout: Rollout, kin: Kin, setting: Setting) -> Rollout:
    """Open the file of a thread below another one."""
    cast = replace(rollout.cast, kin=kin)
    child = Rollout(rollout.scene, cast, setting, rollout.now)
    write_meta(child)
    child.wait(12)
    return child


@dataclass
class Agent:
    """One sub-agent of a team."""

    kin: Kin
    task: str
    call: str
    setting: Setting
    result: str = ""


@dataclass
class Team:
    """The sub-agents that one turn starts, and when the last of them is done."""

    agents: list[Agent] = field(default_factory=list)
    until: int = 0

    def recruit(self, rollout: Rollout, turn: Turn) -> "Spawn":
        """Take on one more agent."""
        dice, parent = rollout.scene.dice, rollout.cast.kin
        task = dice.choice(ERRANDS)
        old = turn.setting.model.agents == "v1"
        path = None if old else f"/root/{task.lower().replace(' ', '_')}_{len(self.agents) + 1}"
        nickname, role = (dice.choice(NICKNAMES), dice.choice(ROLES)) if old else (None, None)
        spawn = {"parent_thread_id": parent.thread, "depth": 1, "agent_path": path}
        spawn |= {"agent_nickname": nickname, "agent_role": role}
        thread = dice.uuid7(rollout.now + len(self.agents))
        source = {"subagent": {"thread_spawn": spawn}}
        kin = Kin(thread, parent.session, "subagent", source, "subagent", parent.thread, nickname, role, path)
        setting = replace(turn.setting, effort=turn.setting.effort or "medium")
        agent = Agent(kin, task, f"call_{dice.hexes(24)}", setting)
        self.agents.append(agent)
        return Spawn(self, agent)


@dataclass
class Spawn:
    """The tool call that starts a sub-agent; the agent works while the parent goes on."""

    team: Team
    agent: Agent

    def ask(self, rollout: Rollout, turn: Turn) -> None:
        """Write the request."""
        path = self.agent.kin.path
        if path:
            arguments: Json = {"message": self.agent.task, "task_name": path.rpartition("/")[2], "fork_turns": "none"}
        else:
            arguments = {"message": self.agent.task, "agent_type": self.agent.kin.role or "default"}
        name = ("spawn_agent", "collaboration" if path else "multi_agent_v1")
        write_function_call(rollout, turn, self.agent.call, name, msgspec.json.encode(arguments).decode())

    def act(self, rollout: Rollout, turn: Turn) -> None:
        """Let the agent do its whole work in its own file."""
        if not rollout.scene.left:
            return
        rollout.wait(45)
        kin = replace(self.agent.kin, thread=rollout.scene.dice.uuid7(rollout.now))
        self.agent.kin = kin
        child = _open_child(rollout, kin, self.agent.setting)
        self.agent.result = ending(rollout.scene.dice, rollout.cast.topic)
        below = new_turn(child, self.agent.setting, turn)
        write_beginning(child, below, self.agent.task, told=True)
        calls = 1 + int(rollout.scene.dice.around(6, 0.7))
        work(child, below, plan_steps(child, below, calls), self.agent.result)
        child.finish()
        self.team.until = max(self.team.until, child.now)

    def tell(self, rollout: Rollout, turn: Turn) -> None:
        """Write that the agent has started."""
        kin = self.agent.kin
        if not self.agent.result:
            write_output(rollout, turn, self.agent.call, "agent limit reached")
            return
        if kin.path:
            item: Json = {"type": "SubAgentActivity", "id": self.agent.call, "kind": "started"}
            item |= {"agent_thread_id": kin.thread, "agent_path": kin.path}
            said: Json = {"task_name": kin.path}
        else:
            item = _collab(rollout, self.agent.call, "spawn_agent", [self.agent], "pending_init")
            said = {"agent_id": kin.thread, "nickname": kin.nickname}
        rollout.item(turn, item)
        write_output(rollout, turn, self.agent.call, msgspec.json.encode(said).decode())


@dataclass
class Await:
    """The tool call that waits for the team."""

    team: Team
    call: str

    def ask(self, rollout: Rollout, turn: Turn) -> None:
        """Write the request."""
        threads = [agent.kin.thread for agent in self.team.agents]
        old = turn.setting.model.agents == "v1"
        arguments: Json = {"targets": threads, "timeout_ms": 600_000} if old else {"timeout_ms": 600_000}
        name = ("wait_agent", "multi_agent_v1" if old else "collaboration")
        write_function_call(rollout, turn, self.call, name, msgspec.json.encode(arguments).decode())

    def act(self, rollout: Rollout, turn: Turn) -> None:
        """Wait until the last agent is done."""
        del turn
        rollout.now = max(rollout.now, self.team.until)
        rollout.context.grow(250 * len(self.team.agents))

    def tell(self, rollout: Rollout, turn: Turn) -> None:
        """Write what the agents report."""
        results = {agent.kin.thread: {"completed": agent.result} for agent in self.team.agents}
        if turn.setting.model.agents == "v1":
            rollout.item(turn, _collab(rollout, self.call, "wait", self.team.agents, None))
        for agent in self.team.agents:
            if agent.kin.path:
                item: Json = {"type": "SubAgentActivity", "id": f"subagent-completed-{rollout.scene.dice.uuid4()}"}
                item |= {"kind": "completed", "agent_thread_id": agent.kin.thread, "agent_path": agent.kin.path}
                rollout.item(turn, item)
        said = msgspec.json.encode({"status": results, "timed_out": False}).decode()
        write_output(rollout, turn, self.call, said)


def _collab(rollout: Rollout, call: str, tool: str, agents: list[Agent], state: str | None) -> Json:
    """Return a CollabAgentToolCall item."""
    receivers = []
    for agent in agents:
        marks = {"agent_nickname": agent.kin.nickname, "agent_role": agent.kin.role}
        receivers.append({"thread_id": agent.kin.thread} | {key: mark for key, mark in marks.items() if mark})
    item: Json = {"type": "CollabAgentToolCall", "id": call, "tool": tool, "status": "completed"}
    item |= {"sender_thread_id": rollout.thread, "receiver_thread_ids": [agent.kin.thread for agent in agents]}
    item["receiver_agents"] = receivers
    if state:
        first = agents[0]
        item |= {"prompt": first.task, "model": first.setting.model.name, "reasoning_effort": first.setting.effort}
    states = {agent.kin.thread: state or {"completed": agent.result} for agent in agents}
    return item | {"agents_states": states}


class Guardian:
    """The one thread of a session that judges commands before they run."""

    def __init__(self) -> None:
        """Wait for the first command."""
        self.rollout: Rollout | None = None

    def judge(self, rollout: Rollout, turn: Turn) -> None:
        """Judge one command in a turn of the guardian's own thread."""
        if not rollout.scene.left:
            return
        setting = Setting(GUARDIAN, "low")
        fresh = self.rollout is None
        own = self.rollout = self.rollout or _open_child(rollout, _guardian_kin(rollout), setting)
        own.now = max(own.now, rollout.now)
        below = new_turn(own, setting, turn)
        write_beginning(own, below, "May this command run?", told=fresh)
        calls = 2 if rollout.scene.dice.chance(0.2) else 1
        work(own, below, plan_steps(own, below, calls), _VERDICT)
        rollout.now = max(rollout.now, own.now)

    def finish(self) -> None:
        """Close the guardian's file, if there is one."""
        if self.rollout:
            self.rollout.finish()


def _guardian_kin(rollout: Rollout) -> Kin:
    """Return who the guardian of a session is."""
    thread, parent = rollout.scene.dice.uuid7(rollout.now), rollout.cast.kin
    source = {"subagent": {"other": "guardian"}}
    return Kin(thread, parent.session, "guardian", source, "guardian_review", parent.thread)


def review(rollout: Rollout, calls: int) -> None:
    """Let a reviewer look at the changes: its calls are in its own file, its items also in the parent's."""
    turn = _enter_review(rollout)
    reviewer = _open_child(rollout, _review_kin(rollout), rollout.setting)
    reviewer.context = Context(rollout.scene.dice, base=6_400)
    below = new_turn(reviewer, rollout.setting, turn)
    rollout.now = reviewer.now
    write_started(rollout, below)
    write_beginning(reviewer, below, "Review the current code changes.", told=True)
    steps = plan_steps(reviewer, below, calls)
    work(reviewer, below, steps, msgspec.json.encode(_FINDINGS).decode())
    reviewer.finish()
    _mirror(rollout, reviewer)
    _leave_review(rollout, turn)


def _enter_review(rollout: Rollout) -> Turn:
    """Write that a review begins, in a turn of its own."""
    scene = rollout.scene
    key = scene.dice.uuid7(rollout.now)
    turn = Turn(key, key, None, rollout.setting, rollout.now, scene.dice.chance(scene.appetite.detail))
    target: Json = {"target": {"type": "uncommittedChanges"}, "user_facing_hint": "current changes"}
    rollout.item(turn, {"type": "EnteredReviewMode", "id": scene.dice.uuid7(rollout.now), **target})
    return turn


def _review_kin(rollout: Rollout) -> Kin:
    """Return who the reviewer of a session is."""
    thread, parent = rollout.scene.dice.uuid7(rollout.now), rollout.cast.kin
    return Kin(thread, parent.session, "review", {"subagent": "review"}, "subagent", parent.thread)


def _mirror(rollout: Rollout, reviewer: Rollout) -> None:
    """Copy the reviewer's items, but for its message, into the parent's file, as the client does."""
    for moment, payload in reviewer.items:
        if b'"AgentMessage"' not in msgspec.json.encode(payload)[:250]:
            rollout.now = max(rollout.now, moment)
            rollout.event(payload)
    rollout.now = max(rollout.now, reviewer.now)


def _leave_review(rollout: Rollout, turn: Turn) -> None:
    """Write the findings into the parent's file."""
    write_settings(rollout, rollout.setting)
    item: Json = {"type": "ExitedReviewMode", "id": rollout.scene.dice.uuid7(rollout.now)}
    rollout.item(turn, item | {"review_output": _FINDINGS})
    rollout.context.grow(400)
    write_complete(rollout, turn, None)
