"""How a long refresh goes on, on standard error where that is a terminal."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bar

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.ingest.sync import Progress, Watching

QUIET_SECONDS = 0.5
"""Work that takes less than this shows no bar."""
REDRAW_SECONDS = 0.1


class ReadingBar:
    """A bar with bytes, files, speed and time left, that appears when reading takes longer than a moment."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.drawn = self.started
        self.bar: Bar | None = None

    def show(self, progress: Progress) -> None:
        """Draw how far reading is."""
        now = time.monotonic()
        if now - self.started < QUIET_SECONDS or now - self.drawn < REDRAW_SECONDS:
            return
        self.drawn = now
        if self.bar is None:
            self.bar = _reading_bar()
            self.bar.start()
            self.bar.add_task("Reading logs", start=True)
        files = f"{progress.files:,}/{progress.all_files:,} files"
        task = self.bar.task_ids[0]
        self.bar.update(task, completed=progress.bytes, total=progress.all_bytes, files=files, refresh=True)

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self.bar is not None:
            self.bar.stop()


def _reading_bar() -> Bar:
    from rich.console import Console  # noqa: PLC0415  (only where a bar is drawn)
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(bar_width=None), DownloadColumn(), TextColumn("{task.fields[files]}"),
        TransferSpeedColumn(), TimeRemainingColumn(compact=True),
    )  # fmt: skip
    return Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True, expand=True)


@contextmanager
def watching(asked: Invocation) -> Iterator[Watching]:
    """Watch a refresh with a bar, if there is somebody to see it."""
    from codex_usage_tracker.ingest.sync import Watching  # noqa: PLC0415  (only a refresh needs it)

    told = Watching(waiting=lambda: asked.narrate("Another refresh of this database is running; waiting for it."))
    if asked.quiet or not sys.stderr.isatty():
        yield told
        return
    bar = ReadingBar()
    try:
        yield told._replace(progress=bar.show)
    finally:
        bar.close()
