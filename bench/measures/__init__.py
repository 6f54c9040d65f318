"""What is measured, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.measures import append, cold, dashboard, footprint, hub, mcp, memory, report, startup, unchanged

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.results import Line
    from bench.setting import Setting

MEASURES: dict[str, Callable[[Setting], list[Line]]] = {
    "cold": cold.measure,
    "unchanged": unchanged.measure,
    "append": append.measure,
    "report": report.measure,
    "memory": memory.measure,
    "bytes": footprint.measure,
    "start-up": startup.measure,
    "dashboard": dashboard.measure,
    "mcp": mcp.measure,
    "hub": hub.measure,
}
