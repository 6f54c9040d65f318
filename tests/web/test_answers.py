"""The answers over HTTP are those of `--json`, for every question, filter and zone."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from codex_usage_tracker.web.compat import SERVED
from codex_usage_tracker.web.openapi import document
from tests.cli import history
from tests.cli.conftest import Run
from tests.web.conftest import Served

ZONES = ("Europe/Stockholm", "Asia/Kathmandu", "America/St_Johns")
SAME: dict[str, tuple[list[str], str]] = {
    "status": (["status", "--no-refresh"], ""),
    "summary": (["summary", "--group-by", "day,model", "--limit", "3"], "group_by=day,model&limit=3"),
    "calls": (["query", "--model", "GPT-5.5", "--sort", "cost", "--limit", "4"], "model=GPT-5.5&sort=cost&limit=4"),
    "thread": (["session", history.PARSER], f"thread={history.PARSER}"),
    "limits": (["limits", "--no-refresh", "--history", "0"], "history=0"),
    "blocks": (["blocks", "--no-refresh"], ""),
    "pricing-coverage": (["pricing-coverage"], ""),
    "recommendations": (["recommendations", "--min-score", "0.01", "--limit", "3"], "min_score=0.01&limit=3"),
    "budgets": (["budget", "check", "--no-refresh"], ""),
}
FACT = "fact_type=outcome&fact_name=task_complete"
FILTERS = (
    (["--since", "2026-11-19", "--until", "2026-11-21"], "since=2026-11-19&until=2026-11-21"),
    (["--since", "2026-11-19", "--until", "2026-11-21"], "start=2026-11-19&end=2026-11-21"),
    (["--project", "alpha-canary", "--origin", "user"], "project=alpha-canary&origin=user"),
    (["--thread", "parser-is-none"], "thread_key=parser-is-none"),
    (["--search", "canary parser"], "q=canary parser"),
    (["--pricing-status", "priced", "--min-tokens", "20000"], "pricing_status=priced&min_tokens=20000"),
    (["--credit-confidence", "estimated"], "credit_confidence=estimated"),
    (["--min-cost", "0.05", "--min-credits", "1"], "min_cost=0.05&min_credits=1"),
    (["--active-only"], "include_archived=false"),
    (["--finding", "low-cache", "--finding", "low-output"], "finding=low-cache&finding=low-output"),
    (["--model", "gpt-5.5", "--model", "gpt-5.1-codex"], "model=gpt-5.5&model=gpt-5.1-codex"),
)


def answer(client: TestClient, path: str) -> Any:
    reply = client.get(path)
    assert reply.status_code == 200, reply.text
    return reply.json()


def told(ask: Run, *command: str) -> Any:
    return json.loads(ask(*command, "--json").out)


def placeless(found: Any, home: Path) -> Any:
    return json.loads(json.dumps(found).replace(str(home), "<home>"))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("name", SAME)
def test_same_answer(ask: Run, served: Served, codex_home: Path, name: str, zone: str) -> None:
    command, query = SAME[name]
    by_server = placeless(answer(served(zone=zone), f"/api/{name}?{query}"), codex_home)
    by_parameter = placeless(answer(served(), f"/api/{name}?{query}&timezone={zone}"), codex_home)
    assert by_parameter == by_server
    printed = told(ask, *command, "--timezone", zone)
    shown = {key: by_server[key] for key in printed}
    for row, own in zip(shown.get("rows", []), printed.get("rows", []), strict=True):
        for more in row.keys() - own.keys():
            del row[more]
    assert shown == printed


@pytest.mark.parametrize(("options", "query"), FILTERS)
def test_every_filter_leaves_the_same_calls(
    ask: Run, client: TestClient, codex_home: Path, options: list[str], query: str
) -> None:
    found = placeless(answer(client, f"/api/calls?{query}"), codex_home)
    filters = found.pop("filters")
    assert found.pop("raw_context_included") is False
    assert found == told(ask, "query", *options)
    assert filters == found["scope"]["filters"]
    assert answer(client, f"/api/series?{query}")["totals"] == found["totals"]
    assert answer(client, f"/api/threads?{query}")["totals"] == found["totals"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("bucket", ["hour", "day", "week", "month"])
def test_a_timeseries_is_the_summary_with_the_empty_buckets_filled(
    ask: Run, served: Served, bucket: str, zone: str
) -> None:
    metrics = ("total_tokens", "usd", "calls")
    query = "&".join(f"metric={one}" for one in metrics)
    found = answer(served(zone=zone), f"/api/series?bucket={bucket}&{query}")
    labels = [one["label"] for one in found["buckets"]]
    rows = told(ask, "summary", "--group-by", bucket, "--limit", "0", "--timezone", zone)["rows"]
    assert len(set(labels)) == len(labels)
    assert all(
        one["ends_at"] == after["starts_at"] for one, after in zip(found["buckets"], found["buckets"][1:], strict=False)
    )
    for series in found["series"]:
        values = dict(zip(labels, series["values"], strict=True))
        assert {row["key"]: row[series["metric"]] for row in rows} == {
            row["key"]: values.pop(row["key"]) for row in rows
        }
        assert set(values.values()) <= {0, "0"}


def test_small_groups_of_a_timeseries_are_one(ask: Run, client: TestClient) -> None:
    found = answer(client, "/api/series?by=model&top=1&metric=calls")
    rows = told(ask, "summary", "--group-by", "model")["rows"]
    assert [(one["others"], one["keys"]["model"] == one["key"]) for one in found["series"]] == [
        (False, True),
        (True, True),
    ]
    assert sum(one["total"] for one in found["series"]) == sum(row["calls"] for row in rows)


def test_an_hour_that_the_clocks_repeat_is_two_buckets_and_one_they_leap_over_is_none(served: Served) -> None:
    client = served(zone="Europe/Stockholm")
    for day, hours in (("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)):
        found = answer(client, f"/api/series?bucket=hour&since={day}&until={day}")["buckets"]
        assert len(found) == hours
        midnights = answer(client, f"/api/series?bucket=day&since={day}&until={day}")["buckets"]
        assert (found[0]["starts_at"], found[-1]["ends_at"]) == (midnights[0]["starts_at"], midnights[0]["ends_at"])


@pytest.mark.parametrize("zone", ZONES)
def test_a_heatmap_holds_all_days_and_hours(ask: Run, served: Served, zone: str) -> None:
    found = answer(served(zone=zone), "/api/heatmap")
    rows = told(ask, "summary", "--group-by", "day", "--limit", "0", "--timezone", zone)["rows"]
    assert [
        {"day": row["key"], **{name: row[name] for name in ("calls", "total_tokens", "usd", "credits")}} for row in rows
    ] == found["days"]
    assert sum(map(sum, found["hours"])) == sum(row["calls"] for row in rows)
    assert sum(map(sum, found["hour_tokens"])) == sum(row["total_tokens"] for row in rows)
    assert found["active_days"] == len(rows)


def test_streaks_are_days_in_a_row(client: TestClient) -> None:
    found = answer(client, "/api/heatmap")
    assert [one["day"] for one in found["days"]] == [
        "2026-10-13",
        "2026-11-18",
        "2026-11-19",
        "2026-11-21",
        "2026-11-22",
    ]
    assert (found["current_streak_days"], found["longest_streak_days"], found["longest_streak_from_day"]) == (
        2,
        2,
        "2026-11-21",
    )


@pytest.mark.parametrize("zone", ZONES)
def test_a_comparison_is_of_whole_days_before(ask: Run, served: Served, zone: str) -> None:
    found = answer(served(zone=zone), "/api/compare?range=last-7-days")
    assert found["totals"] == told(ask, "status", "--no-refresh", "--timezone", zone)["week"]
    assert found["until"] == history.NOW_MS
    assert found["until"] - found["before_until"] == found["since"] - found["before_since"] == 7 * 86_400_000
    before = answer(served(zone=zone), "/api/compare?range=today")["before"]
    assert before == answer(served(zone=zone), "/api/compare?since=2026-11-21&until=2026-11-21")["totals"]
    assert answer(served(), "/api/compare")["before"] is None


def test_changes_are_exact_decimals(client: TestClient) -> None:
    found = answer(client, "/api/compare?since=2026-11-21&until=2026-11-21")
    assert found["before"]["calls"] == 0
    assert found["changes"]["calls"] is None
    found = answer(client, "/api/compare?since=2026-11-22&until=2026-11-22")
    calls, before = found["totals"]["calls"], found["before"]["calls"]
    assert found["changes"]["calls"] == f"{(calls - before) / before:g}"


def test_root_threads_hold_all_below_them(ask: Run, client: TestClient) -> None:
    found = answer(client, "/api/threads?sort=tokens")
    rows = told(ask, "summary", "--group-by", "root_thread")["rows"]
    shown = found["rows"][0].keys() & rows[0].keys() - {"name"}
    assert [{name: row[name] for name in shown} for row in found["rows"]] == [
        {name: row[name] for name in shown} for row in rows
    ]
    parser = next(row for row in found["rows"] if row["thread_id"] == history.PARSER)
    assert [(one["thread_id"], one["nickname"], one["role"]) for one in parser["agents"]] == [
        (history.AGENT, "Ada canary", "reviewer")
    ]
    assert [one["value"] for one in parser["models"]] == ["gpt-5.5", "gpt-5.5-mini"]
    assert (
        sum(one["calls"] for one in parser["models"])
        == sum(one["calls"] for one in parser["efforts"])
        == parser["calls"]
    )
    latest = answer(client, f"/api/calls?thread={history.PARSER}&limit=1")["rows"][0]
    assert parser["latest_at"] == latest["at"]


@pytest.mark.parametrize("sort", ["time", "name", "calls", "cost", "cache"])
@pytest.mark.parametrize("name", ["threads", "calls"])
def test_pages_join_without_gap_or_overlap(client: TestClient, name: str, sort: str) -> None:
    sort = {"name": "thread", "calls": "tokens"}.get(sort, sort) if name == "calls" else sort
    for direction in ("asc", "desc"):
        whole = answer(client, f"/api/{name}?sort={sort}&direction={direction}")
        rows: list[Any] = []
        offset: int | None = 0
        while offset is not None:
            page = answer(client, f"/api/{name}?sort={sort}&direction={direction}&limit=3&offset={offset}")
            assert page["total_matched_rows"] == len(whole["rows"])
            assert page["has_more"] == (page["next_offset"] is not None)
            rows += page["rows"]
            offset = page["next_offset"]
        assert rows == whole["rows"]
        assert answer(client, f"/api/{name}?offset=1000")["rows"] == []


def test_a_call_has_its_neighbours_and_facts(client: TestClient) -> None:
    rows = answer(client, f"/api/calls?thread={history.AGENT}&direction=asc")["rows"]
    first, second = (answer(client, f"/api/call?record={row['record_id']}") for row in rows)
    assert (first["previous"], first["record"], first["next"]) == (None, rows[0], rows[1])
    assert (second["previous"], second["record"], second["next"]) == (rows[0], rows[1], None)
    assert {"type", "name", "count", "calls", "output_tokens"} == first["facts"][0].keys()


def test_the_context_counts_every_call_with_a_window(client: TestClient) -> None:
    found = answer(client, "/api/pressure")
    rows = [row for row in answer(client, "/api/calls")["rows"] if row["context_window"]]
    shares = [row["context_used"] / row["context_window"] for row in rows]
    assert found["sample_count"] == sum(found["tenths"]) == len(rows)
    assert found["over"] == {str(one): sum(100 * share >= one for share in shares) for one in (50, 80, 90)}
    assert found["max_pressure_pct"] == round(max(shares) * 100, 1)


def test_programs_of_other_trackers_find_their_fields(client: TestClient) -> None:
    summary = answer(client, "/api/summary?range=alltime")
    costs = answer(client, "/api/breakdown/costs")
    assert summary["total_tokens"] == sum(row["total_tokens"] for row in costs) == summary["totals"]["total_tokens"]
    assert summary["total_cost_usd"] == summary["totals"]["usd"]
    for row in [summary, *costs]:
        parts = [row[f"{one}_cost_usd"] for one in ("input", "cached_input", "output")]
        assert row["total_cost_usd"] is None or exact(*parts) == exact(row["total_cost_usd"])
    assert [one["model"] for one in answer(client, "/api/breakdown")] == [row["model"] for row in costs]
    assert {row["reasoning_effort"] for row in answer(client, "/api/breakdown/effort/tokens")} == {"high"}
    events = answer(client, "/api/events?limit=2")
    assert [one["id"] for one in events] == [row["record_id"] for row in answer(client, "/api/calls?limit=2")["rows"]]
    assert events[0]["raw_json"] is None
    assert answer(client, "/api/usage?limit=1")["status"]["latest"] == answer(client, "/api/usage?limit=1")["rows"][0]


def exact(*texts: str) -> int:
    return sum(round(float(text) * 10**12) for text in texts)


@pytest.mark.parametrize("name", SERVED)
def test_no_answer_tells_what_a_mode_hides(served: Served, name: str) -> None:
    first = answer(served(), "/api/calls?limit=1&direction=asc")["rows"][0]["record_id"]
    query = {
        "call": f"record_id={first}",
        "diagnostics/fact-calls": FACT,
        "series": "by=project",
        "summary": "group_by=project,directory,remote",
    }
    for mode in ("redacted", "strict"):
        shown = served(mode=mode).get(f"/api/{name}?{query.get(name, '')}")
        assert shown.status_code == 200
        text = shown.text.replace("feature/canary", "").replace("Ada canary", "") if mode == "redacted" else shown.text
        assert history.CANARY not in text
        assert mode == "redacted" or "0000c0de" not in text


@pytest.mark.parametrize("path", ["homes", "settings", "openapi.json", "../metrics"])
def test_nothing_else_tells_it_either(served: Served, codex_home: Path, path: str) -> None:
    shown = served(mode="strict").get(f"/api/{path}")
    assert shown.status_code == 200
    assert history.CANARY not in shown.text
    assert str(codex_home) not in shown.text


@pytest.mark.parametrize("mode", ["redacted", "strict"])
def test_labels_choose_what_they_stand_for(served: Served, mode: str) -> None:
    plain, client = served(), served(mode=mode)
    for name, dimension in (("project", "project"), ("directory", "directory"), ("thread", "thread")):
        rows = answer(client, f"/api/summary?group_by={dimension}")["rows"]
        known = answer(plain, f"/api/summary?group_by={dimension}")["rows"]
        for row, own in zip(rows, known, strict=True):
            if row["key"] is not None:
                by_label = answer(client, f"/api/summary?{name}={row['key']}")
                by_name = plain.get("/api/summary", params={name: own["key"]}).json()
                assert by_label["totals"] == by_name["totals"]
    row = answer(client, "/api/threads")["rows"][0]
    assert answer(client, f"/api/thread?thread={row['thread_id']}")["totals"]["calls"] == row["calls"]


# -- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("calls?colour=blue", 400, "invalid_value"),
        ("calls?limit=many", 400, "invalid_value"),
        ("calls?limit=0", 400, "invalid_value"),
        ("calls?limit=1&limit=2", 400, "invalid_value"),
        ("calls?offset=-1", 400, "invalid_value"),
        ("calls?offset=99999999999999999999", 400, "invalid_value"),
        ("calls?sort=colour", 400, "invalid_value"),
        ("calls?min_cost=cheap", 400, "invalid_value"),
        ("calls?since=notadate", 400, "invalid_value"),
        ("calls?since=2026-11-22&until=2026-11-01", 400, "invalid_value"),
        ("calls?range=today&since=2026-11-22", 400, "invalid_value"),
        ("calls?timezone=Mars/Phobos", 400, "invalid_value"),
        ("calls?timezone=../../etc/passwd", 400, "invalid_value"),
        ("summary?group_by=colour", 400, "invalid_value"),
        ("summary?group_by=day,day,day,day", 400, "invalid_value"),
        ("series?by=colour", 400, "invalid_value"),
        ("series?bucket=hour&since=1999-01-01", 400, "invalid_value"),
        ("call", 400, "invalid_value"),
        ("call?record_id=ffffffffffffffff", 404, "not_found"),
        ("call?record_id=-1", 404, "not_found"),
        ("thread?thread=nobody", 404, "not_found"),
        ("nothing", 404, "not_found"),
        ("calls/", 404, "not_found"),
    ],
)
def test_a_wrong_question_is_told_in_words(client: TestClient, path: str, status: int, code: str) -> None:
    reply = client.get(f"/api/{path}")
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    assert reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "calls"), ("DELETE", "settings"), ("GET", "ingest/run"), ("PUT", "health")]
)
def test_another_method_is_refused(client: TestClient, method: str, path: str) -> None:
    reply = client.request(method, f"/api/{path}")
    assert (reply.status_code, reply.json()["error"]["code"]) == (405, "method_not_allowed")


def test_what_nobody_foresaw_is_told_without_what_was_in_it(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise KeyError(history.CANARY)

    monkeypatch.setattr("codex_usage_tracker.reports.asking.answer", fails)
    reply = client.get("/api/status")
    assert (reply.status_code, reply.json()["error"]["code"]) == (500, "unexpected")
    assert history.CANARY not in reply.text


# -- asked again ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(SERVED.keys() - {"call", "diagnostics/fact-calls"}))
def test_an_answer_that_is_known_is_not_sent_again(client: TestClient, name: str) -> None:
    first = client.get(f"/api/{name}")
    assert client.get(f"/api/{name}", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    other = client.get(f"/api/{name}?timezone=Asia/Tokyo", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


def test_large_answers_are_compressed_for_who_can_take_that(client: TestClient) -> None:
    zipped = client.get("/api/calls", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/api/calls", headers={"Accept-Encoding": "identity"})
    assert (zipped.headers.get("content-encoding"), plain.headers.get("content-encoding")) == ("gzip", None)
    assert zipped.json() == plain.json()
    assert int(zipped.headers["content-length"]) < len(plain.content) / 4


def test_the_description_names_every_route() -> None:
    paths = document()["paths"]
    assert {f"/api/{name}" for name in SERVED} <= paths.keys()
    references = json.dumps(paths).split("#/components/schemas/")[1:]
    assert {one.split('"')[0] for one in references} <= document()["components"]["schemas"].keys()


def test_metrics_are_what_the_summary_says(client: TestClient) -> None:
    reply = client.get("/metrics")
    assert reply.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    lines = reply.text.splitlines()
    assert lines[-1] == "# EOF"
    for row in answer(client, "/api/summary?group_by=model")["rows"]:
        assert f'codex_usage_calls_total{{model="{row["key"]}"}} {row["calls"]}' in lines
        assert f'codex_usage_tokens_total{{model="{row["key"]}",class="output"}} {row["output_tokens"]}' in lines
        assert row["usd"] is None or f'codex_usage_cost_usd_total{{model="{row["key"]}"}} {row["usd"]}' in lines
