"""A broad set of questions, and what the file and the registry answer to them."""

import itertools
import json
import random
from collections.abc import Iterator
from typing import Any

import msgspec
from playwright.sync_api import Page

from codex_usage_tracker.query.reader import Reader
from codex_usage_tracker.reports import asks
from codex_usage_tracker.reports.asking import answered
from codex_usage_tracker.reports.registry import QUESTIONS, Settings

Params = dict[str, Any]
Asked = tuple[str, Params]

FILTERED = (
    "summary", "calls", "threads", "pricing-coverage", "series", "heatmap", "compare", "pressure", "insights",
    "recommendations", "diagnostics/summary", "diagnostics/facts", "diagnostics/tools", "diagnostics/compactions",
    "diagnostics/overview", "diagnostics/concentration",
)  # fmt: skip
UNFILTERED: tuple[Asked, ...] = (
    ("status", {}), ("budgets", {}), ("limits", {"history": 30}), ("blocks", {"limit": 5}),
    ("blocks", {"limit": 0}), ("blocks", {"active": True}),
)  # fmt: skip
WHOLE = {"recommendations": {"limit": 0}}
"""Of calls with the same stake some would be cut off by a limit, and others there."""
SECTIONS = ("tool-output", "commands", "git-interactions", "file-reads", "file-modifications", "read-productivity")
DIMENSIONS = (
    "model", "effort", "tier", "kind", "basis", "origin", "reason", "thread", "root_thread", "project", "project_tag",
    "directory", "remote", "branch", "originator", "version", "provider", "source", "role", "nickname", "account",
    "history", "pricing_status", "credit_confidence", "priced_as", "assumed", "hour", "day", "week", "month",
)  # fmt: skip
BY_VALUE = ("model", "effort", "tier", "kind", "origin", "project", "directory", "branch", "source", "thread")
SORTS = {
    "calls": (
        "time", "cost", "credits", "tokens", "input", "cached", "uncached", "output", "reasoning", "duration", "gap",
        "context", "cache", "model", "effort", "initiator", "thread",
    ),
    "threads": (
        "time", "name", "calls", "tokens", "input", "cached", "uncached", "output", "reasoning", "cost", "credits",
        "cache",
    ),
    "diagnostics/facts": (
        "uncached", "tokens", "share", "cached", "output", "cache", "largest", "calls", "occurrences", "time", "fact",
    ),
}  # fmt: skip
RANGES = ("today", "yesterday", "thisweek", "last7days", "last14days", "last30days", "thismonth", "alltime")


class Both:
    """The same questions asked of the page of a file and of the registry."""

    def __init__(self, page: Page, reader: Reader, settings: Settings) -> None:
        self.page, self.reader, self.settings = page, reader, settings

    def in_file(self, asked: list[Asked]) -> list[Any]:
        """Ask the file's own transport; a refusal is told by its message."""
        return list(
            self.page.evaluate(
                """asked => Promise.all(asked.map(([question, params]) => codexUsage.ask(question, params)
                     .catch(error => ({ refused: error.message ?? String(error) }))))""",
                asked,
            ),
        )

    def in_registry(self, asked: Asked) -> Any:
        """Ask the registry as a server would, for the instant of the file."""
        name, params = asked
        lists = {key: value if isinstance(value, list) else [value] for key, value in params.items()}
        texts = {
            key: [str(one).lower() if one is True else str(one) for one in several] for key, several in lists.items()
        }
        question = QUESTIONS[name]
        told = answered(question, self.reader, asks.read(question.ask, texts), self.settings, self.reader.hiding)
        return json.loads(msgspec.json.encode(told))

    def differences(self, asked: list[Asked]) -> list[str]:
        """Return where answers differ."""
        asked = [(name, params | WHOLE.get(name, {})) for name, params in asked]
        found = zip(asked, self.in_file(asked), strict=True)
        told = ((one, unlike(level(self.in_registry(one)), level(got))) for one, got in found)
        return [f"{name} {params}: {place}" for (name, params), places in told for place in places]

    def values(self, dimension: str) -> list[str]:
        """Return what can be filtered by, the largest first."""
        rows = self.in_registry(("summary", {"group_by": dimension, "limit": 12}))["rows"]
        return [row["key"] for row in rows if row["key"] is not None]


def level(answer: Any) -> Any:
    """Make alike what cannot be equal.

    Calls with the same stake stand in the order in which they were read, in a file in that of time. A card leads to a
    thread by its id, which a server hides and still knows.
    """
    if answer.get("schema", "").endswith("recommendations-v1"):
        answer["rows"].sort(key=lambda row: (row["score"] or "", row["record_id"]))
    for card in answer.get("cards", []):
        card["link"]["filters"].pop("thread", None)
    return answer


def unlike(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """Give the places in which two answers differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from unlike(one.get(key, "(missing)"), other.get(key, "(missing)"), f"{place}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from unlike(*pair, f"{place}[{index}]")
    elif one != other:
        yield f"{place}: registry {str(one)[:90]!r}, file {str(other)[:90]!r}"


def filters(both: Both) -> list[Params]:
    """Return every filter by itself, as values that are there."""
    found: list[Params] = [{name: value} for name in BY_VALUE for value in both.values(name)[:3]]
    found += [{"model": both.values("model")[:2]}, {"project": [name.upper() for name in both.values("project")[:2]]}]
    found += [{"pricing_status": one} for one in ("priced", "estimated", "unpriced")]
    found += [{"credit_confidence": one} for one in ("exact", "inferred", "missing", "unpriced")]
    found += [
        {"finding": rule} for rule in ("cache-break", "large-thread", "context-bloat", "sub-agent-swarm", "low-cache")
    ]
    found += [{"min_tokens": 50_000}, {"min_cost": "0.05"}, {"min_credits": "1.5"}, {"include_archived": "false"}]
    found += [{"q": text} for text in ("a", "Test", "main", "%", "no such thing")]
    found += [{"effort": "unknown"}, {"tier": "unknown"}, {"branch": "unknown"}, {"model": "nobody's"}]
    return found


def pairs(both: Both, count: int, seed: int = 7) -> list[Params]:
    """Return so many pairs of filters with ranges, by chance but always the same."""
    dice = random.Random(seed)
    chosen = list(itertools.combinations(filters(both), 2))
    return [
        {**one, **other, "range": dice.choice(RANGES)} for one, other in dice.sample(chosen, min(count, len(chosen)))
    ]
