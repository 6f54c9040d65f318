"""What a running server answers to those who mean it harm, by raw requests: nothing, and nothing of it is logged."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import httpx
import pytest

from codex_usage_tracker.demo import DemoPlan, write_history
from codex_usage_tracker.web.security import BODY_BYTES
from tests.web.conftest import TOKEN, Server, Starts, calls, serving, until
from tests.web.test_server import begin, connected

CANARY = "canary-of-an-attack"


@pytest.fixture(autouse=True)
def surroundings() -> None:
    """A server of its own has the time of this machine."""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with one call that logs all it ever logs; in the end nothing of the attacks stands there."""
    folder = tmp_path_factory.mktemp("target")
    with pytest.MonkeyPatch.context() as patch, serving(folder) as starts:
        patch.setenv("CODEX_USAGE_TRACKER_DEBUG", "1")
        begin(folder / "codex")
        found = starts()
        assert until(lambda: calls(found) == 1)
        yield found
        assert calls(found) == 1
        found.stop()
        said = found.process.communicate()[1]
        assert "GET summary 200" in said
        assert not [one for one in (CANARY, TOKEN, str(folder), "Traceback", "etc/passwd") if one in said]


class Reply(NamedTuple):
    """The beginning of a raw reply: 0 where the connection was closed without one."""

    status: int
    text: str


def sent(server: Server, raw: bytes) -> Reply:
    """Send bytes as they are."""
    with connected(server) as client:
        try:
            client.sendall(raw)
            told = b""
            while more := client.recv(65536):
                told += more
        except (BrokenPipeError, ConnectionResetError):
            told = b""
    text = told.decode("latin-1")
    return Reply(int(text.split(" ", 2)[1]) if text else 0, text)


def request(server: Server, line: str, *headers: str, body: bytes = b"", token: str = TOKEN, host: str = "") -> Reply:
    """Send a request without any politeness of a library."""
    usual = [f"Host: {host or server.url.removeprefix('http://')}", "Connection: close"]
    told = [f"X-Codex-Usage-Token: {token}"] if token else []
    head = "\r\n".join([f"{line} HTTP/1.1", *usual, *told, *headers, "", ""])
    return sent(server, head.encode("latin-1") + body)


def test_the_same_request_without_harm_is_answered(target: Server) -> None:
    assert request(target, "GET /api/calls").status == 200
    assert request(target, "GET /api/calls", "Sec-Fetch-Site: same-origin", f"Origin: {target.url}").status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}", "127.0.0.1", "0.0.0.0:{port}", "x"]
)
@pytest.mark.parametrize("path", ["/", "/api/calls", "/api/health", "/open?key=x"])
def test_a_name_that_leads_here_from_elsewhere_is_turned_away(target: Server, host: str, path: str) -> None:
    """A page of another site may have its own name resolved to this machine."""
    host = host.format(port=target.port)
    for more in ((), (f"Origin: http://{host}", "Sec-Fetch-Site: same-origin")):
        assert request(target, f"GET {path}", *more, host=host).status == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "file://", "{url}.evil.example"]
)
def test_another_origin_is_turned_away(target: Server, origin: str) -> None:
    reply = request(target, "GET /api/calls", f"Origin: {origin.format(url=target.url)}")
    assert reply.status == 403
    assert "access-control" not in reply.text.lower()


@pytest.mark.parametrize("site", ["cross-site", "same-site", "CROSS-SITE", "none, cross-site", "x"])
@pytest.mark.parametrize("line", ["GET /api/calls", "GET /", "POST /api/ingest/run"])
def test_what_a_browser_calls_another_site_is_turned_away(target: Server, line: str, site: str) -> None:
    assert request(target, line, f"Sec-Fetch-Site: {site}", "Sec-Fetch-Mode: no-cors").status == 403


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper()])
@pytest.mark.parametrize("line", ["GET /api/calls", "HEAD /api/calls", "POST /api/ingest/run", "GET /api/live"])
def test_without_the_token_nothing_happens(target: Server, line: str, token: str) -> None:
    assert request(target, f"{line}?token={TOKEN}", token=token).status == 401


@pytest.mark.parametrize(
    "path",
    [
        "/usage.sqlite3", "/own/usage.sqlite3", "/../own/usage.sqlite3", "/assets/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "/%252e%252e%252fetc%252fpasswd",
        "/..%255cusage.sqlite3",
        "/..\\..\\etc\\passwd", "/..%5c..%5cetc%5cpasswd",
        "/assets/%00/../index.html", "/index.html%00.js", "//etc/passwd",
        "/assets/....//....//etc/passwd", "/%c0%ae%c0%ae/etc/passwd", "/.git/config", "/app.py", f"/{CANARY}",
        "/api/../usage.sqlite3", "/api/calls/../../usage.sqlite3", "/api/%2e%2e/metrics", "/api/calls;x=1",
    ],
)  # fmt: skip
def test_no_path_leads_to_a_file(target: Server, path: str) -> None:
    reply = request(target, f"GET {path}")
    assert reply.status in {400, 404}
    assert not [one for one in ("SQLite format", "root:", "[core]", str(target.home)) if one in reply.text]


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PATCH", "DELETE", "PROPFIND", "CONNECT", "get", "X" * 200])
def test_other_methods_do_nothing(target: Server, method: str) -> None:
    reply = request(target, f"{method} /api/calls")
    assert reply.status in {0, 400, 405}
    assert TOKEN not in reply.text


