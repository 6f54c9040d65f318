"""Arbitrary lines and arbitrary orders of records: nothing is raised, nothing is counted that no line tells of."""

import io
import json
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from codex_usage_tracker.ingest import decode
from codex_usage_tracker.ingest.account import Account
from codex_usage_tracker.ingest.kinds import HANDLERS
from codex_usage_tracker.ingest.rollout import read_slice
from codex_usage_tracker.ingest.scan import INNER
from codex_usage_tracker.ingest.state import State
from codex_usage_tracker.model import GAP, Call, Reading
from tests.ingest import lines
from tests.ingest.home import Home
from tests.ingest.lines import Json, Line

NAME = lines.file_name(lines.thread(0))
STRUCTS = [found for found in vars(decode).values() if isinstance(found, type) and issubclass(found, msgspec.Struct)]
FIELDS = sorted(
    {field for struct in STRUCTS for field in struct.__struct_fields__} | {"subagent", "thread_spawn", "cmd"}
)
KINDS = sorted(tuple(part.decode() for part in kind.split(INNER)) for kind in HANDLERS)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(0, 10_000)
    | st.sampled_from([2**31, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63) - 1, 10**40])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        [lines.thread(0), lines.turn(1), "2026-11-22T00:00:00.000Z", "12", "12.5", "{}", "[", "*** Add File: x", "exec"]
    )
)
fields = st.sampled_from(FIELDS) | st.text(max_size=5)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(fields, inner, max_size=6), max_leaves=25,
)  # fmt: skip
kinds = st.sampled_from(KINDS)


@st.composite
def odd_lines(draw: st.DrawFn) -> bytes:
    """A line of a known kind, whose payload holds known fields with anything in them."""
    kind = draw(kinds)
    payload = draw(st.dictionaries(fields, json_values, max_size=8) | json_values)
    if isinstance(payload, dict) and len(kind) > 1:
        payload = {"type": kind[1], **{name: value for name, value in payload.items() if name != "type"}}
    head: Json = {"timestamp": draw(st.just("2026-11-22T00:00:00.000Z") | st.text(max_size=30))}
    if draw(st.booleans()):
        head["ordinal"] = draw(st.integers())
    return lines.text({**head, "type": kind[0], "payload": payload})


def read(data: bytes) -> Reading:
    return read_slice(io.BytesIO(data), NAME, b"", 0, 0)


def found_calls(reading: Reading) -> list[Call]:
    return reading.calls + [claim.call for claim in reading.claims]


# -- decoding ----------------------------------------------------------------------------------------------------------


@given(st.sampled_from(sorted(HANDLERS)), odd_lines() | st.binary(max_size=300), st.binary(max_size=40) | st.none())
def test_no_decoder_raises(kind: bytes, line: bytes, timestamp: bytes | None) -> None:
    """A handler is given what the first bytes of a line promise, and any other line."""
    account = Account(State(own=lines.thread(0)))
    HANDLERS[kind](account, line, timestamp, 1)
    HANDLERS[kind](account, line, timestamp, 2)


@given(st.lists(odd_lines() | st.binary(max_size=200).map(lambda data: data + b"\n"), max_size=12))
def test_no_log_raises(log: list[bytes]) -> None:
    reading = read(b"".join(log))
    assert reading.finished
    assert all(min(call.usage) >= 0 for call in found_calls(reading))


@given(json_values)
@example({"type": {"type": 1}})
def test_no_value_in_the_place_of_a_line_raises(value: object) -> None:
    assert read(json.dumps(value).encode() + b"\n").lines == 1


@given(st.binary(max_size=2000))
def test_no_bytes_in_the_place_of_a_log_raise(data: bytes) -> None:
    reading = read(data)
    assert reading.offset == data.rfind(b"\n") + 1
    assert reading.lines == data.count(b"\n")
    assert reading.calls == []


@given(st.binary(max_size=50) | st.text(max_size=50).map(str.encode))
def test_times_and_names_of_any_form_are_taken_or_refused(data: bytes) -> None:
    at = decode.instant(data)
    assert at is None or 0 <= at < 2**53
    named = decode.named_thread(data)
    assert named is None or isinstance(named.id, str)
    made = decode.uuid7_instant(data.decode("utf-8", "replace"))
    assert made is None or 0 <= made < 2**48


