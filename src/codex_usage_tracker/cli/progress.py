"""How a long refresh goes on, on standard error where that is a terminal."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress as Bar

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.ingest.sync import Progress, Watching

QUIET_SECONDS = 0.5
"""Work that takes less than this shows no bar."""
REDRAW_SECONDS = 0.1


class Drawn:
    """A bar that appears when work takes longer than a moment, and leaves the terminal as it was."""

    def __init__(self, title: str, *, in_bytes: bool = False) -> None:
        self.title = title
        self.in_bytes = in_bytes
        self.started = self.drawn = time.monotonic()
        self.bar: Bar | None = None

    def show(self, done: int, total: int, words: str) -> None:
        """Draw how far the work is."""
        now = time.monotonic()
        if now - self.started < QUIET_SECONDS or now - self.drawn < REDRAW_SECONDS:
            return
        self.drawn = now
        if self.bar is None:
            self.bar = _bar(in_bytes=self.in_bytes)
            self.bar.add_task(self.title, total=total, words=words)
            self.bar.start()
        self.bar.update(self.bar.task_ids[0], completed=done, total=total, words=words, refresh=True)

    def close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.stop()


def _bar(*, in_bytes: bool) -> Bar:
    from rich.console import Console  # noqa: PLC0415  (only where a bar is drawn)
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    speed = [DownloadColumn(), TransferSpeedColumn()] if in_bytes else []
    words = TextColumn("{task.fields[words]}")
    columns = [
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        words,
        *speed,
        TimeRemainingColumn(compact=True),
    ]
    return Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True, expand=True)


@contextmanager
def counting(asked: Invocation, title: str, total: int = 0) -> Iterator[Callable[..., None] | None]:
    """Draw how many of so many things are done, if there is somebody to see it and it takes long."""
    if asked.quiet or not sys.stderr.isatty():
        yield None
        return
    bar = Drawn(title)
    try:
        yield lambda done, of=total: bar.show(done, of, f"{done:,}/{of:,}")
    finally:
        bar.close()


@contextmanager
def watching(asked: Invocation) -> Iterator[Watching]:
    """Watch a refresh with a bar, if there is somebody to see it."""
    from codex_usage_tracker.ingest.sync import Watching  # noqa: PLC0415  (only a refresh needs it)

    told = Watching(waiting=lambda: asked.narrate("Another refresh of this database is running; waiting for it."))
    if asked.quiet or not sys.stderr.isatty():
        yield told
        return
    bar = Drawn("Reading logs", in_bytes=True)

    def show(at: Progress) -> None:
        bar.show(at.bytes, at.all_bytes, f"{at.files:,}/{at.all_files:,} files")

    try:
        yield told._replace(progress=show)
    finally:
        bar.close()
