"""The lines between the call before and a call, chosen, counted, redacted and cut to what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.evidence import (
    Evidence,
    EvidenceEntry,
    EvidenceOmitted,
    EvidenceSource,
    EvidenceSpan,
    EvidenceTiming,
    SerializedEvidence,
)
from codex_usage_tracker.evidence import redaction, serialized, source, tokenizer
from codex_usage_tracker.evidence.entries import Entry, entry
from codex_usage_tracker.evidence.source import Known, SourceChangedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codex_usage_tracker.contract import CallRow, Scope
    from codex_usage_tracker.evidence.source import Line

MOST_LINES = 2_000
"""So many lines before a call are looked at, however far the call before is."""
LINES_PER_ENTRY = 3
QUICK_CHARACTERS = 500_000
"""More text than this is only counted token by token where that was asked for."""
BYTES_PER_TOKEN = 3
CHARACTERS = "characters"
HISTORY = "compaction_history"


class Wanted(NamedTuple):
    """How much is asked for; zero characters or entries are all, `before` is a line older than what was shown."""

    max_chars: int = 20_000
    max_entries: int = 80
    full: bool = False
    include_tool_output: bool = False
    include_compaction_history: bool = False
    before: int | None = None

    @classmethod
    def of(cls, asked: object) -> Wanted:
        """Return what was asked for in words of the same names; `mode` tells whether all is counted."""
        told = {name: getattr(asked, name) for name in cls._fields if hasattr(asked, name)}
        return cls(**told | {"full": getattr(asked, "mode", "") == "full"})

    def shows(self, one: Entry) -> bool:
        """Say whether the text of an entry was asked for."""
        asked = {"tool_output": self.include_tool_output, HISTORY: self.include_compaction_history}
        return asked.get(one.part, True)


class Place(NamedTuple):
    """Where a call stands: its file as it was read, its line, and that of the call before it in the file."""

    home: str
    name: str
    path: str
    offset: int
    lines: int
    line: int
    previous_line: int | None

    def span(self, wanted: Wanted) -> tuple[int, int]:
        """Return the first and last line to show."""
        if wanted.before is None:
            return max(self.previous_line or 1, self.line - MOST_LINES + 1), self.line
        last = min(wanted.before, self.line) - 1
        return max(1, last - (wanted.max_entries * LINES_PER_ENTRY or MOST_LINES) + 1), last


def evidence(record: CallRow, scope: Scope, place: Place, path: str, wanted: Wanted) -> Evidence:
    """Return what a call was made of, from its file, which lies at a path now."""
    first, last = place.span(wanted)
    known = Known(place.offset, place.lines)
    found = source.lines(path, first, last, known)
    own = found[-1:] if last == place.line else source.lines(path, place.line, place.line, known)
    if not own or own[0].number != place.line or not _is_call(entry(own[0]), record):
        raise SourceChangedError(
            "the log was written anew since it was read: the call stands no longer where it stood",
            "Read it again with `codex-usage-tracker refresh`.",
        )
    told = [entry(line)._replace(payload={}) for line in found]
    chosen = [one for one in told if not one.repeats]
    shown = chosen[-wanted.max_entries :] if wanted.max_entries else chosen
    entries = _shown(shown, place, wanted)
    visible = [one.text for one in chosen if wanted.shows(one)]
    count, by = _tokens(visible, full=wanted.full)
    begin = found[0].number if found else first
    oldest = shown[0].number if shown else begin
    return Evidence(
        schema=SCHEMA.format("context"),
        scope=scope,
        record=record,
        source=EvidenceSource(
            file=path, line_number=place.line, first_line=begin, moved=path != place.path,
            compressed=path.endswith(".zst"),
        ),
        loaded_on_demand=True,
        raw_context_persisted=False,
        context_mode="full" if wanted.full else "quick",
        include_tool_output=wanted.include_tool_output,
        include_compaction_history=wanted.include_compaction_history,
        max_chars=wanted.max_chars,
        max_entries=wanted.max_entries,
        entries=entries,
        before=oldest if oldest > 1 else None,
        visible_char_count=sum(map(len, visible)),
        visible_token_estimate=count,
        visible_token_estimator=by,
        serialized_evidence=_serialized(found, full=wanted.full),
        action_timing=_span(entries),
        omitted=_omitted(told, chosen, shown, entries, wanted),
    )  # fmt: skip


def _is_call(one: Entry, record: CallRow) -> bool:
    """Say whether a line is that of a call: of its response, or of its tokens; gaps have none of their own."""
    if record.response_id is not None:
        return bool(one.payload.get("response_id") == record.response_id)
    call = one.usage.call if one.usage else None
    if call is None:
        return False
    same = (call.input_tokens or 0, call.output_tokens or 0) == (record.input_tokens, record.output_tokens)
    return same or record.basis == "gap"


# -- entries -----------------------------------------------------------------------------------------------------------


def _shown(chosen: Sequence[Entry], place: Place, wanted: Wanted) -> list[EvidenceEntry]:
    limit = _share([len(one.text) for one in chosen if wanted.shows(one)], wanted.max_chars)
    times = [one.at for one in chosen]
    begun = next((at for at in times if at is not None), None)
    before: int | None = None
    entries = []
    for one in chosen:
        timing = EvidenceTiming(elapsed_ms=_since(one.at, begun), gap_ms=_since(one.at, before))
        before = one.at if one.at is not None else before
        text = redaction.redacted(one.text, limit) if one.text and wanted.shows(one) else None
        cut = text is not None and limit is not None and len(one.text) > limit
        entries.append(_entry(one, text, timing, _label(one, place), cut=cut))
    return entries


def _entry(one: Entry, text: str | None, timing: EvidenceTiming, label: str, *, cut: bool) -> EvidenceEntry:
    return EvidenceEntry(
        line_number=one.number,
        timestamp=one.at,
        type=one.type,
        label=label,
        name=redaction.redacted(one.name) if one.name else None,
        text=text,
        character_count=len(one.text),
        truncated=cut,
        token_usage=one.usage,
        action_timing=timing,
    )


def _label(one: Entry, place: Place) -> str:
    """Return what an entry is called; of a token count, which call it is of."""
    if one.usage is None:
        return one.label
    if one.number >= place.line:
        return "token count of the selected call"
    of_previous = place.previous_line is not None and one.number >= place.previous_line
    return f"token count of {'the previous' if of_previous else 'an earlier'} call"


def _since(at: int | None, before: int | None) -> int | None:
    return None if at is None or before is None else max(0, at - before)


def _span(entries: Sequence[EvidenceEntry]) -> EvidenceSpan:
    timings = [one.action_timing for one in entries if one.action_timing.elapsed_ms is not None]
    return EvidenceSpan(
        total_elapsed_ms=max((one.elapsed_ms or 0 for one in timings), default=None),
        slowest_gap_ms=max((one.gap_ms for one in timings if one.gap_ms is not None), default=None),
    )


def _share(lengths: Sequence[int], most: int) -> int | None:
    """Return how much of each text is shown so that all fit: short ones whole, long ones alike; None where all fit."""
    if not most or sum(lengths) <= most:
        return None
    left, share = most, 0
    for count, length in enumerate(sorted(lengths)):
        share = left // (len(lengths) - count)
        if length > share:
            break
        left -= length
    return share


# -- counts ------------------------------------------------------------------------------------------------------------


def _tokens(texts: Sequence[str], *, full: bool) -> tuple[int, str]:
    """Return the tokens of texts, and how they were counted."""
    if full or sum(map(len, texts)) <= QUICK_CHARACTERS:
        return sum(map(tokenizer.tokens, texts)), tokenizer.NAME
    return _roughly(sum(len(text.encode("utf-8", "replace")) for text in texts)), CHARACTERS


def _roughly(size: int) -> int:
    return -(-size // BYTES_PER_TOKEN)


def _serialized(lines: Sequence[Line], *, full: bool) -> SerializedEvidence:
    buckets = serialized.buckets(lines) if full else []
    count = sum(one.tokens for one in buckets) if full else _roughly(sum(line.size for line in lines))
    return SerializedEvidence(
        raw_line_count=len(lines),
        raw_json_char_count=sum(len(line.data.decode("utf-8", "replace")) for line in lines),
        raw_json_token_estimate=count,
        token_estimator=tokenizer.NAME if full else CHARACTERS,
        upper_bound=True,
        deferred=not full,
        buckets=buckets,
    )


def _omitted(
    told: Sequence[Entry], chosen: Sequence[Entry], shown: Sequence[Entry], entries: Sequence[EvidenceEntry],
    wanted: Wanted,
) -> EvidenceOmitted:  # fmt: skip
    hidden = [one for one in shown if one.text and not wanted.shows(one)]
    outputs = [one for one in hidden if one.part != HISTORY]
    limit = _share([len(one.text) for one in shown if wanted.shows(one)], wanted.max_chars)
    return EvidenceOmitted(
        entries=len(chosen) - len(shown),
        characters=sum(one.character_count - (limit or 0) for one in entries if one.truncated),
        tool_outputs=len(outputs),
        tool_output_characters=sum(len(one.text) for one in outputs),
        compaction_histories=len(hidden) - len(outputs),
        repeated_lines=len(told) - len(chosen),
        unreadable_lines=sum(one.type == "unreadable" for one in told),
    )
