"""One rollout file while it grows: its lines, its clock and its sums."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Raw

from codex_usage_tracker.demo.forms import FORMS, json
from codex_usage_tracker.demo.moments import DAY, SECOND, stamp
from codex_usage_tracker.demo.usage import NOTHING, Context, Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from codex_usage_tracker.demo.history import Scene
    from codex_usage_tracker.demo.stage import Client, Model, Project

_LATE = 2 * DAY
_SOURCES = {"user": "user", "guardian": "guardian_review"}


class Setting(NamedTuple):
    """What a thread runs with: model, effort (None: the model's default) and service tier (None: not asked for)."""

    model: Model
    effort: str | None = None
    tier: str | None = None


class Kin(NamedTuple):
    """Who a thread is: its ids, its place below a session and its kind in the truth."""

    thread: str
    session: str
    kind: str
    source: object
    parent: str | None = None
    nickname: str | None = None
    role: str | None = None
    path: str | None = None


class Cast(NamedTuple):
    """Where and with what the threads of a session run, and what they are about."""

    project: Project
    client: Client
    version: str
    git: dict[str, str] | None
    name: str
    prompt: str
    thing: str


@dataclass
class Turn:
    """One turn: its ids, whether it is written in full and what it spent."""

    id: str
    root: str
    above: str | None
    trigger: str | None
    started: int
    full: bool
    spent: Usage = NOTHING
    first_token: int | None = None


class Rollout:
    """A thread's file: it takes lines, moves its clock and adds up what is billed."""

    turn: Turn
    size = 0

    def __init__(self, scene: Scene, cast: Cast, kin: Kin, setting: Setting, moment: int) -> None:
        self.scene, self.cast, self.kin = scene, cast, kin
        self.dice = scene.dice
        self.opened = self.now = moment
        self.content = bytearray()
        self.ordinal = self.sequence = self.sampled = self.order = self.calls = self.turns = 0
        self.counted = self.spent = NOTHING
        self.context = Context(scene.dice, 15_600 if setting.model.code_mode else 10_700)
        self.windows = [scene.dice.uuid(moment)]
        self.prompts: list[Raw] = []
        self.mirrored: list[tuple[int, Raw]] = []
        self.guard: Callable[[Rollout], None] | None = None
        self._known: dict[str, object] = self.kin._asdict() | {
            "thread_source": _SOURCES.get(kin.kind, "subagent"),
            "opened": stamp(moment),
            "cwd": cast.project.cwd,
            "cwd_url": f"file://{cast.project.cwd}",
            "originator": cast.client.originator,
            "version": cast.version,
            "git": cast.git,
            "policy": "on-request" if cast.client.trigger == "user" else "never",
            "window": self.windows[0],
        }
        self.use(setting)

    def open(self, base: Rollout | None = None) -> None:
        """Write the first line; a fork tells where in the file of its base it hangs, and goes on from there."""
        fork: dict[str, object] = {"fork": None, "fork_ordinal": None, "base": None}
        if base:
            fork = {"fork": base.kin.thread, "fork_ordinal": base.ordinal}
            fork["base"] = FORMS["history_base"].filled(**fork, size=base.size)
            self.ordinal, self.sequence, self.order = base.ordinal, base.sequence, base.order
            self.counted, self.spent, self.context = base.counted, base.spent, copy(base.context)
            self.context.warm = 0
        told = self._known["agents"] if base or self.kin.parent else None
        self.write("session_meta", told_agents=told, **fork)

    def use(self, setting: Setting) -> None:
        """Go on with a setting."""
        self.setting, model = setting, setting.model
        compaction, agents = ("3000", "v2") if model.code_mode else ("2911", "v1")
        agents = "disabled" if self.kin.kind == "review" else agents
        self._known |= {"model": model.name, "comp_hash": compaction, "agents": agents}
        self._known |= {"effort": setting.effort, "tier": setting.tier}

    def enter(self, turn: Turn) -> None:
        """Begin a turn, to which the following lines belong."""
        self.turn = turn
        self._known |= {"turn": turn.id, "root": turn.root, "above": turn.above}
        self._known |= {"trigger": turn.trigger, "started": turn.started // SECOND}

    def wait(self, milliseconds: float) -> None:
        """Let time pass, but never past the end of the history."""
        pause, left = int(milliseconds), self.scene.end - self.now
        self.now += pause if left > _LATE else min(pause, left // 40)

    def write(self, name: str, /, **values: object) -> None:
        """Write one line, filled with values (which stay known), with what is known, with the time and new ids."""
        form, known = FORMS[name], self._known
        known["timestamp"], known["ordinal"] = stamp(self.now), self.ordinal
        if form.is_item:
            known["now"] = known["since"] = self.now
        elif form.is_response:
            self.sequence += 1
            known["sequence"], known["sampled"], known["order"] = self.sequence, self.sampled, self.order
            known["created"] = self.now / SECOND
            self.order += form.is_ordered
        known |= values
        for blank, mark in form.ids:
            known[blank] = mark + self.dice.hexes(48)
        form.append_to(self.content, known)
        self.content += b"\n"
        self.ordinal += 1
        if self.kin.kind == "review" and (form.is_item or name == "task_started") and name != "message_item":
            self.mirrored.append((self.now, Raw(json(form.form["payload"]))))

    def bill(self, usage: Usage, kind: str) -> None:
        """Write the record of one API response and enter it in the books."""
        self.turn.spent += usage
        self.spent += usage
        self.calls += 1
        self.scene.left -= 1
        self.scene.ledger.bill(usage, self.setting.model.name, self.kin.thread, kind, stamp(self.now)[:10])
        spent = {"usage": usage, "turn_usage": self.turn.spent, "thread_usage": self.spent}
        self.write("token_usage_record", response=f"resp_{self.dice.hexes(48)}", **spent)

    def count(self, last: Usage, *, limits: bool = True) -> None:
        """Write a token_count line with the totals as they are."""
        model = self.setting.model
        shown = self.scene.limits.at(self.now, model.name) if limits else None
        reasoning = model.code_mode or not last.input_tokens
        self.write("token_count", total=self.counted, last=last, reasoning=reasoning, limits=shown)

    def snapshot(self) -> Rollout:
        """Return the present state, from which a fork goes on."""
        twin = copy(self)
        twin.context, twin.size = copy(self.context), len(self.content)
        return twin

    def finish(self, *, archived: bool = False) -> None:
        """Close the file and hand it to the shelf."""
        self.scene.shelf.put(self.kin.thread, self.opened, self.now, self.content, archived=archived)
        self.scene.filler.digest(len(self.content), self.calls)
