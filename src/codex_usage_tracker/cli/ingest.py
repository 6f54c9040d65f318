"""`ingest` and the commands for one kind of log: take in what Codex printed."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from codex_usage_tracker.cli import options, words
from codex_usage_tracker.cli.figures import counted, length
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.cli.screen import Screen
    from codex_usage_tracker.contract.outcomes import Ingest

KINDS = {"ingest-cli": "terminal", "ingest-exec": "exec", "ingest-app-server": "app_server"}
CLOCKS = {
    "line": "their lines",
    "turn": "their turns' beginnings and ends",
    "thread": "their threads' beginnings",
    "arrival": "when they were read",
    "file": "when the file was written last",
}
SKIPPED = {
    "plain_text": "without figures",
    "invalid_json": "of damaged JSON",
    "unknown_json": "of other JSON",
    "unexpected_shape": "of an unknown shape",
    "oversized_line": "too long to be held",
    "other_kind": "of another kind than asked for",
    "rollout_line": "of rollouts, which `refresh` reads",
    "missing_field": "without a field that is needed",
    "invalid_counter": "with impossible counters",
    "no_thread": "with tokens of no named thread",
    "undivided_total": "with one total for all kinds of tokens",
    "unreadable_total": "with a total that cannot be read",
    "total_of_a_fork": "with a fork's total, which counts its parent's",
    "unnamed_limit": "with a limit of which only rollouts tell the name",
    "unreadable_limit": "with a limit that is cut off or cannot be read",
    "stale_limit": "with a limit of long before",
    "account_usage": "with sums of an account, which nothing is counted from",
}


class _Tee:
    """Passes on what comes until nobody takes it any more."""

    def __init__(self) -> None:
        self.open = True

    def __call__(self, piece: bytes) -> None:
        try:
            if self.open:
                sys.stdout.buffer.write(piece)
                sys.stdout.buffer.flush()
        except OSError:
            self.open = False


@options.command("ingest")
@click.argument("paths", nargs=-1, help="Files, or `-` for a pipe, as when nothing is named.")
@click.option("--log", "logs", metavar="PATH", multiple=True, help="The same as a path.")
@click.option("--model", metavar="NAME", help="The model of calls whose log names none, as `codex exec --json` does.")
@click.option("--tee", is_flag=True, help="Pass on to standard output what comes, and answer on standard error.")
def command(asked: Invocation, paths: tuple[str, ...], logs: tuple[str, ...], model: str | None, tee: bool) -> int:
    """Take in what Codex printed: a terminal's text, `codex exec --json`, or the messages of `codex app-server`.

    Threads that have rollouts are counted from those alone, whatever is read first; others, such as ephemeral ones,
    are counted once from what was printed. Lines are told apart by what they look like, and texts are not kept.
    """
    only = KINDS.get(str(click.get_current_context().info_name))
    named = [one if one == "-" else os.path.expanduser(one) for one in (*paths, *logs)] or ["-"]
    done = asked.tracker.ingest(named, only=only, model=model, passed=_Tee() if tee else bytes)
    if tee:
        _tell_beside(asked, done)
    else:
        asked.answer(done, _lines)
    return ExitCode.INTERRUPTED if done.interrupted else ExitCode.OK


def _tell_beside(asked: Invocation, done: Ingest) -> None:
    """Answer on standard error: standard output is somebody else's."""
    if asked.json:
        from msgspec import json  # noqa: PLC0415  (few pass on and ask for JSON)

        click.echo(json.encode(asked.hidden(done)), err=True)
    else:
        asked.narrate("\n".join(_lines(asked.hidden(done), asked.screen)))


def _lines(done: Ingest, screen: Screen) -> Iterator[str]:
    """Say what was read, what is new, and what was not used."""
    yield f"Ingested {counted(done.lines, 'line')}: {', '.join(_things(done))}."
    yield f"{_sentence(done)} ({length(done.duration_ms)})"
    told = [CLOCKS.get(name, name) for name in done.clocks]
    if told:
        yield screen.style(f"Their instants are those of {', or '.join(told)}.", "faint")
    skipped = [f"{count:,} {SKIPPED.get(name, name.replace('_', ' '))}" for name, count in done.skipped.items()]
    if skipped:
        yield from words.hanging("Not used:", skipped, 9, screen)


def _things(done: Ingest) -> Iterator[str]:
    if "terminal" in done.kinds or not done.kinds:
        yield counted(done.status_snapshots, "status snapshot")
        yield counted(done.usage_lines, "usage line")
    if set(done.kinds) - {"terminal"}:
        yield from (counted(done.turns, "turn"), counted(done.items, "item"), counted(done.web_actions, "web action"))


def _sentence(done: Ingest) -> str:
    """Say what became of the calls."""
    logs = safe(done.files[0]) if len(done.files) == 1 else counted(len(done.files), "log")
    parts = [f"{counted(done.new_calls, 'new call')} in {logs}"]
    for count, words_ in (
        (done.known_calls, "known before"),
        (done.held_calls, "counted from rollouts, or told better elsewhere"),
        (done.superseded_calls, "gave way to better ones"),
    ):
        if count:
            parts.append(f"{count:,} {words_}")
    if done.noted_limits:
        parts.append(f"{counted(done.noted_limits, 'limit')} noted")
    return "; ".join(parts) + "."
