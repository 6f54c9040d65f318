"""One endless thread in Codex's own layout, as long as wished, every call of it known by its number."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

THREAD = "019b7c10-0000-7000-8000-00000000be0c"
NAME = f"rollout-2026-01-02T00-00-00-{THREAD}.jsonl"
BEGAN = datetime(2026, 1, 2, tzinfo=UTC)
CALLS_PER_TURN = 20
LINES_PER_CALL = 5
LINES_PER_TURN = CALLS_PER_TURN * LINES_PER_CALL + 2
OUTPUT_WORDS = 600
USAGE = {
    "input_tokens": 20_000,
    "cached_input_tokens": 18_000,
    "cache_write_input_tokens": 0,
    "output_tokens": 300,
    "reasoning_output_tokens": 100,
    "total_tokens": 20_300,
}
PROJECT = "/home/robin/code/shop"
COMMAND = "pytest -q tests/test_cart.py"


class Rollout:
    """Writes the lines of the thread."""

    def __init__(self) -> None:
        dice = Random(1)
        words = ["cart", "price", "passed", "tests/test_cart.py", "error:", "in", "module", "import", "\n"]
        self.output = " ".join(dice.choices(words, k=OUTPUT_WORDS))

    def write(self, file: IO[bytes], size: int) -> int:
        """Write turns until the file has a size; return the number of calls."""
        written, turn = file.write(self._head()), 0
        while written < size:
            for line in self._turn(turn):
                written += file.write(line)
            turn += 1
        return turn * CALLS_PER_TURN

    def record(self, call: int) -> bytes:
        """Return the line that bills a call."""
        turn, place = divmod(call, CALLS_PER_TURN)
        ids = {"session_id": THREAD, "root_turn_id": _turn_id(turn), "response_id": f"resp_{call:048x}"}
        totals = {"turn_token_usage": _times(place + 1), "thread_token_usage": _times(call + 1)}
        return self._line(call, 1, "token_usage_record", {**_of(turn), **ids, "usage": USAGE, **totals})

    def _head(self) -> bytes:
        about = {"id": THREAD, "session_id": THREAD, "timestamp": _stamp(0), "cwd": PROJECT}
        client = {"originator": "codex_exec", "cli_version": "0.169.0", "source": "exec", "model_provider": "openai"}
        return self._line(0, -2, "session_meta", {**about, **client, "history_mode": "paginated"})

    def _turn(self, turn: int) -> list[bytes]:
        first = turn * CALLS_PER_TURN
        started = {"type": "task_started", "turn_id": _turn_id(turn), "model_context_window": 258_400}
        context = {"turn_id": _turn_id(turn), "cwd": PROJECT, "model": "gpt-5.6-sol", "effort": "medium"}
        lines = [self._line(first, -1, "event_msg", started), self._line(first, -1, "turn_context", context)]
        for call in range(first, first + CALLS_PER_TURN):
            lines += self._call(call)
        return lines

    def _call(self, call: int) -> list[bytes]:
        """Return the lines of a call: what the model wants, what it costs, what came of it, and the totals."""
        asked = {"type": "function_call", "name": "exec_command", "arguments": json.dumps({"cmd": COMMAND})}
        answer = {"type": "function_call_output", "call_id": f"call_{call:024x}", "output": self.output}
        item = {"type": "CommandExecution", "command": ["/bin/bash", "-lc", COMMAND], "aggregated_output": self.output}
        done = {"type": "item_completed", **_of(call // CALLS_PER_TURN), "item": item}
        count = {"type": "token_count", "info": _info(call), "rate_limits": None}
        return [
            self._line(call, 0, "response_item", {**asked, "call_id": f"call_{call:024x}"}),
            self.record(call),
            self._line(call, 2, "event_msg", done),
            self._line(call, 3, "response_item", answer),
            self._line(call, 4, "event_msg", count),
        ]

    def _line(self, call: int, place: int, kind: str, payload: Mapping[str, object]) -> bytes:
        ordinal = call // CALLS_PER_TURN * LINES_PER_TURN + call % CALLS_PER_TURN * LINES_PER_CALL + place + 3
        line = {"timestamp": _stamp(call), "ordinal": ordinal, "type": kind, "payload": payload}
        return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def _turn_id(turn: int) -> str:
    return f"019b7c10-0000-7000-9000-{turn:012x}"


def _of(turn: int) -> Mapping[str, object]:
    return {"thread_id": THREAD, "turn_id": _turn_id(turn)}


def _times(calls: int) -> dict[str, int]:
    return {name: tokens * calls for name, tokens in USAGE.items()}


def _info(call: int) -> dict[str, object]:
    return {"total_token_usage": _times(call + 1), "last_token_usage": USAGE, "model_context_window": 258_400}


def _stamp(call: int) -> str:
    return f"{BEGAN + timedelta(seconds=call):%Y-%m-%dT%H:%M:%S}.000Z"
