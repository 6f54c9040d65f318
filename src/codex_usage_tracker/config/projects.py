"""`projects.json`: names and tags of projects, and folders that are none."""

import os
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from codex_usage_tracker.config.values import Name


class Projects(msgspec.Struct, frozen=True, kw_only=True):
    """Names by folder or project, which every privacy mode shows; folders left out; tags by folder or project.

    A folder stands for all that lies in it; the nearest folder goes before the project's name.
    """

    aliases: dict[Name, Name] = {}
    ignored_paths: tuple[Name, ...] = ()
    tags: dict[Name, tuple[Name, ...]] = {}
    examples: Any = None

    def name_of(self, name: str, cwd: str) -> str:
        """Return what the user calls a project."""
        return next((self.aliases[key] for key in _keys(self.aliases, name, cwd)), name)

    def tags_of(self, name: str, cwd: str) -> list[str]:
        """Return the tags of a project, by its folders, its name and what the user calls it."""
        keys = {*_keys(self.tags, name, cwd), *_keys(self.tags, self.name_of(name, cwd), cwd)}
        return sorted({tag for key in keys for tag in self.tags[key]})

    def ignores(self, cwd: str) -> bool:
        """Say whether a folder belongs to no project."""
        return next(_keys(self.ignored_paths, "", cwd), None) is not None


def _keys(keys: Iterable[str], name: str, cwd: str) -> Iterator[str]:
    """Give the keys that mean a project: folders, the nearest first, then its name."""
    yield from sorted((key for key in keys if _holds(key, cwd)), key=len, reverse=True)
    yield from (key for key in keys if key == name)


def _holds(folder: str, cwd: str) -> bool:
    folder = os.path.expanduser(folder).rstrip("/\\")
    return bool(folder) and (cwd == folder or cwd.startswith((folder + "/", folder + "\\")))
