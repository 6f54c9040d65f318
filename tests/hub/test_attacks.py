"""What a hub answers to those who mean it harm: it refuses, says so in its log, and nobody else is affected."""

import gzip
import json
import re
import secrets
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import httpx
import pytest

from tests.hub.conftest import ENGINES
from tests.hub.places import Machine, Postgres, Served, Serves, serving, tokens
from tests.ingest import lines

CANARY = "canary-of-an-attack"
START = 1_795_305_600_000
QUARTER = 900_000


class Target(NamedTuple):
    """A hub with a victim and an attacker, each with a linked machine, and what they keep."""

    hub: Served
    vera: dict[str, Any]
    mallory: dict[str, Any]

    def sync(self, content: bytes | dict[str, Any], token: str | None = None, **headers: str) -> httpx.Response:
        """Send a body as the attacker's machine, patiently."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        while True:
            found = self.hub.ask(
                "POST", "/v1/sync", self.mallory["token"] if token is None else token, content=body, headers=headers
            )
            if found.status_code != 429:
                return found
            time.sleep(int(found.headers["Retry-After"]))


def call(*counts: int, name: str | None = None) -> list[Any]:
    return [name or secrets.token_hex(8), *(counts or (1000, 100, 0, 50, 10))]


def bucket(**fields: Any) -> dict[str, Any]:
    return {"start": START, "model": "gpt-5.5", "calls": [call()]} | fields


def upload(*buckets: Any, **fields: Any) -> dict[str, Any]:
    usual = {"schema": "codex-usage-tracker-upload-v1", "collector": "1", "data_version": 1}
    return {**usual, "buckets": list(buckets), **fields}


WITHOUT_DATABASE = pytest.mark.parametrize("target", ["sqlite"], indirect=True)
"""What ends before any database is asked need not be waited for twice."""


@pytest.fixture(scope="module", params=ENGINES)
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """In the end the victim's totals are as they were, and the log tells of refusals but no secrets."""
    folder = tmp_path_factory.mktemp("target")

    def database() -> str:
        return str(folder / "hub.sqlite3")

    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("server_of_postgres")
        database = server.database
    with serving(folder, database) as serves:
        hub = serves()
        kept = []
        for name in ("vera", "mallory"):
            machine = Machine(folder / name)
            log = machine.home / "sessions" / lines.file_name(lines.thread(0))
            log.write_bytes(lines.rollout(*lines.good_log(lines.thread(0))))
            hub.account(name)
            kept.append(hub.link(machine, name))
            assert machine.json("sync")["accepted"] == 1
        before = tokens(hub.totals("vera"))
        yield Target(hub, *kept)
        assert tokens(hub.totals("vera")) == before
        hub.stop()
        said = hub.log.read_text(encoding="utf-8")
        secret = [one[name] for one in kept for name in ("token", "key")]
        assert not [one for one in (*secret, "Traceback", CANARY) if one in said]


# -- who it is --------------------------------------------------------------------------------------------------------


def test_another_accounts_device_cannot_be_named(target: Target) -> None:
    account, device, secret = target.mallory["token"].split(".")
    other, others_device, others_secret = target.vera["token"].split(".")
    forged = [
        f"{other}.{others_device}.{secret}", f"{account}.{int(device) + 1}.{secret}", f"{other}.{device}.",
        f"{other}.{others_device}.{others_secret[:-1]}", f"{other}.{others_device}.{others_secret}0",
        f"-{other}.{others_device}.{others_secret}", f"{other}' OR 1=1 --.1.{secret}", f"{'9' * 400}.1.{secret}",
        f"1.{'9' * 20}.{secret}", "..", "", "x", "1.1", f"{account}.{device}.{secret}, {others_secret}",
    ]  # fmt: skip
    for token in forged:
        told = target.sync(upload(bucket()), token)
        assert told.status_code == 401, token
        assert told.json()["error"]["code"] == "unauthorized"


def test_a_token_stands_where_it_belongs(target: Target) -> None:
    token = target.mallory["token"]
    for path in ("/v1/sync", f"/v1/sync?token={token}", f"/v1/sync?access_token={token}"):
        for headers in ({"Cookie": f"token={token}"}, {"Authorization": f"Basic {token}"}, {"X-Token": token}):
            assert target.hub.ask("POST", path, json=upload(), headers=headers).status_code == 401


