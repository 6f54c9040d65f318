"""Settings and prices over HTTP: what is written is what the files say, and costs follow."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Served


@pytest.fixture
def own(served: Served, database: str, tmp_path: Path) -> TestClient:
    """A server on a database that the test may change."""
    return served(str(shutil.copy(database, tmp_path / "usage.sqlite3")))


def file(tmp_path: Path, name: str) -> Any:
    return json.loads((tmp_path / "tracker" / f"{name}.json").read_text(encoding="utf-8"))


BUDGET = {"unit": "usd", "amount": 5, "per": "month"}


def test_settings_are_told_and_written_whole(own: TestClient, tmp_path: Path) -> None:
    before = own.get("/api/settings").json()
    assert before["settings"]["thresholds"]["low_cache_ratio"] == 0.3
    body = {"thresholds": {"low_cache_ratio": 0.5}, "budgets": {"budgets": [BUDGET]}}
    after = own.put("/api/settings", json=body)
    assert after.status_code == 200
    assert after.json()["settings"]["thresholds"]["low_cache_ratio"] == 0.5
    assert (file(tmp_path, "thresholds"), file(tmp_path, "budgets")) == tuple(body.values())
    assert own.get("/api/budgets").json()["budgets"][0]["amount"] == "5"
    assert (tmp_path / "tracker" / "budgets.json").stat().st_mode & 0o077 == 0
    assert own.put("/api/settings", json={"codex_home": before["codex_home"]}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"colours": {}}',
        b'{"codex_home": "/elsewhere"}',
        b'{"thresholds": {"low_cache_ratio": 7}}',
        b'{"thresholds": {"lowcacheratio": 0.1}}',
        b'{"thresholds": [], "budgets": {"budgets": []}}',
        b'{"budgets": {"budgets": [{"unit": "usd"}]}}',
        b"[" * 100_000,
        b'{"thresholds": NaN}',
        b"\xff\xfe",
    ],
)
def test_settings_that_cannot_be_understood_change_nothing(own: TestClient, tmp_path: Path, body: bytes) -> None:
    reply = own.put("/api/settings", content=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid_value")
    assert not list((tmp_path / "tracker").glob("*.json"))


def test_prices_are_replaced_and_costs_follow(own: TestClient) -> None:
    before = own.get("/api/summary?model=gpt-5.5").json()
    bundled = own.get("/api/pricing").json()
    assert all(one["bundled"] for one in bundled)
    rule = {"model_pattern": "gpt-5.5", "input_per_1m": 1, "cached_input_per_1m": "0.1", "output_per_1m": 2.5}
    done = own.put("/api/pricing", json=[rule, *bundled]).json()
    after = own.get("/api/summary?model=gpt-5.5").json()
    assert done == {"updated": 1, "repriced_calls": after["totals"]["calls"]}
    tokens = after["totals"]
    units = tokens["uncached_input_tokens"] * 10 + tokens["cached_input_tokens"] + tokens["output_tokens"] * 25
    assert after["total_cost_usd"] == f"{units / 10**7:.7f}".rstrip("0")
    assert after["total_cost_usd"] != before["total_cost_usd"]
    own_rules = [one for one in own.get("/api/pricing").json() if not one.get("bundled")]
    assert [(one["model_pattern"], one["input_per_1m"], one["output_per_1m"]) for one in own_rules] == [
        ("gpt-5.5", "1", "2.5")
    ]
    assert own.put("/api/pricing", json=[]).json() == done | {"updated": 0}
    assert own.get("/api/summary?model=gpt-5.5").json()["total_cost_usd"] == before["total_cost_usd"]


def test_rules_survive_being_told_and_written_back(own: TestClient, tmp_path: Path) -> None:
    rules = [
        {"pattern": "gpt-*", "input": "1", "output": "2", "from": "2026-01-01", "tiers": {"flex": "0.5"},
         "long_context": {"above": 1000, "input": "2", "output": "1.5"}},
        {"pattern": "o*", "input": "3", "output": "4", "long_context": None, "estimate": "a guess", "tier": "flex"},
    ]  # fmt: skip
    (tmp_path / "tracker").mkdir(exist_ok=True)
    (tmp_path / "tracker" / "pricing.json").write_text(json.dumps({"complete": True, "rules": rules}))
    told = own.get("/api/pricing").json()
    assert len(told) == 2
    assert own.put("/api/pricing", json=told).status_code == 200
    assert file(tmp_path, "pricing")["rules"] == rules
    assert file(tmp_path, "pricing")["complete"] is True
    assert own.get("/api/pricing").json() == told


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '[{"model_pattern": "x"}]',
        '[{"model_pattern": "x", "input_per_1m": -1, "output_per_1m": 1}]',
        '[{"model_pattern": "", "input_per_1m": 1, "output_per_1m": 1}]',
        '[{"model_pattern": "x", "input_per_1m": "NaN", "output_per_1m": 1}]',
        '[{"model_pattern": "x", "input_per_1m": 1e999999, "output_per_1m": 1}]',
        '[{"model_pattern": "x", "input_per_1m": 1, "output_per_1m": 1, "effective_from": "soon"}]',
        '[{"model_pattern": "x", "input_per_1m": 1, "output_per_1m": 1, "colour": 1}]',
    ],
)
def test_prices_that_cannot_be_understood_change_nothing(own: TestClient, tmp_path: Path, body: str) -> None:
    reply = own.put("/api/pricing", content=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid_value")
    assert not (tmp_path / "tracker" / "pricing.json").exists()


def test_recomputing_what_is_in_step_changes_nothing(own: TestClient) -> None:
    assert own.post("/api/pricing/recompute").json() == {"updated": 0, "repriced_calls": 0}


def test_logs_are_read_when_asked_for(served: Served, tmp_path: Path, codex_home: Path) -> None:
    client = served(str(tmp_path / "new.sqlite3"))
    missing = client.get("/api/status")
    assert (missing.status_code, missing.json()["error"]["code"]) == (503, "database")
    done = client.post("/api/ingest/run").json()
    assert done["events_inserted"] == done["new_calls"] == client.get("/api/summary").json()["totals"]["calls"] > 0
    assert (done["files_scanned"], done["files_skipped"], done["issues"]) == (
        len(list(codex_home.rglob("*.jsonl"))) - 1,
        0,
        [],
    )
    again = client.post("/api/ingest/run").json()
    assert (again["events_inserted"], again["files_skipped"]) == (0, again["files_scanned"])


@pytest.mark.parametrize("path", ["settings", "pricing"])
def test_nothing_is_written_while_names_are_hidden(served: Served, path: str) -> None:
    reply = served(mode="redacted").put(f"/api/{path}", content=b"[]")
    assert reply.status_code == 400
    assert "hides" in reply.json()["error"]["message"]


def test_the_homes_are_told(client: TestClient, codex_home: Path) -> None:
    assert [one["path"] for one in client.get("/api/homes").json()] == [str(codex_home)]
