"""What the settings say of hiding: the privacy mode, and which names may be seen in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from codex_usage_tracker.config.files import Files


class Seen(NamedTuple):
    """The mode that is set, the names of projects that the user gave, and whether names of threads may be seen."""

    privacy_mode: str | None = None
    aliases: frozenset[str] = frozenset()
    thread_names: bool = False


def seen(files: Files) -> Seen:
    """Return what is set now; of odd settings the answers warn, not this."""
    mode, aliases, names = Seen()
    if os.path.exists(files.general):
        from codex_usage_tracker.config.general import General  # noqa: PLC0415  (few people have such files)
        from codex_usage_tracker.config.reading import read  # noqa: PLC0415

        general = read(files.general, General).value
        mode, names = general.privacy_mode, general.show_thread_names
    if os.path.exists(files.projects):
        from codex_usage_tracker.config.projects import Projects  # noqa: PLC0415
        from codex_usage_tracker.config.reading import read  # noqa: PLC0415

        aliases = frozenset(read(files.projects, Projects).value.aliases.values())
    return Seen(mode, aliases, names)
