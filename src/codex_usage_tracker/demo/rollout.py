"""One rollout file while it grows: its lines, its clock and its sums."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeAlias

import msgspec
from msgspec import UNSET

from codex_usage_tracker.demo.home import Volume
from codex_usage_tracker.demo.models import SPARK, Setting
from codex_usage_tracker.demo.people import Client, Topic
from codex_usage_tracker.demo.projects import Project
from codex_usage_tracker.demo.scene import Scene
from codex_usage_tracker.demo.stamps import DAY, SECOND, date_text, stamp
from codex_usage_tracker.demo.truth import Sum
from codex_usage_tracker.demo.usage import NOTHING, WINDOW, Context, Usage

Json: TypeAlias = dict[str, object]

_ENCODE_INTO = msgspec.json.Encoder().encode_into
_END = -1
_LATE = 2 * DAY
_OUTPUT_TOKENS = 12_000
_NO_MCP: Json = {"status": "none"}
_DIRECT_BASE = 10_700
_CODE_BASE = 15_600


class _Line(msgspec.Struct):
    """A line as the client writes it."""

    timestamp: str
    ordinal: int
    type: str
    payload: object


class _ItemLine(_Line):
    """A line with a response item, which has metadata."""

    metadata: object


class _Notes(msgspec.Struct):
    """The metadata of a response item."""

    history_sequence: int
    sampled_through_sequence: int
    retained_source: object = UNSET
    client_authored: bool = False
    user_input_order: object = UNSET
    mcp_attribution: object = UNSET
    fallback_token_limit_override: object = UNSET


@dataclass(frozen=True)
class Kin:
    """Who a thread is: its ids, its place below a session and its kind in the truth."""

    thread: str
    session: str
    kind: str
    source: object
    thread_source: str
    parent: str | None = None
    nickname: str | None = None
    role: str | None = None
    path: str | None = None


@dataclass(frozen=True)
class Cast:
    """Where and with what a thread runs, and what it is about."""

    kin: Kin
    project: Project
    client: Client
    version: str
    commit: str
    branch: str
    topic: Topic


@dataclass
class Turn:
    """One turn: its ids, what it runs with and what it spent."""

    id: str
    root: str
    parent: str | None
    setting: Setting
    started: int
    full: bool
    trigger: str | None = None
    spent: Usage = NOTHING
    first_token: int = 0
    calls: int = 0

    def __post_init__(self) -> None:
        """Make the mark that ties an item to the turn."""
        self.tag: Json = {"turn_id": self.id}


@dataclass(frozen=True)
class Snapshot:
    """The state of a thread at the end of a turn, from which a fork goes on."""

    cast: Cast
    setting: Setting
    moment: int
    ordinal: int
    size: int
    counted: Usage
    spent: Usage
    sequence: int
    order: int
    context: Context


class Rollout:
    """A thread's file: it takes lines, moves its clock and adds up what is billed."""

    def __init__(self, scene: Scene, cast: Cast, setting: Setting, moment: int) -> None:
        """Open an empty file."""
        self.scene = scene
        self.cast = cast
        self.setting = setting
        self.opened = self.now = moment
        self.thread = cast.kin.thread
        self.content = bytearray()
        self.ordinal = self.sequence = self.sampled = self.order = self.calls = self.turns = 0
        self.counted = self.spent = NOTHING
        self.context = Context(scene.dice, base=_CODE_BASE if setting.model.code_mode else _DIRECT_BASE)
        self.windows = [scene.dice.uuid7(moment)]
        self.prompts: list[tuple[str, str, str]] = []
        self.items: list[tuple[int, Json]] = []
        self.cells: defaultdict[tuple[str, str, str], Sum] = defaultdict(Sum)

    def wait(self, milliseconds: float) -> None:
        """Let time pass, but never past the end of the history."""
        pause, left = int(milliseconds), self.scene.end - self.now
        self.now += pause if left > _LATE else min(pause, left // 40)

    def say(self, kind: str, payload: object) -> None:
        """Write one line."""
        _ENCODE_INTO(_Line(stamp(self.now), self.ordinal, kind, payload), self.content, _END)
        self.content += b"\n"
        self.ordinal += 1

    def event(self, payload: Json) -> None:
        """Write an event_msg line."""
        self.say("event_msg", payload)

    def respond(self, payload: Json, *, retained: object = UNSET, ordered: bool = False, mcp: bool = False) -> None:
        """Write a response_item line that people or the model made."""
        self.sequence += 1
        notes = _Notes(self.sequence, self.sampled, retained)
        if ordered:
            notes.user_input_order = self.order
            self.order += 1
        if mcp:
            notes.mcp_attribution = _NO_MCP
        self._respond(payload, notes)

    def output(self, payload: Json) -> None:
        """Write a response_item line with the output of a tool."""
        self.sequence += 1
        self._respond(payload, _Notes(self.sequence, self.sampled, fallback_token_limit_override=_OUTPUT_TOKENS))

    def _respond(self, payload: Json, notes: _Notes) -> None:
        _ENCODE_INTO(_ItemLine(stamp(self.now), self.ordinal, "response_item", payload, notes), self.content, _END)
        self.content += b"\n"
        self.ordinal += 1

    def item(self, turn: Turn, item: Json, since: int | None = None) -> None:
        """Write an item_completed line."""
        payload: Json = {
            "type": "item_completed",
            "thread_id": self.thread,
            "turn_id": turn.id,
            "item": item,
            "started_at_ms": since or self.now,
            "completed_at_ms": self.now,
        }
        self.say("event_msg", payload)
        if self.cast.kin.kind == "review":
            self.items.append((self.now, payload))

    def bill(self, turn: Turn, usage: Usage, kind: str) -> Json:
        """Write the record of one API response and enter it in the books."""
        turn.spent += usage
        self.spent += usage
        self.calls += 1
        turn.calls += 1
        self.scene.left -= 1
        self.cells[turn.setting.model.name, kind, date_text(self.now // DAY)].bill(usage)
        record: Json = {
            "thread_id": self.thread,
            "turn_id": turn.id,
            "session_id": self.cast.kin.session,
            "root_turn_id": turn.root,
            "response_id": f"resp_{self.scene.dice.hexes(48)}",
            "usage": usage,
            "turn_token_usage": turn.spent,
            "thread_token_usage": self.spent,
        }
        self.say("token_usage_record", record)
        return record

    def count(self, turn: Turn, last: Usage, *, limits: bool = True) -> None:
        """Write a token_count line with the totals as they are."""
        model = turn.setting.model
        shown = self.scene.limits.at(self.now, spark=model is SPARK) if limits else None
        info: Json = {
            "total_token_usage": self.counted,
            "last_token_usage": last,
            "last_usage_includes_reasoning": model.code_mode or not last.input_tokens,
            "model_context_window": WINDOW,
        }
        self.say("event_msg", {"type": "token_count", "info": info, "rate_limits": shown})

    def created(self) -> float:
        """Return the time of the line in seconds, as items carry it."""
        return self.now / SECOND

    def snapshot(self) -> Snapshot:
        """Return the present state, for a fork."""
        return Snapshot(
            self.cast,
            self.setting,
            self.now,
            self.ordinal,
            len(self.content),
            self.counted,
            self.spent,
            self.sequence,
            self.order,
            self.context.copy(warm=True),
        )

    def take_up(self, base: Snapshot) -> None:
        """Go on from where another thread was."""
        self.ordinal, self.sequence, self.order = base.ordinal, base.sequence, base.order
        self.counted, self.spent = base.counted, base.spent
        self.context = base.context.copy(warm=False)

    def finish(self, *, archived: bool = False) -> None:
        """Close the file and hand it to the shelf and to the books."""
        self.scene.shelf.put(Volume(self.thread, self.opened, self.now, self.content, archived), self.scene.dice)
        self.scene.ledger.enter(self.thread, self.cells)
        self.scene.appetite.digest(len(self.content), self.calls)
