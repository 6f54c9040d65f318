"""The file that the server makes is the file that the command writes."""

import csv
import io
import json

import pytest
from starlette.testclient import TestClient

from codex_usage_tracker.reports import export
from tests.cli.conftest import Run
from tests.web.conftest import Served
from tests.web.test_answers import FILTERS

BRANCHES = (["--branch", "MAIN", "--source", "cli"], "branch=MAIN&source=cli")


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize(("options", "query"), [*FILTERS, BRANCHES, ([], "")])
def test_the_same_bytes_as_the_command(
    ask: Run, client: TestClient, options: list[str], query: str, form: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("export") / f"calls.{form}"
    assert ask("export", "--no-refresh", "--out", str(path), *options).code == 0
    reply = client.get(f"/api/export?format={form}&{query}")
    assert reply.content == path.read_bytes()
    assert reply.headers["content-disposition"] == f'attachment; filename="codex-calls.{form}"'


def test_the_order_is_that_of_the_page(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "BATCH_ROWS", 3)
    page = client.get("/api/calls?sort=cost&direction=desc&limit=1000").json()["rows"]
    reply = client.get("/api/export?sort=cost&direction=desc")
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert [row["record_id"] for row in rows] == [row["record_id"] for row in page]
    told = json.loads(client.get("/api/export?sort=cost&direction=desc&format=json").text)
    assert [row["record_id"] for row in told["rows"]] == [row["record_id"] for row in page]


def test_strict_mode_hides_in_the_file_what_it_hides_on_the_page(served: Served) -> None:
    client = served(mode="strict")
    page = client.get("/api/calls?direction=asc&limit=1").json()["rows"][0]
    first = next(csv.DictReader(io.StringIO(client.get("/api/export").text)))
    assert {name: first[name] for name in ("thread_id", "project", "cwd")} == {
        name: page[name] or "" for name in ("thread_id", "project", "cwd")
    }
    chosen = client.get("/api/export", params={"project": page["project"]}).text
    assert {row["project"] for row in csv.DictReader(io.StringIO(chosen))} == {page["project"]}
    found = client.get("/api/export", params={"search": page["project"]}).text
    assert found == chosen


@pytest.mark.parametrize("query", ["format=exe", "min_cost=much", "sort=color", "nothing=1", "since=2026-02-31"])
def test_what_cannot_be_made_is_told_before_a_file_begins(client: TestClient, query: str) -> None:
    reply = client.get(f"/api/export?{query}")
    assert (reply.status_code, reply.headers["content-type"]) == (400, "application/json")


def test_the_description_has_the_parameters(client: TestClient) -> None:
    told = client.get("/api/openapi.json").json()["paths"]["/api/export"]["get"]["parameters"]
    assert {"format", "sort", "branch", "min_cost"} <= {one["name"] for one in told}
