"""A made-up history to look at before there are logs: written where it is asked for, gone when the server ends."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from typing import TYPE_CHECKING

from codex_usage_tracker.contract.server import DemoState
from codex_usage_tracker.errors import NotFoundError
from codex_usage_tracker.tracker import Tracker
from codex_usage_tracker.web.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[str], None]


class Demo:
    """A desk of its own in a folder of its own, so that nothing of the user's is touched."""

    def __init__(self, write: Write | None) -> None:
        self._write = write
        self._folder = ""
        self._desk: Desk | None = None
        self._making = threading.Lock()

    def state(self) -> DemoState:
        """Return whether there can be one, and whether there is."""
        return DemoState(available=self._write is not None, ready=self._desk is not None)

    def make(self, own: Desk) -> DemoState:
        """Write the history and read it, once."""
        with self._making:
            if self._write is not None and self._desk is None:
                self._folder = tempfile.mkdtemp(prefix="codex-usage-demo-")
                home = os.path.join(self._folder, "codex")
                self._write(home)
                database = os.path.join(self._folder, "usage.sqlite3")
                tracker = Tracker(database, [home], own.tracker.timezone, files=own.tracker.files)
                tracker.refresh()
                self._desk = Desk(tracker, own.mode)
        return self.state()

    @property
    def desk(self) -> Desk:
        """The desk that answers from it."""
        if self._desk is None:
            raise NotFoundError("the demo is not there", "POST /api/demo makes it.")
        return self._desk

    def close(self) -> None:
        """Let it go, and its files."""
        if self._desk is not None:
            self._desk.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
