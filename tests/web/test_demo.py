"""The made-up history that a newcomer can look at: beside one's own, and gone with the server."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from codex_usage_tracker.demo import DemoPlan, write_history
from codex_usage_tracker.tracker import Tracker
from codex_usage_tracker.web.app import Dashboard
from codex_usage_tracker.web.security import Door
from tests.web.conftest import HOST, TOKEN, Served


def write(home: str) -> None:
    write_history(DemoPlan(Path(home), calls=50, bytes_per_call=1600))


def test_a_demo_answers_beside_ones_own_and_goes_with_the_server(
    tmp_path: Path, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tracker = Tracker(str(tmp_path / "own.sqlite3"), [str(tmp_path / "codex")], "UTC")
    app = Dashboard(tracker, door, refreshes=False, demo=write).app()
    with TestClient(app, f"http://{HOST}", headers={"X-Codex-Usage-Token": TOKEN}) as client:
        assert client.get("/api/demo").json() == {"available": True, "ready": False}
        missing = client.get("/api/demo/summary")
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
        for _ in range(2):
            assert client.post("/api/demo").json() == {"available": True, "ready": True}
        assert client.get("/api/demo/summary").json()["totals"]["calls"] == 50
        assert client.get("/api/summary").status_code == 503, "nothing of one's own was read"
        assert client.get("/api/demo/settings").status_code == 404
        assert len(list(tmp_path.glob("codex-usage-demo-*"))) == 1
    assert not list(tmp_path.glob("codex-usage-demo-*"))


def test_a_server_without_one_says_so(served: Served) -> None:
    client = served()
    assert client.post("/api/demo").json() == {"available": False, "ready": False}
    assert client.get("/api/demo/calls").status_code == 404
