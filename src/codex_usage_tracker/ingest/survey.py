"""Looking at the rollouts of a home beside what is known of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from codex_usage_tracker.contract.checks import HomeFiles
from codex_usage_tracker.ingest import discover

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codex_usage_tracker.ingest.discover import Problem


def survey(home: str, known: Mapping[str, tuple[int, int]]) -> HomeFiles:
    """Return how many rollouts there are, and how they differ from the (size, time) that is known by name."""
    problems: list[Problem] = []
    found = discover.rollouts(home, problems).values()
    names = {one.name for one in found}
    return HomeFiles(
        home=home,
        found=os.path.isdir(home),
        active_files=sum(not one.archived for one in found),
        archived_files=sum(one.archived for one in found),
        compressed_files=sum(one.path.endswith(".zst") for one in found),
        bytes=sum(one.size for one in found),
        unread_files=sum(known.get(one.name) != (one.size, one.mtime_ns) for one in found),
        gone_files=sum(name not in names for name in known),
        unreadable_files=len(problems),
    )
