"""Usage as OpenMetrics text, for Prometheus and its like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codex_usage_tracker import __version__
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.reports.budgets import check
from codex_usage_tracker.reports.summary import summary
from codex_usage_tracker.reports.windows import current_windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codex_usage_tracker.query.reader import Reader
    from codex_usage_tracker.web.desk import Desk

KIND = "application/openmetrics-text; version=1.0.0; charset=utf-8"
CLASSES = ("cached_input", "uncached_input", "output", "reasoning_output")
SEEN_DAYS = 35
Sample = tuple[dict[str, str], str | int | float | None]


def metrics(desk: Desk, reader: Reader) -> str:
    """Return calls, tokens, cost and credits by model, limits and budgets."""
    rows = desk.hide(summary(reader, Filter(), ["model"])).rows
    budgets = desk.hide(check(reader, desk.settings.budgets)).budgets
    limits = desk.hide(current_windows(reader, SEEN_DAYS))
    by_model = [({"model": row.key or "unknown"}, row) for row in rows]
    tokens = [(of | {"class": one}, getattr(row, f"{one}_tokens")) for of, row in by_model for one in CLASSES]
    windows = [
        ({"limit": one.limit_id, "minutes": str(one.window_minutes)}, one.used_percent) for one in limits
        if not one.passed
    ]  # fmt: skip
    lines = [
        *_family("info", "info", "The version.", [({"version": __version__, "privacy_mode": desk.mode}, 1)]),
        *_family("generation", "gauge", "The generation of the data.", [({}, reader.meta("generation") or 0)]),
        *_family("calls", "counter", "Model calls.", [(of, row.calls) for of, row in by_model]),
        *_family("unpriced_calls", "counter", "Calls without a price.",
                 [(of, row.unpriced_calls) for of, row in by_model]),
        *_family("tokens", "counter", "Tokens; reasoning_output is part of output.", tokens),
        *_family("cost_usd", "counter", "Estimated cost in USD.", [(of, row.usd) for of, row in by_model]),
        *_family("credits", "counter", "Codex credits.", [(of, row.credits) for of, row in by_model]),
        *_family("limit_used_percent", "gauge", "What is used of a limit.", windows),
        *_family("budget_used_percent", "gauge", "What is used of a budget.",
                 [({"budget": str(one.name), "per": one.per}, one.used_percent) for one in budgets]),
    ]  # fmt: skip
    return "\n".join([*lines, "# EOF", ""])


def _family(name: str, kind: str, text: str, samples: Iterable[Sample]) -> Iterator[str]:
    """Give the lines of one metric; what is unknown has none."""
    whole = f"codex_usage_{name}" if kind != "info" else "codex_usage_tracker"
    ending = {"counter": "_total", "info": "_info"}.get(kind, "")
    yield from (f"# TYPE {whole} {kind}", f"# HELP {whole} {text}")
    for labels, value in samples:
        if value is not None:
            told = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
            yield f"{whole}{ending}{{{told}}} {value}" if told else f"{whole}{ending} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
