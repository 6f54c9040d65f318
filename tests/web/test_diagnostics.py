"""Diagnostics over HTTP: questions, and a search of the logs behind the scenes that is told of and can be stopped."""

import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from codex_usage_tracker.errors import DiskFullError
from codex_usage_tracker.ingest.outcome import Progress
from codex_usage_tracker.tracker import Tracker
from codex_usage_tracker.web.live import Feed
from tests.ingest import lines
from tests.web.conftest import Served, until

JOB = "/api/diagnostics/refresh"


@pytest.fixture
def own(served: Served, tmp_path: Path) -> TestClient:
    """A server with a history of its own."""
    folder = tmp_path / "codex" / "sessions"
    folder.mkdir(parents=True)
    log = [*lines.good_log(lines.thread(1))[:2], lines.function_call("a", arguments='{"cmd": "cat a.py"}')]
    output = lines.function_output("a", "Wall time: 1.0 seconds\nProcess exited with code 0\nOriginal token count: 7\n")
    log += [output, *lines.good_log(lines.thread(1))[2:]]
    (folder / lines.file_name(lines.thread(1))).write_bytes(lines.rollout(*log))
    database = str(tmp_path / "own" / "usage.sqlite3")
    Tracker(database, [str(folder.parent)]).refresh()
    return served(database, home=folder.parent)


def ended(client: TestClient) -> dict[str, Any]:
    until(lambda: not client.get(JOB).json()["running"])
    found: dict[str, Any] = client.get(JOB).json()
    return found


def test_facts_are_told_with_what_their_calls_used(own: TestClient) -> None:
    found = own.get("/api/diagnostics/facts", params={"fact_type": "command_family"}).json()
    assert [(row["fact_name"], row["calls"], row["share_tokens"]) for row in found["rows"]] == [("cat", 1, 1010)]
    assert [(one["fact_type"], one["total_tokens"]) for one in found["types"]] == [("command", 1010)]
    behind = own.get("/api/diagnostics/fact-calls", params={"fact_type": "command", "fact_name": "cat"}).json()
    assert (behind["total_matched_rows"], behind["rows"][0]["input_tokens"]) == (1, 1000)
    assert own.get("/api/diagnostics/fact-calls", params={"fact_type": "x", "fact_name": "y"}).status_code == 400


def test_a_search_is_told_of_and_its_findings_are_there_at_once(own: TestClient) -> None:
    before = own.get("/api/diagnostics/file-reads")
    assert before.json()["status"] == "missing"
    assert own.get(JOB).json()["running"] is False
    assert own.post(JOB).json()["started_at"] > 0
    done = ended(own)
    assert (done["outcome"], done["logs"], done["missing_logs"]) == ("done", 1, 0)
    after = own.get("/api/diagnostics/file-reads", headers={"If-None-Match": before.headers["etag"]})
    assert (after.status_code, after.json()["status"], after.json()["summary"]["read_events"]) == (200, "fresh", 1)


def test_one_section_is_searched_for_like_all(own: TestClient) -> None:
    assert own.post("/api/diagnostics/commands/refresh").status_code == 200
    assert ended(own)["outcome"] == "done"
    assert own.post("/api/diagnostics/overview/refresh").status_code == 404
    assert own.get("/api/diagnostics/commands/refresh").status_code == 405


class Held:
    """A search that goes on until it is told to end."""

    def __init__(self) -> None:
        self.started = 0
        self.free = threading.Event()

    def search(self, progress: Any) -> tuple[int, int]:
        self.started += 1
        while not self.free.wait(0.01):
            progress(Progress(1, 4, 0, 1))
        return 1, 0


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    held = Held()
    monkeypatch.setattr(Tracker, "search_logs", lambda _, progress: held.search(progress))
    return held


def test_two_searches_never_run_at_once(own: TestClient, held: Held) -> None:
    own.post(JOB)
    until(lambda: own.get(JOB).json()["share_done"] == "0.25")
    own.post(JOB)
    held.free.set()
    assert ended(own)["outcome"] == "done"
    assert held.started == 1


def test_a_search_can_be_stopped(own: TestClient, held: Held) -> None:
    own.post(JOB)
    until(lambda: held.started == 1)
    own.delete(JOB)
    assert ended(own)["outcome"] == "cancelled"
    held.free.set()
    own.post(JOB)
    assert ended(own)["outcome"] == "done"


def test_why_a_search_failed_is_told(own: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_tracker: Tracker, _progress: object) -> None:
        raise DiskFullError("/secret/db could not be written", "")

    monkeypatch.setattr(Tracker, "search_logs", fails)
    own.post(JOB)
    found = ended(own)
    assert (found["outcome"], found["message"]) == ("failed", "/secret/db could not be written")


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_pages_that_listen_are_told_when_a_search_has_ended() -> None:
    feed = Feed(5)
    events = feed.events("5")
    assert await anext(events) == "retry: 1000\n\n"
    feed.found()
    assert await anext(events) == "event: diagnostics\ndata: 1\n\n"


def test_names_of_files_are_hidden_where_paths_are(served: Served, own: TestClient, tmp_path: Path) -> None:
    own.post(JOB)
    ended(own)
    hiding = served(str(tmp_path / "own" / "usage.sqlite3"), "redacted", home=tmp_path / "codex")
    found = hiding.get("/api/diagnostics/file-reads").json()
    assert found["top_paths"][0]["path"].startswith("File ")
    assert "a.py" not in hiding.get("/api/diagnostics/file-reads").text
    assert "a.py" in own.get("/api/diagnostics/file-reads").text
