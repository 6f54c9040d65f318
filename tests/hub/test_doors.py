"""Every address of a hub, asked by those who may not, from elsewhere, and with whatever its description allows."""

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from codex_usage_tracker.hub.server.app import TASKS
from codex_usage_tracker.hub.server.limits import Limiter
from codex_usage_tracker.hub.server.openapi import document
from codex_usage_tracker.hub.server.tasks import Task
from tests.hub.test_server import HOST, Browser, Place, call, open_place

CLOSED = [one for one in TASKS if one.who in {"machine", "account", "admin"}]
CHANGING = [one for one in CLOSED if one.who != "machine" and one.method != "GET"]
PAGE = "/open"
"""What it refuses is told to a reader, not to a program."""
OPERATIONS = [
    found.ok()
    for found in schemathesis.openapi.from_dict(document(TASKS)).get_all_operations()
    if isinstance(found, Ok) and found.ok().path != PAGE
]
LEFT_OUT = [checks.ignored_auth, checks.positive_data_acceptance]
"""The one asks again by itself, the other does not know that a name may be taken."""


def label(one: Task) -> str:
    return f"{one.method} {one.path}"


def filled(path: str) -> str:
    """Return an address with a number and a name of somebody else's in it."""
    return path.replace("{id:int}", "1").replace("{name}", "vera")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A hub of a victim who keeps to herself, an admin and an attacker; in the end all of hers is as it was."""
    with open_place(tmp_path_factory.mktemp("place")) as found:
        lift_limits(found)
        for name in ("vera", "mallory"):
            found.account(name)
        found.account("root", is_admin=True)
        token = found.device("vera")
        found.send(token, call(1000))
        found.ask("POST", "/api/teams", {"name": "veras"}, authorization=f"Bearer {token}")
        before = kept(found, token)
        yield found
        assert kept(found, token) == before


def lift_limits(place: Place) -> None:
    hub = place.hub
    hub.requests = hub.strangers = hub.syncs = hub.joins = hub.exports = Limiter(burst=10**9, per_second=1)
    hub.guesses = hub.all_guesses = hub.requests


def kept(place: Place, token: str) -> list[Any]:
    asked = ("hub", "devices", "teams", "summary", "corrections")
    told = [place.ask("GET", f"/api/{name}", authorization=f"Bearer {token}").json() for name in asked]
    return [{key: value for key, value in one.items() if key not in {"scope", "as_of"}} for one in told]


@pytest.fixture(scope="module")
def mallory(place: Place) -> Browser:
    return place.browser("mallory")


@pytest.mark.parametrize("one", CLOSED, ids=label)
def test_nobody_is_let_in_without_a_key(place: Place, one: Task) -> None:
    for headers in ({}, {"authorization": "Bearer 1.1.x"}, {"cookie": "codex_usage_hub=1.x"}):
        told = place.ask(one.method, filled(one.path), {}, **headers)
        assert told.status_code == 401, told.text
        assert "vera" not in told.text


@pytest.mark.parametrize("one", [one for one in CLOSED if one.who == "admin"], ids=label)
def test_what_admins_do_nobody_else_does(place: Place, mallory: Browser, one: Task) -> None:
    bearer = {"authorization": f"Bearer {place.device('root')}"}
    for told in (mallory(one.method, filled(one.path), {}), place.ask(one.method, filled(one.path), {}, **bearer)):
        assert told.status_code == 403, told.text
        assert "vera" not in told.text


@pytest.mark.parametrize("one", [one for one in CLOSED if "{id" in one.path and one.who == "account"], ids=label)
def test_what_is_anothers_cannot_be_named(mallory: Browser, one: Task) -> None:
    body = {"label": "mine"} if "devices" in one.path else {"shares": True} if "/me" in one.path else None
    for number in (1, 2, 999):
        told = mallory(one.method, one.path.replace("{id:int}", str(number)), body)
        assert told.status_code == 404, told.text
        assert "veras" not in told.text


@pytest.mark.parametrize("one", CHANGING, ids=label)
def test_no_other_site_changes_anything_through_a_browser(place: Place, one: Task) -> None:
    root = place.browser("root")
    for origin in ("https://evil.test", "null", f"{HOST}.evil.test", "https://hub.test", f"{HOST}:81"):
        told = root(one.method, filled(one.path), {"name": "vera", "is_hidden": True}, origin=origin)
        assert told.status_code == 403, (origin, told.text)
    for site in ("cross-site", "same-site"):
        told = root(one.method, filled(one.path), {}, **{"sec-fetch-site": site})
        assert told.status_code == 403
    assert "access-control-allow-origin" not in told.headers


def test_a_cookie_that_was_planted_is_not_what_signs_in(place: Place) -> None:
    planted = "codex_usage_hub=1.planted"
    told = place.ask("POST", "/api/session", {"code": place.code("vera")}, cookie=planted)
    assert "planted" not in told.headers["set-cookie"]
    assert place.ask("GET", "/api/hub", cookie=planted).status_code == 401
    morsel = SimpleCookie(told.headers["set-cookie"])["codex_usage_hub"]
    assert morsel["httponly"]
    assert morsel["samesite"] == "Strict"
    assert not morsel["domain"]


@pytest.mark.parametrize(
    "query",
    ["next=//evil.test", "key=x&next=https://evil.test", "key=//evil.test", "return_to=%2F%2Fevil.test", "key="],
)
def test_a_key_leads_to_the_hub_alone(place: Place, query: str) -> None:
    told = place.ask("GET", f"/open?{query}")
    assert told.status_code == 403
    assert "location" not in told.headers
    key = place.ask("POST", "/v1/door", authorization=f"Bearer {place.device('mallory')}").json()["code"]
    told = place.ask("GET", f"/open?key={key}&{query.replace('key=', 'x=')}", host="evil.test")
    assert told.headers.get("location", "/") == "/"


@pytest.mark.parametrize("path", ["/badge/{}.svg", "/heatmap/{}.svg"])
def test_pictures_do_not_tell_who_is_there(place: Place, path: str) -> None:
    hidden, nobody = (place.ask("GET", path.format(name)) for name in ("vera", "nobody"))
    assert (hidden.status_code, hidden.text) == (nobody.status_code, nobody.text)
    for name in (
        "%3Cscript%3E",
        "a%0d%0aSet-Cookie:x=y",
        "..%2f..%2fetc%2fpasswd",
        "%00",
        "'%20OR%201=1--",
        "%E2%80%AE",
    ):
        told = place.ask("GET", path.format(name))
        assert told.status_code in {400, 404}
        assert "set-cookie" not in told.headers
        assert "<script" not in told.text


@pytest.mark.parametrize(
    "name", ["<b>", "a'b", 'a"', "a\u202eb", "", "x" * 65, "a\n", "\u0430da", "a b", "../x", "%00", "veRA"]
)
def test_names_are_plain_and_nobody_elses(place: Place, mallory: Browser, name: str) -> None:
    """The last one looks as the victim's."""
    told = mallory("PUT", "/api/account", {"visibility": "alias", "alias": name})
    assert told.status_code in {400, 409}, told.text
    assert place.browser("root")("POST", "/api/admin/accounts", {"name": name}).status_code in {400, 409}