def test_an_account_cannot_be_named_in_what_is_sent(target: Target) -> None:
    for fields in ({"account": 1}, {"account_id": 1}, {"device": 1}, {"device_id": 1}, {"hub": "x"}, {"totals": [1]}):
        assert target.sync(upload(bucket(), **fields)).status_code == 400
        told = target.sync(upload(bucket(**fields))).json()
        assert [one["index"] for one in told["rejected"]] == [0]


def test_the_same_calls_under_anothers_hashes_change_nothing_of_his(target: Target) -> None:
    """Whoever learns another's hashes sends them to his own account."""
    told = target.sync(upload(bucket(calls=[]))).json()
    assert told["rejected"] == []
    assert target.hub.totals("vera")["calls"] == 2


# -- what is sent -----------------------------------------------------------------------------------------------------

NOW = int(time.time() * 1000) // QUARTER * QUARTER
ZERO = "0" * 16
IMPOSSIBLE = [
    bucket(start=START + 1), bucket(start=-QUARTER), bucket(start=2**63), bucket(start=START + 0.5),
    bucket(start="0"), bucket(start=NOW + 200 * QUARTER), bucket(start=None), bucket(start=2**53 - 2**53 % QUARTER),
    bucket(model=""), bucket(model="x" * 129), bucket(model="gpt\n"), bucket(model="<b>"), bucket(model=5),
    bucket(model="a'; DROP TABLE day"), bucket(model="\u202egpt"), bucket(calls=None), bucket(calls={}),
    bucket(calls=[[]]), bucket(calls=[call(-1, 0, 0, 0, 0)]), bucket(calls=[call(1, 2, 0, 0, 0)]),
    bucket(calls=[call(2, 1, 2, 0, 0)]), bucket(calls=[call(1, 0, 0, 1, 2)]), bucket(calls=[call(2**62, 0, 0, 0, 0)]),
    bucket(calls=[call(2**64, 0, 0, 0, 0)]), bucket(calls=[[*call(), 1]]), bucket(calls=[call()[:-1]]),
    bucket(calls=[call(name=ZERO[:-1])]), bucket(calls=[call(name=f"{ZERO}\n")]), bucket(calls=[call(name="G" * 16)]),
    bucket(calls=[call(name=ZERO)] * 2), bucket(calls=[[ZERO, 1.5, 0, 0, 0, 0]]),
    bucket(calls=[[ZERO, True, 0, 0, 0, 0]]), bucket(prompt=CANARY), [], 5, "x", None,
]  # fmt: skip


def test_a_bucket_that_cannot_be_is_refused_by_its_place_and_keeps_no_other_away(target: Target) -> None:
    good = [bucket(start=START + 4 * place * QUARTER) for place in range(1, 4)]
    told = target.sync(upload(good[0], *IMPOSSIBLE[:9], good[1], *IMPOSSIBLE[9:], good[2])).json()
    assert (told["accepted"], told["unchanged"]) == (3, 0)
    places = [one["index"] for one in told["rejected"]]
    assert places == [*range(1, 10), *range(11, len(IMPOSSIBLE) + 2)]
    assert all(one["reason"] and CANARY not in one["reason"] for one in told["rejected"])


def test_sums_too_large_for_the_database_affect_nobody_else(target: Target) -> None:
    """Each of the quarters is possible, all together are more than 64 bits hold."""
    most = [call(0, 0, 0, 900_000_000, 0) for _ in range(1_000)]
    starts = [START - place * QUARTER for place in range(1, 31)]
    for first in range(0, len(starts), 15):
        told = target.sync(upload(*(bucket(start=start, calls=most) for start in starts[first : first + 15])))
        assert told.status_code in {200, 400}
    assert target.hub.command("totals", "mallory").code == 0
    assert target.sync(upload(*(bucket(start=start, calls=[]) for start in starts))).status_code == 200
    assert target.hub.totals("mallory")["total_tokens"] < 10**9


