"""What the settings say of hiding: the privacy mode, and which names may be seen in it."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.errors import InvalidSettingsError

if TYPE_CHECKING:
    from codex_usage_tracker.config.files import Files
    from codex_usage_tracker.config.general import General


class Seen(NamedTuple):
    """The names of projects that the user gave, and whether names of threads may be seen."""

    aliases: frozenset[str] = frozenset()
    thread_names: bool = False


def mode_set(files: Files) -> str | None:
    """Return the privacy mode that is set."""
    return _general(files).privacy_mode if os.path.exists(files.general) else None


def seen(files: Files) -> Seen:
    """Return which names may be seen; none where that cannot be understood."""
    aliases, names = Seen()
    if os.path.exists(files.general):
        with suppress(InvalidSettingsError):
            names = _general(files).show_thread_names
    if os.path.exists(files.projects):
        from codex_usage_tracker.config.projects import Projects  # noqa: PLC0415  (few people have such files)
        from codex_usage_tracker.config.reading import read  # noqa: PLC0415

        with suppress(InvalidSettingsError):
            aliases = frozenset(read(files.projects, Projects).value.aliases.values())
    return Seen(aliases, names)


def _general(files: Files) -> General:
    from codex_usage_tracker.config.general import General  # noqa: PLC0415  (few people have such files)
    from codex_usage_tracker.config.reading import read  # noqa: PLC0415

    return read(files.general, General).value
