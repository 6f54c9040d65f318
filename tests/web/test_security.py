"""Nobody asks but our own page and programs that know the token."""

import socket

import pytest
from starlette.testclient import TestClient

from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.web import pages
from codex_usage_tracker.web.compat import SERVED
from codex_usage_tracker.web.security import BODY_BYTES, Door
from codex_usage_tracker.web.server import bound
from tests.web.conftest import HOST, PORT, TOKEN, Served

FOREIGN_HOSTS = (
    "evil.example",
    f"evil.example:{PORT}",
    f"127.0.0.1.evil.example:{PORT}",
    f"localhost.evil.example:{PORT}",
    "127.0.0.1",
    f"127.0.0.1:{PORT + 1}",
    f"127.0.0.1:{PORT}@evil.example",
    f"0.0.0.0:{PORT}",
    f"[::]:{PORT}",
    "",
)
FOREIGN_ORIGINS = (
    "https://evil.example",
    "null",
    "",
    f"http://localhost:{PORT}",
    f"http://127.0.0.1:{PORT + 1}",
    f"https://127.0.0.1:{PORT}",
    f"http://127.0.0.1:{PORT}.evil.example",
    f"http://127.0.0.1:{PORT}/",
)
PRIVATE = [*(f"/api/{name}" for name in SERVED), "/api/homes", "/api/settings", "/api/pricing", "/api/live",
           "/api/openapi.json", "/metrics"]  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/api/health", "/api/calls"])
@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_is_refused(client: TestClient, host: str, path: str) -> None:
    reply = client.get(path, headers={"Host": host})
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "forbidden")


@pytest.mark.parametrize("host", [f"localhost:{PORT}", f"LOCALHOST:{PORT}", f"[::1]:{PORT}", HOST])
def test_our_own_names_are_known(client: TestClient, host: str) -> None:
    assert client.get("/api/calls", headers={"Host": host, "Origin": f"http://{host.lower()}"}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/health", "/api/calls", "/open?key=x"])
@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_origin_is_refused(client: TestClient, origin: str, path: str) -> None:
    assert client.get(path, headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "unheard-of"])
def test_another_site_is_refused_even_one_on_another_port(client: TestClient, site: str) -> None:
    assert client.get("/api/calls", headers={"Sec-Fetch-Site": site}).status_code == 403
    assert client.get("/", headers={"Sec-Fetch-Site": site}).status_code == 403


@pytest.mark.parametrize("path", PRIVATE)
def test_without_the_token_nothing_is_told(served: Served, path: str) -> None:
    for told in ("", "wrong", TOKEN[:-1], TOKEN + "x"):
        reply = served(**{"X-Codex-Usage-Token": told}).get(path, headers={"Cookie": f"codex_usage_{PORT}={told}"})
        assert (reply.status_code, reply.json()["error"]["code"]) == (401, "unauthorized")
    by_parameter = served(**{"X-Codex-Usage-Token": ""}).get(f"{path}?api_token={TOKEN}&token={TOKEN}")
    assert by_parameter.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Codex-Usage-Token": TOKEN},
        {"Authorization": f"Bearer {TOKEN}"},
        {"Cookie": f"other=1; codex_usage_{PORT}={TOKEN}; more=2"},
    ],
)
def test_the_token_lets_in_as_header_bearer_or_cookie(served: Served, headers: dict[str, str]) -> None:
    assert served(**{"X-Codex-Usage-Token": ""}).get("/api/status", headers=headers).status_code == 200


def test_the_cookie_of_another_port_is_not_ours(served: Served) -> None:
    client = served(**{"X-Codex-Usage-Token": ""})
    assert client.get("/api/status", headers={"Cookie": f"codex_usage_{PORT + 1}={TOKEN}"}).status_code == 401


def test_a_link_lets_one_browser_in_once_and_keeps_what_it_shows(served: Served, door: Door) -> None:
    client = served(**{"X-Codex-Usage-Token": ""})
    key = door.new_key()
    reply = client.get(f"/open?view=calls&key={key}&model=gpt-5.5&model=a%26b")
    assert (reply.status_code, reply.headers["location"]) == (303, "/?view=calls&model=gpt-5.5&model=a%26b")
    cookie = reply.headers["set-cookie"]
    assert cookie.startswith(f"codex_usage_{PORT}=")
    assert all(one in cookie for one in ("HttpOnly", "SameSite=Strict", "Path=/"))
    assert client.get("/api/status").status_code == 200
    again = served(**{"X-Codex-Usage-Token": ""}).get(f"/open?key={key}")
    assert (again.status_code, "set-cookie" in again.headers) == (403, False)


@pytest.mark.parametrize("query", ["", "?key=", "?key=wrong", "?key=%FF", "?key=a&key=b"])
def test_no_other_key_opens(served: Served, door: Door, query: str) -> None:
    door.new_key()
    reply = served(**{"X-Codex-Usage-Token": ""}).get(f"/open{query}")
    assert (reply.status_code, "set-cookie" in reply.headers) == (403, False)


