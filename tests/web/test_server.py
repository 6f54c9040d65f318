"""A real server on a real socket: it notices what is written, bears what happens to it, and ends when told to."""

import asyncio
import contextlib
import json
import shutil
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from codex_usage_tracker.web.live import LOOK_MS, Watch
from codex_usage_tracker.web.server import tell_of_thread
from tests.cli import history
from tests.ingest import lines
from tests.web.conftest import TOKEN, Server, Starts, calls, until

THREAD = lines.thread(1)
TURN = lines.turn(2)


@pytest.fixture(autouse=True)
def surroundings() -> None:
    """A server of its own has the time of this machine."""


def begin(home: Path) -> Path:
    """Write a thread with one call."""
    folder = home / "sessions" / "2026" / "11" / "22"
    folder.mkdir(parents=True)
    path = folder / lines.file_name(THREAD)
    first = (lines.session_meta(THREAD), lines.task_started(TURN), lines.turn_context(TURN), *call(1))
    path.write_bytes(lines.rollout(*first, minute=1.0))
    return path


def call(number: int, thread: str = THREAD) -> tuple[lines.Line, ...]:
    usage = lines.used(1000, 0, 0, 10, 0)
    total = lines.used(1000 * number, 0, 0, 10 * number, 0)
    return (lines.record(thread, TURN, usage, total, f"resp_{thread}_{number}"), lines.token_count(total, usage))


def append(path: Path, number: int) -> None:
    with path.open("ab") as file:
        file.write(lines.rollout(*call(number), minute=1.0 + number))


@contextlib.contextmanager
def listening(server: Server, **headers: str) -> Iterator[Iterator[int]]:
    """Give the generations that the server tells of."""
    sent = {"X-Codex-Usage-Token": TOKEN} | headers
    with httpx.stream("GET", f"{server.url}/api/live", headers=sent, timeout=10) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        told = (json.loads(line[6:])["generation"] for line in reply.iter_lines() if line.startswith("data: "))
        yield told


def test_a_page_hears_within_a_second_of_an_appended_line(server: Starts, tmp_path: Path) -> None:
    log = begin(tmp_path / "codex")
    running = server()
    assert until(lambda: calls(running) == 1)
    with listening(running) as told:
        before = next(told)
        assert before > 0
        took = []
        for number in (2, 3, 4):
            began = time.monotonic()
            append(log, number)
            after = next(told)
            took.append(time.monotonic() - began)
            assert after > before
            assert calls(running) == number
            before = after
        assert min(took) < 1.0
    with listening(running, **{"Last-Event-ID": str(before)}) as told:
        append(log, 5)
        assert next(told) > before
    with listening(running, **{"Last-Event-ID": "1"}) as told:
        assert next(told) > before


def test_folders_that_appear_later_are_watched_too(server: Starts, tmp_path: Path) -> None:
    (tmp_path / "codex").mkdir()
    (tmp_path / "codex" / "sessions").mkdir()
    running = server()
    (tmp_path / "codex" / "sessions").rmdir()
    time.sleep(0.2)
    log = begin(tmp_path / "codex")
    assert until(lambda: calls(running) == 1)
    append(log, 2)
    assert until(lambda: calls(running) == 2)
    archived = tmp_path / "codex" / "archived_sessions"
    archived.mkdir()
    shutil.move(log, archived / log.name)
    assert until(lambda: running.get("/api/summary?include_archived=false").json()["totals"]["calls"] == 0)
    assert calls(running) == 2


def test_what_is_written_while_watching_begins_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "sessions").mkdir()
    watch = Watch(lambda: [str(tmp_path)], lambda: None)
    watch.changed = watch.stop.set
    asyncio.run(asyncio.wait_for(watch.run(), 10 * LOOK_MS / 1000))


def test_without_refreshing_nothing_is_read_unless_asked_for(server: Starts, tmp_path: Path) -> None:
    begin(tmp_path / "codex")
    running = server("--no-refresh")
    time.sleep(0.3)
    assert running.get("/api/summary").status_code == 503
    headers = {"X-Codex-Usage-Token": TOKEN}
    assert httpx.post(f"{running.url}/api/ingest/run", headers=headers).json()["new_calls"] == 1
    assert calls(running) == 1


