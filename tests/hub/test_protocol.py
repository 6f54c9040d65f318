"""What leaves a machine is what the protocol says, and no word of a log."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from codex_usage_tracker import __version__
from codex_usage_tracker.hub import protocol
from codex_usage_tracker.hub.client import links, syncing
from codex_usage_tracker.hub.protocol import MODEL, UPLOAD_SCHEMA, Linked, SentBucket, SentCall, Upload
from codex_usage_tracker.store import database
from tests.canaries import VERSIONS, Canaries, after, samples
from tests.ingest import lines
from tests.ingest.home import Home
from tests.ingest.lines import record, session_meta, thread, turn, turn_context, used

KEY = "ab" * 32
LINKED = Linked(account="ada", device=1, key=KEY, token="1.1.x", hub="h")  # noqa: S106  (of no hub)
HEX = re.compile("[0-9a-f]{16}")
Json = dict[str, Any]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEX_USAGE_TRACKER_HOME", str(tmp_path))


def uploads(home: Home, label: str | None = None) -> list[Json]:
    """Return what a machine that is newly linked sends of a home."""
    home.refresh()
    link = links.make("https://hub.example.org", LINKED, label)
    db = database.open_reader(home.database)
    try:
        return [json.loads(msgspec.json.encode(one)) for one in syncing.uploads(syncing.Sending(db, link))]
    finally:
        db.close()


def texts(value: object) -> Iterator[str]:
    """Give all texts, and the names of all fields."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def names(kind: type[msgspec.Struct]) -> set[str]:
    return set(kind.__struct_encode_fields__)


@pytest.mark.parametrize("version", VERSIONS)
def test_no_field_and_no_text_leaves_but_those_that_are_documented(corpus: Path, home: Home, version: str) -> None:
    canaries = Canaries(after)
    planted = [canaries.line(line) for line in samples(corpus, version)]
    meta = session_meta(thread(1), cwd="/home/canary-folder", agent_nickname="canary-nickname")
    named = [meta, turn_context(turn(1), model="canary model"), record(thread(1), turn(1), used(1000))]
    home.write(lines.file_name(thread(0)), b"".join(map(lines.text, planted)))
    home.log(thread(1), *named)
    found = uploads(home, "desk")
    assert found[0]["buckets"]
    for upload in found:
        assert upload.keys() <= names(Upload)
        told = {name: upload[name] for name in upload.keys() - {"buckets"}}
        assert told == {"schema": UPLOAD_SCHEMA, "collector": __version__, "data_version": 1, "label": "desk"}
        for bucket in upload["buckets"]:
            assert bucket.keys() <= names(SentBucket)
            assert re.fullmatch(MODEL, bucket.get("model", "none"))
            for call_hash, *counts in bucket["calls"]:
                assert HEX.fullmatch(call_hash)
                assert len(counts) == len(names(SentCall)) - 1
                assert all(type(one) is int for one in counts)
    models = {bucket.get("model") for upload in found for bucket in upload["buckets"]}
    told_texts = {text for text in texts(found) if not HEX.fullmatch(text)} - models
    assert told_texts <= names(Upload) | names(SentBucket) | {UPLOAD_SCHEMA, __version__, "desk"}
    assert None in models
    assert "canary-" not in json.dumps(found)


def test_a_model_whose_name_may_be_anything_is_sent_as_unknown(home: Home) -> None:
    odd = ["two words", "<b>", "sk-live-0123456789abcdef", "a" * 200, "line\nbreak", "/home/me"]
    for number, name in enumerate([*odd, "gpt-5.5"]):
        one = [session_meta(thread(number)), turn_context(turn(number), model=name)]
        home.log(thread(number), *one, record(thread(number), turn(number), used(1000 + number)), minute=number)
    (upload,) = uploads(home)
    told = {bucket.get("model"): len(bucket["calls"]) for bucket in upload["buckets"]}
    assert told.pop("gpt-5.5") == 1
    assert sum(told.values()) == len(odd)
    assert told.keys() <= {None, "other"}


def test_the_same_call_has_the_same_hash_on_every_machine_of_an_account_alone(tmp_path: Path) -> None:
    sent = []
    for number, key in enumerate([KEY, KEY, "cd" * 32]):
        home = Home(tmp_path / f"machine{number}")
        home.log(thread(0), session_meta(thread(0)), record(thread(0), turn(0), used(1000)))
        home.refresh()
        link = links.make("https://hub.example.org", msgspec.structs.replace(LINKED, key=key), None)
        db = database.open_reader(home.database)
        (upload,) = syncing.uploads(syncing.Sending(db, link))
        db.close()
        sent.append(json.loads(bytes(upload.buckets[0]))["calls"][0][0])
    assert sent[0] == sent[1] != sent[2]


def test_all_that_travels_is_documented() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/reference/hub-protocol.md").read_text(encoding="utf-8")
    kinds = [one for one in vars(protocol).values() if isinstance(one, type) and issubclass(one, msgspec.Struct)]
    assert len(kinds) > 5
    for kind in kinds:
        assert f"### {kind.__name__}\n" in page
        assert all(f"| `{name}` |" in page for name in kind.__struct_encode_fields__)
