"""Reading logs for diagnostics: of each only the thread's own part, several at a time, as far as they are known."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from codex_usage_tracker.diagnostics.log import Log
from codex_usage_tracker.diagnostics.tally import Tally
from codex_usage_tracker.ingest import decode, jobs, labels
from codex_usage_tracker.ingest.decode import Decoder, Unrecognised, json_text
from codex_usage_tracker.ingest.rollout import is_below
from codex_usage_tracker.ingest.scan import HEADER, INNER, LAYOUT, PIECE_BYTES, TYPE, Scanner

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdError
else:
    from backports.zstd import ZstdError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Handler = Callable[[Log, bytes, bytes | None, int], None]

BATCH_BYTES = 8 * 2**20
SHELL_CWD = re.compile(rb'"cwd":"(?:file://)?([^"\\]{1,4096})"')


class Source(NamedTuple):
    """A log as it is known: how far it was read, and the lines in it that belong to another log's calls."""

    file_id: int
    path: str
    end: int
    archived: bool
    skipped: list[tuple[int, int]]


class Scanned(NamedTuple):
    """What some logs brought: sums of all and of active threads, and how many could not be read."""

    whole: Tally
    active: Tally
    size: int
    logs: int
    active_logs: int
    missing: int
    active_missing: int


def scan(sources: list[Source], secret: bytes) -> Scanned:
    """Read some logs one after the other."""
    whole, active = Tally(), Tally()
    read, missing = [0, 0], [0, 0]
    for source in sources:
        tally = Tally()
        found = _read(source, tally, secret)
        whole.merge(tally)
        (read if found else missing)[0] += 1
        if not source.archived:
            active.merge(tally)
            (read if found else missing)[1] += 1
    return Scanned(whole, active, sum(one.end for one in sources), *read, *missing)


def scan_all(sources: list[Source], secret: bytes) -> Iterator[Scanned]:
    """Give what logs bring, batch by batch, read in other processes where there is enough work."""
    batches = list(_batches(sources))
    if sum(one.end for one in sources) < jobs.SMALL_BYTES or jobs.processors() < 2:  # noqa: PLR2004  (one does it here)
        yield from (scan(batch, secret) for batch in batches)
        return
    with jobs.pool(jobs.processors()) as pool:
        yield from pool.imap_unordered(_scan_batch, [(batch, secret) for batch in batches])


def _scan_batch(batch: tuple[list[Source], bytes]) -> Scanned:
    return scan(*batch)


def _batches(sources: Iterable[Source]) -> Iterator[list[Source]]:
    batch: list[Source] = []
    for source in sources:
        batch.append(source)
        if sum(one.end for one in batch) >= BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def _read(source: Source, tally: Tally, secret: bytes) -> bool:
    """Follow one log; say whether it could be read."""
    log = Log(tally, source.file_id, secret)
    try:
        with jobs.opened(source.path) as stream:
            _follow(log, stream, source)
    except (EOFError, ZstdError):
        pass
    except OSError:
        return False
    log.finish()
    return True


def _follow(log: Log, stream: BinaryIO, source: Source) -> None:
    scanner = Scanner(stream, 0, 0, stop_after=source.end)
    skipped, start, known = list(reversed(source.skipped)), None, False
    readline = stream.readline
    while scanner.offset < source.end:
        line = readline(PIECE_BYTES)
        at = line.find(TYPE, 39, 66) + 8
        if line.startswith(NEEDLESS, at) and line[:14] == HEADER and line[-1:] == b"\n":
            scanner.offset += len(line)
            scanner.lines += 1
            continue
        whole = scanner.take(line)
        if whole is None:
            return
        line, number = whole, scanner.lines
        while skipped and skipped[-1][1] < number:
            skipped.pop()
        if skipped and skipped[-1][0] <= number:
            continue
        head, line = _head(line)
        if head is None:
            continue
        timestamp, kind = head
        if kind == b"session_meta" and not known:
            found = _meta(line)
            if not isinstance(found, Unrecognised):
                known, start = True, decode.whole(found.subagent_history_start_ordinal)
                log.began(found)
        elif kind in HANDLERS and (start is None or not is_below(line, start)):
            HANDLERS[kind](log, line, timestamp, number)


def _head(line: bytes) -> tuple[tuple[bytes | None, bytes] | None, bytes]:
    """Return timestamp and kind of a line, and the line in Codex's own layout."""
    found = LAYOUT.match(line)
    if found is not None:
        return (found[1], found[2]), line
    told = None if line.isspace() else decode.envelope(line)
    if told is None or isinstance(told, Unrecognised):
        return None, line
    return ((told.timestamp, told.kind), decode.relaid(line)) if told.kind in WANTED else (None, line)


