"""Builders of log lines, so that a test reads like a log.

Each gives a line without its time; `rollout` stamps lines a second apart and writes them as Codex does: in a fixed
order of keys, without spaces. Thread and turn ids are UUIDs of version 7, named by the minute in which they were made.
"""

import json
from typing import Any, NamedTuple

Json = dict[str, Any]

DAY_MS = 1795305600000
"""2026-11-22T00:00:00Z, when all these logs begin."""
WINDOW = 258400


class Line(NamedTuple):
    """A line but for its time; `at` where it must be another than a second after the line before."""

    kind: str
    payload: object
    at: int | None = None


def at(minute: float) -> int:
    """Return an instant of the day, in milliseconds."""
    return DAY_MS + round(minute * 60_000)


def stamp(instant: int) -> str:
    """Return an instant as the logs write it."""
    seconds, millis = divmod(instant - DAY_MS, 1000)
    return f"2026-11-22T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{millis:03}Z"


def uuid7(minute: float, tail: int = 0) -> str:
    """Return the id that a client would have made at that minute."""
    head = f"{at(minute):012x}"
    return f"{head[:8]}-{head[8:]}-7000-8000-{tail:012x}"


def thread(minute: float) -> str:
    return uuid7(minute, 0xAA)


def turn(minute: float) -> str:
    return uuid7(minute, 0xBB)


def used(inputs: int = 0, cached: int = 0, written: int = 0, output: int = 0, reasoning: int = 0) -> Json:
    """Return the counters of one response, or of several together."""
    return {
        "input_tokens": inputs,
        "cached_input_tokens": cached,
        "cache_write_input_tokens": written,
        "output_tokens": output,
        "reasoning_output_tokens": reasoning,
        "total_tokens": inputs + output,
    }


def plus(*several: Json) -> Json:
    """Return counters added up."""
    return {name: sum(one[name] for one in several) for name in several[0]}


NOTHING = used()


# -- lines -------------------------------------------------------------------------------------------------------------


def session_meta(thread_id: str, **fields: Any) -> Line:
    payload = {
        "id": thread_id, "timestamp": stamp(at(0)), "cwd": "/home/dev/proj", "originator": "codex_exec",
        "cli_version": "0.169.0", "source": "exec", "model_provider": "openai", **fields,
    }  # fmt: skip
    return Line("session_meta", payload)


def spawned(parent: str, **fields: Any) -> Json:
    """Return the `source` of a sub-agent."""
    return {"subagent": {"thread_spawn": {"parent_thread_id": parent, "depth": 1, **fields}}}


def turn_context(turn_id: str | None = None, model: str = "gpt-5.5", **fields: Any) -> Line:
    named = {} if turn_id is None else {"turn_id": turn_id}
    return Line("turn_context", {**named, "cwd": "/home/dev/proj", "model": model, **fields})


def event(kind: str, **fields: Any) -> Line:
    return Line("event_msg", {"type": kind, **fields})


def item(kind: str, **fields: Any) -> Line:
    return Line("response_item", {"type": kind, **fields})


def task_started(turn_id: str, **fields: Any) -> Line:
    return event("task_started", turn_id=turn_id, model_context_window=WINDOW, **fields)


def task_complete(turn_id: str, **fields: Any) -> Line:
    return event("task_complete", turn_id=turn_id, last_agent_message="done", **fields)


def settings(tier: str | None = None, thread_id: str | None = None) -> Line:
    named = {} if thread_id is None else {"thread_id": thread_id}
    asked = {} if tier is None else {"service_tier": tier}
    return event("thread_settings_applied", **named, thread_settings={"model": "gpt-5.5", **asked})


def user_message(text: str = "please") -> Line:
    return event("user_message", message=text, images=[])


def agent_message(text: str = "I will") -> Line:
    return event("agent_message", message=text)


def message(role: str, text: str = "words") -> Line:
    return item("message", role=role, content=[{"type": "output_text", "text": text}])


