"""A model call: what the model thinks, says and asks for, its record, the tools, the count."""

from codex_usage_tracker.demo.compaction import compact
from codex_usage_tracker.demo.people import step, thought
from codex_usage_tracker.demo.rollout import Json, Rollout, Turn
from codex_usage_tracker.demo.tools import Errand, pick_errands
from codex_usage_tracker.demo.turns import retained_source, write_aborted, write_complete, write_failed
from codex_usage_tracker.demo.usage import NOTHING, Usage

_TOKEN_MS = 11.0
_FAST = 1.6
_STOPPED = 0.035
_FAILED = 0.055


def plan_steps(rollout: Rollout, turn: Turn, calls: int) -> list[list[Errand]]:
    """Return the errands of each call of a turn; the last call only answers."""
    return [*(pick_errands(rollout, turn) for _ in range(calls - 1)), []]


def work(rollout: Rollout, turn: Turn, steps: list[list[Errand]], words: str) -> None:
    """Make the calls of a turn and end it, now and then before its time."""
    scene, last = rollout.scene, NOTHING
    luck = scene.dice.random() if rollout.cast.kin.kind == "user" else 1.0
    for place, errands in enumerate(steps):
        if not scene.left:
            break
        if rollout.context.is_full and scene.left > 1:
            compact(rollout, turn, turn.setting)
        last = make_call(rollout, turn, errands, words)
        if errands and luck < _STOPPED and place >= len(steps) * luck / _STOPPED:
            write_aborted(rollout, turn, last)
            return
        if errands and _STOPPED < luck < _FAILED and place == len(steps) // 2:
            write_failed(rollout, turn, last)
            return
    write_complete(rollout, turn, words if turn.full else None)


def make_call(rollout: Rollout, turn: Turn, errands: list[Errand], words: str) -> Usage:
    """Make one model call with its tools and return what it used."""
    dice = rollout.scene.dice
    rollout.sampled = rollout.sequence
    usage = rollout.context.call(rollout.now, turn.setting, final=not errands)
    rollout.wait(dice.around(1_700, 0.5))
    turn.first_token = turn.first_token or rollout.now - turn.started
    if turn.full:
        _speak(rollout, turn, usage, "" if errands else words)
    rollout.wait(usage.output_tokens * _TOKEN_MS / (_FAST if turn.setting.tier == "priority" else 1.0))
    if turn.full:
        for errand in errands:
            errand.ask(rollout, turn)
    rollout.bill(turn, usage, rollout.cast.kin.kind)
    rollout.counted += usage
    _run(rollout, turn, errands)
    _count(rollout, turn, usage, last=not errands)
    return usage


def _run(rollout: Rollout, turn: Turn, errands: list[Errand]) -> None:
    """Let the tools run and write their answers."""
    for errand in errands:
        errand.act(rollout, turn)
        if turn.full:
            errand.tell(rollout, turn)


def _count(rollout: Rollout, turn: Turn, usage: Usage, *, last: bool) -> None:
    """Write the token_count of a call, now and then again when only the limits changed."""
    rollout.wait(2)
    rollout.count(turn, usage, limits=turn.full or (last and rollout.scene.dice.chance(0.25)))
    if turn.full and rollout.scene.dice.chance(0.012):
        rollout.wait(900)
        rollout.count(turn, usage)


def _speak(rollout: Rollout, turn: Turn, usage: Usage, words: str) -> None:
    """Write what the model thinks and says before it asks for tools."""
    if usage.reasoning_output_tokens:
        _think(rollout, turn)
    if words:
        _say(rollout, turn, words, "final_answer")
    elif rollout.scene.dice.chance(0.24):
        _say(rollout, turn, step(rollout.scene.dice), "commentary")


def _think(rollout: Rollout, turn: Turn) -> None:
    """Write the reasoning item twice, as the client does."""
    scene, summary = rollout.scene, thought(rollout.scene.dice)
    key = f"rs_{scene.dice.hexes(48)}"
    secret = scene.filler.secret(scene.appetite.secret_size(scene.dice))
    scene.appetite.eat(len(secret))
    rollout.item(turn, {"type": "Reasoning", "id": key, "summary_text": [summary], "raw_content": []})
    rollout.wait(3)
    payload: Json = {
        "type": "reasoning",
        "id": key,
        "summary": [{"type": "summary_text", "text": summary}],
        "content": None,
        "encrypted_content": secret,
        "internal_chat_message_metadata_passthrough": turn.tag,
    }
    rollout.respond(payload)


def _say(rollout: Rollout, turn: Turn, words: str, phase: str) -> None:
    """Write an assistant message twice, as the client does."""
    key = f"msg_{rollout.scene.dice.hexes(48)}"
    said = [{"type": "Text", "text": words}]
    rollout.item(turn, {"type": "AgentMessage", "id": key, "content": said, "phase": phase})
    rollout.wait(2)
    payload: Json = {"type": "message", "status": "completed", "id": key, "role": "assistant"}
    payload |= {"content": [{"type": "output_text", "text": words, "annotations": []}], "phase": phase}
    tag = turn.tag | {"content_item_kinds": ["unknown"]}
    retained = retained_source(rollout, turn, key, "assistant")
    rollout.respond(payload | {"internal_chat_message_metadata_passthrough": tag}, retained=retained, ordered=True)