def test_a_key_is_good_for_ten_minutes(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("codex_usage_tracker.web.security.time.monotonic", lambda: now[0])
    early, late = door.new_key(), door.new_key()
    now[0] += 599
    assert door.take(early)
    now[0] += 2
    assert not door.take(late)


def test_a_link_never_leads_elsewhere(served: Served, door: Door) -> None:
    client = served()
    for state in ("//evil.example", "url=//evil.example", "%0d%0aSet-Cookie:x=1", "\\evil"):
        reply = client.get(f"/open?key={door.new_key()}&{state}")
        assert reply.headers["location"].startswith("/?")
        assert "x=1" not in reply.headers["set-cookie"]


@pytest.mark.parametrize("path", PRIVATE[:-1])
def test_no_answer_tells_the_token(client: TestClient, path: str) -> None:
    if path != "/api/live":
        reply = client.get(path)
        assert TOKEN not in reply.text + str(reply.headers)
    assert TOKEN not in client.get("/").text


@pytest.mark.parametrize(
    "path",
    [
        "/usage.sqlite3",
        "/..%2fusage.sqlite3",
        "/../app.py",
        "/%2e%2e/app.py",
        "/assets/../../app.py",
        "/assets/%2e%2e/%2e%2e/app.py",
        "/assets/..%5c..%5capp.py",
        "//etc/passwd",
        "/assets",
        "/assets/",
        "/index.html%00.js",
        "/app.py",
        "/dashboard.js",
    ],
)
def test_there_are_no_files_but_those_of_the_page(client: TestClient, path: str) -> None:
    reply = client.get(path)
    assert (reply.status_code, reply.headers["content-type"]) == (404, "application/json")


def test_files_of_the_page_have_their_kinds_and_are_kept_where_their_names_tell(tmp_path: object) -> None:
    from pathlib import Path  # noqa: PLC0415

    folder = Path(str(tmp_path))
    (folder / "assets").mkdir()
    for name, text in {
        "index.html": "<p>",
        "assets/index-a1B2c3D4.js": "1",
        "assets/x.css": "",
        "secret.py": "",
    }.items():
        (folder / name).write_text(text)
    (folder / "link.js").symlink_to(folder / "secret.py")
    found = pages.table(str(folder))
    assert found.keys() == {"/", "/dashboard.html", "/index.html", "/assets/index-a1B2c3D4.js", "/assets/x.css"}
    assert found["/assets/index-a1B2c3D4.js"][2:] == ("text/javascript; charset=utf-8", pages.FOREVER)
    assert found["/"][2:] == ("text/html; charset=utf-8", pages.ANEW)
    assert pages.table(str(folder / "nothing")).keys() == {"/", "/dashboard.html"}


@pytest.mark.parametrize("path", ["/", "/api/health", "/api/calls", "/api/nothing", "/nothing", "/metrics"])
def test_every_reply_says_what_a_browser_may_do_with_it(client: TestClient, path: str) -> None:
    for headers in ({}, {"Origin": "https://evil.example"}, {"X-Codex-Usage-Token": ""}):
        told = client.get(path, headers=headers).headers
        rules = told["content-security-policy"]
        assert rules.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "frame-ancestors 'none'" in rules
        assert "unsafe" not in rules
        assert told["x-content-type-options"] == "nosniff"
        assert told["referrer-policy"] == "no-referrer"
        assert told["cross-origin-opener-policy"] == told["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in told


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/api/settings"), ("PUT", "/api/pricing"), ("GET", "/api/pricing")]
)
def test_an_oversized_body_is_refused(client: TestClient, method: str, path: str) -> None:
    parts = (b" " * 100_000 for _ in range(BODY_BYTES // 100_000 + 1))
    for content in (b" " * (BODY_BYTES + 1), parts):
        reply = client.request(method, path, content=content)
        if method == "PUT" or isinstance(content, bytes):
            assert (reply.status_code, reply.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "host", [".".join("0000"), "::", "192.168.0.1", "example.com", "127.0.0.2", "", "localhost.evil.example"]
)
def test_no_address_that_others_reach_is_taken(host: str) -> None:
    with pytest.raises(InvalidValueError, match="open to other machines"):
        bound(host, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_only_this_machine_is_listened_to(host: str) -> None:
    with bound(host, 0) as made:
        assert made.getsockname()[0] == "127.0.0.1"
        assert made.proto == socket.IPPROTO_TCP, "replies would wait for acknowledgements"
        port = made.getsockname()[1]
        with bound(host, port) as other:
            assert other.getsockname()[1] > port


def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {Door(PORT).set_cookie() for _ in range(20)}
    assert len(tokens) == 20
    assert min(map(len, tokens)) > 43