def function_call(call_id: str, name: str = "exec_command", arguments: str = '{"cmd": "ls -la"}') -> Line:
    return item("function_call", name=name, arguments=arguments, call_id=call_id)


def function_output(call_id: str, output: str = "Process exited with code 0\nOutput:\nhi") -> Line:
    return item("function_call_output", call_id=call_id, output=output)


def record(
    thread_id: str, turn_id: str, usage: Json, total: Json | None = None, response: str = "resp_1",
) -> Line:  # fmt: skip
    payload = {
        "thread_id": thread_id, "turn_id": turn_id, "session_id": thread_id, "root_turn_id": turn_id,
        "response_id": response, "usage": usage, "turn_token_usage": usage, "thread_token_usage": total or usage,
    }  # fmt: skip
    return Line("token_usage_record", payload)


def token_count(total: Json | None, last: Json | None = None, limits: Json | None = None, **info: Any) -> Line:
    """Return a snapshot; without a total one that only tells of rate limits."""
    counted = None
    if total is not None:
        counted = {
            "total_token_usage": total, "last_token_usage": last or total, "model_context_window": WINDOW, **info,
        }  # fmt: skip
    return event("token_count", info=counted, rate_limits=limits)


def overflow() -> Line:
    """Return the snapshot after a context that was too long: the total is the window, and nothing else."""
    return token_count({**NOTHING, "total_tokens": WINDOW}, {**NOTHING, "total_tokens": WINDOW - 1000})


def estimate(total: Json, tokens: int = 700) -> Line:
    """Return the snapshot after a compaction: the same total, and a guess of what is left."""
    return token_count(total, {**NOTHING, "total_tokens": tokens})


def compacted(response: str | None = None, latest: Line | None = None, model: str | None = None) -> Line:
    payload: Json = {"message": ""}
    if response is not None:
        payload["compaction_response_id"] = response
    if latest is not None:
        payload["latest_token_usage_record"] = latest.payload
    if model is not None:
        payload["resume_metadata"] = {"previous_turn_settings": {"model": model}}
    return Line("compacted", payload)


def limits(*windows: Json | None, limit_id: str | None = "codex", **fields: Any) -> Json:
    """Return rate limits; windows go into `primary`, then `secondary`."""
    slots = dict(zip(("primary", "secondary"), [*windows, None, None], strict=False))
    return {"limit_id": limit_id, "limit_name": None, **slots, **fields}


def window(used_percent: float, minutes: int | None, **fields: Any) -> Json:
    return {"used_percent": used_percent, "window_minutes": minutes, **fields}


# -- logs --------------------------------------------------------------------------------------------------------------


def good_log(thread_id: str) -> list[Line]:
    """Return a log of two calls, of 1000 and 1500 input tokens."""
    first, second = used(1000, output=10), used(1500, output=20)
    return [
        session_meta(thread_id),
        turn_context(turn(1)),
        record(thread_id, turn(1), first, response="resp_1"),
        token_count(first),
        record(thread_id, turn(1), second, plus(first, second), response="resp_2"),
        token_count(plus(first, second), second),
    ]


def rollout(*lines: Line, minute: float = 0.0, ordinal: int | None = None) -> bytes:
    """Return a log that begins at that minute; with `ordinal`, of the paginated kind."""
    written = []
    now = at(minute)
    for number, line in enumerate(lines):
        now = line.at if line.at is not None else now + 1000
        head: Json = {"timestamp": stamp(now)}
        if ordinal is not None:
            head["ordinal"] = ordinal + number
        written.append(text({**head, "type": line.kind, "payload": line.payload}))
    return b"".join(written)


def text(line: Json) -> bytes:
    """Return a line as Codex writes it."""
    return json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def file_name(thread_id: str, other: str | None = None) -> str:
    """Return the name of a thread's rollout, or of a revert's second one."""
    tail = f"{thread_id}_{other}" if other else thread_id
    return f"rollout-2026-11-22T00-00-00-{tail}.jsonl"
