"""The lines that open and close a turn."""

from codex_usage_tracker.demo.heads import write_developer_note, write_opening
from codex_usage_tracker.demo.models import Setting
from codex_usage_tracker.demo.rollout import Json, Rollout, Turn
from codex_usage_tracker.demo.stamps import SECOND
from codex_usage_tracker.demo.usage import WINDOW, Usage

_STOPPED = "<turn_aborted>\nDemo text: the user stopped the turn, commands may still run.\n</turn_aborted>"
_TOO_MANY: Json = {
    "message": "exceeded retry limit, last status: 429 Too Many Requests",
    "codex_error_info": {"response_too_many_failed_attempts": {"http_status_code": 429}},
}


def new_turn(rollout: Rollout, setting: Setting, above: Turn | None = None) -> Turn:
    """Start a turn of a user, or below a turn of the parent thread, and write its task_started line."""
    scene = rollout.scene
    key = scene.dice.uuid7(rollout.now)
    full = above.full if above else scene.dice.chance(scene.appetite.detail)
    turn = Turn(key, above.root if above else key, above.id if above else None, setting, rollout.now, full)
    turn.trigger = None if above else rollout.cast.client.trigger
    rollout.turns += 1
    write_started(rollout, turn)
    return turn


def write_started(rollout: Rollout, turn: Turn) -> None:
    """Write the task_started line."""
    attribution = {
        "turn_id": turn.id,
        "turn_trigger": turn.trigger,
        "parent_turn_id": turn.parent,
        "initiating_agent_path": None,
        "root_turn_id": turn.root,
    }
    started: Json = {"type": "task_started", "turn_attribution": attribution, "turn_id": turn.id}
    started |= {"root_turn_id": turn.root, "started_at": turn.started // SECOND, "model_context_window": WINDOW}
    rollout.event(started | {"collaboration_mode_kind": "default"})


def _permissions(rollout: Rollout) -> Json:
    """Return how commands are approved."""
    policy = "on-request" if rollout.cast.client.trigger == "user" else "never"
    return {"approval_policy": policy, "approvals_reviewer": "user"}


def _mode(setting: Setting) -> Json:
    """Return the collaboration mode, which repeats model and effort."""
    inner = {"model": setting.model.name, "reasoning_effort": setting.effort, "developer_instructions": None}
    return {"mode": "default", "settings": inner}


def write_context(rollout: Rollout, turn: Turn) -> None:
    """Write the turn_context line."""
    model = turn.setting.model
    context: Json = {"turn_id": turn.id, "root_turn_id": turn.root, "disabled_plugin_ids": []}
    context |= {"cwd": rollout.cast.project.cwd, **_permissions(rollout), "permission_profile": {"type": "disabled"}}
    context |= {"model": model.name, "comp_hash": model.comp_hash, "collaboration_mode": _mode(turn.setting)}
    agents = "disabled" if rollout.cast.kin.kind == "review" else model.agents
    context |= {"multi_agent_version": agents, "realtime_active": False}
    if turn.setting.effort:
        context["effort"] = turn.setting.effort
    rollout.say("turn_context", context | {"summary": "none", "sandbox_policy": {"type": "danger-full-access"}})


def write_settings(rollout: Rollout, setting: Setting) -> None:
    """Write the thread_settings_applied line, the only one that knows the service tier."""
    settings: Json = {"model": setting.model.name, "model_provider_id": "openai"}
    if setting.tier:
        settings["service_tier"] = setting.tier
    cwd = rollout.cast.project.cwd
    settings |= {**_permissions(rollout), "requested_approvals_reviewer": "user"}
    settings |= {"permission_profile": {"type": "disabled"}, "cwd": cwd, "runtime_workspace_roots": [cwd]}
    if setting.effort:
        settings["reasoning_effort"] = setting.effort
    settings |= {"collaboration_mode": _mode(setting), "disabled_plugin_ids": []}
    rollout.event({"type": "thread_settings_applied", "thread_id": rollout.thread, "thread_settings": settings})


def write_beginning(rollout: Rollout, turn: Turn, prompt: str, *, told: bool) -> None:
    """Write what stands between task_started and the first request; `told` tells the settings too."""
    rollout.wait(rollout.scene.dice.span(40, 160))
    if rollout.turns == 1 and turn.full and not rollout.counted.total_tokens:
        write_opening(rollout, turn)
    write_context(rollout, turn)
    if told:
        write_settings(rollout, turn.setting)
    write_prompt(rollout, turn, prompt)


def write_prompt(rollout: Rollout, turn: Turn, prompt: str) -> None:
    """Write what the user says, in a turn that is written in full."""
    rollout.context.grow(20 + len(prompt) / 4 + rollout.scene.dice.around(90, 1.2))
    if not turn.full:
        return
    dice = rollout.scene.dice
    rollout.wait(12)
    key = f"msg_{dice.uuid7(rollout.now)}"
    marks = [{"provenance": {"type": "user"}}]
    tag = turn.tag | {"create_time": rollout.created(), "content_item_kinds": ["user.text"]}
    tag["content_item_metadata"] = marks
    message: Json = {"type": "message", "id": key, "role": "user", "content": [{"type": "input_text", "text": prompt}]}
    retained = retained_source(rollout, turn, key, "user")
    rollout.prompts.append((key, turn.id, prompt))
    rollout.respond(
        message | {"internal_chat_message_metadata_passthrough": tag}, retained=retained, ordered=True, mcp=True
    )
    content = [{"type": "text", "text": prompt, "text_elements": []}]
    item: Json = {"type": "UserMessage", "id": dice.uuid7(rollout.now)}
    if rollout.cast.client.trigger == "user":
        item["client_id"] = dice.uuid4()
    rollout.wait(2)
    rollout.item(turn, item | {"content": content})


def retained_source(rollout: Rollout, turn: Turn, key: str, role: str) -> Json:
    """Return the mark of a message that survives compaction."""
    revision = f"retained_{rollout.scene.dice.uuid7(rollout.now)}"
    return {"id": {"message_id": key, "turn_id": turn.id, "role": role}, "revision": revision, "complete": True}


def _ended(rollout: Rollout, turn: Turn) -> Json:
    """Return when a turn ran."""
    times = {"started_at": turn.started // SECOND, "completed_at": rollout.now // SECOND}
    return {**times, "duration_ms": rollout.now - turn.started}


def write_complete(rollout: Rollout, turn: Turn, message: str | None) -> None:
    """Write the task_complete line."""
    rollout.wait(8)
    done: Json = {"type": "task_complete", "root_turn_id": turn.root, "turn_id": turn.id, "last_agent_message": message}
    done |= _ended(rollout, turn)
    if turn.first_token:
        done["time_to_first_token_ms"] = turn.first_token
    rollout.event(done)


def write_failed(rollout: Rollout, turn: Turn, last: Usage) -> None:
    """Write the end of a turn that the API refused to go on with: repeated counts, then the error."""
    for _ in range(rollout.scene.dice.span(2, 4)):
        rollout.wait(rollout.scene.dice.around(4 * SECOND))
        rollout.count(turn, last)
    done: Json = {"type": "task_complete", "root_turn_id": turn.root, "turn_id": turn.id, "last_agent_message": None}
    done |= {"error": _TOO_MANY, **_ended(rollout, turn), "time_to_first_token_ms": turn.first_token}
    rollout.event(done)


def write_aborted(rollout: Rollout, turn: Turn, last: Usage) -> None:
    """Write the end of a turn that the user stopped."""
    rollout.wait(rollout.scene.dice.around(5 * SECOND))
    rollout.count(turn, last)
    if turn.full:
        write_developer_note(rollout, turn, _STOPPED, "generic.turn_aborted")
    aborted: Json = {"type": "turn_aborted", "root_turn_id": turn.root, "turn_id": turn.id, "reason": "interrupted"}
    rollout.event(aborted | _ended(rollout, turn))
