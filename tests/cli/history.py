"""A small history over five days, always the same: four threads, one of them named to do harm, one archived."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.ingest import lines
from tests.ingest.lines import Json, Line, used

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
HEBREW = "\u05e9\u05dc\u05d5\u05dd"
HOSTILE = f"=1+1 [red]x[/red] \x1b[31m\u202e{HEBREW} 漢字 🦊\r\nend"
CANARY = "canary"
"""Stands in every text that a privacy mode hides."""

PARSER, AGENT, ARCHIVED, ODD = (lines.uuid7(minute, 0xC0DE00 + minute) for minute in (1, 2, 3, 4))
NAMES = {PARSER: f"Fix the {CANARY} parser", ARCHIVED: f"Old {CANARY} experiment", ODD: HOSTILE}


class Log:
    """A rollout in the making, whose lines know their time."""

    def __init__(self, thread_id: str, start: datetime, **meta: Any) -> None:
        self.thread_id = thread_id
        self.start = self.now = start
        self.total = used()
        self.lines: list[bytes] = []
        self.add(lines.session_meta(thread_id, **{"timestamp": stamp(start), **meta}))

    def add(self, *several: Line) -> "Log":
        """Write lines a second apart."""
        for line in several:
            self.now += timedelta(seconds=1)
            self.lines.append(lines.text({"timestamp": stamp(self.now), "type": line.kind, "payload": line.payload}))
        return self

    def turn(
        self, number: int, at: datetime, *calls: Json, model: str = "gpt-5.5", limits: Json | None = None
    ) -> "Log":
        """Write a turn with its calls; every call but the last runs a command."""
        turn_id = f"{self.thread_id[:-4]}{number:04x}"
        self.now = at
        self.add(
            lines.task_started(turn_id), lines.turn_context(turn_id, model=model, effort="high"), lines.user_message()
        )
        for index, usage in enumerate(calls):
            self.total = lines.plus(self.total, usage)
            last = index == len(calls) - 1
            called = lines.function_call(f"call_{number}_{index}", arguments='{"cmd": "git status"}')
            self.add(lines.agent_message() if last else called)
            response = f"resp_{self.thread_id[-6:]}_{number}_{index}"
            self.add(
                lines.record(self.thread_id, turn_id, usage, self.total, response),
                lines.token_count(self.total, usage, limits),
            )
            if not last:
                self.add(lines.function_output(f"call_{number}_{index}"))
        return self.add(lines.task_complete(turn_id, duration_ms=42_000, time_to_first_token_ms=900))

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = f"rollout-{self.start:%Y-%m-%dT%H-%M-%S}-{self.thread_id}.jsonl"
        (folder / name).write_bytes(b"".join(self.lines))


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def day(days_ago: int, hour: int = 9) -> datetime:
    return (NOW - timedelta(days=days_ago)).replace(hour=hour)


def write(home: Path) -> Path:
    """Write the history into a Codex home."""
    for log in _active():
        log.write(home / "sessions" / f"{log.start:%Y/%m/%d}")
    _archived().write(home / "archived_sessions")
    named = [{"id": thread, "thread_name": name, "updated_at": stamp(NOW)} for thread, name in NAMES.items()]
    (home / "session_index.jsonl").write_text("".join(json.dumps(one) + "\n" for one in named), encoding="utf-8")
    return home


def _limits(used_percent: float, *, resets_in: timedelta) -> Json:
    resets_at = int((NOW + resets_in).timestamp())
    weekly = lines.window(used_percent + 40, 10080, resets_at=int((NOW - timedelta(hours=1)).timestamp()))
    return lines.limits(lines.window(used_percent, 300, resets_at=resets_at), weekly, plan_type="pro")


def _project(name: str) -> Json:
    return {
        "cwd": f"/home/{CANARY}/{name}",
        "git": {
            "branch": f"feature/{CANARY}-{name}",
            "commit_hash": f"c0ffee{CANARY}",
            "repository_url": f"git@example.com:{CANARY}/{name}-{CANARY}.git",
        },
    }


def _active() -> Iterator[Log]:
    parser = Log(PARSER, day(4), **_project("alpha"))
    parser.turn(
        1, day(4), used(20_000, 0, 512, 900, 400), used(21_500, 19_968, 0, 350, 100), used(24_000, 21_504, 0, 1_200, 0)
    )
    parser.turn(2, day(3), used(31_000, 24_064, 0, 2_000, 1_500), used(180_000, 30_976, 1_024, 800, 0))
    parser.turn(
        3,
        day(0, 10),
        used(190_000, 179_968, 0, 4_000, 2_048),
        limits=_limits(37.5, resets_in=timedelta(hours=2, minutes=10)),
    )
    yield parser
    agent = Log(
        AGENT,
        day(3, 10),
        parent_thread_id=PARSER,
        session_id=PARSER,
        agent_nickname=f"Ada {CANARY}",
        agent_role="reviewer",
        source=lines.spawned(PARSER, agent_nickname=f"Ada {CANARY}", agent_role="reviewer"),
        **_project("alpha"),
    )
    yield agent.turn(1, day(3, 10), used(12_000, 0, 0, 300, 64), used(12_600, 11_904, 0, 50, 0), model="gpt-5.5-mini")
    odd = Log(ODD, day(1), cwd=f"/home/{CANARY}/=cmd|calc")
    yield odd.turn(1, day(1), used(9_000_000, 8_500_000, 0, 120_000, 64_000), used(950, 0, 0, 7, 0))


def _archived() -> Log:
    old = Log(ARCHIVED, day(40), **_project("beta"))
    return old.turn(1, day(40), used(50_000, 49_920, 0, 1_000, 0), used(50_500, 0, 0, 20, 0), model="gpt-5.1-codex")
