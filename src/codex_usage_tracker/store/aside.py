"""A connection that sees costs by other prices: made at some expense, and so kept while it holds."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from codex_usage_tracker.store.database import limit_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import apsw


class Aside:
    """The one such connection of a database; who asks by it waits for who does."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._kept: apsw.Connection | None = None
        self._state: tuple[object, ...] = ()

    @contextmanager
    def asked(
        self, path: str, made_from: object, make: Callable[[], apsw.Connection], seconds: float,
    ) -> Iterator[apsw.Connection]:  # fmt: skip
        """Give the connection, made anew where the database or what it was made from changed."""
        with self._turn:
            kept = self._kept
            if kept is None or self._state != self._state_of(kept, path, made_from):
                self.close()
                kept = make()
                self._kept, self._state = kept, self._state_of(kept, path, made_from)
            limit_time(kept, seconds)
            yield kept

    @staticmethod
    def _state_of(connection: apsw.Connection, path: str, made_from: object) -> tuple[object, ...]:
        """Return what is another one once another connection has written, or another file has the place."""
        return connection.pragma("data_version"), os.stat(path).st_ino, made_from

    def close(self) -> None:
        """Let it go."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None
