"""Lines as Codex prints them, and a database that takes them in."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from codex_usage_tracker.contract.outcomes import Ingest
from codex_usage_tracker.ingest.printed.taking import Asked, take
from tests.ingest import lines
from tests.ingest.home import Home
from tests.prices import BUNDLED

Json = dict[str, Any]

AT_MS = lines.at(60)
"""When all logs were written last."""
ONE, TWO = lines.thread(1), lines.thread(2)
SUMS = "count(*), ifnull(sum(input), 0), ifnull(sum(cached_input), 0), ifnull(sum(output), 0)"


def text(*printed: Json | str) -> bytes:
    """Return lines as they stand in a log."""
    return "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in printed).encode()


def tokens(inputs: int, cached: int = 0, output: int = 0) -> Json:
    return {"inputTokens": inputs, "cachedInputTokens": cached, "outputTokens": output, "totalTokens": inputs + output}


def tell(method: str, at: int | None = None, **params: Any) -> Json:
    """Return a notification of the app server."""
    return {"method": method, "params": params} | ({} if at is None else {"emittedAtMs": at})


def updated(thread: str, total: Json, last: Json, *, turn: str, at: int | None = None) -> Json:
    usage = {"total": total, "last": last, "modelContextWindow": 258400}
    return tell("thread/tokenUsage/updated", at, threadId=thread, turnId=turn, tokenUsage=usage)


def began(thread: str, turn: str, at: int | None = None) -> Json:
    return tell("turn/started", at, threadId=thread, turn={"id": turn, "status": "inProgress", "items": []})


def answered(thread: str, turn: str, response: str, usage: Json, at: int | None = None) -> Json:
    return tell("rawResponse/completed", at, threadId=thread, turnId=turn, responseId=response, usage=usage)


def exec_run(thread: str, inputs: int, cached: int, output: int) -> bytes:
    """Return what one `codex exec --json` prints."""
    usage = {"input_tokens": inputs, "cached_input_tokens": cached, "output_tokens": output}
    done: list[Json | str] = [
        {"type": "thread.started", "thread_id": thread},
        {"type": "turn.started"},
        {"type": "item.completed", "item": {"id": "item_0", "type": "agent_message", "text": "Hello."}},
        {"type": "turn.completed", "usage": usage | {"reasoning_output_tokens": 0}},
    ]
    return text(*done)


class Printing(Home):
    """A home, and a folder of printed logs beside it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.logs = folder / "printed"
        self.logs.mkdir()

    def printed(self, data: bytes, name: str = "run.log") -> str:
        path = self.logs / name
        path.write_bytes(data)
        os.utime(path, (AT_MS / 1000, AT_MS / 1000))
        return str(path)

    def take(self, data: bytes, name: str = "run.log", **asked: Any) -> Ingest:
        """Take in a log of some lines."""
        return self.take_files([self.printed(data, name)], **asked)

    def take_files(self, paths: Sequence[str], **asked: Any) -> Ingest:
        return take(self.database, BUNDLED, paths, Asked(str(self.path), ZoneInfo("UTC"), **asked))

    def sums(self) -> tuple[int, ...]:
        """Return calls, input, cached input and output of all there is."""
        (found,) = self.ask(f"SELECT {SUMS} FROM call")
        return tuple(found)
