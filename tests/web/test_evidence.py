"""What calls were made of is read over HTTP where that is switched on, never kept, and stands in no other answer."""

import json
import logging
import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from codex_usage_tracker.tracker import Tracker
from codex_usage_tracker.web.app import Dashboard
from codex_usage_tracker.web.compat import SERVED
from codex_usage_tracker.web.security import Door
from tests.evidence.test_window import CANARY, story
from tests.ingest.home import Home
from tests.ingest.lines import thread
from tests.web.conftest import HOST, TOKEN, Served

SWITCH = "/api/context-settings"


@pytest.fixture
def record(client: TestClient) -> str:
    return str(client.get("/api/calls?limit=1").json()["rows"][0]["record_id"])


def test_a_call_is_shown_as_the_command_shows_it(client: TestClient, record: str) -> None:
    told = client.get(f"/api/context?record_id={record}&mode=full&include_tool_output=true&max_entries=5").json()
    assert told["schema"] == "codex-usage-tracker-context-v1"
    assert (told["context_mode"], told["max_entries"], told["include_tool_output"]) == ("full", 5, True)
    assert 0 < len(told["entries"]) <= 5
    assert told["record"]["record_id"] == record
    assert client.get(f"/api/context?record={record}").json()["context_mode"] == "quick"


def test_it_is_kept_by_nobody(client: TestClient, record: str) -> None:
    for path in (f"/api/context?record_id={record}", SWITCH):
        reply = client.get(path)
        assert (reply.status_code, reply.headers["cache-control"]) == (200, "no-store")
        assert "etag" not in reply.headers


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("record_id=", 400),
        ("record_id=ffff", 404),
        ("record_id=zzz", 404),
        ("record_id=ffff&mode=slow", 400),
        ("record_id=ffff&max_chars=-1", 400),
        ("record_id=ffff&before=0", 400),
        ("record_id=ffff&include_tool_output=perhaps", 400),
        ("record_id=ffff&unheard=1", 400),
    ],
)
def test_what_cannot_be_answered_is_explained(client: TestClient, query: str, status: int) -> None:
    reply = client.get(f"/api/context?{query}")
    assert reply.status_code == status
    assert reply.json()["error"]["message"]


def test_it_is_switched_off_and_on_while_the_server_runs(client: TestClient, record: str) -> None:
    assert client.get(SWITCH).json()["enabled"] is True
    assert client.post(SWITCH, json={"enabled": False}).json()["context_api"] == "disabled"
    reply = client.get(f"/api/context?record_id={record}")
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "context_disabled")
    assert client.get("/api/demo/context?record_id=ffff").status_code == 403
    assert client.get("/api/status").json()["context_api"] == "disabled"
    assert client.post(SWITCH, json={"enabled": True}).json()["enabled"] is True
    assert client.get(f"/api/context?record_id={record}").status_code == 200
    assert client.get("/api/status").json()["context_api"] == "explicit"


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"enabled": null}', '{"enabled": "perhaps"}'])
def test_a_switch_that_cannot_be_understood_changes_nothing(client: TestClient, body: str) -> None:
    assert client.post(SWITCH, content=body).status_code == 400
    assert client.get(SWITCH).json()["enabled"] is True


def test_looking_at_the_switch_does_not_turn_it(client: TestClient) -> None:
    assert client.get(f"{SWITCH}?enabled=0").json()["enabled"] is True


def test_without_the_token_nothing_is_read_or_switched(served: Served, record: str) -> None:
    stranger = served(**{"X-Codex-Usage-Token": "wrong"})
    assert stranger.get(f"/api/context?record_id={record}").status_code == 401
    assert stranger.post(SWITCH, json={"enabled": True}).status_code == 401
    client = served()
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.get(f"/api/context?record_id={record}", headers=headers).status_code == 403
        assert client.post(SWITCH, json={"enabled": True}, headers=headers).status_code == 403


def test_a_server_can_be_started_with_it_off(database: str, codex_home: Path, door: Door) -> None:
    tracker = Tracker(database, [str(codex_home)], "UTC")
    app = Dashboard(tracker, door, refreshes=False, context_api=False).app()
    with TestClient(app, f"http://{HOST}", headers={"X-Codex-Usage-Token": TOKEN}) as client:
        assert client.get(SWITCH).json()["enabled"] is False
        assert client.get("/api/context?record_id=ffff").status_code == 403


@pytest.mark.parametrize("mode", ["redacted", "strict"])
def test_the_privacy_modes_tell_no_texts(served: Served, record: str, mode: str) -> None:
    told = served(mode=mode).get(f"/api/context?record_id={record}&include_tool_output=true").json()
    assert told["entries"]
    assert {(one["text"], one["name"]) for one in told["entries"]} == {(None, None)}
    assert told["source"]["file"].startswith("File ")


def test_the_texts_stand_in_no_other_answer_and_no_log(
    home: Home, served: Served, tmp_path: Path, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    home.log(thread(0), *story())
    home.refresh()
    client = served(str(shutil.copy(home.database, tmp_path / "copy.sqlite3")))
    rows = client.get("/api/calls").json()["rows"]
    with caplog.at_level(logging.DEBUG):
        shown = [client.get(f"/api/context?record_id={row['record_id']}&include_tool_output=1").text for row in rows]
        others = [client.get(f"/api/{name}?record_id={rows[0]['record_id']}").text for name in SERVED]
        others += [client.get(f"/api/{name}").text for name in (*SERVED, "settings", "homes", "openapi.json")]
    assert sum(CANARY in json.dumps(one) for one in shown) == 2
    assert [one for one in others if CANARY in one] == []
    assert CANARY not in caplog.text
    assert CANARY.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("copy.sqlite3*"))
