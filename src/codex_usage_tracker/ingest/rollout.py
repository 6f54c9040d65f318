"""Reading one rollout: each line is given to the handler of its kind, slice by slice."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import msgspec

from codex_usage_tracker.ingest import decode
from codex_usage_tracker.ingest.account import Account
from codex_usage_tracker.ingest.decode import Unrecognised
from codex_usage_tracker.ingest.kinds import HANDLERS, KIND_BYTES, QUICK, SILENT, UNTOLD, take_skipped
from codex_usage_tracker.ingest.scan import HEADER, LAYOUT, OVERSIZED_NOTE, PIECE_BYTES, TYPE, Scanner
from codex_usage_tracker.ingest.state import State
from codex_usage_tracker.model import Reading
from codex_usage_tracker.shapes import ready

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdError
else:
    from backports.zstd import ZstdError

if TYPE_CHECKING:
    from typing import BinaryIO

SLICE_BYTES = 16 * 2**20
"""A rollout is read and stored in slices of this size, so that memory does not grow with it."""
NAME = re.compile(r"rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-([0-9a-f-]{36})(?:_([0-9a-f-]{36}))?\.jsonl(\.zst)?\Z")
ORDINAL = re.compile(rb'"ordinal":(\d+)')

_state = msgspec.msgpack.Decoder(ready(State))


def read_slice(stream: BinaryIO, name: str, saved: bytes, offset: int, lines: int) -> Reading:
    """Read on from `offset` with the state that the slice before left; `stream` stands at `offset`."""
    state = _state.decode(saved) if saved else State(own=thread_of(name))
    account = Account(state)
    scanner = Scanner(stream, offset, lines, stop_after=SLICE_BYTES)
    try:
        _account_for(account, scanner)
    except (EOFError, ZstdError):
        account.note("damaged_compression", scanner.lines + 1)
        scanner.finished = True
    take_skipped(account)
    for number in scanner.oversized:
        account.note(OVERSIZED_NOTE, number)
    return Reading(
        thread=account.thread,
        name=account.name,
        named_at=account.named_at,
        profiles=list(account.profiles),
        calls=account.calls,
        claims=account.claims,
        turns=list(account.turns.values()),
        limits=account.limits,
        notes=account.found_notes(),
        own=state.own,
        offset=scanner.offset,
        lines=scanner.lines,
        state=msgspec.msgpack.encode(state),
        finished=scanner.finished,
    )


def is_readable(saved: bytes) -> bool:
    """Say whether a saved state is one of this version's."""
    try:
        return not saved or isinstance(_state.decode(saved), State)
    except (msgspec.MsgspecError, ValueError):
        return False


def thread_of(name: str) -> str:
    """Return the thread id in a rollout's file name, which holds where the file has no `session_meta`."""
    found = NAME.match(name)
    return found[1] if found else name


def _account_for(account: Account, scanner: Scanner) -> None:
    """Give each line to the handler of its kind, which for most lines a few bytes at known places tell.

    This loop sees every line there is, so it keeps its own count and leaves all that is unusual to the scanner.
    """
    quick, state, readline = QUICK.get, account.state, scanner.stream.readline
    offset, number, stop_at = scanner.offset, scanner.lines, scanner.stop_at
    while offset < stop_at:
        line = readline(PIECE_BYTES)
        at = line.find(TYPE, 39, 66) + 8
        kind, handler = quick(line[at : at + KIND_BYTES], UNTOLD)
        if (
            line[:14] == HEADER and line[-1:] == b"\n" and line.startswith(kind, at) and state.start_ordinal is None
        ):  # fmt: skip
            offset += len(line)
            number += 1
            handler(account, line, line[14:38], number)
            continue
        scanner.offset, scanner.lines = offset, number
        whole = scanner.take(line)
        if whole is None:
            return
        _account_for_line(account, whole, scanner.lines)
        offset, number = scanner.offset, scanner.lines
    scanner.offset, scanner.lines = offset, number


def _account_for_line(account: Account, line: bytes, number: int) -> None:
    """Give a line of any kind to its handler."""
    found = LAYOUT.match(line)
    if found is None:
        _odd_line(account, line, number)
    elif account.state.start_ordinal is None or not is_below(line, account.state.start_ordinal):
        _handle(account, found[2], line, found[1], number)


def _handle(account: Account, kind: bytes, line: bytes, timestamp: bytes | None, number: int) -> None:
    handler = HANDLERS.get(kind)
    if handler is not None:
        handler(account, line, timestamp, number)
    elif kind not in SILENT:
        account.note("unknown_type", number)


def _odd_line(account: Account, line: bytes, number: int) -> None:
    """Take a line of another layout than Codex's own, if it can be decoded."""
    if line.isspace():
        return
    found = decode.envelope(line)
    if isinstance(found, Unrecognised):
        account.note(found.reason, number)
    elif found.kind or number > 1:  # the first Rust builds began with a line without a type
        start, ordinal = account.state.start_ordinal, found.ordinal
        if start is None or ordinal is None or ordinal >= start or found.kind == b"session_meta":
            _handle(account, found.kind, decode.relaid(line), found.timestamp, number)


def is_below(line: bytes, start: int) -> bool:
    """Say whether a line belongs to the context that a sub-agent was given by its parent."""
    found = ORDINAL.search(line, 0, 120)
    return found is not None and int(found[1]) < start and b'"session_meta"' not in line[:120]
