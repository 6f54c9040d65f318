"""The opening lines of a rollout: who runs, where, and with which instructions."""

from collections.abc import Sequence

from codex_usage_tracker.demo.people import CREATOR
from codex_usage_tracker.demo.rollout import Json, Rollout, Snapshot, Turn
from codex_usage_tracker.demo.stamps import stamp

_INSTRUCTIONS = (
    "Demo text in place of the real instructions. Work in the given folder, run tools when needed, then answer."
)
_RULES = "<permissions instructions>\nDemo text: commands may run in this folder.\n</permissions instructions>"
_TOOLS = "<tools>\nDemo text: more tools can be searched for.\n</tools>"
_DEVELOPER = ("permissions.instructions", "tools.deferred_namespaces")
_CODE_TOOLS: list[Json] = [
    {
        "type": "namespace",
        "name": "functions",
        "description": "",
        "tools": [{"type": "custom", "name": "exec", "description": "Demo text: runs a script that calls tools."}],
    }
]
_HARNESS: Json = {"provenance": {"type": "harness", "hook": False}}


def write_meta(rollout: Rollout, base: Snapshot | None = None) -> None:
    """Write the session_meta line."""
    cast, kin = rollout.cast, rollout.cast.kin
    payload: Json = {"account_scoped": True, **CREATOR, **_ids(rollout, base)}
    cwd = cast.project.cwd
    payload |= {"timestamp": stamp(rollout.opened), "cwd": cwd, "runtime_workspace_roots": [cwd]}
    payload |= {"originator": cast.client.originator, "cli_version": cast.version, "source": kin.source}
    marks = {"agent_nickname": kin.nickname, "agent_role": kin.role, "agent_path": kin.path}
    payload |= {"thread_source": kin.thread_source} | {key: mark for key, mark in marks.items() if mark}
    provenance = {"type": "model", "model": rollout.setting.model.name}
    payload |= {"model_provider": "openai", "base_instructions": {"text": _INSTRUCTIONS, "provenance": provenance}}
    payload |= {"history_mode": "paginated", **_history_base(base)}
    if kin.parent or base:
        payload["multi_agent_version"] = "disabled" if kin.kind == "review" else rollout.setting.model.agents
    payload["context_window"] = {"window_id": rollout.windows[0]}
    rollout.say("session_meta", payload | _git(rollout))


def _ids(rollout: Rollout, base: Snapshot | None) -> Json:
    """Return the ids of a thread, of what it was forked from and of what started it."""
    kin = rollout.cast.kin
    ids: Json = {"session_id": kin.session, "id": kin.thread}
    if base:
        ids |= {"forked_from_id": base.cast.kin.thread, "forked_from_ordinal_exclusive": base.ordinal}
    if kin.parent:
        ids["parent_thread_id"] = kin.parent
    return ids


def _git(rollout: Rollout) -> Json:
    """Return the state of the repository, if the project is one."""
    cast = rollout.cast
    if not cast.project.remote:
        return {}
    return {"git": {"commit_hash": cast.commit, "branch": cast.branch, "repository_url": cast.project.remote}}


def _history_base(base: Snapshot | None) -> Json:
    """Return where in the parent's file a fork hangs."""
    if not base:
        return {}
    place = {"thread_id": base.cast.kin.thread, "end_ordinal_exclusive": base.ordinal, "end_byte_offset": base.size}
    return {"history_base": place}


def write_opening(rollout: Rollout, turn: Turn) -> None:
    """Write the tools, instructions and environment that the first request of a thread carries."""
    if turn.setting.model.code_mode:
        tools: Json = {"type": "additional_tools", "id": f"at_{rollout.scene.dice.uuid7(rollout.now)}"}
        rollout.respond(tools | {"role": "developer", "tools": _CODE_TOOLS}, mcp=True)
    _instruct(rollout, turn)
    _describe(rollout, turn)
    write_world(rollout, turn)


def _instruct(rollout: Rollout, turn: Turn) -> None:
    """Write the developer message."""
    content = [{"type": "input_text", "text": text} for text in (_RULES, _TOOLS)]
    tag = _tag(rollout, turn, _DEVELOPER, [_HARNESS, {"provenance": {"type": "tool", "namespace": "tool_search"}}])
    rollout.respond(_message(rollout, "developer", content, tag), mcp=True)


def _describe(rollout: Rollout, turn: Turn) -> None:
    """Write the environment message."""
    lines = (
        "<environment_context>",
        f"  <cwd>{rollout.cast.project.cwd}</cwd>",
        "  <shell>bash</shell>",
        f"  <current_date>{stamp(rollout.now)[:10]}</current_date>",
        "  <timezone>Etc/UTC</timezone>",
        "</environment_context>",
    )
    tag = _tag(rollout, turn, ["environments.environment_context"], [_HARNESS])
    rollout.respond(_message(rollout, "user", [{"type": "input_text", "text": "\n".join(lines)}], tag))


def _message(rollout: Rollout, role: str, content: list[dict[str, str]], tag: Json) -> Json:
    """Return a message item."""
    key = f"msg_{rollout.scene.dice.uuid7(rollout.now)}"
    marked = {"internal_chat_message_metadata_passthrough": tag}
    return {"type": "message", "id": key, "role": role, "content": content, **marked}


def write_world(rollout: Rollout, turn: Turn) -> None:
    """Write the world_state line."""
    cwd = rollout.cast.project.cwd
    places = {"environments": {"local": {"cwd": cwd, "status": "available", "shell": "bash"}}}
    state: Json = {
        "agents_md": {},
        "apps_instructions": False,
        "collaboration_mode": {"mode": "default", "model": turn.setting.model.name},
        "context_window_guidance": "",
        "environments": {**places, "current_date": stamp(rollout.now)[:10], "timezone": "Etc/UTC"},
        "model": turn.setting.model.name,
        "permissions": {"approved_command_prefixes": []},
        "realtime": {"active": False},
    }
    rollout.say("world_state", {"full": True, "state": state})


def write_developer_note(rollout: Rollout, turn: Turn, text: str, kind: str) -> None:
    """Write a message from the client itself."""
    tag = _tag(rollout, turn, [kind], [_HARNESS])
    rollout.respond(_message(rollout, "developer", [{"type": "input_text", "text": text}], tag))


def _tag(rollout: Rollout, turn: Turn, kinds: Sequence[str], marks: list[Json]) -> Json:
    """Return the mark of a message: its turn, its time and what its parts are."""
    created: Json = {"create_time": rollout.created()}
    return turn.tag | created | {"content_item_kinds": kinds, "content_item_metadata": marks}