@given(st.lists(odd_lines(), min_size=1, max_size=30))
def test_every_log_can_be_written(log: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.write(NAME, b"".join(log))
        home.refresh()
        before = home.calls("key, at, input, output")
        assert home.refresh().read_files == 0
        home.refresh(again=True)
        assert home.calls("key, at, input, output") == before


# -- accounting --------------------------------------------------------------------------------------------------------

OWN, PARENT = lines.thread(10), lines.thread(0)
thread_ids = st.sampled_from([OWN, PARENT, lines.thread(20)])
turn_ids = st.sampled_from([lines.turn(minute) for minute in (1, 11, 12, 21)])
amounts = st.integers(0, 4)


@st.composite
def usages(draw: st.DrawFn) -> Json:
    """Counters that fit together; small, so that equal ones are frequent."""
    inputs, output = draw(amounts), draw(amounts)
    parts = [draw(st.integers(0, inputs)), draw(st.integers(0, inputs)), draw(st.integers(0, output))]
    return lines.used(inputs, parts[0], parts[1], output, parts[2])


def metas() -> st.SearchStrategy[Line]:
    base = st.none() | st.just({"thread_id": PARENT, "end_ordinal_exclusive": 3})
    sources = st.sampled_from(["exec", lines.spawned(PARENT), {"subagent": "review"}])
    origins = st.none() | st.just(PARENT)
    starts = st.none() | st.integers(0, 20)
    return st.builds(
        lambda own, origin, source, base, start: lines.session_meta(
            own, forked_from_id=origin, source=source, history_base=base, subagent_history_start_ordinal=start,
        ),
        thread_ids, origins, sources, base, starts,
    )  # fmt: skip


records = st.builds(lines.record, thread_ids, turn_ids, usages(), usages(), st.sampled_from(["r1", "r2", "r3"]))
snapshots = st.builds(lines.token_count, st.none() | usages(), usages())
others = st.one_of(
    st.builds(lines.task_started, turn_ids),
    st.builds(lines.task_complete, turn_ids),
    st.builds(lines.turn_context, st.none() | turn_ids, st.sampled_from(["gpt-5.5", "gpt-6-sol"])),
    st.builds(lines.settings, st.sampled_from([None, "priority"]), st.none() | thread_ids),
    st.builds(lines.compacted, st.sampled_from([None, "r1", "r2"])),
    st.builds(lines.function_call, st.sampled_from(["c1", "c2"])),
    st.builds(lines.function_output, st.sampled_from(["c1", "c2"])),
    st.just(lines.overflow()),
    st.just(lines.user_message()),
    st.just(lines.message("assistant")),
    st.just(lines.agent_message()),
)
sequences = st.lists(st.one_of(records, snapshots, snapshots, others, metas()), max_size=40)


def counters(usage: Json) -> list[int]:
    return [usage[field] for field in decode.UsageJson.__struct_fields__]


def told(log: list[Line]) -> list[int]:
    """Return all tokens that records and last usages tell of, by kind."""
    told_of = [[0] * 5]
    for line in log:
        payload: Any = line.payload
        if line.kind == "token_usage_record":
            told_of.append(counters(payload["usage"]))
        elif payload.get("type") == "token_count" and payload["info"]:
            told_of.append(counters(payload["info"]["last_token_usage"]))
    return [sum(column) for column in zip(*told_of, strict=True)]


@given(metas(), sequences)
def test_no_more_is_counted_than_the_lines_tell(first: Line, log: list[Line]) -> None:
    reading = read(lines.rollout(first, *log, ordinal=0))
    gaps = {claim.call.key for claim in reading.claims if claim.standing == GAP}
    usages_found = [call.usage for call in found_calls(reading) if call.key not in gaps]
    counted = [sum(column) for column in zip([0] * 5, *usages_found, strict=True)]
    assert all(mine <= theirs for mine, theirs in zip(counted, told(log), strict=True))
    assert all(min(call.usage) >= 0 and any(call.usage) for call in found_calls(reading))


@given(metas(), sequences)
def test_every_record_of_the_thread_itself_is_counted(first: Line, log: list[Line]) -> None:
    payload: Any = first.payload
    if payload["subagent_history_start_ordinal"] is not None:
        return
    reading = read(lines.rollout(first, *log))
    wanted = [
        counters(record.payload["usage"])
        for record in log
        if isinstance(record.payload, dict) and record.kind == "token_usage_record"
        and record.payload["thread_id"] == payload["id"] and any(counters(record.payload["usage"]))
    ]  # fmt: skip
    found = [list(call.usage) for call in reading.calls if call.response is not None]
    assert found == wanted


@given(metas(), sequences, st.data())
def test_where_a_log_is_cut_does_not_matter(first: Line, log: list[Line], data: st.DataObject) -> None:
    """Two readings, the second with what the first left, find what one reading finds."""
    whole = lines.rollout(first, *log, ordinal=0)
    cut = data.draw(st.integers(0, len(whole)))
    before = read(whole[:cut])
    stream = io.BytesIO(whole)
    stream.seek(before.offset)
    after = read_slice(stream, NAME, before.state, before.offset, before.lines)
    once = read(whole)
    assert last_told(before, after) == last_told(once)
    assert (after.offset, after.lines, after.own) == (once.offset, once.lines, once.own)


def last_told(*readings: Reading) -> dict[int, tuple[object, ...]]:
    """Return the calls and claims by key, as the last reading tells them."""
    found: dict[int, tuple[object, ...]] = {}
    for reading in readings:
        for call in found_calls(reading):
            rest = (call.at, call.line, call.turn, call.usage, call.logged, call.facts)
            found[call.key] = (reading.profiles[call.profile], *rest)
    return found


@given(sequences, sequences)
def test_any_two_logs_can_be_settled(parent: list[Line], child: list[Line]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.log(PARENT, lines.session_meta(PARENT), *parent)
        home.log(OWN, lines.session_meta(OWN, forked_from_id=PARENT), *parent, *child, minute=10)
        home.refresh()
        assert all(min(usage) >= 0 for usage in home.calls("input, cached_input, cache_write, output, reasoning"))
        counted = [call for call in home.calls("input, output, basis") if call[2] != "gap"]
        limit = told([*parent, *parent, *child])
        assert sum(call[0] for call in counted) <= limit[0]
        assert sum(call[1] for call in counted) <= limit[3]
