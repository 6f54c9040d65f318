"""The demo history is counted by an independent little counter and compared with its own truth."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codex_usage_tracker.demo import DemoHomeError, DemoPlan, Truth, write_history
from codex_usage_tracker.pricing import bundled

END = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
KINDS = ("input_tokens", "cached_input_tokens", "cache_write_input_tokens", "output_tokens", "reasoning_output_tokens")
NAMES = ("input", "cached", "cache_write", "output", "reasoning")

CATALOGUE = Path(bundled.__file__).with_name(bundled.CATALOGUE)

Line = dict[str, Any]


def plan(home: Path, calls: int = 4_000, seed: int = 1, **more: int) -> DemoPlan:
    """Return a plan that ends on a fixed day."""
    return DemoPlan(home=home, calls=calls, seed=seed, end=END, **more)


def rollouts(home: Path) -> list[Path]:
    """Return all rollout files of a home."""
    return sorted([*home.glob("sessions/*/*/*/rollout-*"), *home.glob("archived_sessions/rollout-*")])


def lines(path: Path) -> list[Line]:
    """Return the lines of a rollout, each of them valid JSON."""
    text = path.read_bytes().decode()
    assert text.endswith("\n")
    return [json.loads(line) for line in text[:-1].split("\n")]


class Home:
    """A written home, read once."""

    def __init__(self, path: Path, truth: Truth) -> None:
        """Read all files."""
        self.path = path
        self.truth = truth
        self.files = {file: lines(file) for file in rollouts(path)}

    def events(self, kind: str) -> Iterator[tuple[Path, Line]]:
        """Return all event_msg payloads of a type."""
        for file, file_lines in self.files.items():
            for line in file_lines:
                if line["type"] == "event_msg" and line["payload"]["type"] == kind:
                    yield file, line["payload"]

    def of_type(self, kind: str) -> Iterator[tuple[Path, Line]]:
        """Return all lines of a type."""
        for file, file_lines in self.files.items():
            yield from ((file, line) for line in file_lines if line["type"] == kind)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return one demo home for all tests that only read."""
    path = tmp_path_factory.mktemp("demo") / "home"
    return Home(path, write_history(plan(path)))


def counted(home: Home) -> dict[str, dict[str, Counter[str]]]:
    """Count every API response once, by model, thread, kind and day, from the records alone."""
    sums: dict[str, dict[str, Counter[str]]] = {key: defaultdict(Counter) for key in ("model", "thread", "kind", "day")}
    seen: set[str] = set()
    for file_lines in home.files.values():
        kind, model = kind_of(file_lines[0]["payload"]), ""
        compactions = {
            line["payload"].get("compaction_response_id") for line in file_lines if line["type"] == "compacted"
        }
        for line in file_lines:
            payload = line["payload"]
            if line["type"] == "turn_context":
                model = payload["model"]
            if line["type"] == "token_usage_record" and payload["response_id"] not in seen:
                seen.add(payload["response_id"])
                usage = Counter({name: payload["usage"][key] for name, key in zip(NAMES, KINDS, strict=True)})
                usage["calls"] = 1
                own = "compaction" if payload["response_id"] in compactions else kind
                marks = {"model": model, "thread": payload["thread_id"], "kind": own, "day": line["timestamp"][:10]}
                for key, mark in marks.items():
                    sums[key][mark].update(usage)
    return sums


def kind_of(meta: Line) -> str:
    """Return the kind of a thread from its session_meta."""
    source = meta["source"]
    if isinstance(source, str):
        return "user"
    inner = source["subagent"]
    if inner == "review":
        return "review"
    return "guardian" if "other" in inner else "subagent"