# -- the kinds of lines that matter -----------------------------------------------------------------------------------

_meta: Decoder[decode.SessionMeta] = Decoder(decode.SessionMeta)


def _decoded(record: type[Any], handle: Callable[[Log, Any, bytes | None, int], None]) -> Handler:
    decoder: Decoder[Any] = Decoder(record)

    def handler(log: Log, line: bytes, timestamp: bytes | None, number: int) -> None:
        found = decoder(line)
        if not isinstance(found, Unrecognised):
            handle(log, found, timestamp, number)

    return handler


def _output(log: Log, line: bytes, _timestamp: bytes | None, _number: int) -> None:
    log.answered(labels.wrapper(line), line)


def _compacted(log: Log, _line: bytes, _timestamp: bytes | None, _number: int) -> None:
    log.compacted()


def _patch_end(log: Log, patch: decode.PatchDone, _timestamp: bytes | None, _number: int) -> None:
    if patch.success is False and patch.call_id:
        log.refused(patch.call_id)


ITEM = b'"item":{"type":"'
OF_CODE = b'","id":"exec-'


def _item(log: Log, line: bytes, timestamp: bytes | None, number: int) -> None:
    """Take a command or a patch that code ran; others are known from their calls, be it in another thread's log."""
    begin = line.find(ITEM, 100, 400) + len(ITEM)
    end = line.find(b'"', begin, begin + 40)
    kind = line[begin:end]
    if not line.startswith(OF_CODE, end):
        return
    if kind == b"CommandExecution":
        _item_ran(log, line, timestamp, number, end)
    elif kind == b"FileChange":
        _file_change(log, line, timestamp, number)


def _item_ran(log: Log, line: bytes, timestamp: bytes | None, number: int, begin: int) -> None:
    """Take a command without decoding its output, where a shell ran it."""
    found = labels.SHELL_ITEM.search(line, begin, begin + labels.MAX_COMMAND)
    script = json_text(found[1]) if found else None
    if found is None or script is None:
        _slow_item(log, line, timestamp, number)
        return
    folder = SHELL_CWD.search(line, found.end(), found.end() + 4200)
    at = line.rfind(labels.EXIT_FIELD)
    code = labels.EXIT_VALUE.match(line, at + len(labels.EXIT_FIELD)) if at >= 0 else None
    where = folder[1].decode("utf-8", "replace") if folder else log.folder
    log.item_ran(log.ran(script, where, int(code[0]) if code else None), number, timestamp)


def _of_slow_item(log: Log, told: decode.ItemCompleted, timestamp: bytes | None, number: int) -> None:
    item = told.item
    if isinstance(item.command, str | list) and item.command:
        log.item_ran(log.ran(item.command, log.folder, item.exit_code), number, timestamp)


def _of_file_change(log: Log, told: decode.FilesChanged, timestamp: bytes | None, number: int) -> None:
    log.item_changed(told.item, number, timestamp)


_slow_item = _decoded(decode.ItemCompleted, _of_slow_item)
_file_change = _decoded(decode.FilesChanged, _of_file_change)
CALLS = ("function", "custom_tool", "local_shell", "web_search", "tool_search", "image_generation")
HANDLERS: dict[bytes, Handler] = {
    b"turn_context": _decoded(decode.TurnFolder, lambda log, told, _timestamp, _number: log.began(told)),
    b"compacted": _compacted,
    b"event_msg" + INNER + b"item_completed": _item,
    b"event_msg" + INNER + b"patch_apply_end": _decoded(decode.PatchDone, _patch_end),
    **{f'response_item","payload":{{"type":"{name}_call_output'.encode(): _output for name in CALLS[:2]},
    **dict.fromkeys(
        (f'response_item","payload":{{"type":"{name}_call'.encode() for name in CALLS),
        _decoded(decode.ToolCall, lambda log, call, timestamp, number: log.called(call, timestamp, number)),
    ),
}
WANTED = HANDLERS.keys() | {b"session_meta"}
NEEDLESS = (
    b'token_usage_record"', b'world_state"', b'event_msg","payload":{"type":"token_count"',
    b'response_item","payload":{"type":"reasoning"', b'response_item","payload":{"type":"message"',
)  # fmt: skip
"""How the most frequent of the other kinds begin."""
