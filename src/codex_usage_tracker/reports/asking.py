"""How a question becomes an answer under a privacy mode, the same for servers, agents and notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from codex_usage_tracker import privacy
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.query import threads
from codex_usage_tracker.reports import asks
from codex_usage_tracker.reports.registry import Question, Settings, answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.reports.export import Hiding


def read(kind: type[asks.AskType], given: Mapping[str, Sequence[str]], mode: str) -> asks.AskType:
    """Return a question as texts by name ask it, unless it would find what is hidden."""
    ask = asks.read(kind, given)
    if getattr(ask, "search", "") and mode != privacy.NORMAL:
        raise InvalidValueError(f"search would find what {mode} mode hides", "Leave it out.")
    return ask


def answered(question: Question[Any], reader: Reader, ask: asks.Ask, settings: Settings, hiding: Hiding) -> Any:
    """Return the answer to a question as a privacy mode shows it."""
    return hide(answer(question, reader, unveiled(ask, reader, hiding), settings), hiding)


def hide(found: Any, hiding: Hiding) -> Any:
    """Return an answer, or a list of them, as a privacy mode shows it."""
    if isinstance(found, list):
        return found if hiding.mode == privacy.NORMAL else [privacy.Veil(*hiding).struct(one) for one in found]
    return privacy.hidden(found, *hiding)


def unveiled(ask: asks.AskType, reader: Reader, hiding: Hiding) -> asks.AskType:
    """Return a question with the labels that hidden answers have as the names they stand for."""
    if hiding.mode == privacy.NORMAL:
        return ask
    veil, found = privacy.Veil(*hiding), dict[str, Any]()
    for name, word in veil.words.items():
        told = getattr(ask, name, None) if name in threads.KNOWN else None
        told = (told,) if isinstance(told, str) else told
        if told and any(one.startswith(word) for one in told):
            names = {veil.label(word, one): one for one in threads.known(reader.db, name)}
            values = tuple(names.get(one, one) for one in told)
            found[name] = values[0] if isinstance(getattr(ask, name), str) else values
    return msgspec.structs.replace(ask, **found)
