"""The lines of a log by what their bytes are for; every byte of a line is in one part."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from codex_usage_tracker.contract.evidence import SerializedBucket
from codex_usage_tracker.evidence.entries import HISTORY, TEXTS
from codex_usage_tracker.evidence.tokenizer import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codex_usage_tracker.evidence.source import Line

ENCRYPTED = re.compile(rb'"encrypted_content":\s{0,4}"[^"]*"')
VISIBLE, PROTOCOL, CIPHER = "visible_payload_fields", "protocol_metadata", "encrypted_reasoning_state"
KINDS = {
    b"turn_context": "turn_context_metadata",
    b"token_usage_record": "token_callback_metadata",
    b"token_count": "token_callback_metadata",
    b"thread_goal_updated": "local_goal_metadata",
    b"response_item": PROTOCOL,
    b"compacted": PROTOCOL,
}
"""What payloads are for but for their texts; those of events and of any other line are `other`."""
BUCKETS = (CIPHER, VISIBLE, *dict.fromkeys([*KINDS.values(), "rate_limit_metadata"]), "other")
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def buckets(lines: Iterable[Line]) -> list[SerializedBucket]:
    """Return the parts of lines with their characters and tokens, those that are empty too."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        for name, data in parts(line.data):
            found[name].append(data.decode("utf-8", "replace"))
    return [
        SerializedBucket(name=name, characters=sum(map(len, found[name])), tokens=sum(map(tokens, found[name])))
        for name in BUCKETS
    ]


def parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give each part of a line with the name of its bucket."""
    try:
        line = _fields.decode(data)
        body = bytes(line["payload"])
        payload = _fields.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError):
        yield from _apart("other", data)
        return
    outer, inner = bytes(line.get("type", b"")).strip(b'"'), bytes(payload.get("type", b"")).strip(b'"')
    bucket = KINDS.get(inner if outer == b"event_msg" else outer, "other")
    yield from _apart(PROTOCOL, data.replace(body, b"", 1))
    texts = dict.fromkeys((*TEXTS, *HISTORY), VISIBLE) if bucket == PROTOCOL else {}
    for field, name in (texts | {"rate_limits": "rate_limit_metadata"}).items():
        value = bytes(payload.get(field, b""))
        if value and value in body:
            body = body.replace(value, b"", 1)
            yield from _apart(name, value)
    yield from _apart(bucket, body)


def _apart(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give a part, and what is a cipher in it by itself."""
    yield CIPHER, b"".join(ENCRYPTED.findall(data))
    yield name, ENCRYPTED.sub(b"", data)
