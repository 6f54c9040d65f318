"""`projects.json`: names and tags of projects, and folders that are none."""

from __future__ import annotations

from typing import Any

import msgspec

from codex_usage_tracker.config.values import Name


class Projects(msgspec.Struct, frozen=True, kw_only=True):
    """Names by folder or project, which every privacy mode shows; folders left out; tags by folder or project."""

    aliases: dict[Name, Name] = {}
    ignored_paths: tuple[Name, ...] = ()
    tags: dict[Name, tuple[Name, ...]] = {}
    examples: Any = None
