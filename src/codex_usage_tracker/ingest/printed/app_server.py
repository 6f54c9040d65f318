"""What `codex app-server` prints: one JSON-RPC message a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from codex_usage_tracker.ingest import identity, labels, limits
from codex_usage_tracker.ingest.decode import (
    CountInfo,
    ErrorJson,
    TokenCount,
    TurnEvent,
    UsageJson,
    UsageRecord,
    usage_of,
    uuid7_instant,
)
from codex_usage_tracker.ingest.printed.shapes import (
    Item,
    Message,
    Params,
    RateLimits,
    Result,
    Settings,
    ThreadJson,
    instant_ms,
    instant_of_seconds,
    item_of,
)
from codex_usage_tracker.ingest.state import TOOL_RESULT
from codex_usage_tracker.shapes import ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from codex_usage_tracker.ingest.printed.log import Log
    from codex_usage_tracker.ingest.printed.threads import Printed

_params = msgspec.json.Decoder(ready(Params))
_result = msgspec.json.Decoder(ready(Result))
WANTED = (b'"thread"', b'"rateLimits"', b'"responseId"')
"""Answers that tell of none of these are stepped over."""
TOOLS = frozenset({"commandExecution", "mcpToolCall", "fileChange", "webSearch", "dynamicToolCall"})


class AppServer:
    """Reads the messages of one log."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.samples: dict[str, str] = {}
        self.minutes: dict[tuple[str | None, str], int] = {}
        self.last_limits: limits.Last = {}

    def read(self, message: Message, raw: bytes, line: int) -> None:
        """Take one message; a method that adds nothing is stepped over."""
        if message.method is None:
            if any(word in raw for word in WANTED) and bytes(message.result):
                self._answered(_result.decode(message.result), message, line)
            elif b'"dailyUsageBuckets"' in raw:
                self.log.skip("account_usage")
            return
        handler = METHODS.get(message.method)
        if handler is None:
            return
        params = _params.decode(bytes(message.params) or b"{}")
        self._clock(message, params)
        handler(self, params, message, line)

    def _clock(self, message: Message, params: Params) -> None:
        """Take the best clock of a message: its own, its item's, its turn's, those in the ids of turn and thread."""
        clocks, item, turn = self.log.clock, params.item, params.turn
        told = instant_ms(message.emitted_at) or (
            (instant_ms(item.completed_at_ms) or instant_ms(item.started_at_ms)) if item else None
        )
        if told is not None:
            clocks.set(told, "line")
            return
        ended = instant_of_seconds(turn.completed_at or turn.started_at) if turn else None
        if found := ended or uuid7_instant(params.turn_id or (turn.id if turn else None)):
            clocks.at_least(found, "turn")
        elif found := uuid7_instant(params.thread_id or (params.thread.id if params.thread else None)):
            clocks.at_least(found, "thread")

    def thread_told(self, params: Params, _message: Message, _line: int) -> None:
        """Take who a thread is."""
        if params.thread is not None:
            self._described(params.thread)

    def _described(self, told: ThreadJson) -> None:
        """Take who a thread is, which clients tell in more than one message."""
        began = instant_of_seconds(told.created_at) or uuid7_instant(told.id) or self.log.clock.at
        self.log.threads.describe(identity.thread_of(told.meta(), began))
        state = self.log.threads.get(told.id).state
        state.kind = identity.kind_of(told.meta())
        self._settle(told.id, Settings(told.model, told.reasoning_effort))

    def _settle(self, thread: str, settings: Settings) -> None:
        state = self.log.threads.get(thread).state
        state.model = labels.model_of(settings.model) or state.model
        state.effort = labels.known(settings.effort, labels.EFFORTS) or state.effort
        state.next_tier = labels.known(settings.service_tier, labels.TIERS) or state.next_tier
        if not state.calls_in_turn:
            state.tier = state.next_tier

    def settings_told(self, params: Params, _message: Message, _line: int) -> None:
        """Take the settings of the turns that follow."""
        if params.thread_id and params.thread_settings:
            state = self.log.threads.get(params.thread_id).state
            state.effort, state.next_tier = None, None
            self._settle(params.thread_id, params.thread_settings)

    def rerouted(self, params: Params, _message: Message, _line: int) -> None:
        """Take the model that answers instead of the one that was asked for."""
        if params.thread_id and params.to_model:
            self._settle(params.thread_id, Settings(params.to_model))

    def turn_told(self, params: Params, message: Message, line: int) -> None:
        """Begin or end a turn."""
        turn = params.turn
        if not params.thread_id or turn is None or not turn.id:
            self.log.skip("missing_field")
            return
        self.log.turns.add((params.thread_id, turn.id))
        account, at = self.log.threads.get(params.thread_id), self.log.clock.at
        event = TurnEvent(turn.id, turn.root_turn_id, turn.started_at, turn.duration_ms)
        if message.method == "turn/started":
            account.task_started(event, instant_of_seconds(turn.started_at) or at, line)
        elif turn.status == "interrupted":
            event.reason = turn.status
            account.turn_aborted(event, at, line)
        else:
            event.error = ErrorJson(_snake(turn.error.codex_error_info)) if turn.error else None
            account.task_complete(event, at, line)

    def item_told(self, params: Params, message: Message, line: int) -> None:
        """Take something that was begun or done in a turn."""
        item = params.item
        if not params.thread_id or item is None:
            self.log.skip("missing_field")
            return
        self.log.items.add((params.thread_id, str(item.id)))
        if message.method == "item/completed":
            self._done(params.thread_id, item, line)

    def _done(self, thread: str, item: Item, line: int) -> None:
        account = self.log.threads.get(thread)
        if item.type == "userMessage":
            account.asked(None)
        elif item.type in TOOLS:
            for label in labels.of_item(item_of(item)):
                account.fact(label, line)
            account.caused(TOOL_RESULT, None)

    def raw_item(self, _params: Params, message: Message, _line: int) -> None:
        """Count an action on the web."""
        self.log.web_actions += b'"web_search_call"' in bytes(message.params)

    def response(self, params: Params, _message: Message, line: int) -> None:
        """Count one response, which is told exactly."""
        if not params.thread_id or not params.response_id or params.usage is None:
            self.log.skip("missing_field")
            return
        account = self.log.threads.get(params.thread_id)
        record = UsageRecord(params.usage, None, params.turn_id, None, params.response_id)
        self.log.counted(account, lambda: account.usage_record(record, self.log.clock.at, line))

    def usage(self, params: Params, _message: Message, line: int) -> None:
        """Count a snapshot if it is a call of its own; the first of a fork shows what its parent used."""
        told = params.token_usage
        if not params.thread_id or told is None:
            self.log.skip("missing_field")
            return
        account = self.log.threads.get(params.thread_id)
        total, last = usage_of(told.total), usage_of(told.last)
        if total != last and self._is_inherited(account, params):
            account.state.total, account.state.last = total, last
            return
        at = self.log.clock.at
        if (params.thread_id, params.turn_id) not in self.log.turns:  # a turn of before, told again
            at = min(at, uuid7_instant(params.turn_id) or at)
        account.enter(params.turn_id)
        count = TokenCount(CountInfo(told.total, told.last, told.model_context_window))
        self.log.counted(account, lambda: account.token_count(count, at, line))

    def _is_inherited(self, account: Printed, params: Params) -> bool:
        """Say whether a total is a parent's: a fork's first one, and one of a turn that is older than its thread."""
        first = account.state.own in self.log.threads.forks
        self.log.threads.forks.discard(account.state.own)
        began = uuid7_instant(params.turn_id)
        return first or (began is not None and account.state.own_at is not None and began < account.state.own_at)

    def limits_told(self, params: Params, _message: Message, _line: int) -> None:
        """Take limits, of which only what changed may be told."""
        if params.rate_limits is not None:
            self._limited(params.rate_limits)

    def _limited(self, told: RateLimits) -> None:
        self.log.limits.extend(limits.changed(told.as_logged(self.minutes), self.log.clock.at, self.last_limits))

    def sampling(self, params: Params, message: Message, _line: int) -> None:
        """Remember for which thread a client asks: the answer does not say."""
        if params.thread_id and message.id is not None:
            self.samples[str(message.id)] = params.thread_id

    def _answered(self, result: Result, message: Message, line: int) -> None:
        """Take what a request was answered."""
        self.log.clock.set(instant_ms(message.emitted_at), "line")
        if result.thread is not None:
            self._described(result.thread)
            self._settle(result.thread.id, Settings(result.model, result.reasoning_effort, result.service_tier))
        families = [*(result.rate_limits_by_limit_id or {}).values()]
        for told in families or ([result.rate_limits] if result.rate_limits else []):
            self._limited(told)
        if result.response_id and (result.usage or result.input_tokens is not None):
            self._sampled(result, result.response_id, self.samples.pop(str(message.id), None), line)

    def _sampled(self, result: Result, response: str, thread: str | None, line: int) -> None:
        told = result.usage or UsageJson(
            result.input_tokens or 0, result.cached_input_tokens, result.cache_write_input_tokens,
            result.output_tokens, result.reasoning_output_tokens,
        )  # fmt: skip
        usage = usage_of(told)
        if usage is None or not any(usage):
            self.log.skip("invalid_counter")
            return
        account = self.log.threads.get(thread or response)
        self.log.counted(account, lambda: account.sample(response, usage, self.log.clock.at, line))


def _snake(info: object) -> object:
    """Return the kind of an error as rollouts write it."""
    if isinstance(info, dict) and info:
        info = next(iter(info))
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in info) if isinstance(info, str) else None


METHODS: dict[str, Callable[[AppServer, Params, Message, int], None]] = {
    "thread/started": AppServer.thread_told,
    "thread/settings/updated": AppServer.settings_told,
    "model/rerouted": AppServer.rerouted,
    "turn/started": AppServer.turn_told,
    "turn/completed": AppServer.turn_told,
    "item/started": AppServer.item_told,
    "item/completed": AppServer.item_told,
    "rawResponseItem/completed": AppServer.raw_item,
    "rawResponse/completed": AppServer.response,
    "thread/tokenUsage/updated": AppServer.usage,
    "account/rateLimits/updated": AppServer.limits_told,
    "thread/sample": AppServer.sampling,
}
"""What is done with each method; all others add nothing."""
