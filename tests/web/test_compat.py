"""Programs of other trackers find their routes, parameters and fields."""

import pytest

from tests.cli import history
from tests.web.conftest import Served

TOKENS = "input_tokens cached_input_tokens output_tokens reasoning_output_tokens total_tokens"
COSTS = "input_cost_usd cached_input_cost_usd output_cost_usd total_cost_usd"
PAGE = "schema rows row_count total_matched_rows limit offset has_more next_offset filters raw_context_included"
CHOICE = (
    "q=parser", "search=parser", "since=2026-11-01", "until=2026-11-30", "model=gpt-5.5", "effort=high",
    "thread=parser-is-none", "thread_key=parser-is-none", "pricing_status=priced", "credit_confidence=exact",
    "include_archived=0", "include_archived=true",
)  # fmt: skip
SORTS = (
    "time", "tokens", "input", "cached", "uncached", "output", "reasoning", "cache", "model", "effort", "thread",
    "initiator", "duration", "gap",
)  # fmt: skip
PAGING = ("limit=2", "limit=all", "limit=10000", "offset=1", "direction=asc", "direction=desc")
RANGE = (
    *(f"range={one}" for one in ("today", "last7days", "last14days", "thismonth", "alltime")),
    "start=2026-11-01T00:00:00Z", "start=2026-11-01T00:00:00%2B01:00&end=2026-11-30T00:00:00Z",
)  # fmt: skip
TABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "status": (
        ("include_archived=1", "include_archived=false"),
        "payload_schema latest_refresh_at row_counts observed_usage parser_adapter parser_diagnostics context_api",
    ),
    "calls": ((*CHOICE, *(f"sort={one}" for one in SORTS), *PAGING), PAGE),
    "thread-calls": ((*(f"thread_key={history.PARSER}&sort={one}" for one in SORTS), *PAGING), PAGE),
    "threads": (("q=parser", "limit=2", "limit=all", "offset=1", "sort=tokens", "direction=asc"), "rows"),
    "usage": (
        ("limit=1", "offset=1", "include_archived=1", "lang=en", "diagnostics=1", "shell=1", "refresh=1"),
        f"{PAGE} status",
    ),
    "summary": (
        (
            *RANGE,
            *(f"group_by={one}" for one in ("date", "model", "effort", "cwd", "project", "thread", "session")),
            "preset=today",
            "preset=last-7-days",
            "since=2026-11-01",
            "limit=2",
        ),
        f"schema group_by is_expensive privacy_mode row_count rows {TOKENS} {COSTS}",
    ),
    "timeseries": (
        (*RANGE, "bucket=hour&range=today", "bucket=day", "metric=tokens", "metric=cost"),
        "bucket_start value",
    ),
    "breakdown": (RANGE, "model total_tokens total_cost_usd"),
    "breakdown/tokens": (RANGE, f"model {TOKENS}"),
    "breakdown/costs": (RANGE, f"model {TOKENS} {COSTS}"),
    "breakdown/effort/tokens": (RANGE, f"model reasoning_effort {TOKENS}"),
    "breakdown/effort/costs": (RANGE, f"model reasoning_effort {TOKENS} {COSTS}"),
    "events": (
        (*RANGE, "limit=200", "limit=1000", "offset=1", "model=gpt-5.5"),
        "id ts model usage context cost_usd reasoning_effort source session_id request_id raw_json",
    ),
    "settings": ((), "codex_home active_home_id context_active_minutes"),
    "homes": ((), "id label path created_at last_seen_at"),
    "pricing": (
        (),
        "id model_pattern input_per_1m cached_input_per_1m output_per_1m effective_from effective_to",
    ),
}
"""What may be asked of each route, and what its answer (or each row of it) has."""
ASKED = [(route, query) for route, (queries, _) in TABLE.items() for query in ("", *queries)]


@pytest.mark.parametrize(("route", "query"), ASKED)
def test_every_route_takes_its_parameters_and_has_its_fields(served: Served, route: str, query: str) -> None:
    reply = served().get(f"/api/{route}?{query}")
    assert reply.status_code == 200, reply.text
    told = reply.json()
    fields = set(TABLE[route][1].split())
    for one in told if isinstance(told, list) else [told]:
        assert fields <= one.keys()


def test_a_group_says_what_another_tracker_says_of_it(served: Served) -> None:
    client = served()
    for row in client.get("/api/summary?group_by=thread&limit=0").json()["rows"]:
        calls = client.get("/api/calls", params={"thread": row["key"], "limit": "all"}).json()["rows"]
        own = [one for one in calls if one["thread_id"] == row["key"]]
        assert (row["group_key"], row["model_calls"], row["sessions"]) == (row["key"], len(own), 1)
        assert row["turns"] == len({one["turn_id"] for one in own} - {None})
        assert row["latest_event"] > "2026-"
        assert row["avg_tokens_per_call"] == round(sum(one["total_tokens"] for one in own) / len(own))
    days = client.get("/api/summary?group_by=day,model").json()["rows"]
    assert all(row["sessions"] > 0 and row["latest_event"].startswith("2026-") for row in days)
    lean = client.get("/api/summary?counts=false").json()["rows"]
    assert {(row["sessions"], row["turns"], row["latest_event"]) for row in lean} == {(None, None, None)}


def test_a_status_counts_the_calls_in_scope(served: Served) -> None:
    client = served()
    all_calls = client.get("/api/calls").json()["total_matched_rows"]
    active = client.get("/api/calls?include_archived=false").json()["total_matched_rows"]
    told = client.get("/api/status?include_archived=false").json()
    assert active < all_calls
    assert {name: told["row_counts"][name] for name in ("total", "active", "scoped")} == {
        "total": all_calls, "active": active, "scoped": active,
    }  # fmt: skip
    assert client.get("/api/status").json()["row_counts"]["scoped"] == all_calls
    assert told["observed_usage"]["windows"] == told["windows"]
    assert told["context_api"] == "explicit"


@pytest.mark.parametrize("mode", ["redacted", "strict"])
def test_a_hidden_group_is_hidden_under_every_name(served: Served, mode: str) -> None:
    for row in served(mode=mode).get("/api/summary?group_by=project").json()["rows"]:
        assert row["group_key"] == row["key"]
        assert row["key"] is None or row["key"].startswith("Project ")


def test_a_bucket_of_another_tracker_begins_at_a_local_time(served: Served) -> None:
    client = served(zone="America/New_York")
    told = client.get("/api/timeseries?range=alltime&bucket=day&metric=tokens").json()
    whole = client.get("/api/series?range=alltime&bucket=day").json()
    assert [one["value"] for one in told] == [value for value in whole["series"][0]["values"] if value]
    assert all(one["bucket_start"].endswith(("T00:00:00-04:00", "T00:00:00-05:00")) for one in told)
    cost = client.get("/api/timeseries?range=alltime&metric=cost").json()
    assert [one["bucket_start"] for one in cost] == [one["bucket_start"] for one in told]
