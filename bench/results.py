"""The lines of the answer: ours beside another, the ratio, and whether it is within budget."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from bench.machine import facts, load, versions
from bench.programs import RIVALS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bench.process import Measured

TIMES = "×"  # noqa: RUF001
COLUMNS = ("measure", "what", "ours", "against", "theirs", "ratio", "CPU", "budget", "met")
QUICK_NOTE = "This was a trial on a small history: its figures say nothing about the budgets."


@dataclass(frozen=True)
class Budget:
    """What a figure may be at most: the ratio, our own value, or how much ours is above the other."""

    of: Literal["ratio", "ours", "difference"]
    most: float
    at_worst: float | None = None

    def text(self, unit: str) -> str:
        """Return it in words."""
        sign = TIMES if self.of == "ratio" else f" {unit}"
        worst = f" (at worst {self.at_worst:g}{sign})" if self.at_worst else ""
        return f"{'+' if self.of == 'difference' else '≤ '}{self.most:g}{sign}{worst}"

    def verdict(self, figure: float) -> str:
        """Say whether a figure is within it."""
        if figure <= self.most:
            return "yes"
        return "at worst" if self.at_worst and figure <= self.at_worst else "NO"


@dataclass(frozen=True)
class Line:
    """One comparison."""

    measure: str
    what: str
    unit: str
    ours: float
    against: str
    theirs: float
    cpu_ratio: float | None = None
    budget: Budget | None = None

    @property
    def ratio(self) -> float:
        """Ours by theirs."""
        return self.ours / self.theirs

    @property
    def met(self) -> str | None:
        """Whether it is within budget, if it has one."""
        figures = {"ratio": self.ratio, "ours": self.ours, "difference": self.ours - self.theirs}
        return self.budget.verdict(figures[self.budget.of]) if self.budget else None

    def figures(self) -> dict[str, object]:
        """Return all of it."""
        return {**asdict(self), "ratio": self.ratio, "difference": self.ours - self.theirs, "met": self.met}

    def cells(self) -> tuple[str, ...]:
        """Return the row of the table."""
        ratios = [f"{shown(one)}{TIMES}" if one is not None else "" for one in (self.ratio, self.cpu_ratio)]
        budget = self.budget.text(self.unit) if self.budget else ""
        ours, theirs = (f"{shown(value)} {self.unit}" for value in (self.ours, self.theirs))
        return (self.measure, self.what, ours, self.against, theirs, *ratios, budget, self.met or "")


def shown(value: float) -> str:
    """Return a figure with about three digits."""
    digits = next((digits for digits, below in ((3, 1), (2, 10), (1, 100)) if value < below), 0)
    return f"{value:,.{digits}f}"


@dataclass
class Results:
    """All that one run of the benchmark found."""

    scale: str
    runs: int
    load_before: float | None
    lines: list[Line] = field(default_factory=list)
    processes: list[dict[str, object]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    measured_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def write(self, path: Path) -> None:
        """Write everything as JSON."""
        names = {str(one["program"]) for one in self.processes}
        found = {**vars(self), "load_after": load(), "machine": facts()}
        found["versions"] = versions([name for name in RIVALS if name in names])
        found["lines"] = [line.figures() for line in self.lines]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def compared(
    measure: str, what: str, found: list[Measured], budgets: dict[str, Budget], unit: Literal["s", "ms"] = "ms",
) -> list[Line]:  # fmt: skip
    """Return the first of some programs beside each of the others, by time."""
    ours, scale = found[0], {"s": 1e3, "ms": 1}[unit]
    return [
        Line(
            measure, what, unit, ours.wall_ms / scale, other.name, other.wall_ms / scale,
            ours.cpu_ms / other.cpu_ms if other.cpu_ms else None, budgets.get(other.name),
        )
        for other in found[1:]
    ]  # fmt: skip


def table(results: Results) -> Iterable[str]:
    """Return the lines as a table, with the notes below."""
    rows = [COLUMNS, *(line.cells() for line in results.lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield from results.notes
    if results.scale == "quick":
        yield QUICK_NOTE
