"""`parse-allowance`: note the limits that a pasted text shows."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.figures import percent, roughly, soon
from codex_usage_tracker.cli.text import pad, safe
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.settings import ParsedAllowance, TypedLimit
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.query import zones

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.cli.screen import Screen
    from codex_usage_tracker.config.allowance import Allowance, TypedWindow
    from codex_usage_tracker.ingest.printed.limits_text import Shown, Understood

EXAMPLE = 'Such a text is understood, and so is what /status prints: "5h 79% 6:50 PM Weekly 33% Jun 7"'
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
    from codex_usage_tracker.config.allowance import Allowance, merged, text_of  # noqa: PLC0415  (help needs none)
    from codex_usage_tracker.config.writing import write  # noqa: PLC0415
    from codex_usage_tracker.ingest.printed.limits_text import understood  # noqa: PLC0415

    now, zone = asked.tracker.now(), asked.tracker.zone()
    found = understood(" ".join(text) if text and text != ("-",) else _pasted(asked), now, zone)
    if not (found.limits or found.credits):
        raise InvalidValueError("no limit was found in this text", " ".join([*found.notes, EXAMPLE]))
    path = os.path.expanduser(output) if output else asked.files.allowance
    before = Allowance() if replace else asked.tracker.settings(path, Allowance)
    kept = write(path, text_of(merged(before, _typed_in(found, now, zone))), replace=True)
    asked.answer(_answer(found, now, path, kept), partial(_lines, now=now, zone=zone))


def _pasted(asked: Invocation) -> str:
    """Return what stands in the standard input, which a process may be without."""
    if sys.stdin is None:
        return ""
    if sys.stdin.isatty():
        asked.narrate("Paste what Codex shows, then press Ctrl-D on a line of its own.")
    return sys.stdin.buffer.read(LARGEST_BYTES).decode("utf-8", "replace")


def _typed_in(found: Understood, now: int, zone: ZoneInfo) -> Allowance:
    """Return what was understood as it stands in the file, with its instants in local time."""
    from codex_usage_tracker.config.allowance import Allowance, Balance, Windows  # noqa: PLC0415

    families: dict[str | None, dict[str, TypedWindow]] = {}
    for shown in found.limits:
        families.setdefault(shown.family, {})[shown.name] = _window(shown, now, zone)
    windows = {family: Windows(**named) for family, named in families.items()}
    balance = None if found.credits is None else Balance(remaining=found.credits, captured_at=_iso(now, zone))
    return Allowance(
        plan=found.plan,
        windows=windows.pop(None, Windows()),
        families={family: one for family, one in windows.items() if family},
        credits=balance,
    )


def _window(shown: Shown, now: int, zone: ZoneInfo) -> TypedWindow:
    from codex_usage_tracker.config.allowance import TypedWindow  # noqa: PLC0415

    return TypedWindow(
        remaining_percent=shown.remaining_percent,
        reset_at=None if shown.reset_at is None else _iso(shown.reset_at, zone),
        captured_at=_iso(now, zone),
        total_credits=shown.total_credits,
        remaining_credits=shown.remaining_credits,
    )


def _iso(at: int, zone: ZoneInfo) -> str:
    return zones.moment(at, zone).isoformat(timespec="seconds")


def _answer(found: Understood, now: int, path: str, kept: str | None) -> ParsedAllowance:
    limits = [
        TypedLimit(
            family=shown.family,
            limit=shown.name,
            remaining_percent=float(shown.remaining_percent),
            reset_at=shown.reset_at,
            captured_at=now,
            total_credits=shown.total_credits,
            remaining_credits=shown.remaining_credits,
        )
        for shown in found.limits
    ]
    return ParsedAllowance(
        schema=SCHEMA.format("parsed-allowance"), path=path, backup_path=kept, plan=found.plan, credits=found.credits,
        limits=limits, notes=found.notes,
    )  # fmt: skip


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