def test_a_preflight_gets_no_leave(target: Server) -> None:
    asks = ("Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-codex-usage-token")
    for more in (("Origin: http://evil.example",), (f"Origin: {target.url}",), ()):
        reply = request(target, "OPTIONS /api/settings", *asks, *more, token="")
        assert reply.status in {401, 403}
        assert "access-control-allow" not in reply.text.lower()


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_method_cannot_be_disguised(target: Server, name: str) -> None:
    assert request(target, "POST /api/calls?_method=GET", f"{name}: GET", "Content-Length: 0").status == 405
    before = target.get("/api/settings").json()
    assert request(target, "GET /api/settings?_method=PUT", f"{name}: PUT").status == 200
    assert target.get("/api/settings").json() == before


def test_a_head_has_no_body(target: Server) -> None:
    reply = request(target, "HEAD /api/calls")
    assert reply.text.partition("\r\n\r\n")[2] == ""


@pytest.mark.parametrize(
    ("headers", "body", "statuses"),
    [
        ([f"Content-Length: {BODY_BYTES + 1}"], b"", {413}),
        (["Content-Length: 99999999999999999999"], b"", {0, 400, 413}),
        (["Content-Length: -1"], b"", {0, 400, 413}),
        (["Content-Length: 1", "Content-Length: 2"], b"xx", {0, 400}),
        (["Content-Length: 5", "Transfer-Encoding: chunked"], b"0\r\n\r\n", {0, 400, 412, 413}),
        (["Transfer-Encoding: chunked"], (b"10000\r\n" + b" " * 0x10000 + b"\r\n") * 20 + b"0\r\n\r\n", {0, 413}),
        (["Transfer-Encoding: chunked"], b"fffffffffffffffffff\r\n", {0, 400, 408, 413}),
        (["Content-Length: 4"], b"\xff\xfe{}", {400}),
        (["Content-Length: 4000"], b"[" * 4000, {400}),
    ],
)
def test_no_body_is_too_much(target: Server, headers: list[str], body: bytes, statuses: set[int]) -> None:
    reply = request(target, "PUT /api/settings", *headers, body=body)
    assert reply.status in statuses
    assert "Traceback" not in reply.text
    assert target.get("/api/health").status_code == 200


@pytest.mark.parametrize(
    ("line", "headers"),
    [
        (f"GET /api/calls?q={'a' * 60_000}", []),
        (f"GET /api/calls?{'&'.join(f'model={one}' for one in range(6_000))}", []),
        ("GET /api/calls", [f"X-{one}: y" for one in range(10_000)]),
        ("GET /api/calls", [f"X: {'y' * 100_000}"]),
        ("GET /api/calls", [f"Cookie: {'a=b;' * 20_000}"]),
    ],
)
def test_no_head_is_too_much(target: Server, line: str, headers: list[str]) -> None:
    assert request(target, line, *headers).status in {0, 400, 413, 431}
    assert target.get("/api/health").status_code == 200


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%ff", "since=9999999999999999999", "model=%27%3B+DROP+TABLE+call%3B--", "%3D"]
)
def test_odd_questions_are_told_in_words(target: Server, query: str) -> None:
    reply = request(target, f"GET /api/calls?{query}")
    assert reply.status in {200, 400}
    assert "Traceback" not in reply.text


@pytest.mark.slow
def test_who_does_not_read_what_it_asked_for_keeps_nobody_waiting(target: Server) -> None:
    """Listeners and readers that never read: their buffers are small, and all others are answered."""
    host = target.url.removeprefix("http://")
    idle = [connected(target) for _ in range(100)]
    try:
        for number, one in enumerate(idle):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            path = "live" if number % 2 else "openapi.json"
            one.sendall(f"GET /api/{path} HTTP/1.1\r\nHost: {host}\r\nX-Codex-Usage-Token: {TOKEN}\r\n\r\n".encode())
        for _ in range(20):
            assert target.get("/api/summary").status_code == 200
    finally:
        for one in idle:
            one.close()


@pytest.mark.slow
def test_two_hundred_are_answered_while_many_files_are_read(server: Starts) -> None:
    running = server()
    paths = ("summary?group_by=model", "calls?limit=5", "status", "threads", "heatmap", "series?by=model", "limits")
    write_history(DemoPlan(running.home / "new", calls=3000, bytes_per_call=1500))

    def asks(number: int) -> tuple[int, float]:
        if number == 0:
            (running.home / "sessions").rmdir()
            (running.home / "new/sessions").rename(running.home / "sessions")
            reply = httpx.post(f"{running.url}/api/ingest/run", headers={"X-Codex-Usage-Token": TOKEN}, timeout=60)
        else:
            reply = running.get(f"/api/{paths[number % len(paths)]}")
        return reply.status_code, reply.elapsed.total_seconds()

    assert until(lambda: running.get("/api/summary").status_code == 200)
    with ThreadPoolExecutor(200) as clients:
        found = list(clients.map(asks, range(600)))
    assert {status for status, _ in found} == {200}
    assert max(seconds for _, seconds in found) < 20
    assert until(lambda: calls(running) > 2900, 30)
