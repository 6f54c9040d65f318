"""Looking at what lies on the disk: the rollouts of a home beside what is known of them, and files of settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from codex_usage_tracker.config.allowance import Allowance
from codex_usage_tracker.config.budgets import Budgets
from codex_usage_tracker.config.files import Files
from codex_usage_tracker.config.general import General
from codex_usage_tracker.config.projects import Projects
from codex_usage_tracker.config.reading import read
from codex_usage_tracker.config.thresholds import Thresholds
from codex_usage_tracker.contract.checks import HomeFiles, SettingsState
from codex_usage_tracker.errors import TrackerError
from codex_usage_tracker.ingest import discover
from codex_usage_tracker.pricing.card import Card

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codex_usage_tracker.ingest.discover import Problem

KINDS: dict[str, type[Any]] = dict(
    zip(Files._fields, (Card, Card, Allowance, Thresholds, Projects, Budgets, General), strict=True),
)
"""What stands in each file of settings."""


def home(path: str, known: Mapping[str, tuple[int, int]]) -> HomeFiles:
    """Return how many rollouts there are, and how they differ from the (size, time) that is known by name."""
    problems: list[Problem] = []
    found = discover.rollouts(path, problems).values()
    names = {one.name for one in found}
    return HomeFiles(
        home=path,
        found=os.path.isdir(path),
        active_files=sum(not one.archived for one in found),
        archived_files=sum(one.archived for one in found),
        compressed_files=sum(one.path.endswith(".zst") for one in found),
        bytes=sum(one.size for one in found),
        unread_files=sum(known.get(one.name) != (one.size, one.mtime_ns) for one in found),
        gone_files=sum(name not in names for name in known),
        unreadable_files=len(problems),
    )


def settings(path: str, name: str) -> SettingsState:
    """Return whether a file of settings can be understood."""
    try:
        found = read(path, KINDS[name])
    except TrackerError as error:
        return SettingsState(name=f"{name.replace('_', '-')}.json", path=path, problem=error.message, hint=error.hint)
    return SettingsState(name=f"{name.replace('_', '-')}.json", path=path, warnings=found.warnings)
