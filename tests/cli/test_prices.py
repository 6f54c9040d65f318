"""`update-pricing`, `pin-pricing` and `update-rate-card`, with a server on this machine."""

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from codex_usage_tracker.cli import download
from codex_usage_tracker.errors import DownloadError, InvalidValueError
from codex_usage_tracker.pricing import bundled
from codex_usage_tracker.pricing.card import Card
from tests.cli import history
from tests.cli.conftest import Run
from tests.pricing.lists import genai, litellm, model, models_dev

NEWER = litellm(gpt__5_5=model(3e-06, 3e-05, cache_read_input_token_cost=5e-07), gpt__7=model(1e-06, 2e-06))
TODAY = datetime.fromtimestamp(history.NOW_MS / 1000, UTC).date().isoformat()
OWN = '{"rules": [{"pattern": "mine", "input": 1.50, "output": "2.5"}], "examples": [{"any": "thing"}]}'


class Server(NamedTuple):
    """A web server of this machine, and what it was asked for."""

    url: str
    asked: list[str]


Answering = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answering], Server]]:
    """Give a way to start a server, which ends with the test."""
    monkeypatch.setenv("no_proxy", "*")
    servers: list[ThreadingHTTPServer] = []

    def start(answering: Answering) -> Server:
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                answering(self)

            def log_message(self, *_: Any) -> None:
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return Server(f"http://127.0.0.1:{servers[-1].server_port}/list.json", asked)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def answering(body: bytes, code: int = 200, length: int | None = None, **headers: str) -> Answering:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        request.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return answer


@pytest.fixture
def pricing(tmp_path: Path) -> Path:
    """Give the file of the user's prices, with a rule of their own."""
    path = tmp_path / "tracker" / "pricing.json"
    path.parent.mkdir()
    path.write_text(OWN, encoding="utf-8")
    return path


def test_it_says_what_it_fetches_writes_what_changed_and_keeps_the_file_before(
    run_plain: Run, serve: Callable[[Answering], Server], pricing: Path
) -> None:
    server = serve(answering(NEWER))
    ran = run_plain("update-pricing", "--source-url", server.url)
    assert (ran.code, ran.err) == (0, f"Fetching {server.url} ...\n")
    assert server.asked == ["/list.json"]
    assert [line.split() for line in ran.out.splitlines()[:4]] == [
        ["Model", "Tier", "Price", "Before", "After", "From"],
        ["gpt-5.5", "input", "5", "3", TODAY],
        ["gpt-7", "input", "-", "1"],
        ["gpt-7", "output", "-", "2"],
    ]
    assert ran.out.splitlines()[5:] == [f"Wrote {pricing}.", f"The file before is kept as {pricing}.bak."]
    assert Path(f"{pricing}.bak").read_text(encoding="utf-8") == OWN
    card = msgspec.json.decode(pricing.read_bytes(), type=Card)
    assert [(rule.pattern, rule.updated) for rule in card.rules] == [
        ("mine", False),
        ("gpt-5.5", True),
        ("gpt-7", True),
    ]
    assert json.loads(pricing.read_bytes())["examples"] == [{"any": "thing"}]


def test_the_same_list_again_changes_nothing_and_keeps_the_earlier_copy(
    run_plain: Run, tmp_path: Path, pricing: Path
) -> None:
    file = tmp_path / "list.json"
    file.write_bytes(NEWER)
    assert run_plain("update-pricing", "--source-file", str(file)).code == 0
    written = pricing.read_bytes()
    again = run_plain("update-pricing", "--source-file", str(file))
    assert (again.code, again.err) == (0, "")
    assert again.out == "Nothing changed: the list has 2 models, none with a price that is not known already.\n"
    assert pricing.read_bytes() == written
    assert Path(f"{pricing}.bak").read_text(encoding="utf-8") == OWN


def test_a_dry_run_writes_nothing(run_plain: Run, tmp_path: Path, pricing: Path) -> None:
    file = tmp_path / "list.json"
    file.write_bytes(NEWER)
    answer = run_plain("update-pricing", "--source-file", str(file), "--dry-run", "--json").json
    assert answer == {
        "schema": "codex-usage-tracker-pricing-update-v1", "source": str(file), "path": str(pricing), "written": False,
        "backup_path": None, "listed_models": 2,
        "changes": [
            {"model": "gpt-5.5", "tier": None, "field": "input", "before": "5", "after": "3", "from_day": TODAY},
            {"model": "gpt-7", "tier": None, "field": "input", "before": None, "after": "1", "from_day": None},
            {"model": "gpt-7", "tier": None, "field": "output", "before": None, "after": "2", "from_day": None},
        ],
    }  # fmt: skip
    assert pricing.read_text(encoding="utf-8") == OWN
    assert "Nothing was written." in run_plain("update-pricing", "--source-file", str(file), "--dry-run").out


