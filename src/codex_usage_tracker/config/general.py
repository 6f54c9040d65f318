"""`general.json`: Codex homes to read beside the usual one, what they are called, the time zone, what is hidden."""

import os
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from codex_usage_tracker.config.languages import LANGUAGES, nearest
from codex_usage_tracker.config.values import Name


class Home(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A Codex home, what it is called, and whether it is read."""

    path: Name
    label: Name | None = None
    read: bool = True

    @property
    def place(self) -> str:
        """The folder itself, whatever names lead to it."""
        return place_of(self.path)


class General(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Homes that are read beside those of `CODEX_HOME` (or `~/.codex`), the zone of days and hours, what is hidden.

    A usual home that is named here too gets a label, or is left out with `read` false. With `show_thread_names`, the
    privacy modes show the names of threads. The page speaks the `language` to browsers that chose none.
    """

    homes: tuple[Home, ...] = ()
    timezone: Name | None = None
    privacy_mode: Literal["normal", "redacted", "strict"] | None = None
    show_thread_names: bool = False
    language: Name | None = None
    examples: Any = None

    def __post_init__(self) -> None:
        if self.timezone and not _is_zone(self.timezone):
            raise ValueError(f"`timezone` is {self.timezone[:40]!a}; a zone has a name such as Europe/Stockholm")
        if self.language and not nearest(self.language):
            raise ValueError(f"`language` is {self.language[:40]!a}; there is {', '.join(LANGUAGES)}")

    def all_homes(self, usual: Iterable[str]) -> list[Home]:
        """Return the usual homes, as they are spoken of here, and those that are added."""
        told = {home.place: home for home in self.homes}
        first = {place_of(path): told.get(place_of(path), Home(path=path)) for path in usual}
        return [*first.values(), *(home for place, home in told.items() if place not in first)]

    def read_homes(self, usual: tuple[str, ...]) -> tuple[str, ...]:
        """Return the homes to read, which are never none at all."""
        return tuple(os.path.expanduser(home.path) for home in self.all_homes(usual) if home.read) or usual


def place_of(path: str) -> str:
    """Return what tells one folder from another."""
    return os.path.realpath(os.path.expanduser(path))


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo  # noqa: PLC0415  (few people name a zone)

    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True
