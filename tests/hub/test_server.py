"""What a hub lets whom do, and how its sums stay those of what was sent."""

import json
import re
import secrets
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from codex_usage_tracker.errors import FileExistsAlreadyError, ForeignDatabaseError, NewerSchemaError, NotFoundError
from codex_usage_tracker.hub.protocol import UPLOAD_SCHEMA, Upload
from codex_usage_tracker.hub.server import (
    accounts,
    checking,
    codes,
    devices,
    doors,
    keeping,
    migrating,
    pictures,
    tables,
    uploads,
)
from codex_usage_tracker.hub.server.app import application
from codex_usage_tracker.hub.server.hub import Choices, Hub
from codex_usage_tracker.hub.server.store import Store

HOST = "http://hub.test"
QUARTER, DAY = 900_000, 86_400_000
NOW = int(time.time() * 1000)
START = NOW // QUARTER * QUARTER - QUARTER


def call(tokens: int = 1000, name: str | None = None) -> list[Any]:
    return [name or secrets.token_hex(8), tokens, 0, 0, 50, 10]


class Place:
    """A hub within the test's process."""

    def __init__(self, client: TestClient, hub: Hub) -> None:
        self.client = client
        self.hub = hub
        self.store = hub.store

    def do(self, function: Any, *given: Any, **named: Any) -> Any:
        assert self.client.portal is not None
        return self.client.portal.call(lambda: function(*given, **named))

    def account(self, name: str, **named: Any) -> int:
        return int(self.do(accounts.create, self.store, name, NOW, **named))

    def code(self, name: str) -> str:
        found = self.do(accounts.find, self.store, name)
        made_at = int(time.time() * 1000)  # it holds for minutes only
        return str(self.do(codes.make, self.store, codes.LINK, made_at, found).code)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Ask without a cookie."""
        self.client.cookies.clear()
        return self.client.request(method, path, json=body, headers={"origin": HOST} | headers, follow_redirects=False)

    def browser(self, name: str) -> "Browser":
        """Sign a browser in."""
        told = self.ask("POST", "/api/session", {"code": self.code(name)})
        assert told.status_code == 200, told.text
        return Browser(self, told.headers["set-cookie"].partition(";")[0])

    def device(self, name: str) -> str:
        """Link a device; return its token."""
        asked = {"code": self.code(name), "request": secrets.token_hex(16), "label": "desk"}
        return str(self.ask("POST", "/v1/link", asked).json()["token"])

    def send(self, token: str, *calls: list[Any], start: int = START, model: str = "gpt-5.5", version: int = 1) -> Any:
        bucket = {"start": start, "model": model, "calls": list(calls)}
        body = {"schema": UPLOAD_SCHEMA, "collector": "1.0", "data_version": version, "buckets": [bucket]}
        return self.ask("POST", "/v1/sync", body, authorization=f"Bearer {token}").json()

    def differences(self, **named: Any) -> list[Any]:
        return list(self.do(checking.check, self.store, self.hub.prices, **named)[1])

    def rows(self, table: Any) -> list[Any]:
        async def read() -> list[Any]:
            async with self.store.reading() as db:
                return list((await db.execute(select(table))).all())

        return list(self.do(read))

    def change(self, statement: Any) -> None:
        async def write() -> None:
            async with self.store.writing() as db:
                await db.execute(statement)

        self.do(write)


class Browser:
    """A browser that is signed in."""

    def __init__(self, place: Place, cookie: str) -> None:
        self.place = place
        self.cookie = cookie

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.place.ask(method, path, body, cookie=self.cookie, **headers)

    def get(self, path: str) -> Any:
        told = self("GET", path)
        assert told.status_code == 200, told.text
        return told.json()


@contextmanager
def open_place(path: Path, choices: Choices | None = None) -> Iterator[Place]:
    hub = Hub(Store(str(path / "hub.sqlite3")), choices)
    with TestClient(
        application(hub), base_url=HOST, client=("127.0.0.1", 5000), raise_server_exceptions=False
    ) as client:
        yield Place(client, hub)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with open_place(tmp_path) as found:
        yield found


# -- doors ------------------------------------------------------------------------------------------------------------


def test_a_link_code_signs_one_browser_in_once(place: Place) -> None:
    place.account("ada")
    code = place.code("ada")
    told = place.ask("POST", "/api/session", {"code": code.lower()})
    assert told.json()["account"] == "ada"
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(told.headers["set-cookie"].split("; "))
    assert place.ask("POST", "/api/session", {"code": code}).status_code == 403


def test_keys_for_the_door_are_not_guessed_for_long(place: Place) -> None:
    told = [place.ask("GET", f"/open?key=ABCD-{number:04}").status_code for number in range(2000, 2030)]
    assert (told[0], told[-1]) == (403, 429)


def test_a_cookie_is_worth_nothing_to_another_site(place: Place) -> None:
    place.account("ada")
    ada = place.browser("ada")
    assert ada("POST", "/api/link-code", origin="https://evil.test").status_code == 403
    assert ada("POST", "/api/link-code", **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert ada("GET", "/api/hub", **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert place.client.post("/api/link-code", headers={"cookie": ada.cookie}).status_code == 403
    assert ada("POST", "/api/link-code").status_code == 200


def test_who_signs_out_is_out_everywhere_if_asked(place: Place) -> None:
    place.account("ada")
    first, second, third = (place.browser("ada") for _ in range(3))
    assert first("DELETE", "/api/session").status_code == 200
    assert [one("GET", "/api/hub").status_code for one in (first, second)] == [401, 200]
    assert second("DELETE", "/api/sessions").status_code == 200
    assert third("GET", "/api/hub").status_code == 401


def test_a_linked_machine_lets_one_browser_in_unless_another_site_leads_there(place: Place) -> None:
    place.account("ada")
    bearer = {"authorization": f"Bearer {place.device('ada')}"}
    path = f"/open?key={place.ask('POST', '/v1/door', **bearer).json()['code']}"
    assert place.ask("GET", path, **{"sec-fetch-site": "cross-site"}).status_code == 403
    told = place.ask("GET", path)
    assert (told.status_code, told.headers["location"]) == (303, "/")
    assert place.ask("GET", path).status_code == 403


def test_behind_tls_the_cookie_is_for_tls_alone(tmp_path: Path) -> None:
    with open_place(tmp_path, Choices(url="https://hub.test")) as place:
        place.account("ada")
        told = place.ask("POST", "/api/session", {"code": place.code("ada")}, origin="https://hub.test")
        assert told.headers["set-cookie"].startswith(f"__Host-{doors.COOKIE}=")
        assert "Secure" in told.headers["set-cookie"]


def test_wrong_codes_are_few_and_right_ones_many(place: Place) -> None:
    place.account("ada")
    for _ in range(20):
        place.browser("ada")
    asked = [place.ask("POST", "/api/session", {"code": f"AAAA-AAA{one}"}).status_code for one in range(2, 10)]
    asked += [place.ask("POST", "/api/session", {"code": "BBBB-BBBB"}) for _ in range(4)][-1:]
    assert asked[:8] == [403] * 8
    assert asked[-1].status_code == 429
    assert int(asked[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize(("behind", "status"), [(True, 200), (False, 429)])
def test_a_proxy_is_believed_only_where_there_is_one(tmp_path: Path, behind: bool, status: int) -> None:  # noqa: FBT001
    with open_place(tmp_path, Choices(behind_proxy=behind)) as place:
        place.account("ada")
        for one in range(11):
            place.ask("POST", "/api/session", {"code": "BBBB-BBBB"}, **{"x-forwarded-for": f"{one}, 10.1.1.1"})
        told = place.ask("POST", "/api/session", {"code": place.code("ada")}, **{"x-forwarded-for": "10.1.1.2"})
        assert told.status_code == status


def test_counts_of_requests_are_for_this_machine_and_admins(place: Place) -> None:
    place.account("root", is_admin=True)
    assert "codex_usage_hub_accounts 1" in place.ask("GET", "/metrics").text
    assert place.ask("GET", "/metrics", **{"x-forwarded-for": "10.1.1.1"}).status_code == 401
    assert place.browser("root")("GET", "/metrics").status_code == 200


# -- joining ----------------------------------------------------------------------------------------------------------


def test_accounts_are_made_as_the_policy_lets_them(tmp_path: Path) -> None:
    with open_place(tmp_path) as place:
        assert place.ask("POST", "/api/join", {"name": "eve"}).status_code == 403
    with open_place(tmp_path, Choices(join="open")) as place:
        assert place.ask("POST", "/api/join", {"name": "eve"}).json()["account"] == "eve"
        assert place.ask("POST", "/api/join", {"name": "EVE"}).status_code == 400


def test_an_invitation_holds_once_and_is_not_lost_to_a_name_that_is_taken(tmp_path: Path) -> None:
    with open_place(tmp_path, Choices(join="invite")) as place:
        place.account("root", is_admin=True)
        invite = place.browser("root")("POST", "/api/admin/invite").json()["code"]
        asked = [
            place.ask("POST", "/api/join", {"name": name, "invite": invite}).status_code
            for name in ("root", "Root", "eve", "bob")
        ]
        assert asked == [400, 400, 200, 403]


# -- numbers ----------------------------------------------------------------------------------------------------------


def test_an_account_is_answered_by_the_trackers_own_reports(place: Place) -> None:
    place.account("ada")
    token = place.device("ada")
    place.send(token, call(1000), call(3000))
    place.send(token, call(500), model="unheard-of", start=START - DAY)
    ada = place.browser("ada")
    told = ada.get("/api/summary?group_by=model")
    assert {row["key"]: row["calls"] for row in told["rows"]} == {"gpt-5.5": 2, "unheard-of": 1}
    assert (told["totals"]["input_tokens"], told["totals"]["unpriced_calls"]) == (4500, 1)
    assert ada.get("/api/heatmap")["active_days"] == 2
    assert len(ada.get("/api/series?bucket=day")["buckets"]) == 2
    place.send(token, call(7))
    assert ada.get("/api/summary")["totals"]["input_tokens"] == 507


def test_another_account_sees_nothing_of_it(place: Place) -> None:
    place.account("ada")
    place.account("bob")
    place.send(place.device("ada"), call())
    bob = place.browser("bob")
    assert bob.get("/api/summary")["totals"]["calls"] == 0
    assert bob.get("/api/devices")["rows"] == []
    assert bob("DELETE", "/api/devices/1").status_code == 404


def test_what_is_lowered_leaves_a_trace(place: Place) -> None:
    place.account("ada")
    token, one = place.device("ada"), secrets.token_hex(8)
    place.send(token, call(900, one))
    place.send(token, call(200, one), version=2)
    (row,) = place.browser("ada").get("/api/corrections")["rows"]
    assert (row["tokens_before"], row["tokens_after"], row["data_version"]) == (950, 250, 2)
    assert place.differences() == []


def test_what_can_hardly_be_true_is_noted_once_and_changes_nothing(place: Place) -> None:
    place.account("ada")
    place.account("root", is_admin=True)
    first, second, one = place.device("ada"), place.device("ada"), secrets.token_hex(8)
    for _ in range(2):
        place.send(first, call(5_000_000, "0" * 16))
    place.send(first, call(700, one), start=START - QUARTER)
    place.send(second, call(800, one), start=START - QUARTER)
    root = place.browser("root")
    rows = root.get("/api/admin/flags")["rows"]
    assert sorted(row["kind"] for row in rows) == ["disputed-call", "large-call"]
    assert all(re.search(r"the quarter from 20\d\d-\d\d-\d\d \d\d:(00|15|30|45) UTC$", row["detail"]) for row in rows)
    judged = root("PUT", f"/api/admin/flags/{rows[0]['id']}", {"verdict": "fine"}).json()["rows"]
    assert [row["verdict"] for row in judged] == [None, "fine"]
    assert place.browser("ada").get("/api/summary")["totals"]["input_tokens"] == 5_000_800


def test_a_wrong_sum_is_found_and_mended(place: Place) -> None:
    place.account("ada")
    place.send(place.device("ada"), call())
    assert place.differences() == []
    place.change(update(tables.day).values(input=tables.day.c.input + 1))
    place.change(update(tables.board).where(tables.board.c.period == "all").values(tokens=0))
    assert sorted({one.table for one in place.differences(mend=True)}) == ["board", "day"]
    assert place.differences() == []


# -- others -----------------------------------------------------------------------------------------------------------


def boards(browser: Browser, **choice: str) -> list[tuple[int, str]]:
    query = "&".join(f"{name}={value}" for name, value in choice.items())
    return [(row["rank"], row["name"]) for row in browser.get(f"/api/leaderboard?{query}")["rows"]]


def test_the_board_shows_those_who_chose_it_and_everybody_the_own_place(place: Place) -> None:
    for name, used in (("ada", 900), ("bob", 500), ("cyd", 500), ("dan", 100)):
        place.account(name)
        place.send(place.device(name), call(used))
    ada, bob, cyd, dan = map(place.browser, ("ada", "bob", "cyd", "dan"))
    assert boards(ada) == []
    for one in (bob, cyd, dan):
        one("PUT", "/api/account", {"visibility": "public"})
    cyd("PUT", "/api/account", {"visibility": "alias", "alias": "Q"})
    for period in ("day", "week", "month", "all"):
        found = boards(dan, period=period)
        assert (sorted(found[:2]), found[2]) == ([(1, "Q"), (1, "bob")], (3, "dan"))
    assert ada.get("/api/leaderboard")["me"] == {"rank": 1, "name": "ada", "value": 950, "is_me": True}
    assert "cyd" not in ada("GET", "/api/leaderboard?metric=cost").text
    place.do(accounts.hide, place.store, place.do(accounts.find, place.store, "bob"), is_hidden=True)
    assert boards(dan, metric="active_days") in ([(1, "Q"), (1, "dan")], [(1, "dan"), (1, "Q")])
    assert bob.get("/api/leaderboard")["me"]["rank"] == 1


def test_nobody_takes_the_look_of_another(place: Place) -> None:
    place.account("ada")
    place.account("bob")
    bob = place.browser("bob")
    assert bob("PUT", "/api/account", {"visibility": "alias", "alias": "ADA"}).status_code == 400
    assert bob("PUT", "/api/account", {"visibility": "alias"}).status_code == 400
    assert bob("PUT", "/api/account", {"visibility": "alias", "alias": "zed"}).status_code == 200
    assert place.browser("ada")("PUT", "/api/account", {"visibility": "alias", "alias": "Zed"}).status_code == 400
    assert bob("PUT", "/api/account", {"visibility": "private"}).json()["alias"] is None
    assert place.browser("ada")("PUT", "/api/account", {"visibility": "alias", "alias": "Zed"}).status_code == 200


def test_a_team_sees_what_its_members_share(place: Place) -> None:
    for name in ("ada", "bob"):
        place.account(name)
        place.send(place.device(name), call(1000))
    ada, bob = place.browser("ada"), place.browser("bob")
    team = ada("POST", "/api/teams", {"name": "The team"}).json()["rows"][0]["id"]
    invite = ada("POST", f"/api/teams/{team}/invite").json()["code"]
    assert bob("GET", f"/api/teams/{team}").status_code == 404
    bob("POST", "/api/teams/join", {"invite": invite})
    assert bob("POST", f"/api/teams/{team}/invite").status_code == 403
    bob("PUT", f"/api/teams/{team}/me", {"shares": True})
    told = ada.get(f"/api/teams/{team}?days=2")
    assert [(one["name"], one["tokens"][-2:] != []) for one in told["members"]] == [("ada", False), ("bob", True)]
    assert (told["totals"]["total_tokens"], told["members"][0]["numbers"]) == (1050, None)
    ada("DELETE", f"/api/teams/{team}/me")
    assert bob.get("/api/teams")["rows"][0]["is_owner"]
    bob("DELETE", f"/api/teams/{team}/me")
    assert place.rows(tables.team) == []


def test_pictures_are_of_those_who_show_themselves(place: Place) -> None:
    place.account("ada")
    place.send(place.device("ada"), call(2_500_000))
    assert place.ask("GET", "/badge/ada.svg").status_code == 404
    place.browser("ada")("PUT", "/api/account", {"visibility": "alias", "alias": "Q"})
    assert place.ask("GET", "/badge/ada.svg").status_code == 404
    told = place.ask("GET", "/badge/q.svg", **{"sec-fetch-site": "cross-site"})
    assert "2.5M tokens" in told.text
    assert (told.headers["content-type"], told.headers["cross-origin-resource-policy"]) == (
        "image/svg+xml",
        "cross-origin",
    )
    assert "sandbox" in told.headers["content-security-policy"]
    assert place.ask("GET", "/heatmap/Q.svg").text.count("<rect") > 364


def test_a_picture_keeps_texts_texts() -> None:
    assert "<b" not in pictures.badge('<b a="', "</svg>").replace("<svg", "")
    assert "<b" not in pictures.heatmap('<b a="', {}, 20_000)


@pytest.mark.parametrize(("used", "shades"), [([5], [4]), ([7, 7, 7], [4, 4, 4]), ([10, 40, 20, 30], [1, 4, 2, 3])])
def test_the_busiest_days_have_the_darkest_shade(used: list[int], shades: list[int]) -> None:
    drawn = pictures.heatmap("ada", {20_000 + place: one for place, one in enumerate(used)}, 20_006)
    found = [pictures.COLOURS.index(one) for one in re.findall(r'fill="(\S+)"><title>[^:]+: [1-9]', drawn)]
    assert found == shades


# -- to leave ---------------------------------------------------------------------------------------------------------


def test_an_export_has_all_that_was_sent_and_no_secret(place: Place) -> None:
    place.account("ada")
    token, sent = place.device("ada"), call(123)
    place.send(token, sent)
    told = place.browser("ada")("GET", "/api/export")
    found = json.loads(told.text)
    assert found["bucket"][0]["calls"] == [sent]
    assert (found["account"]["name"], found["device"][0]["label"], found["day"][0]["input"]) == ("ada", "desk", 123)
    assert not {"key", "token", "hash"} & {*found["account"], *found["device"][0]}
    assert token.rpartition(".")[2] not in told.text


def test_one_devices_data_can_be_deleted_and_calls_of_another_stay(place: Place) -> None:
    place.account("ada")
    first, second, shared = place.device("ada"), place.device("ada"), call(100)
    place.send(first, shared, call(10))
    place.send(second, shared)
    ada = place.browser("ada")
    assert ada("DELETE", "/api/data", {"name": "nobody", "device": 1}).status_code == 400
    assert ada("DELETE", "/api/data", {"name": "ada", "device": 9}).status_code == 404
    assert ada("DELETE", "/api/data", {"name": "ada", "device": 1}).json()["buckets"] == 1
    assert ada.get("/api/summary")["totals"]["input_tokens"] == 100
    assert place.differences() == []
    assert place.send(first, call())["error"]["code"] == "unauthorized"
    assert ada("DELETE", "/api/data", {"name": "ada"}).json()["buckets"] == 1
    assert ada.get("/api/summary")["totals"]["calls"] == 0


def test_a_deleted_account_leaves_nothing(place: Place) -> None:
    place.account("ada")
    token = place.device("ada")
    place.send(token, call(5_000_000))
    place.send(token, call(1))
    ada = place.browser("ada")
    ada("PUT", "/api/account", {"visibility": "alias", "alias": "Q"})
    ada("POST", "/api/teams", {"name": "The team"})
    ada("POST", "/api/link-code")
    assert ada("DELETE", "/api/account", {"name": "ada"}).status_code == 200
    assert {table.name for table in tables.metadata.sorted_tables if place.rows(table)} == {"hub"}
    assert place.send(token, call())["error"]["code"] == "unauthorized"


# -- administration ---------------------------------------------------------------------------------------------------


def test_only_admins_in_a_browser_look_after_others(place: Place) -> None:
    place.account("root", is_admin=True)
    place.account("ada")
    bearer = {"authorization": f"Bearer {place.device('root')}"}
    assert place.ask("GET", "/api/admin/accounts", **bearer).status_code == 403
    assert place.browser("ada")("GET", "/api/admin/accounts").status_code == 403
    root = place.browser("root")
    assert [row["name"] for row in root.get("/api/admin/accounts?q=AD")["rows"]] == ["ada"]
    assert root("PUT", "/api/admin/accounts/ada", {"is_hidden": True}).json()["rows"][0]["is_hidden"]
    assert root("POST", "/api/admin/accounts", {"name": "bob"}).json()["code"]
    assert root("DELETE", "/api/admin/accounts/bob", {"name": "bo"}).status_code == 400
    assert root("DELETE", "/api/admin/accounts/bob", {"name": "bob"}).status_code == 200
    assert root("POST", "/api/admin/accounts/bob/link-code").status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("devices/99999999999999999999", {"label": None}),
        ("teams/3000000000/me", {"shares": True}),
        ("admin/flags/99999999999999999999999", {"verdict": None}),
    ],
)
def test_numbers_that_nothing_has_lead_nowhere(place: Place, path: str, body: Any) -> None:
    place.account("root", is_admin=True)
    root = place.browser("root")
    assert root("PUT", f"/api/{path}", body).status_code == 404
    assert root("GET", "/api/admin/accounts?q=%00").status_code == 400
    assert root("POST", "/api/admin/accounts/a%00/link-code").status_code == 404


def test_every_address_is_described(place: Place) -> None:
    told = place.ask("GET", "/v1/openapi.json").json()
    used = set(json.dumps(told).split("#/components/schemas/")[1:])
    assert {one.partition('"')[0] for one in used} <= set(told["components"]["schemas"])
    assert len(told["paths"]) > 30
    assert told["paths"]["/v1/sync"]["post"]["security"]


# -- the database -----------------------------------------------------------------------------------------------------


def test_a_copy_is_the_owners_alone_and_known_as_another_hub(place: Place, tmp_path: Path) -> None:
    place.account("ada")
    place.send(place.device("ada"), call(77))
    path = tmp_path / "copy" / "hub.sqlite3"
    path.parent.mkdir()
    keeping.backup(place.store, str(path))
    with pytest.raises(FileExistsAlreadyError):
        keeping.backup(place.store, str(path))
    assert [stat.S_IMODE(Path(one).stat().st_mode) for one in (path, place.store.path)] == [0o600, 0o600]
    with open_place(path.parent) as other:
        assert other.do(other.hub.id) != place.do(place.hub.id)
        assert other.browser("ada").get("/api/summary")["totals"]["input_tokens"] == 77


def test_a_database_that_was_restored_is_another_hub_at_once_for_those_who_send(place: Place) -> None:
    place.account("ada")
    device = place.device("ada")
    before = place.send(device, call(77))["hub"]
    place.do(keeping.renew, place.store)
    assert place.send(device, call(77))["hub"] == place.do(place.hub.id) != before


def test_an_upload_that_comes_as_its_device_is_revoked_leaves_nothing(place: Place) -> None:
    ada = place.account("ada")
    place.device("ada")
    place.do(devices.revoke, place.store, ada, 1, NOW)
    upload = Upload(schema=UPLOAD_SCHEMA, collector="1.0", data_version=1, buckets=[])
    with pytest.raises(NotFoundError):
        place.do(uploads.take, place.store, uploads.Sender(ada, 1), upload, place.hub.prices, NOW)


def test_a_code_that_linked_a_machine_which_sent_is_used_up(place: Place) -> None:
    place.account("ada")
    asked = {"code": place.code("ada"), "request": "0" * 32}
    first, again = (place.ask("POST", "/v1/link", asked).json() for _ in range(2))
    assert first["token"] == again["token"]
    place.send(first["token"], call())
    assert place.ask("POST", "/v1/link", asked).status_code == 403


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "hub.sqlite3"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE source_file (id INTEGER)")
    with pytest.raises(ForeignDatabaseError), open_place(tmp_path):
        pass
    with sqlite3.connect(path) as other:
        assert [name for (name,) in other.execute("SELECT name FROM sqlite_schema")] == ["source_file"]


def test_an_older_database_is_brought_to_this_version_and_a_newer_one_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_place(tmp_path) as place:
        place.account("ada")
    monkeypatch.setattr(migrating, "STEPS", (("CREATE TABLE more (id INTEGER)", "INSERT INTO more VALUES (1)"),))
    for _ in range(2):
        with open_place(tmp_path) as place:
            assert place.browser("ada").get("/api/hub")["account"] == "ada"
            assert {"version": "2"}.items() <= {row.name: row.value for row in place.rows(tables.hub)}.items()
    monkeypatch.setattr(migrating, "STEPS", ())
    with pytest.raises(NewerSchemaError), open_place(tmp_path):
        pass
