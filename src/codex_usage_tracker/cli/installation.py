"""Carrying out a plan, or showing it, and telling what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.installation import FileChange, Installation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.cli.screen import Screen
    from codex_usage_tracker.plugin.files import Change
    from codex_usage_tracker.plugin.plan import Plan

Function = TypeVar("Function", bound="Callable[..., Any]")
KEPT = "Not ours or changed since, so left as it is: {}"


def placed(function: Function) -> Function:
    """Give a command the options that say where the plugin lies."""
    for option in (
        click.option("--marketplace", metavar="PATH", help="The list; ~/.agents/plugins/marketplace.json by default."),
        click.option("--plugin-dir", metavar="DIR", help="Its folder; ~/plugins/codex-usage-tracker by default."),
    ):
        function = option(function)
    return function


def dry(function: Function) -> Function:
    """Give a command the option that only shows."""
    return click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")(function)


def pythoned(function: Function) -> Function:
    """Give a command the options of what starts the program."""
    text = "The Python that starts the program for Codex; the one of this run by default."
    return click.option("--python", metavar="PATH", help=text)(function)


def done(plan: Plan, *, dry_run: bool, **told: Any) -> Installation:
    """Carry out a plan, unless it is only to be shown."""
    if not dry_run:
        plan.carry_out()
    changes = [_change(one, dry_run=dry_run) for one in plan.changes]
    changes += [FileChange(path=path, change="kept") for path in plan.kept]
    return Installation(schema=SCHEMA.format("installation"), dry_run=dry_run, changes=changes, **told)


def _change(one: Change, *, dry_run: bool) -> FileChange:
    kind: Literal["made", "changed", "removed"] = "changed"
    if one.before is None or one.after is None:
        kind = "made" if one.before is None else "removed"
    return FileChange(path=one.path, change=kind, text=_new(one) if dry_run and one.after is not None else None)


def _new(one: Change) -> str:
    """Return what stands in a file after a change and did not before, without what is the same around it."""
    before, after = one.before or b"", one.after or b""
    same = _same(before, after)
    rest = _same(before[same:][::-1], after[same:][::-1])
    return after[same : len(after) - rest].decode("utf-8", "replace")


def _same(one: bytes, other: bytes) -> int:
    """Return how many bytes two texts begin with alike."""
    return next(
        (place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )


def answer(asked: Invocation, done: Installation) -> None:
    """Tell what became of files."""
    asked.answer(done, lines)


def lines(done: Installation, _screen: Screen) -> Iterator[str]:
    """Draw what became of files, a line each."""
    would = "would be " if done.dry_run else ""
    for one in done.changes:
        if one.change == "kept":
            yield KEPT.format(safe(one.path))
        else:
            yield f"{would}{one.change}".capitalize() + f": {safe(one.path)}"
        yield from (f"    {safe(line)}" for line in (one.text or "").splitlines())
    if not any(one.change != "kept" for one in done.changes):
        yield "Nothing has to be changed."
    yield from done.notes
    yield from _commands(done)


def _commands(done: Installation) -> Iterator[str]:
    if not done.dry_run:
        yield from [f"Next: {safe(done.next)}"] if done.next else []
        yield from [f"Undo: {safe(done.undo)}"] if done.undo else []