@pytest.mark.parametrize(
    "data",
    [
        NEWER,
        genai({"id": "gpt-7", "prices": {"input_mtok": 1, "output_mtok": 2}}),
        models_dev(gpt__7={"input": 1, "output": 2}),
        b'{"rules": [{"pattern": "gpt-7", "input": 1, "output": 2}]}',
    ],
    ids=["litellm", "genai-prices", "models.dev", "own"],
)
def test_lists_of_every_shape_are_taken_in_where_output_says(run_plain: Run, tmp_path: Path, data: bytes) -> None:
    file, out = tmp_path / "list.json", tmp_path / "new" / "pricing.json"
    file.write_bytes(data)
    assert run_plain("update-pricing", "--source-file", str(file), "--output", str(out)).code == 0
    assert "gpt-7" in {rule.pattern for rule in msgspec.json.decode(out.read_bytes(), type=Card).rules}
    assert not (tmp_path / "tracker").exists()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (answering(b"", 404), "answers 404 Not Found"),
        (answering(b"gone", 500), "answers 500 Internal Server Error"),
        (answering(b"<!doctype html>"), "no JSON"),
        (answering(b'{"a": 1}'), "no shape that is known"),
        (answering(NEWER, length=len(NEWER) + 9), "broke off"),
        (answering(b"", 302, Location="http://elsewhere.example/list.json"), "no address that is fetched"),
        (
            answering(b"", 302, Location="file:///etc/passwd"),
            "is not allowed",
        ),
        (answering(b"", 302, Location="/list.json"), "infinite loop"),
    ],
)
def test_a_failure_is_told_and_leaves_the_file_as_it_is(
    run_plain: Run, serve: Callable[[Answering], Server], pricing: Path, answer: Answering, told: str
) -> None:
    ran = run_plain("update-pricing", "--source-url", serve(answer).url, "--json", "--quiet")
    assert ran.code in {1, 2}
    assert told in ran.json["error"]["message"]
    assert pricing.read_text(encoding="utf-8") == OWN
    assert not Path(f"{pricing}.bak").exists()


