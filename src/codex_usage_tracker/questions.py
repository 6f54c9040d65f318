"""The questions as methods of a tracker; `docs/generate.py` types them in questions.pyi from the registry."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Any

from codex_usage_tracker import privacy
from codex_usage_tracker.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from arro3.core import Table

    from codex_usage_tracker.privacy import Hiding
    from codex_usage_tracker.reports.asks import AskType
    from codex_usage_tracker.reports.registry import Question


class Questions:
    """Everything that can be asked; each question is a method with the question's parameters as keywords."""

    privacy_mode: str | None = None

    def ask(self, name: str, *, privacy_mode: str | None = None, **given: Any) -> Any:
        """Return the answer to a question by its name, such as `summary` or `diagnostics/facts`."""
        from codex_usage_tracker.reports import asking  # noqa: PLC0415  (importing the package stays light)
        from codex_usage_tracker.reports.registry import Settings, needs_findings  # noqa: PLC0415

        question, hiding = named(name), self.hiding(privacy_mode)
        ask = read(question.ask, given)
        with self.reader(findings=needs_findings(question, ask)) as reader:
            return asking.answered(question, reader, ask, Settings(self.files, self.settings), hiding)

    def to_arrow(
        self, name: str = "calls", *, rows: str = "rows", privacy_mode: str | None = None, **given: Any
    ) -> Table:
        """Return the rows of an answer as an Arrow table, of `calls` all that a filter leaves.

        `rows` names another list of the answer. Money is decimal, instants are timestamps in UTC; lists and structs
        within rows are left out, a summary's keys are columns.
        """
        from codex_usage_tracker.reports import arrow, asks  # noqa: PLC0415
        from codex_usage_tracker.reports.registry import needs_findings  # noqa: PLC0415

        question, hiding = named(name), self.hiding(privacy_mode)
        if question.name != "calls" or {"limit", "offset"} & given.keys():
            return arrow.of_answer(self.ask(name, privacy_mode=privacy_mode, **given), rows)
        ask = read(asks.CallsChoice, given)
        with self.reader(findings=needs_findings(question, ask)) as reader:
            chosen = asks.filter_of(ask, asks.zone_of(ask, reader._replace(hiding=hiding)))
            return arrow.of_calls(reader, chosen, hiding)

    def hiding(self, mode: str | None = None) -> Hiding:
        """Return the mode that is told, else that of the environment or the settings, with all that it takes."""
        from codex_usage_tracker.config.seen import mode_set, seen  # noqa: PLC0415  (help hides nothing)

        told = mode or self.privacy_mode or os.environ.get(privacy.ENVIRONMENT) or mode_set(self.files)
        found = privacy.mode_of(told)
        return privacy.Hiding() if found == privacy.NORMAL else privacy.Hiding(found, self.secret(), *seen(self.files))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        from codex_usage_tracker.reports.registry import QUESTIONS  # noqa: PLC0415

        question = next((one for one in QUESTIONS.values() if method_of(one.name) == name), None)
        if question is None:
            raise AttributeError(f"{type(self).__name__} has no {name!r}; questions are {', '.join(QUESTIONS)}")
        return _method(self, question)

    def __dir__(self) -> list[str]:
        from codex_usage_tracker.reports.registry import QUESTIONS  # noqa: PLC0415

        return [*super().__dir__(), *map(method_of, QUESTIONS)]


def method_of(name: str) -> str:
    """Return what the method of a question is called."""
    return name.replace("/", "_").replace("-", "_")


def named(name: str) -> Question[Any]:
    """Return a question by its name, or that of its method."""
    from codex_usage_tracker.reports.registry import QUESTIONS  # noqa: PLC0415

    found = next((one for one in QUESTIONS.values() if name in {one.name, method_of(one.name)}), None)
    if found is None:
        raise InvalidValueError(f"there is no question {name!r}", f"Questions are {', '.join(QUESTIONS)}.")
    return found


def _method(tracker: Questions, question: Question[Any]) -> Callable[..., Any]:
    """Return a question as a function that tells its parameters."""
    from inspect import Parameter, Signature  # noqa: PLC0415

    from msgspec.structs import fields  # noqa: PLC0415

    def asked(**given: Any) -> Any:
        return tracker.ask(question.name, **given)

    params = [Parameter(one.name, Parameter.KEYWORD_ONLY, default=one.default) for one in fields(question.ask)]
    asked.__name__, asked.__doc__ = method_of(question.name), question.doc
    asked.__signature__ = Signature(params, return_annotation=question.answer)  # type: ignore[attr-defined]
    return asked


def read(kind: type[AskType], given: Mapping[str, Any]) -> AskType:
    """Return a question as values of Python or JSON by name ask it."""
    from codex_usage_tracker.reports import asks  # noqa: PLC0415

    return asks.read(kind, {one: list(_texts(value)) for one, value in given.items()})


def _texts(value: Any) -> Iterator[str]:
    """Give the texts that a value is asked with."""
    if isinstance(value, (list, tuple, set, frozenset)):
        for one in value:
            yield from _texts(one)
    elif value is not None:
        told = value.isoformat() if isinstance(value, date) else value
        yield str(told).lower() if isinstance(told, bool) else str(told)