def test_two_hundred_clients_are_answered_during_a_refresh(server: Starts, tmp_path: Path) -> None:
    history.write(tmp_path / "codex")
    running = server()
    assert until(lambda: calls(running) > 0)
    paths = ("summary?group_by=model", "calls?limit=5", "status", "threads", "heatmap", "series?by=model")

    def asks(number: int) -> int:
        if number % 20 == 0:
            headers = {"X-Codex-Usage-Token": TOKEN}
            return httpx.post(f"{running.url}/api/ingest/run", headers=headers, timeout=30).status_code
        return running.get(f"/api/{paths[number % len(paths)]}").status_code

    with ThreadPoolExecutor(200) as clients:
        assert set(clients.map(asks, range(200))) == {200}


# -- what happens to the database -------------------------------------------------------------------------------------


def test_a_database_that_is_deleted_is_a_failure_in_words_and_comes_back(server: Starts, tmp_path: Path) -> None:
    log = begin(tmp_path / "codex")
    running = server()
    assert until(lambda: calls(running) == 1)
    for name in (running.database, *running.database.parent.glob(f"{running.database.name}-*")):
        Path(name).unlink(missing_ok=True)
    assert running.get("/api/summary").status_code == 503
    append(log, 2)
    assert until(lambda: calls(running) == 2), "not an answer that was kept of the database before"


def test_a_database_that_is_swapped_is_the_one_that_is_asked(server: Starts, tmp_path: Path, database: str) -> None:
    begin(tmp_path / "codex")
    running = server()
    assert until(lambda: calls(running) == 1)
    etag = running.get("/api/summary").headers["etag"]
    shutil.copy(database, tmp_path / "other.sqlite3")
    (tmp_path / "other.sqlite3").replace(running.database)
    for side in running.database.parent.glob(f"{running.database.name}-*"):
        side.unlink()
    reply = running.get("/api/summary", headers={"If-None-Match": etag})
    assert (reply.status_code, reply.json()["totals"]["calls"] > 1) == (200, True)


def test_a_damaged_database_is_a_failure_in_words_until_it_is_mended(server: Starts, tmp_path: Path) -> None:
    begin(tmp_path / "codex")
    running = server("--no-refresh")
    headers = {"X-Codex-Usage-Token": TOKEN}
    httpx.post(f"{running.url}/api/ingest/run", headers=headers)
    whole = running.database.read_bytes()
    running.database.write_bytes(b"no database" * 1000)
    reply = running.get("/api/summary")
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "corrupt_database")
    running.database.write_bytes(whole)
    assert calls(running) == 1