def test_a_server_that_is_not_there_is_told(run_plain: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    error = run_plain("update-pricing", "--source-url", f"http://127.0.0.1:{port}/list.json", "--json").json["error"]
    assert error["code"] == "download_failed"
    assert "--source-file" in error["hint"]


def test_an_answer_without_an_end_is_broken_off(serve: Callable[[Answering], Server]) -> None:
    over = threading.Event()

    def drips(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not over.wait(0.02):
            request.wfile.write(b" ")

    began = time.monotonic()
    with pytest.raises(DownloadError, match="takes too long"):
        download.fetch(serve(drips).url, seconds=0.2)
    over.set()
    assert time.monotonic() - began < 10


def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    serve: Callable[[Answering], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "LARGEST_BYTES", 1000)
    with pytest.raises(DownloadError, match="larger than"):
        download.fetch(serve(answering(b" " * 100_000)).url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/list.json", "ftp://example.com/list.json", "file:///etc/passwd", "https://", "list.json",
        "", "https://me:secret@example.com/", "http://127.0.0.1.example.com/", "https://[::1", "http://[::1/",
    ],
)  # fmt: skip
def test_an_address_that_others_could_read_along_is_refused(url: str) -> None:
    with pytest.raises(InvalidValueError, match="no address that is fetched") as told:
        download.check(url)
    assert "secret" not in told.value.message


def test_a_password_in_an_address_is_told_nobody(run_plain: Run) -> None:
    ran = run_plain("update-pricing", "--source-url", "https://me:secret@127.0.0.1/")
    assert ran.code == 2
    assert "secret" not in ran.out + ran.err


def test_the_addresses_that_are_known_by_name_may_be_fetched() -> None:
    from codex_usage_tracker.pricing.sources import URLS  # noqa: PLC0415

    for url in URLS.values():
        download.check(url)


def test_bad_files_are_told(run_plain: Run, tmp_path: Path, pricing: Path) -> None:
    def code(*args: str) -> str:
        return str(run_plain("update-pricing", *args, "--json").json["error"]["code"])

    (tmp_path / "no.json").write_bytes(b"\x00\xff")
    assert code("--source-file", str(tmp_path / "nowhere")) == "file_not_found"
    assert code("--source-file", str(tmp_path)) == "os_error"
    assert code("--source-file", "a\x00b") == "os_error"
    assert code("--source-file", str(tmp_path / "no.json")) == "invalid_value"
    assert run_plain("update-pricing", "--source-file", "a", "--source-url", "b").code == 2
    pricing.write_text('{"rules": 3}', encoding="utf-8")
    assert code("--source-file", str(tmp_path / "no.json")) == "invalid_settings"


def test_a_secret_folder_is_not_told_in_a_privacy_mode(run_plain: Run, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_bytes(NEWER)
    args = ("update-pricing", "--source-file", str(tmp_path / "list.json"), "--privacy-mode", "strict")
    assert str(tmp_path) not in run_plain(*args, "--json").out + run_plain(*args).out


def test_pinned_prices_stand_alone_and_are_not_updated(run_plain: Run, tmp_path: Path, pricing: Path) -> None:
    out = tmp_path / "pinned.json"
    ran = run_plain("pin-pricing", "--output", str(out))
    assert (ran.code, ran.out) == (0, f"Wrote {out}. --pricing with this file gives the amounts of today.\n")
    card = msgspec.json.decode(out.read_bytes(), type=Card)
    assert card.complete
    assert len(card.rules) == len(bundled.catalogue().rules) + 1
    assert run_plain("pin-pricing", "--output", str(out), "--json").json["error"]["code"] == "file_exists"
    assert "kept as" in run_plain("pin-pricing", "--output", str(out), "--force").out
    assert pricing.read_text(encoding="utf-8") == OWN
    (tmp_path / "list.json").write_bytes(NEWER)
    refused = run_plain("update-pricing", "--source-file", str(tmp_path / "list.json"), "--output", str(out), "--json")
    assert (refused.code, "pinned" in refused.json["error"]["message"]) == (2, True)


def test_pinned_prices_give_the_same_amounts_after_prices_have_changed(
    run_plain: Run, tmp_path: Path, database: str
) -> None:
    def usd(*args: str) -> str:
        return str(run_plain("summary", "--db", str(path), "--json", *args).json["totals"]["usd"])

    path, out = Path(shutil.copy(database, tmp_path / "usage.sqlite3")), str(tmp_path / "pinned.json")
    before = usd()
    assert run_plain("pin-pricing", "--output", out).code == 0
    (tmp_path / "tracker").mkdir(exist_ok=True)
    dear = '{"rules": [{"pattern": "*", "input": 900, "output": 900}]}'
    (tmp_path / "tracker" / "pricing.json").write_text(dear, encoding="utf-8")
    assert float(usd()) > float(before) > 0
    assert usd("--pricing", out) == before


def test_the_rate_card_is_copied_to_be_edited(run_plain: Run, tmp_path: Path) -> None:
    path = tmp_path / "tracker" / "rate-card.json"
    assert run_plain("update-rate-card").out == f"{path} holds the rates.\n"
    copied = msgspec.json.decode(path.read_bytes(), type=Card)
    assert (copied.rules, copied.bundled) == (bundled.rate_card().rules, False)
    path.write_text("edited", encoding="utf-8")
    done = run_plain("update-rate-card", "--json").json
    assert (done["settings"], done["backup_path"]) == ("rate_card", f"{path}.bak")
    assert run_plain("update-rate-card", "--json").json["backup_path"] is None
    assert Path(f"{path}.bak").read_text(encoding="utf-8") == "edited"


def test_a_rate_card_of_ones_own_is_checked_before_it_is_taken(run_plain: Run, tmp_path: Path) -> None:
    source, out = tmp_path / "rates.json", tmp_path / "out.json"
    args = ("update-rate-card", "--source-file", str(source), "--output", str(out), "--json")
    assert run_plain(*args).json["error"]["code"] == "file_not_found"
    source.write_text('{"rules": [{"pattern": "x", "input": -1, "output": 1}]}', encoding="utf-8")
    assert run_plain(*args).json["error"]["code"] == "invalid_settings"
    assert not out.exists()
    source.write_text('{"rulez": [], "rules": [{"pattern": "x", "input": 1, "output": 1}]}', encoding="utf-8")
    ran = run_plain(*args)
    assert (ran.code, "did you mean `rules`?" in ran.err) == (0, True)
    assert [rule.pattern for rule in msgspec.json.decode(out.read_bytes(), type=Card).rules] == ["x"]
