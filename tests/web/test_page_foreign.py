"""A page of another port of this machine, in a browser that may use the dashboard: it gets nothing and does nothing."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.web.conftest import IN_A_BROWSER, Server, Starts, Visitor
from tests.web.test_server import begin

pytestmark = IN_A_BROWSER
TRIES: dict[str, str] = {
    "fetch": "text(fetch(url + '/api/summary', {credentials: 'include'}))",
    "fetch unseen": "text(fetch(url + '/api/summary', {credentials: 'include', mode: 'no-cors'}))",
    "fetch of the page": "text(fetch(url + '/', {credentials: 'include'}))",
    "write": "text(fetch(url + '/api/settings', {method: 'PUT', credentials: 'include', body: '{}'}))",
    "begin": "text(fetch(url + '/api/ingest/run', {method: 'POST', credentials: 'include', mode: 'no-cors'}))",
    "beacon": "Promise.resolve(navigator.sendBeacon(url + '/api/ingest/run', '') && '')",
    "events": "new Promise(done => new EventSource(url + '/api/live', {withCredentials: true})"
    ".addEventListener('generation', event => done(event.data)))",
    "socket": "new Promise(done => new WebSocket(url.replace('http', 'ws') + '/api/live').onopen = () => done('open'))",
    "image": "loaded('img', {src: url + '/favicon.svg'})",
    "script": "loaded('script', {src: url + '/api/summary?callback=take'})",
    "style": "loaded('link', {rel: 'stylesheet', href: url + '/'})",
    "frame": "loaded('iframe', {src: url + '/?view=calls'}, one => one.contentDocument.body.innerText)",
    "form": "loaded('iframe', {name: 'into'}, one => one.contentDocument.body.innerText, () => Object.assign("
    "document.body.appendChild(document.createElement('form')),"
    " {method: 'post', target: 'into', action: url + '/api/ingest/run'}).submit())",
}
ATTEMPT = """url => {
  const text = promise => promise.then(reply => reply.text());
  const loaded = (tag, fields, read = () => 'loaded', then = () => {}) => new Promise(done => {
    const one = Object.assign(document.createElement(tag), fields);
    one.onload = () => { try { done(read(one)) } catch { done('') } };
    document.body.append(one);
    then();
  });
  const never = new Promise(done => setTimeout(() => done(''), 500));
  return Promise.race([%s, never]).catch(() => '');
}"""


@pytest.fixture(autouse=True)
def surroundings() -> None:
    """A server of its own has the time of this machine."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of a page on another port."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>elsewhere</title><body>")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}/"
        found.shutdown()


@pytest.fixture
def ours(server: Starts) -> Server:
    """A server that has read nothing of what there is."""
    found = server("--no-refresh")
    begin(found.home)
    return found


def test_a_page_of_another_port_gets_nothing_and_does_nothing(ours: Server, elsewhere: str, visit: Visitor) -> None:
    page = visit(ours, heard=False)
    for name in ("fetch", "events", "image"):
        assert page.evaluate(ATTEMPT % TRIES[name], ours.url), "our own page may"
    told = ours.get("/api/settings").json()
    page.goto(elsewhere)
    for url in (ours.url, ours.url.replace("127.0.0.1", "localhost")):
        for name, attempt in TRIES.items():
            assert not page.evaluate(ATTEMPT % attempt, url), f"{name} at {url}"
    page.wait_for_timeout(300)
    assert ours.get("/api/summary").status_code == 503, "nothing was read"
    assert ours.get("/api/settings").json() == told


def test_a_window_that_another_page_opens_tells_it_nothing(ours: Server, elsewhere: str, visit: Visitor) -> None:
    page = visit(ours, heard=False)
    page.goto(elsewhere)
    page.set_default_timeout(5_000)
    with page.context.expect_page() as opening:
        page.evaluate("url => { window.other = window.open(url + '/api/settings') }", ours.url)
    opened = opening.value
    opened.wait_for_load_state()
    assert "schema" not in opened.content(), "what another site leads to is refused too"
    assert page.evaluate("() => { try { return window.other.document.body.innerText } catch { return '' } }") == ""
