"""The turns of a thread: the lines that open and close them, their model calls, and compaction between these."""

from codex_usage_tracker.demo.forms import FORMS
from codex_usage_tracker.demo.moments import SECOND, stamp
from codex_usage_tracker.demo.rollout import Rollout, Setting, Turn
from codex_usage_tracker.demo.stage import STAGE
from codex_usage_tracker.demo.tools import Errand, pick_errands
from codex_usage_tracker.demo.usage import NOTHING, Usage

_KEPT = 6
_TOKEN_MS = 11.0
_FAST = 1.6
_STOPPED = 0.035
_FAILED = 0.055
_ENVIRONMENT = """<environment_context>
  <cwd>{}</cwd>
  <shell>bash</shell>
  <current_date>{}</current_date>
  <timezone>Etc/UTC</timezone>
</environment_context>"""


def new_turn(rollout: Rollout, above: Turn | None = None) -> None:
    """Start a turn of a user, or below a turn of the parent thread."""
    key = rollout.dice.uuid(rollout.now)
    if above:
        rollout.enter(Turn(key, above.root, above.id, None, rollout.now, above.full))
    else:
        full = rollout.dice.chance(rollout.scene.filler.detail)
        rollout.enter(Turn(key, key, None, rollout.cast.client.trigger, rollout.now, full))
    rollout.turns += 1
    rollout.write("task_started")


def write_beginning(rollout: Rollout, prompt: str, *, told: bool) -> None:
    """Write what stands between task_started and the first request; `told` tells the settings too."""
    rollout.wait(rollout.dice.span(40, 160))
    if rollout.turns == 1 and rollout.turn.full and not rollout.counted.total_tokens:
        if rollout.setting.model.code_mode:
            rollout.write("tools")
        rollout.write("rules")
        date = stamp(rollout.now)[:10]
        rollout.write("environment", text=_ENVIRONMENT.format(rollout.cast.project.cwd, date))
        rollout.write("world_state", date=date)
    rollout.write("turn_context")
    if told:
        rollout.write("settings")
    write_prompt(rollout, prompt)


def write_prompt(rollout: Rollout, prompt: str) -> None:
    """Write what the user says, in a turn that is written in full."""
    rollout.context.grow(20 + len(prompt) / 4 + rollout.dice.around(90, 1.2))
    if not rollout.turn.full:
        return
    rollout.wait(12)
    key = f"msg_{rollout.dice.uuid(rollout.now)}"
    rollout.prompts.append(FORMS["kept_prompt"].filled(key=key, turn=rollout.turn.id, text=prompt))
    rollout.write("prompt", key=key, text=prompt)
    rollout.wait(2)
    client = rollout.dice.uuid(rollout.now) if rollout.cast.client.trigger == "user" else None
    rollout.write("prompt_item", text=prompt, client=client)


