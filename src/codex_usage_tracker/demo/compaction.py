"""Compaction: a remote call that replaces the context by a summary, and that token_count does not know of."""

from codex_usage_tracker.demo.heads import write_world
from codex_usage_tracker.demo.models import Setting
from codex_usage_tracker.demo.rollout import Json, Rollout, Turn
from codex_usage_tracker.demo.turns import write_context, write_settings
from codex_usage_tracker.demo.usage import Usage

_KEPT = 6
_RETAINED: Json = {
    "verified_answers": [],
    "incomplete": False,
    "user_messages": [],
    "user_messages_incomplete": True,
    "assistant_messages": [],
    "assistant_messages_incomplete": True,
    "next_order": 0,
}


def compact(rollout: Rollout, turn: Turn, then: Setting) -> None:
    """Compact with what the turn ran with so far, then go on with another setting (or the same)."""
    since = rollout.now
    usage = rollout.context.compact(rollout.now)
    rollout.wait(1_200 + usage.output_tokens * 11)
    record = rollout.bill(turn, usage, "compaction")
    rollout.say("compacted", _compacted(rollout, turn, record))
    turn.setting = rollout.setting = then
    if turn.full:
        write_world(rollout, turn)
    write_context(rollout, turn)
    write_settings(rollout, then)
    rollout.count(turn, Usage(total_tokens=rollout.context.size))
    item: Json = {"type": "ContextCompaction", "id": rollout.scene.dice.uuid7(since)}
    rollout.item(turn, item, since)


def _compacted(rollout: Rollout, turn: Turn, record: Json) -> Json:
    """Return the payload of the compacted line."""
    dice = rollout.scene.dice
    kept = rollout.prompts[-_KEPT:]
    history = [_kept_prompt(key, prompt_turn, text) for key, prompt_turn, text in kept]
    secret = rollout.scene.filler.secret(dice.around(1_500, 0.4))
    history.append({"type": "compaction", "id": f"cmp_{dice.hexes(48)}", "encrypted_content": secret})
    notes = [
        {"history_sequence": place + 1, "sampled_through_sequence": rollout.sampled} for place in range(len(history))
    ]
    rollout.windows.append(dice.uuid7(rollout.now))
    return {
        "message": "",
        "replacement_history": history,
        "replacement_history_metadata": [note | {"client_authored": False} for note in notes],
        "retained_context": _RETAINED,
        "window_number": len(rollout.windows) - 1,
        "first_window_id": rollout.windows[0],
        "previous_window_id": rollout.windows[-2],
        "window_id": rollout.windows[-1],
        "compaction_response_id": record["response_id"],
        "latest_token_usage_record": record,
        "resume_metadata": _resume(rollout, turn),
    }


def _kept_prompt(key: str, turn: str, text: str) -> Json:
    """Return a prompt as the summary keeps it."""
    content = [{"type": "input_text", "text": text}]
    marks = [{"provenance": {"type": "user"}}]
    tag: Json = {"turn_id": turn, "content_item_kinds": ["user.text"], "content_item_metadata": marks}
    message: Json = {"type": "message", "id": key, "role": "user", "content": content}
    return message | {"internal_chat_message_metadata_passthrough": tag}


def _resume(rollout: Rollout, turn: Turn) -> Json:
    """Return what the client needs to go on; the model here is the one that was billed."""
    attribution = {
        "turn_id": turn.id,
        "turn_trigger": turn.trigger,
        "parent_turn_id": turn.parent,
        "initiating_agent_path": None,
        "root_turn_id": turn.root,
    }
    model = turn.setting.model
    return {
        "dynamic_tools": {"thread_id": rollout.thread, "tools": []},
        "multi_agent_version": model.agents,
        "last_started_turn_id": turn.id,
        "turn_attribution": attribution,
        "previous_turn_settings": {"model": model.name, "comp_hash": model.comp_hash, "realtime_active": False},
    }