def plain(sums: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Return sums without the zeros, so that both sides compare."""
    return {key: {name: value for name, value in dict(total).items() if value} for key, total in sums.items()}


def told(truth: Truth, part: str) -> dict[str, dict[str, int]]:
    """Return one part of the truth."""
    return plain({key: msgspec.structs.asdict(total) for key, total in getattr(truth, part).items()})


@pytest.mark.parametrize("part", ["model", "thread", "kind", "day"])
def test_the_truth_is_what_the_log_bills(home: Home, part: str) -> None:
    assert plain(counted(home)[part]) == told(home.truth, f"by_{part}")


def test_the_totals_are_the_sum_of_all_calls(home: Home) -> None:
    usages = [line["payload"]["usage"] for _, line in home.of_type("token_usage_record")]
    assert len(usages) == home.truth.calls == 4_000
    totals = {name: sum(usage[key] for usage in usages) for name, key in zip(NAMES, KINDS, strict=True)}
    assert totals == msgspec.structs.asdict(home.truth.tokens)


def test_the_truth_lies_beside_the_log(home: Home) -> None:
    on_disk = msgspec.json.decode((home.path / "demo-truth.json").read_bytes(), type=Truth)
    assert on_disk == home.truth
    assert (on_disk.schema, on_disk.seed) == ("codex-usage-tracker-demo-truth-v1", 1)


def test_lines_have_the_client_layout(home: Home) -> None:
    for path in list(home.files)[:20]:
        for raw in path.read_bytes().splitlines():
            assert raw.startswith(b'{"timestamp":"2026-')
            line = json.loads(raw)
            more = ["metadata"] if line["type"] == "response_item" else []
            assert list(line) == ["timestamp", "ordinal", "type", "payload", *more]
            assert msgspec.json.encode(line) == raw


def test_ordinals_are_contiguous_and_time_runs_forward(home: Home) -> None:
    for file_lines in home.files.values():
        base = file_lines[0]["payload"].get("history_base", {}).get("end_ordinal_exclusive", 0)
        assert [line["ordinal"] for line in file_lines] == list(range(base, base + len(file_lines)))
        times = [line["timestamp"] for line in file_lines]
        assert times == sorted(times)
        assert times[-1] <= "2026-11-22T15:30:00.000Z"


def test_ids_are_unique_and_carry_their_time(home: Home) -> None:
    responses = Counter(line["payload"]["response_id"] for _, line in home.of_type("token_usage_record"))
    assert max(responses.values()) == 1
    assert len({file_lines[0]["payload"]["id"] for file_lines in home.files.values()}) == len(home.files)
    for path, started in home.events("task_started"):
        assert int(started["turn_id"].replace("-", "")[:12], 16) // 1000 == started["started_at"]
        assert path.name[28:].startswith(home.files[path][0]["payload"]["id"])
    for path, file_lines in home.files.items():
        meta = file_lines[0]["payload"]
        moment = int(meta["id"].replace("-", "")[:12], 16)
        assert datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m-%dT%H-%M-%S") in path.name
        assert meta["id"][14] == "7"


def test_token_counts_grow_by_their_last_call(home: Home) -> None:
    ends: dict[tuple[str, int], Line] = {}
    for file_lines in home.files.values():
        total: Line = dict.fromkeys((*KINDS, "total_tokens"), 0)
        meta = file_lines[0]["payload"]
        if "history_base" in meta:
            total = parent_total(home, meta["history_base"])
        for line in file_lines:
            if line["type"] == "event_msg" and line["payload"]["type"] == "token_count":
                info = line["payload"]["info"]
                last, new = info["last_token_usage"], info["total_token_usage"]
                if new != total:
                    assert {key: total[key] + last[key] for key in total} == new
                total = new
        ends[meta["id"], len(file_lines)] = total
    assert ends


def parent_total(home: Home, base: Line) -> Line:
    """Return the total that a fork goes on from, and check where it hangs in its parent."""
    for path, file_lines in home.files.items():
        if file_lines[0]["payload"]["id"] == base["thread_id"]:
            above = [line for line in file_lines if line["ordinal"] < base["end_ordinal_exclusive"]]
            assert path.read_bytes()[: base["end_byte_offset"]].count(b"\n") == len(above)
            counts = [line for line in above if line["payload"].get("type") == "token_count"]
            total: Line = counts[-1]["payload"]["info"]["total_token_usage"]
            return total
    pytest.fail("a fork without its parent")


def test_records_add_up_by_turn_and_thread(home: Home) -> None:
    for file_lines in home.files.values():
        records = [line["payload"] for line in file_lines if line["type"] == "token_usage_record"]
        turns: defaultdict[str, int] = defaultdict(int)
        start = records[0]["thread_token_usage"]["input_tokens"] - records[0]["usage"]["input_tokens"]
        for record in records:
            turns[record["turn_id"]] += record["usage"]["input_tokens"]
            start += record["usage"]["input_tokens"]
            assert record["turn_token_usage"]["input_tokens"] == turns[record["turn_id"]]
            assert record["thread_token_usage"]["input_tokens"] == start


def test_tokens_are_believable(home: Home) -> None:
    usages = [line["payload"]["usage"] for _, line in home.of_type("token_usage_record")]
    for usage in usages:
        assert usage["cached_input_tokens"] + usage["cache_write_input_tokens"] <= usage["input_tokens"] < 258_400
        assert usage["reasoning_output_tokens"] < usage["output_tokens"] <= 3_400
        assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
        assert usage["output_tokens"] >= 50
    share = home.truth.tokens.cached / home.truth.tokens.input
    assert 0.85 < share < 0.97


def test_the_history_holds_every_kind_of_thread(home: Home) -> None:
    assert set(home.truth.by_kind) == {"user", "subagent", "review", "guardian", "compaction"}
    metas = [file_lines[0]["payload"] for file_lines in home.files.values()]
    assert any("history_base" in meta for meta in metas)
    assert any("git" not in meta for meta in metas)
    assert any(path.parent.name == "archived_sessions" for path in home.files)
    assert len({meta["cli_version"] for meta in metas}) >= 10
    assert len({meta["cwd"] for meta in metas}) >= 8
    assert len(home.truth.by_model) >= 8


def test_the_turns_hold_every_kind_of_line(home: Home) -> None:
    items = Counter(payload["item"]["type"] for _, payload in home.events("item_completed"))
    wanted = {"UserMessage", "AgentMessage", "Reasoning", "CommandExecution", "FileChange", "McpToolCall", "WebSearch"}
    assert wanted | {"ContextCompaction", "EnteredReviewMode", "ExitedReviewMode"} <= set(items)
    assert any(True for _ in home.events("turn_aborted"))
    assert any("error" in payload for _, payload in home.events("task_complete"))
    applied = [payload["thread_settings"] for _, payload in home.events("thread_settings_applied")]
    assert {"priority", "flex", None} == {setting.get("service_tier") for setting in applied}
    failed = [p for _, p in home.events("item_completed") if p["item"].get("status") == "failed"]
    assert failed


def test_no_model_is_used_before_it_has_a_price(home: Home) -> None:
    released: dict[str, str] = {}
    for rule in json.loads(CATALOGUE.read_bytes())["rules"]:
        first = rule.get("from", "")
        released[rule["pattern"]] = min(first, released.get(rule["pattern"], first))
    used = {(line["payload"]["model"], line["timestamp"][:10]) for _, line in home.of_type("turn_context")}
    assert not [(model, day) for model, day in used if day < released.get(model, "")]
    assert {"gpt-6-astra", "gpt-6-sol", "gpt-6.1-sol"} <= {model for model, _ in used}


def test_children_point_at_their_session(home: Home) -> None:
    threads = {file_lines[0]["payload"]["id"]: file_lines for file_lines in home.files.values()}
    for thread, file_lines in threads.items():
        meta = file_lines[0]["payload"]
        parent = meta.get("parent_thread_id")
        if parent is None:
            assert meta["session_id"] == thread
            continue
        assert meta["session_id"] == threads[parent][0]["payload"]["session_id"]
        roots = {line["payload"]["root_turn_id"] for line in file_lines if line["type"] == "token_usage_record"}
        own = {line["payload"].get("turn_id") for line in threads[parent]}
        assert roots <= own | {line["payload"].get("root_turn_id") for line in threads[parent]}


def test_limits_rise_within_their_window(home: Home) -> None:
    seen: defaultdict[tuple[str, int, int], list[tuple[str, float]]] = defaultdict(list)
    for _, line in home.of_type("event_msg"):
        limits = line["payload"].get("rate_limits")
        for slot in (limits["primary"], limits["secondary"]) if limits else ():
            key = (limits["limit_id"], slot["window_minutes"], slot["resets_at"])
            seen[key].append((line["timestamp"], slot["used_percent"]))
    for points in seen.values():
        percents = [percent for _, percent in sorted(points)]
        assert percents == sorted(percents)
        assert 0 <= percents[0] <= percents[-1] <= 100
    assert len(seen) > 20
    assert max(percent for points in seen.values() for _, percent in points) > 60


def test_days_have_a_rhythm(home: Home) -> None:
    days = {datetime.fromisoformat(day): total.calls for day, total in home.truth.by_day.items()}
    assert len(days) < 178
    weekend = sum(calls for day, calls in days.items() if day.weekday() >= 5)
    assert weekend < 0.2 * home.truth.calls
    middle = datetime(2026, 8, 24)  # noqa: DTZ001 - dates of the truth have no zone
    assert sum(calls for day, calls in days.items() if day > middle) > 0.5 * home.truth.calls


def test_names_are_in_the_index(home: Home) -> None:
    rows = [json.loads(row) for row in (home.path / "session_index.jsonl").read_text().splitlines()]
    threads = {lines_[0]["payload"]["id"]: lines_[0]["payload"] for lines_ in home.files.values()}
    assert {row["id"] for row in rows} <= set(threads)
    assert all(list(row) == ["id", "thread_name", "updated_at"] for row in rows)
    people = [thread for thread, meta in threads.items() if meta["source"] in ("cli", "vscode")]
    assert len({row["id"] for row in rows}) > 0.8 * len(people)


def test_files_have_the_time_of_their_last_line(home: Home) -> None:
    for path, file_lines in home.files.items():
        last = datetime.fromisoformat(file_lines[-1]["timestamp"])
        assert abs(path.stat().st_mtime - last.timestamp()) < 0.002


def fingerprint(home: Path) -> dict[str, tuple[bytes, int]]:
    """Return all files of a home with their bytes and times."""
    files = (path for path in sorted(home.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(home)): (path.read_bytes(), path.stat().st_mtime_ns if "rollout" in path.name else 0)
        for path in files
    }


def test_a_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 3), ("two", 3), ("other", 4)):
        write_history(plan(tmp_path / name, 300, seed))
    assert fingerprint(tmp_path / "one") == fingerprint(tmp_path / "two")
    assert fingerprint(tmp_path / "one") != fingerprint(tmp_path / "other")


@pytest.mark.parametrize("wished", [1_600, 3_000, 10_000])
def test_the_size_is_as_wished(tmp_path: Path, wished: int) -> None:
    write_history(plan(tmp_path / "home", 2_000, bytes_per_call=wished))
    size = sum(len(path.read_bytes()) for path in rollouts(tmp_path / "home"))
    assert size / 2_000 == pytest.approx(wished, rel=0.15)


def test_progress_is_told(tmp_path: Path) -> None:
    steps: list[int] = []
    write_history(plan(tmp_path / "home", 200), steps.append)
    assert steps == sorted(steps)
    assert steps[-1] == 200


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    calls=st.integers(1, 90),
    seed=st.integers(0, 10_000),
    days=st.integers(1, 60),
    size=st.integers(1, 30_000),
    end=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - the zone is set below
)
def test_any_plan_is_written_exactly(calls: int, seed: int, days: int, size: int, end: datetime) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "home"
        asked = DemoPlan(path, calls, seed, days, end.replace(tzinfo=UTC), size)
        written = Home(path, write_history(asked))
        assert written.truth.calls == calls
        assert plain(counted(written)["thread"]) == told(written.truth, "by_thread")
        limit = asked.end.strftime("%Y-%m-%dT%H:%M:%S") + ".999Z"
        assert all(file_lines[-1]["timestamp"] <= limit for file_lines in written.files.values())


@pytest.mark.parametrize("sign", ["sessions", "archived_sessions", "auth.json", "session_index.jsonl"])
def test_a_real_home_is_never_written(tmp_path: Path, sign: str) -> None:
    (tmp_path / sign).mkdir()
    for replace in (False, True):
        with pytest.raises(DemoHomeError, match=sign):
            write_history(plan(tmp_path, 10), replace=replace)
    assert [path.name for path in tmp_path.rglob("*")] == [sign]


def test_a_file_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("mine")
    with pytest.raises(ValueError, match="file of that name"):
        write_history(plan(tmp_path / "home", 10))


def test_a_demo_is_replaced_only_on_request(tmp_path: Path) -> None:
    write_history(plan(tmp_path, 60, 1))
    before = fingerprint(tmp_path)
    with pytest.raises(DemoHomeError, match="already holds a demo"):
        write_history(plan(tmp_path, 60, 2))
    assert fingerprint(tmp_path) == before
    write_history(plan(tmp_path, 60, 2), replace=True)
    assert not set(map(str, rollouts(tmp_path))) & {str(tmp_path / name) for name in before}


def test_a_demo_home_that_codex_used_is_kept(tmp_path: Path) -> None:
    write_history(plan(tmp_path, 20))
    (tmp_path / "auth.json").write_text("{}")
    with pytest.raises(DemoHomeError, match=r"auth\.json"):
        write_history(plan(tmp_path, 20), replace=True)


def test_a_truth_of_another_kind_is_no_demo(tmp_path: Path) -> None:
    (tmp_path / "demo-truth.json").write_text('{"schema": "mine"}')
    with pytest.raises(DemoHomeError):
        write_history(plan(tmp_path, 20), replace=True)


def test_bad_plans_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        DemoPlan(home=tmp_path, calls=0)
    with pytest.raises(ValueError, match="time zone"):
        DemoPlan(home=tmp_path, end=datetime(2026, 1, 1))  # noqa: DTZ001 - the missing zone is the point