def write_end(rollout: Rollout, form: str, text: str | None = None) -> None:
    """Write the last line of a turn."""
    turn, now = rollout.turn, rollout.now
    lasted = {"ended": now // SECOND, "duration": now - turn.started, "first_token": turn.first_token}
    rollout.write(form, text=text, **lasted)


def _write_broken(rollout: Rollout, last: Usage, form: str, counts: int) -> None:
    """Write the end of a turn that the user stopped or the API refused to go on with, after repeated counts."""
    for _ in range(counts):
        rollout.wait(rollout.dice.around(4 * SECOND))
        rollout.count(last)
    if rollout.turn.full and form == "turn_aborted":
        rollout.write("stopped")
    write_end(rollout, form)


def compact(rollout: Rollout, then: Setting) -> None:
    """Replace the context by a summary, in a call that token_count does not know of, and go on with a setting."""
    since = rollout.now
    usage = rollout.context.compact(since)
    rollout.wait(1_200 + usage.output_tokens * 11)
    rollout.bill(usage, "compaction")
    dice, windows = rollout.dice, rollout.windows
    secret = rollout.scene.filler.secret(dice.around(1_500, 0.4))
    summary = FORMS["summary"].filled(key=f"cmp_{dice.hexes(48)}", secret=secret)
    history = [*rollout.prompts[-_KEPT:], summary]
    mark = {"sampled_through_sequence": rollout.sampled, "client_authored": False}
    marks = [{"history_sequence": place + 1, **mark} for place in range(len(history))]
    windows.append(dice.uuid(rollout.now))
    ids = {"number": len(windows) - 1, "first": windows[0], "previous": windows[-2], "window": windows[-1]}
    rollout.write("compacted", history=history, marks=marks, record=FORMS["token_usage_record"].form["payload"], **ids)
    rollout.use(then)
    if rollout.turn.full:
        rollout.write("world_state", date=stamp(rollout.now)[:10])
    rollout.write("turn_context")
    rollout.write("settings")
    rollout.count(Usage(total_tokens=rollout.context.size))
    rollout.write("compaction_item", since=since)


def plan_steps(rollout: Rollout, calls: int) -> list[list[Errand]]:
    """Return the errands of each call of a turn; the last call only answers."""
    return [*(pick_errands(rollout) for _ in range(calls - 1)), []]


def work(rollout: Rollout, steps: list[list[Errand]], words: str, *, steady: bool = False) -> None:
    """Make the calls of a turn and end it, unless it is `steady` now and then before its time."""
    scene, last = rollout.scene, NOTHING
    luck = scene.dice.random() if rollout.kin.kind == "user" and not steady else 1.0
    for place, errands in enumerate(steps):
        if not scene.left:
            break
        if rollout.context.is_full and scene.left > 1:
            compact(rollout, rollout.setting)
        last = _call(rollout, errands, words)
        if errands and luck < _STOPPED and place >= len(steps) * luck / _STOPPED:
            _write_broken(rollout, last, "turn_aborted", 1)
            return
        if errands and _STOPPED < luck < _FAILED and place == len(steps) // 2:
            _write_broken(rollout, last, "task_failed", scene.dice.span(2, 4))
            return
    rollout.wait(8)
    write_end(rollout, "task_complete", words if rollout.turn.full else None)


def _call(rollout: Rollout, errands: list[Errand], words: str) -> Usage:
    """Make one model call with its tools and return what it used."""
    dice, turn, setting = rollout.dice, rollout.turn, rollout.setting
    rollout.sampled = rollout.sequence
    usage = rollout.context.call(rollout.now, setting.effort, final=not errands)
    rollout.wait(dice.around(1_700, 0.5))
    turn.first_token = turn.first_token or rollout.now - turn.started
    if turn.full:
        _speak(rollout, usage, "" if errands else words)
    rollout.wait(usage.output_tokens * _TOKEN_MS / (_FAST if setting.tier == "priority" else 1.0))
    for errand in errands if turn.full else ():
        errand.ask(rollout)
    rollout.bill(usage, rollout.kin.kind)
    rollout.counted += usage
    for errand in errands:
        if rollout.guard and dice.chance(0.12):
            rollout.guard(rollout)
        errand.act(rollout)
        if turn.full:
            errand.tell(rollout)
    rollout.wait(2)
    rollout.count(usage, limits=turn.full or (not errands and dice.chance(0.25)))
    if turn.full and dice.chance(0.012):
        rollout.wait(900)
        rollout.count(usage)
    return usage


def _speak(rollout: Rollout, usage: Usage, words: str) -> None:
    """Write what the model thinks and says before it asks for tools."""
    if usage.reasoning_output_tokens:
        key, text = f"rs_{rollout.dice.hexes(48)}", f"**{rollout.dice.pick(STAGE.thoughts)}**"
        rollout.write("thought_item", key=key, text=text)
        rollout.wait(3)
        rollout.write("thought", key=key, text=text, secret=rollout.scene.filler.thought())
    if words or rollout.dice.chance(0.24):
        said = {"text": words or rollout.dice.pick(STAGE.steps), "phase": "final_answer" if words else "commentary"}
        key = f"msg_{rollout.dice.hexes(48)}"
        rollout.write("message_item", key=key, **said)
        rollout.wait(2)
        rollout.write("message", key=key, **said)
