"""Reading in worker processes."""

import threading
import time
from pathlib import Path

import pytest

from codex_usage_tracker.ingest import jobs
from codex_usage_tracker.ingest.jobs import Job
from tests.ingest import lines


@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_reading_that_is_given_up_ends_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C comes while many results wait to be written and the next batch waits for room."""
    monkeypatch.setattr(jobs, "BATCH_BYTES", 1)
    path = tmp_path / lines.file_name(lines.thread(0))
    path.write_bytes(lines.rollout(lines.session_meta(lines.thread(0))))
    work = [Job(number, path.name, str(path), path.stat().st_size) for number in range(100)]
    reading = jobs._in_workers(work, 2)
    next(reading)
    time.sleep(0.5)
    ending = threading.Thread(target=reading.close, daemon=True)  # type: ignore[attr-defined]
    ending.start()
    ending.join(20)
    assert not ending.is_alive()