PLAIN = json.dumps(upload()).encode()
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "list": b"[]",
    "cut off": b"{",
    "no UTF-8": b"\xff\xfe{}",
    "byte order mark": b"\xef\xbb\xbf{}",
    "deep": b'{"schema":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "deep bucket": PLAIN.replace(b"[]", b"[" * 100_000 + b"]" * 100_000)[:-1],
    "more behind it": PLAIN + b"x",
    "twice": PLAIN * 2,
    "another schema": json.dumps(upload(schema="another")).encode(),
    "negative version": json.dumps(upload(data_version=-1)).encode(),
    "large version": json.dumps(upload(data_version=2**31)).encode(),
    "long collector": json.dumps(upload(collector="x" * 33)).encode(),
    "collector of a zero": json.dumps(upload(collector="1\u0000")).encode(),
    "collector of markup": json.dumps(upload(collector="<script>")).encode(),
    "many buckets": json.dumps(upload(*[bucket()] * 501)).encode(),
    "half a letter": PLAIN.replace(b'"1"', b'"\\ud800"'),
    "too long": b" " * 2_000_001,
}
PACKED: dict[str, bytes] = {
    "no gzip": b"not gzip",
    "cut off": gzip.compress(PLAIN, mtime=0)[:-9],
    "zlib": zlib.compress(PLAIN),
    "bomb": gzip.compress(b" " * 20_000_000, 1, mtime=0),
    "twice": gzip.compress(gzip.compress(PLAIN, mtime=0), mtime=0),
}


@pytest.mark.parametrize("name", BODIES)
def test_no_body_is_too_much(target: Target, name: str) -> None:
    told = target.sync(BODIES[name])
    assert told.status_code in {400, 413}
    assert told.json()["error"]["message"]


@pytest.mark.parametrize("name", PACKED)
def test_no_packed_body_is_too_much(target: Target, name: str) -> None:
    told = target.sync(PACKED[name], **{"Content-Encoding": "gzip"})
    assert told.status_code in {400, 413}
    assert told.json()["error"]["message"]


@pytest.mark.parametrize(
    "label",
    [
        "<b>x</b>",
        "a\nb",
        "a\n",
        "x" * 65,
        "",
        "\u202eevil",
        "a\u200bb",
        "a\u0000",
        "\u009b31m",
        "' OR 1=1",
        'a"b',
        "&lt;",
        5,
    ],
)
def test_labels_that_would_be_read_as_something_else_are_refused(target: Target, label: Any) -> None:
    assert target.sync(upload(label=label)).status_code == 400


@pytest.mark.parametrize(
    "label", ["); DROP TABLE account; --", "$(reboot)", "${jndi:ldap:x}", "{{7*7}}", "%s%n", "../../etc"]
)
def test_labels_that_harm_elsewhere_are_words_here(target: Target, label: str) -> None:
    assert target.sync(upload(label=label)).status_code == 200
    assert target.hub.totals("vera")["calls"] == 2


# -- codes ------------------------------------------------------------------------------------------------------------


def linking(hub: Served, code: str, request: str | None = None, **fields: Any) -> httpx.Response:
    body = {"code": code, "request": request or secrets.token_hex(16), **fields}
    return hub.ask("POST", "/v1/link", json=body)


def test_a_code_links_one_device_and_repeats_only_the_same_request(serves: Serves) -> None:
    hub = serves()
    code = hub.code(hub.account("vera"))
    first = linking(hub, code, "ab" * 16)
    assert first.status_code == 200
    assert linking(hub, code, "ab" * 16).json() == first.json()
    replayed = linking(hub, code, "cd" * 16)
    assert replayed.status_code == 403
    assert first.json()["key"] not in replayed.text
    assert linking(hub, code).status_code == 403


def test_guesses_are_few_and_keep_no_linked_device_away(serves: Serves, machine: Callable[..., Machine]) -> None:
    hub = serves()
    vera = machine()
    hub.link(vera, hub.account("vera"))
    told = [linking(hub, "".join(secrets.choice("ABCDEFGH23456789") for _ in range(8))) for _ in range(30)]
    assert {one.status_code for one in told} == {403, 429}
    assert len([one for one in told if one.status_code == 403]) < 15
    assert all(int(one.headers["Retry-After"]) >= 1 for one in told if one.status_code == 429)
    assert len({re.sub(r"\d+", "", one.text) for one in told}) == 2
    assert vera.run("sync").code in {0, 3}


def test_what_is_answered_to_a_wrong_code_tells_nothing_of_why(serves: Serves) -> None:
    hub = serves()
    code = hub.code(hub.account("vera"))
    assert linking(hub, code).status_code == 200
    used, unknown = linking(hub, code), linking(hub, "ABCD-EFGH")
    assert (used.status_code, used.content) == (unknown.status_code, unknown.content)


# -- doors and lines --------------------------------------------------------------------------------------------------


