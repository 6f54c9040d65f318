"""`context`: what one call was made of, from its log."""

import textwrap
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import click

from codex_usage_tracker.cli import groups, options, reading, words
from codex_usage_tracker.cli.figures import clock, counted, length, tokens
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.contract.evidence import Evidence, EvidenceEntry, EvidenceTokens
from codex_usage_tracker.evidence.window import CHARACTERS, Wanted
from codex_usage_tracker.reports.asks import MOST_ROWS

INDENT = "  "
COUNTED = click.IntRange(min=0)


@options.command("context")
@click.argument("record", metavar="RECORD", help="The call's record id, as `query --json` tells it.")
@click.option("--max-chars", type=COUNTED, default=20_000, show_default=True, help="So many characters; 0 is all.")
@click.option(
    "--max-entries", type=click.IntRange(0, MOST_ROWS), default=80, show_default=True, help="So many entries; 0 is all."
)
@click.option(
    "--mode", type=click.Choice(["quick", "full"]), default="quick", show_default=True,
    help="full counts the tokens of all parts of the lines.",
)  # fmt: skip
@click.option("--include-tool-output", is_flag=True, help="With what tools answered.")
@click.option("--include-compaction-history", is_flag=True, help="With what a compaction put in place.")
@click.option("--before", metavar="LINE", type=click.IntRange(min=1), help="What stands before this line of the log.")
def command(asked: Invocation, record: str, mode: str, **chosen: Any) -> None:
    """Show what a call was made of: the lines of its log since the call before.

    They are read now from the log itself, secrets in them are hidden, and nothing of them is kept. The privacy modes
    redacted and strict show no texts.
    """
    with reading.questions(asked) as reader:
        answer = asked.tracker.context(reader, record, Wanted(full=mode == "full", **chosen))
    asked.answer(answer, _lines)


def _lines(answer: Evidence, screen: Screen) -> Iterator[str]:
    zone = ZoneInfo(answer.scope.timezone)
    yield from _head(answer, screen, zone)
    for one in answer.entries:
        yield ""
        yield from _entry(one, screen)
    yield ""
    yield from _counts(answer, screen)
    yield from words.footer(answer.scope, screen, *_omitted(answer), filters=False, ranged=False)


def _head(answer: Evidence, screen: Screen, zone: ZoneInfo) -> Iterator[str]:
    call, source = answer.record, answer.source
    name = call.thread_name or groups.short_id(call.thread_id)
    about = (
        clock(call.at, zone),
        call.model or groups.UNKNOWN,
        f"{tokens(call.input_tokens)} input, {tokens(call.cached_input_tokens)} of it cached",
        f"{tokens(call.output_tokens)} output",
    )
    yield screen.style(safe(name), "strong") + INDENT + screen.style(call.record_id, "faint")
    yield from words.joined([safe(one) for one in about], screen)
    moved = " (moved)" if source.moved else ""
    lines = f"lines {source.first_line:,} to {source.line_number:,} of {safe(source.file)}{moved}"
    yield screen.style(lines, "faint")


def _entry(one: EvidenceEntry, screen: Screen) -> Iterator[str]:
    gap = one.action_timing.gap_ms
    about = [f"line {one.line_number:,}", *([f"after {length(gap)}"] if gap else [])]
    if one.character_count and (one.text is None or one.truncated):
        about.append(counted(one.character_count, "character") + (", cut" if one.truncated else ", not shown"))
    title = f"{one.label} {safe(one.name)}" if one.name else one.label
    dot = f" {screen.glyphs.dot} "
    yield screen.style(title, "strong") + INDENT + screen.style(dot.join(about), "faint")
    if one.token_usage:
        for name, counters in (("call", one.token_usage.call), ("session", one.token_usage.total)):
            yield from [] if counters is None else [f"{INDENT}{name:8}{_counters(counters)}"]
    for line in (one.text or "").splitlines():
        yield from _wrapped(safe(line), screen)


def _wrapped(line: str, screen: Screen) -> list[str]:
    if screen.width is None:
        return [INDENT + line]
    width = max(screen.width - len(INDENT), 20)
    return [
        INDENT + part
        for part in textwrap.wrap(line, width, replace_whitespace=False, drop_whitespace=False, break_on_hyphens=False)
    ] or [""]


def _counters(counters: EvidenceTokens) -> str:
    return (
        f"{tokens(counters.input_tokens)} input, {tokens(counters.cached_input_tokens)} of it cached,"
        f" {tokens(counters.output_tokens)} output, {tokens(counters.reasoning_output_tokens)} of it reasoning"
    )


def _counts(answer: Evidence, screen: Screen) -> Iterator[str]:
    """Say how much text there is, and how much there is in the file."""
    serialized = answer.serialized_evidence
    about = "about " if answer.visible_token_estimator == CHARACTERS else ""
    text = f"{about}{tokens(answer.visible_token_estimate)} tokens in {answer.visible_char_count:,} characters"
    yield from words.hanging("Text", [text], 10, screen)
    raw = f"{tokens(serialized.raw_json_token_estimate)} tokens in {serialized.raw_json_char_count:,} characters"
    near = "about " if serialized.deferred else ""
    yield from words.hanging("In the log", [f"{near}{raw}, metadata included"], 10, screen)
    shown = [f"{one.name.replace('_', ' ')} {one.tokens:,}" for one in serialized.buckets if one.characters]
    yield from words.hanging("", shown, 10, screen) if shown else ()


def _omitted(answer: Evidence) -> Iterator[str]:
    """Say what is there and not shown, and how it is."""
    left = answer.omitted
    if answer.before is not None:
        yield f"older: --before {answer.before}"
    if left.tool_outputs:
        yield f"{counted(left.tool_outputs, 'tool output')}: --include-tool-output"
    if left.compaction_histories:
        yield f"{counted(left.compaction_histories, 'compaction')}: --include-compaction-history"
    if left.characters:
        yield f"{left.characters:,} characters: --max-chars 0"
    if left.repeated_lines:
        yield f"{counted(left.repeated_lines, 'line')} that tell the same once more left out"
