"""Questions asked of a home that a test has written, at a moment that stands still."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from codex_usage_tracker.query.reader import Reader
from codex_usage_tracker.tracker import Tracker
from tests.cli.conftest import surroundings
from tests.cli.history import NOW_MS

__all__ = ["surroundings"]

Reads = Callable[..., Reader]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "codex"


@pytest.fixture
def reads(home: Path, tmp_path: Path) -> Iterator[Reads]:
    """Give a way to read the logs, and to ask in a zone and at a moment."""
    with ExitStack() as opened:

        def read(zone: str = "Europe/Berlin", now: int = NOW_MS) -> Reader:
            tracker = Tracker(str(tmp_path / "own.sqlite3"), [str(home)], zone, now=now)
            tracker.refresh()
            return opened.enter_context(tracker.reader())

        yield read
