"""The way to a hub: what is tried again, what is not, and what is never done."""

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import pytest

from codex_usage_tracker.contract.server import Health
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.hub.client.sending import (
    HubError,
    HubTooLargeError,
    HubUnlinkedError,
    HubUnreachableError,
    Line,
    checked,
)

PROOF = "1.2.3"
OK = b'{"status": "ok"}'


class Reply(NamedTuple):
    status: int = 200
    body: bytes = OK
    headers: tuple[tuple[str, str], ...] = ()
    lost: int = 0
    """So many bytes of the body never come."""


class Scripted:
    """A server that answers in turn, and notes what it was asked."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.waited: list[float] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.asked.append((self.path, dict(self.headers), body))
                reply = outer.replies.pop(0) if outer.replies else Reply()
                self.send_response(reply.status)
                for name, value in (*reply.headers, ("Content-Length", str(len(reply.body)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body[: len(reply.body) - reply.lost])

            do_GET = do_POST  # noqa: N815  (as above)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def line(self, token: str = "", tries: int = 3) -> Line:
        return Line(self.url, token, tries=tries, wait=self.waited.append)

    def ask(self, **options: Any) -> Health:
        return self.line(**options).ask("POST", "/v1/x", Health, {"a": 1})


@pytest.fixture
def hub() -> Iterator[Scripted]:
    made = Scripted()
    yield made
    made.server.shutdown()
    made.server.server_close()


def refusal(message: str, hint: str = "") -> bytes:
    return json.dumps({"error": {"code": "x", "message": message, "hint": hint}}).encode()


def test_what_is_sent_is_packed_and_proves_who_sends(hub: Scripted) -> None:
    assert hub.ask(token=PROOF).status == "ok"
    path, headers, body = hub.asked[0]
    assert (path, json.loads(gzip.decompress(body))) == ("/v1/x", {"a": 1})
    assert headers["Authorization"] == f"Bearer {PROOF}"
    assert headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_be_better_in_a_moment_is_tried_again(hub: Scripted, status: int) -> None:
    hub.replies = [Reply(status), Reply(status)]
    assert hub.ask().status == "ok"
    assert len(hub.waited) == 2
    assert 0.5 <= hub.waited[0] <= 1.0 <= hub.waited[1] <= 2.0


def test_an_answer_that_is_cut_off_is_asked_for_again(hub: Scripted) -> None:
    hub.replies = [Reply(lost=5)]
    assert hub.ask().status == "ok"
    assert len(hub.asked) == 2


def test_the_hub_says_how_long_to_wait(hub: Scripted) -> None:
    hub.replies = [Reply(429, headers=(("Retry-After", "7"),))]
    hub.ask()
    assert hub.waited == [7.0]


def test_nobody_waits_for_hours(hub: Scripted) -> None:
    hub.replies = [Reply(429, refusal("too often"), (("Retry-After", "7200"),))]
    with pytest.raises(HubUnreachableError, match="the hub says: too often"):
        hub.ask()
    assert hub.waited == []


@pytest.mark.parametrize(("status", "kind"), [(401, HubUnlinkedError), (413, HubTooLargeError), (403, HubError)])
def test_a_refusal_is_told_at_once(hub: Scripted, status: int, kind: type[HubError]) -> None:
    hub.replies = [Reply(status, refusal("no"))]
    with pytest.raises(kind):
        hub.ask()
    assert (len(hub.asked), hub.waited) == (1, [])


def test_the_words_of_a_hub_do_nothing_to_a_terminal(hub: Scripted) -> None:
    hub.replies = [Reply(400, refusal("a\x1b[31mb\n" + "c" * 1000))]
    with pytest.raises(HubError) as told:
        hub.ask()
    assert told.value.message.isprintable()
    assert len(told.value.message) < 400


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"status": 1}', b"\xff"])
def test_another_server_is_no_hub(hub: Scripted, body: bytes) -> None:
    hub.replies = [Reply(200, body)]
    with pytest.raises(HubError, match="does not answer as a hub does"):
        hub.ask()
    hub.replies = [Reply(404, body)]
    with pytest.raises(HubError, match="the hub answers 404"):
        hub.ask()


def test_nobody_is_followed_elsewhere(hub: Scripted) -> None:
    elsewhere = Scripted()
    for status in (301, 302, 307, 308):
        hub.replies = [Reply(status, b"", (("Location", elsewhere.url),))]
        with pytest.raises(HubError):
            hub.ask(token=PROOF)
    assert elsewhere.asked == []
    elsewhere.server.shutdown()
    elsewhere.server.server_close()


def test_no_proxy_sees_what_goes_to_this_machine(hub: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert hub.ask().status == "ok"


def test_a_hub_that_is_not_there_is_told_in_words() -> None:
    waited: list[float] = []
    with pytest.raises(HubUnreachableError, match="does not answer") as told:
        Line("http://127.0.0.1:1", tries=2, wait=waited.append).fetch("GET", "/")
    assert "Nothing is lost" in told.value.hint
    assert len(waited) == 1


@pytest.mark.parametrize(
    "url",
    [
        "", "hub", "http://hub.example.org", "ftp://127.0.0.1", "https://", "https://me:word@hub.example.org",
        "https://hub.example.org/?a=1", "https://hub.example.org/#a", "http://127.0.0.1:0", "http://127.0.0.1:99999",
        "http://127.0.0.1.example.org", "http://localhost@example.org", "https://hub.example.org/\nHost: x",
        "https://hub.example.org /", "https://h\u0443b.example.org", "http://[::1",
    ],
)  # fmt: skip
def test_an_address_that_others_could_read_or_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InvalidValueError) as told:
        checked(url)
    assert "word" not in told.value.message


@pytest.mark.parametrize(
    "url",
    ["https://hub.example.org/", "https://hub.example.org:8443/usage/", "http://localhost:8766", "http://[::1]:1"],
)
def test_an_address_has_no_slash_at_its_end(url: str) -> None:
    assert checked(url) == url.rstrip("/")