def test_a_locked_database_is_a_failure_in_words_until_it_is_free(server: Starts, tmp_path: Path) -> None:
    begin(tmp_path / "codex")
    running = server("--no-refresh")
    httpx.post(f"{running.url}/api/ingest/run", headers={"X-Codex-Usage-Token": TOKEN})
    with contextlib.closing(sqlite3.connect(running.database, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = delete")
        other.execute("BEGIN EXCLUSIVE")
        reply = running.get("/api/summary")
        assert (reply.status_code, reply.json()["error"]["code"]) == (503, "busy")
        assert reply.headers["retry-after"] == "1"
        assert running.get("/api/health").status_code == 200
    assert calls(running) == 1


# -- clients that behave oddly ----------------------------------------------------------------------------------------


def connected(server: Server) -> socket.socket:
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    made = socket.create_connection((host, int(port)), 20)
    made.settimeout(20)
    return made


@pytest.mark.slow
def test_slow_clients_are_let_go_and_keep_nobody_waiting(server: Starts, tmp_path: Path) -> None:
    begin(tmp_path / "codex")
    running = server("--no-refresh")
    host = running.url.removeprefix("http://")
    half = f"GET /api/health HTTP/1.1\r\nHost: {host}\r\n".encode()
    head = f"PUT /api/settings HTTP/1.1\r\nHost: {host}\r\nX-Codex-Usage-Token: {TOKEN}\r\n"
    body = f"{head}Content-Length: 9\r\n\r\n{{".encode()
    with contextlib.ExitStack() as held:
        clients = [held.enter_context(connected(running)) for _ in range(60)]
        for one, said in zip(clients, [b"", half, body] * 20, strict=True):
            one.sendall(said)
        assert running.get("/api/health").status_code == 200
        ends = [one.recv(4096) for one in clients]
    assert [bool(end) for end in ends] == [False, False, True] * 20
    assert ends[2].startswith(b"HTTP/1.1 408")
    assert running.get("/api/health").status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_what_is_no_request_of_ours_is_refused(server: Starts, said: bytes) -> None:
    running = server("--no-refresh")
    with connected(running) as client:
        client.sendall(said)
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(4096)[:10] in {b"HTTP/1.1 4", b""}
    assert running.get("/api/health").status_code == 200
    running.stop()
    assert running.process.communicate()[1] == ""


def test_a_websocket_is_refused(server: Starts) -> None:
    running = server("--no-refresh")
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "x", "Sec-WebSocket-Version": "13"}
    assert running.get("/api/live2", headers=headers).status_code == 404


# -- beginning and ending ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_within_a_second_whoever_listens(server: Starts, tmp_path: Path, sign: signal.Signals) -> None:
    begin(tmp_path / "codex")
    running = server()
    assert until(lambda: calls(running) == 1)
    with contextlib.ExitStack() as open_pages:
        for _ in range(5):
            next(open_pages.enter_context(listening(running)))
        idle = open_pages.enter_context(connected(running))
        assert running.stop(sign) < 2.0
        assert idle.recv(10) == b""
    assert running.process.returncode == 0
    assert running.process.communicate()[1] == ""


@pytest.mark.parametrize("moment", [0.0, 0.3])
def test_it_ends_in_the_midst_of_a_long_refresh(server: Starts, tmp_path: Path, moment: float) -> None:
    log = begin(tmp_path / "codex")
    filler = b'{"timestamp":"2026-11-22T00:05:00.000Z","type":"other","payload":{"text":"' + b"x" * 9_000 + b'"}}\n'
    for number in range(40):
        thread = lines.thread(100 + number)
        head = lines.rollout(lines.session_meta(thread), lines.task_started(TURN), *call(1, thread), minute=2.0)
        (log.parent / lines.file_name(thread)).write_bytes(head + filler * 120)
    running = server()
    time.sleep(moment)
    assert running.stop() < 3.0
    assert running.process.returncode == 0
    assert running.process.communicate()[1] == ""
    again = server()
    assert until(lambda: again.get("/api/threads?limit=1").json().get("total_matched_rows") == 41, 30)


def test_a_port_that_is_taken_is_passed_over_aloud(server: Starts) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        running = server("--no-refresh", "--port", str(port))
        assert int(running.url.rpartition(":")[2]) > port
        running.stop()
        assert f"Port {port} is taken" in running.process.communicate()[1]


def test_the_link_that_is_printed_opens_the_page_once(server: Starts) -> None:
    running = server("--no-refresh")
    with httpx.Client(follow_redirects=True, timeout=20) as browser:
        page = browser.get(running.link)
        assert (page.status_code, page.url.path) == (200, "/")
        assert TOKEN not in page.text
        assert browser.get(f"{running.url}/api/homes").status_code == 200
    assert httpx.get(running.link).status_code == 403
    assert httpx.get(f"{running.url}/api/homes").status_code == 401


def test_nothing_of_a_request_is_logged_but_its_route(
    server: Starts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tmp_path / "codex")
    monkeypatch.setenv("CODEX_USAGE_TRACKER_DEBUG", "1")
    running = server()
    assert until(lambda: calls(running) == 1)
    running.get(f"/api/calls?q={history.CANARY}")
    running.get(f"/{history.CANARY}")
    httpx.get(running.link)
    running.stop()
    said = running.process.communicate()[1]
    assert "GET calls 200" in said
    assert "404" in said
    assert history.CANARY not in said
    assert TOKEN not in said
    assert running.link.partition("key=")[2] not in said


def test_a_thread_that_fails_tells_where_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(threading, "excepthook", tell_of_thread)
    thread = threading.Thread(target=int, args=(history.CANARY,))
    thread.start()
    thread.join()
    said = capsys.readouterr().err
    assert "ValueError came through\n  threading:" in said
    assert history.CANARY not in said


def test_what_is_served_is_not_open_to_other_users(server: Starts, tmp_path: Path) -> None:
    begin(tmp_path / "codex")
    running = server()
    assert until(lambda: calls(running) == 1)
    assert running.database.stat().st_mode & 0o077 == 0
    assert running.database.parent.stat().st_mode & 0o077 == 0
