"""Every line can be told, of every client, however odd; what a line tells is where a reader expects it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_usage_tracker.evidence import serialized
from codex_usage_tracker.evidence.entries import LABELS, Entry, entry
from codex_usage_tracker.evidence.source import Line
from tests.ingest import lines, zst
from tests.ingest.test_fuzz import json_values, odd_lines

VERSIONS = ["0.36.0", "0.50.0", "0.80.0", "0.98.0", "0.120.0", "0.144.0", "0.150.0", "0.154.0", "0.169.0"]
KNOWN = {*LABELS.values(), "user message", "assistant message", "instructions", "encrypted reasoning", "patch"}

ITEM = "response_item"


def told(data: bytes) -> Entry:
    return entry(Line(1, data, len(data)))


def tell(kind: str, **payload: Any) -> Entry:
    line = {"timestamp": "2026-11-22T00:00:01.000Z", "type": kind, "payload": payload}
    return told(json.dumps(line).encode())


@pytest.mark.parametrize("version", VERSIONS)
def test_every_line_of_a_client_can_be_told(corpus: Path, version: str) -> None:
    paths = list((corpus / version).rglob("rollout-*"))
    assert paths
    for path in paths:
        for data in zst.plain(path).splitlines(keepends=True):
            found = told(data)
            assert found.label in KNOWN | {"other"}, data
            assert found.at is not None
            assert "gAAAA" not in found.text
            assert found.label != "other" or b"inter_agent" in data or b"sub_agent" in data or found.repeats, data


@given(
    odd_lines() | st.binary() | json_values.map(lambda value: lines.text({"type": "response_item", "payload": value}))
)
def test_any_line_can_be_told_and_taken_apart(data: bytes) -> None:
    assert told(data).label
    parts = list(serialized.parts(data))
    assert sum(len(part) for _, part in parts) == len(data)
    assert {name for name, _ in parts} <= set(serialized.BUCKETS)


def test_a_line_that_is_no_object_is_unreadable() -> None:
    for data in (b"", b"\n", b"[1]", b"{", b'"text"', b"\xff\xfe", b"[" * 100_000, b'{"a": "\\ud800"}'):
        assert told(data).label == "unreadable line"


@pytest.mark.parametrize(
    ("kind", "payload", "label", "text"),
    [
        (ITEM, {"type": "message", "role": "user", "content": [{"text": "a"}, {"text": "b"}]}, "user message", "a\nb"),
        (ITEM, {"type": "message", "role": "developer", "content": "do"}, "instructions", "do"),
        (ITEM, {"type": "message", "role": "assistant", "content": [{"text": "I do"}]}, "assistant message", "I do"),
        (ITEM, {"type": "reasoning", "summary": [{"text": "hm"}], "encrypted_content": "x"}, "reasoning summary", "hm"),
        (ITEM, {"type": "reasoning", "summary": [], "encrypted_content": "gAAAAx"}, "encrypted reasoning", ""),
        (ITEM, {"type": "function_call", "name": "shell", "arguments": '{"cmd": 1}'}, "tool call", '{"cmd": 1}'),
        (ITEM, {"type": "custom_tool_call", "name": "apply_patch", "input": "*** Begin"}, "patch", "*** Begin"),
        (ITEM, {"type": "custom_tool_call", "name": "exec", "input": "run()"}, "tool call", "run()"),
        (ITEM, {"type": "function_call_output", "output": "done"}, "tool output", "done"),
        (ITEM, {"type": "custom_tool_call_output", "output": [{"text": "1"}]}, "tool output", "1"),
        (ITEM, {"type": "web_search_call", "action": {"type": "search", "query": "q"}}, "tool call", "q"),
        (ITEM, {"type": "function_call_output", "output": [{"x": "data:image/png;base64,AAAA"}]}, "tool output",
         '{"x":"[picture, 26 characters]"}'),
        ("turn_context", {"model": "m"}, "turn context", '{"model":"m"}'),
        ("event_msg", {"type": "task_started", "turn_id": "t"}, "turn begins", '{"turn_id":"t"}'),
        ("compacted", {"message": "so far", "replacement_history": [{"content": [{"text": "old"}]}]}, "compaction",
         "so far\nold"),
        ("new_kind", {"x": {"encrypted_content": "abcd"}}, "other",
         '{"x":{"encrypted_content":"[encrypted, 4 characters]"}}'),
        ("message", {}, "message", ""),
    ],
)  # fmt: skip
def test_a_line_has_a_label_and_its_text(kind: str, payload: dict[str, Any], label: str, text: str) -> None:
    found = tell(kind, **payload)
    assert (found.label, found.text) == (label, text)


def test_what_has_to_be_asked_for_is_known() -> None:
    assert tell(ITEM, type="function_call_output", output="x").part == "tool_output"
    assert tell("event_msg", type="patch_apply_end", stdout="x").part == "tool_output"
    assert tell("compacted", message="x").part == "compaction_history"
    assert tell(ITEM, type="function_call", arguments="x").part == ""


def test_an_event_that_tells_a_message_once_more_is_known() -> None:
    assert tell("event_msg", type="agent_message", message="x").repeats
    assert tell("event_msg", type="item_completed", item={}).repeats
    assert not tell(ITEM, type="agent_message", content=[]).repeats


def test_counters_that_are_not_there_are_unknown_not_nothing() -> None:
    found = tell("event_msg", type="token_count", info={"last_token_usage": {"input_tokens": 5, "output_tokens": -1}})
    assert found.usage is not None
    assert found.usage.call is not None
    assert (found.usage.call.input_tokens, found.usage.call.cached_input_tokens) == (5, None)
    assert (found.usage.call.uncached_input_tokens, found.usage.call.output_tokens) == (None, None)
    assert found.usage.total is None
    assert tell("event_msg", type="token_count", info=None).usage is None


def test_lines_of_the_first_builds_have_no_payload() -> None:
    found = told(b'{"type":"message","role":"user","content":[{"type":"input_text","text":"hello"}]}')
    assert (found.label, found.text, found.at) == ("user message", "hello", None)


def test_parts_of_a_line_are_told_by_what_they_are_for() -> None:
    text = lines.rollout(
        lines.item("reasoning", summary=[{"text": "hm"}], encrypted_content="C" * 40),
        lines.token_count(lines.used(5, output=1), limits=lines.limits(lines.window(5.0, 300))),
        lines.turn_context("turn"),
        lines.event("thread_goal_updated", goal={"objective": "win"}),
    )
    found: dict[str, bytes] = {}
    for data in text.splitlines(keepends=True):
        for name, part in serialized.parts(data):
            found[name] = found.get(name, b"") + part
    assert found["encrypted_reasoning_state"] == b'"encrypted_content":"' + b"C" * 40 + b'"'
    assert found["visible_payload_fields"] == b'[{"text":"hm"}]'
    assert b"used_percent" in found["rate_limit_metadata"]
    assert b"total_token_usage" in found["token_callback_metadata"]
    assert b'"model":"gpt-5.5"' in found["turn_context_metadata"]
    assert b"win" in found["local_goal_metadata"]
    assert found["protocol_metadata"].count(b'"timestamp":') == 4