@pytest.mark.parametrize("name", ["<img src=x>", "a\u202eb", "a\u0000b", "'; DROP TABLE team", "x" * 65, ""])
def test_teams_have_no_names_that_harm(mallory: Browser, name: str) -> None:
    assert mallory("POST", "/api/teams", {"name": name}).status_code == 400


def test_pages_cannot_be_framed_or_filled_from_elsewhere(place: Place) -> None:
    for path in ("/", "/api/door", "/badge/x.svg", "/nothing"):
        headers = place.ask("GET", path).headers
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy or "default-src 'none'" in policy, path
        assert not re.search(r"\*|unsafe-eval|https?:", policy), path
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_every_address_answers_as_it_is_described(operation: Any, tmp_path: Path) -> None:
    with open_place(tmp_path) as place:
        lift_limits(place)
        place.account("root", is_admin=True)
        device = {"authorization": f"Bearer {place.device('root')}"}
        headers = device if operation.path.startswith("/v1/") else {"cookie": place.browser("root").cookie}

        @settings(max_examples=10, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def answers(case: Any) -> None:
            asked = case.as_transport_kwargs(base_url=HOST)
            asked = {name: asked[name] for name in ("method", "url", "params", "json", "data") if name in asked}
            place.client.cookies.clear()
            found = place.client.request(**asked, headers={"origin": HOST} | headers, follow_redirects=False)
            assert found.status_code < 500, found.text
            case.validate_response(found, excluded_checks=LEFT_OUT)

        answers()
