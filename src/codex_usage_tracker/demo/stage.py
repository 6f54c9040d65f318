"""What the demo takes place in (from stage.json): projects, clients, models, and all that people and agents say."""

from datetime import date
from pathlib import Path

import msgspec

from codex_usage_tracker.shapes import ready


class Project(msgspec.Struct, frozen=True):
    """One folder in which people run Codex; without a remote it is no git repository."""

    cwd: str
    remote: str | None
    branches: list[str]
    files: list[str]
    test: str
    build: str
    things: list[str]
    weight: float


class Client(msgspec.Struct, frozen=True):
    """A way to run Codex, in use during a part of the history: how often its threads get names and end soon."""

    originator: str
    source: str
    trigger: str | None
    named: float
    turns: int
    weight: float
    since: float
    until: float


class Model(msgspec.Struct, frozen=True):
    """One model: people pick it by its weight from `since` on, after `until` by the weight of its tail."""

    name: str
    weight: float
    since: date = date.min
    until: date = date.max
    tail: float = 0.0
    code_mode: bool = True

    def weight_on(self, day: date) -> float:
        """Return how often people pick it on a day; it takes some days until all do."""
        if day < self.since:
            return 0.0
        return self.tail if day > self.until else self.weight * min(1.0, 0.3 + (day - self.since).days / 12)


class Command(msgspec.Struct, frozen=True):
    """A shell command, the kind of its output, its typical time, how it fails, and the client's reading of it."""

    text: str
    weight: int
    output: str
    seconds: float
    reading: dict[str, str]
    failure: int = 0


class Stage(msgspec.Struct, frozen=True):
    """All of it; `{thing}` is what a thread is about, `forms` are the lines of filler made from `words`."""

    projects: list[Project]
    clients: list[Client]
    tasks: list[tuple[str, str]]
    follow_ups: list[str]
    thoughts: list[str]
    steps: list[str]
    endings: list[str]
    nicknames: list[str]
    roles: list[str | None]
    errands: list[str]
    queries: list[str]
    mcp_tools: list[tuple[str, str, str]]
    forms: dict[str, list[str]]
    words: str
    models: list[Model]
    commands: list[Command]


STAGE = msgspec.json.decode(Path(__file__).with_name("stage.json").read_bytes(), type=ready(Stage))
