"""Codex homes over HTTP: what is added is read at once, what is left out stays counted, and commands agree."""

import json
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from codex_usage_tracker.tracker import Tracker
from codex_usage_tracker.web.app import Dashboard
from codex_usage_tracker.web.security import Door
from tests.web.conftest import HOST, TOKEN, Served, Server, Starts, calls, until
from tests.web.test_server import append, begin


@pytest.fixture
def own(tmp_path: Path, database: str, codex_home: Path, door: Door, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A server whose homes are those of the environment and the settings."""
    monkeypatch.setenv("CODEX_HOME", str(codex_home))
    tracker = Tracker(str(shutil.copy(database, tmp_path / "usage.sqlite3")), (), "UTC")
    app = Dashboard(tracker, door, refreshes=False).app()
    return TestClient(app, f"http://{HOST}", headers={"X-Codex-Usage-Token": TOKEN})


def send(server: Server, method: str, path: str, body: object) -> httpx.Response:
    headers = {"X-Codex-Usage-Token": TOKEN}
    return httpx.request(method, f"{server.url}/api/{path}", json=body, headers=headers, timeout=20)


def made(path: Path) -> Path:
    (path / "sessions").mkdir(parents=True)
    return path


def message(reply: Any) -> str:
    assert reply.status_code == 400
    return str(reply.json()["error"]["message"])


def test_a_home_is_added_renamed_left_out_and_read_again(own: TestClient, codex_home: Path, tmp_path: Path) -> None:
    work = made(tmp_path / "work")
    first = own.get("/api/homes").json()
    assert [(one["path"], one["read"], one["calls"] > 0) for one in first] == [(str(codex_home), True, True)]
    told = own.post("/api/homes", json={"path": f"{work}/sessions/", "label": "Work"}).json()
    assert [(one["label"], one["path"]) for one in told] == [(first[0]["label"], str(codex_home)), ("Work", str(work))]
    assert Tracker().homes == (str(codex_home), str(work)), "commands read the same"
    number = told[1]["id"]
    assert own.put(f"/api/homes/{number}", json={"label": "Job"}).json()[1]["label"] == "Job"
    assert own.put(f"/api/homes/{number}", json={"label": None}).json()[1]["label"] == "work"
    usual = own.delete(f"/api/homes/{told[0]['id']}").json()[0]
    assert (usual["read"], usual["calls"]) == (False, first[0]["calls"])
    assert Tracker().homes == (str(work),)
    assert "one home at least" in message(own.delete(f"/api/homes/{number}"))
    assert own.post("/api/homes", json={"path": str(codex_home)}).json()[0]["read"]
    assert [one["path"] for one in own.delete(f"/api/homes/{number}").json()] == [str(codex_home)]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("nowhere", "no folder"),
        ("plain", "does not look like"),
        ("file", "no folder"),
        ("codex", "read already"),
        ("link", "read already"),
        ("codex/inner", "lie in one another"),
        (".", "lie in one another"),
        ("a\0b", "no folder"),
    ],
)
def test_what_is_no_further_home_is_refused(own: TestClient, codex_home: Path, path: str, why: str) -> None:
    parent = codex_home.parent
    shutil.rmtree(parent / "plain", ignore_errors=True)
    (parent / "plain").mkdir()
    (parent / "file").write_text("")
    (parent / "auth.json").write_text("{}")
    (codex_home / "inner" / "sessions").mkdir(parents=True, exist_ok=True)
    (parent / "link").unlink(missing_ok=True)
    (parent / "link").symlink_to(codex_home, target_is_directory=True)
    first, *rest = path.split("/")
    told = (
        str(parent) if path == "." else "/".join([str(parent), codex_home.name if first == "codex" else first, *rest])
    )
    try:
        assert why in message(own.post("/api/homes", json={"path": told}))
    finally:
        shutil.rmtree(codex_home / "inner")
    assert len(own.get("/api/homes").json()) == 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"path": 5}', b'{"path": "x", "colour": 1}', b'{"path": "work"}']
)
def test_a_body_that_names_no_home_is_told_in_words(own: TestClient, body: bytes) -> None:
    assert message(own.post("/api/homes", content=body))


@pytest.mark.parametrize(("number", "status"), [("1", 404), ("-1", 404), ("x", 404), ("9" * 40, 404)])
def test_a_home_that_is_not_there_is_not_found(own: TestClient, number: str, status: int) -> None:
    assert own.delete(f"/api/homes/{number}").status_code == status
    assert own.put(f"/api/homes/{number}", json={"label": "x"}).status_code == status


def test_homes_that_were_named_at_the_start_stay(served: Served, tmp_path: Path) -> None:
    reply = served().post("/api/homes", json={"path": str(made(tmp_path / "work"))})
    assert "named when the server was started" in message(reply)


def test_the_watcher_follows_a_home_that_is_added(server: Starts, tmp_path: Path) -> None:
    running = server()
    log = begin(tmp_path / "work")
    assert send(running, "POST", "homes", {"path": str(tmp_path / "work")}).status_code == 200
    assert until(lambda: calls(running) == 1)
    append(log, 2)
    assert until(lambda: calls(running) == 2)
    general = json.loads((tmp_path / "own" / "general.json").read_text())
    assert general == {"homes": [{"path": str(tmp_path / "work")}]}