def raw(target: Target, data: bytes, seconds: float = 15.0) -> bytes:
    """Send bytes as they are; return what comes until the other end closes."""
    with socket.create_connection(("127.0.0.1", target.hub.port), seconds) as line:
        line.sendall(data)
        found = b""
        try:
            while more := line.recv(65536):
                found += more
        except (ConnectionResetError, TimeoutError):
            pass
    return found


@WITHOUT_DATABASE
def test_a_body_that_never_comes_is_not_waited_for(target: Target) -> None:
    head = f"POST /v1/sync HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {target.mallory['token']}\r\n"
    told = raw(target, f"{head}Content-Length: 99999999999\r\n\r\n".encode(), 60)
    assert int(told.split(b" ")[1]) in {408, 413}


@WITHOUT_DATABASE
def test_who_sends_slowly_keeps_nobody_waiting(target: Target) -> None:
    lazy = [socket.create_connection(("127.0.0.1", target.hub.port), 30) for _ in range(200)]
    try:
        for number, line in enumerate(lazy):
            line.sendall(
                b"POST /v1/sync HTTP/1.1\r\nHost: x\r\n" + (b"Content-Length: 100\r\n\r\n{" if number % 2 else b"X")
            )
        with ThreadPoolExecutor(8) as several:
            told = list(several.map(lambda _: target.hub.ask("GET", "/healthz").status_code, range(40)))
        assert set(told) == {200}
        lazy[0].settimeout(20)
        assert lazy[0].recv(100) == b""
    finally:
        for line in lazy:
            line.close()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_do_nothing(target: Target, method: str) -> None:
    told = target.hub.ask(method, "/v1/sync", target.mallory["token"])
    assert told.status_code in {403, 405}
    assert "access-control" not in {name.lower() for name in told.headers}


@pytest.mark.parametrize(
    "path",
    [
        "/../hub.sqlite3",
        "/%2e%2e/hub.sqlite3",
        "/v1/..%2f..%2fetc/passwd",
        "//evil.example",
        "/\\evil.example",
        "/v1/sync/",
    ],
)
def test_no_path_leads_elsewhere(target: Target, path: str) -> None:
    told = raw(
        target, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{target.hub.port}\r\nConnection: close\r\n\r\n".encode()
    )
    assert int(told.split(b" ")[1]) in {400, 403, 404, 405}
    assert b"location:" not in told.lower()


def test_how_long_it_takes_tells_no_more_than_the_answer(target: Target) -> None:
    """A device that is known with a wrong secret against one that is not; generous, for the machine may be busy."""
    account, device, secret = target.vera["token"].split(".")
    wrong = secret[:-1] + ("0" if secret[-1] != "0" else "1")
    taken: dict[str, list[float]] = {"known": [], "unknown": []}
    tried = {"known": f"{account}.{device}.{wrong}", "unknown": f"99999.{device}.{wrong}"}
    with httpx.Client(base_url=target.hub.url) as client:
        for _ in range(150):
            for name, token in tried.items():
                began = time.perf_counter()
                told = client.post("/v1/sync", headers={"Authorization": f"Bearer {token}"}, content=b"{}")
                taken[name].append(time.perf_counter() - began)
                assert told.status_code in {401, 429}
    known, unknown = median(taken["known"]), median(taken["unknown"])
    assert abs(known - unknown) < max(known, unknown) / 3


def test_the_files_of_a_hub_are_the_owners_alone(serves: Serves, tmp_path: Path) -> None:
    hub = serves()
    hub.account("vera")
    for file in tmp_path.glob("hub*.sqlite3*"):
        assert file.stat().st_mode & 0o077 == 0, file


@pytest.mark.slow
def test_who_does_not_read_what_he_asked_for_keeps_nobody_waiting(target: Target) -> None:
    """Exports of a long history, of which only the first bytes are ever read."""
    for day in range(8):
        starts = [START - (day * 96 + place) * QUARTER for place in range(40)]
        told = target.sync(upload(*(bucket(start=one, calls=[call() for _ in range(500)]) for one in starts)))
        assert told.status_code == 200
    head = f"GET /api/export HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {target.mallory['token']}\r\n\r\n"
    lazy = [socket.create_connection(("127.0.0.1", target.hub.port), 30) for _ in range(40)]
    try:
        for line in lazy:
            line.sendall(head.encode())
        assert {line.recv(12)[-3:] for line in lazy} == {b"200", b"429"}
        told = target.hub.ask("GET", "/api/devices", target.vera["token"])
        assert told.status_code == 200
        assert told.elapsed.total_seconds() < 10
    finally:
        for line in lazy:
            line.close()
