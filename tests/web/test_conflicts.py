"""Settings that two pages change at once: nobody's work is lost, and all pages are told."""

import pytest
from starlette.testclient import TestClient

from tests.web.test_settings import BUDGET, own

__all__ = ["own"]
RULE = {"model_pattern": "x", "input_per_1m": 1, "output_per_1m": 2}


@pytest.mark.parametrize(
    ("path", "first", "second"),
    [
        ("settings", {"budgets": {"budgets": [BUDGET]}}, {"budgets": {"budgets": []}}),
        ("pricing", [RULE], []),
    ],
)
def test_what_was_changed_in_the_meantime_is_not_written_over(
    own: TestClient, path: str, first: object, second: object
) -> None:
    seen = own.get(f"/api/{path}").headers["etag"]
    done = own.put(f"/api/{path}", json=first, headers={"If-Match": seen})
    assert done.status_code == 200
    refused = own.put(f"/api/{path}", json=second, headers={"If-Match": seen})
    assert (refused.status_code, refused.json()["error"]["code"]) == (412, "changed")
    now = own.get(f"/api/{path}")
    assert now.headers["etag"] == done.headers["etag"] != seen
    assert own.put(f"/api/{path}", json=second, headers={"If-Match": now.headers["etag"]}).status_code == 200
    assert own.put(f"/api/{path}", json=first).status_code == 200, "programs need not say what they saw"


def test_an_allowance_is_noted_beside_what_was_noted(own: TestClient) -> None:
    first = own.post("/api/allowance", json={"text": "5h 79% 6:50 PM"}).json()
    assert [(one["limit"], one["remaining_percent"]) for one in first["limits"]] == [("five_hour", 79.0)]
    own.post("/api/allowance", json={"text": "Weekly 33% Jun 7"})
    windows = own.get("/api/settings").json()["settings"]["allowance"]["windows"]
    assert (windows["five_hour"]["remaining_percent"], windows["weekly"]["remaining_percent"]) == ("79", "33")
    reply = own.post("/api/allowance", json={"text": "good morning"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid_value")


def test_a_price_that_an_update_wrote_stays_one_when_another_is_changed(own: TestClient) -> None:
    card = {"rules": [{"pattern": "old", "input": "1", "output": "2", "updated": True, "layer": 3}]}
    own.put("/api/settings", json={"pricing": card})
    told = own.get("/api/pricing").json()
    assert told[0]["origin"] == "updated"
    own.put("/api/pricing", json=[RULE, *told])
    rules = own.get("/api/settings").json()["settings"]["pricing"]["rules"]
    assert [(one["pattern"], one.get("updated", False), one.get("layer", 0)) for one in rules] == [
        ("x", False, 0), ("old", True, 3),
    ]  # fmt: skip


def test_the_file_to_begin_with_is_told_and_written_back(own: TestClient) -> None:
    card = {"rules": [], "examples": [{"pattern": "my-model*", "input": "1.25", "output": "10"}]}
    own.put("/api/settings", json={"pricing": card})
    told = own.get("/api/settings").json()["settings"]["pricing"]
    assert told["examples"] == card["examples"]
    assert own.put("/api/settings", json={"pricing": told}).status_code == 200
    assert own.put("/api/pricing", json=[RULE]).status_code == 200
    assert own.get("/api/settings").json()["settings"]["pricing"]["examples"] == card["examples"]
