"""How a question becomes an answer under a privacy mode, the same for servers, agents and notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codex_usage_tracker import privacy
from codex_usage_tracker.reports.registry import Question, Settings, answer

if TYPE_CHECKING:
    from codex_usage_tracker.privacy import Hiding
    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.reports import asks


def answered(question: Question[Any], reader: Reader, ask: asks.Ask, settings: Settings, hiding: Hiding) -> Any:
    """Return the answer to a question as a privacy mode shows it."""
    return hide(answer(question, reader._replace(hiding=hiding), ask, settings), hiding)


def hide(found: Any, hiding: Hiding) -> Any:
    """Return an answer, or a list of them, as a privacy mode shows it."""
    if isinstance(found, list):
        return [*map(hiding.veil.struct, found)] if hiding.hides else found
    return privacy.hidden(found, hiding)
