"""`parse-allowance`: note the limits that a pasted text shows."""

import os
import sys
from collections.abc import Iterator
from functools import partial
from zoneinfo import ZoneInfo

import click

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.figures import percent, roughly, soon
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.text import pad, safe
from codex_usage_tracker.contract.settings import ParsedAllowance, TypedLimit

LARGEST_BYTES = 4_000_000


@options.command("parse-allowance")
@click.argument("text", nargs=-1, help="What Codex shows; with `-` or nothing, standard input.")
@click.option("--output", metavar="PATH", help="Where to write it; by default where it is read from.")
@click.option(
    "--replace", "--force", "replace", is_flag=True, help="Forget the limits that were noted before; a copy is kept."
)
def command(asked: Invocation, text: tuple[str, ...], output: str | None, replace: bool) -> None:
    """Note the limits of a text that was copied from Codex: from `/status`, or from its page of usage.

    Percentages are what is left, unless the text says `used`. Limits that it does not show are kept from before.
    """
    from codex_usage_tracker.config.allowance import Allowance  # noqa: PLC0415  (help needs none)
    from codex_usage_tracker.ingest.printed.noting import noted  # noqa: PLC0415

    now, zone = asked.tracker.now(), asked.tracker.zone()
    path = os.path.expanduser(output) if output else asked.files.allowance
    before = Allowance() if replace else asked.tracker.settings(path, Allowance)
    done = noted(" ".join(text) if text and text != ("-",) else _pasted(asked), path, before, now, zone)
    asked.answer(done, partial(_lines, now=now, zone=zone))


def _pasted(asked: Invocation) -> str:
    """Return what stands in the standard input, which a process may be without."""
    if sys.stdin is None:
        return ""
    if sys.stdin.isatty():
        asked.narrate("Paste what Codex shows, then press Ctrl-D on a line of its own.")
    return sys.stdin.buffer.read(LARGEST_BYTES).decode("utf-8", "replace")


def _lines(done: ParsedAllowance, screen: Screen, *, now: int, zone: ZoneInfo) -> Iterator[str]:
    names = [_name(limit) for limit in done.limits]
    for name, limit in zip(names, done.limits, strict=True):
        resets = "" if limit.reset_at is None else f", resets {_when(limit.reset_at, now, zone)}"
        left = pad(percent(limit.remaining_percent), 5, right=True)
        yield f"{pad(name, max(map(len, names)))} {left} left{resets}"
    if done.credits is not None:
        yield f"Credits {done.credits} left"
    for note in done.notes:
        yield screen.style(safe(note), "warning")
    yield f"Noted in {safe(done.path)}" + (f"; before: {safe(done.backup_path)}" if done.backup_path else "") + "."


def _name(limit: TypedLimit) -> str:
    name = "5 hours" if limit.limit == "five_hour" else limit.limit.capitalize()
    return f"{limit.family} {name}" if limit.family else name


def _when(at: int, now: int, zone: ZoneInfo) -> str:
    return f"in {roughly(at - now)} ({soon(at, zone, now)})" if at > now else soon(at, zone, now)
