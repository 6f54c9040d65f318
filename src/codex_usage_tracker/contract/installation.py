"""What was put into Codex or taken out of it, and how a first set-up went."""

from __future__ import annotations

from typing import Literal

import msgspec

from codex_usage_tracker.contract.checks import Doctor

Step = Literal["done", "unchanged", "skipped", "failed"]


class FileChange(msgspec.Struct, kw_only=True):
    """A file that was made, changed or removed, or kept because somebody else wrote it; `text` is what is put in."""

    path: str
    change: Literal["made", "changed", "removed", "kept"]
    text: str | None = None


class Installation(msgspec.Struct, kw_only=True):
    """What became of files, or (`dry_run`) would; `next` and `undo` are commands, `notes` what has to be known."""

    schema: str
    dry_run: bool
    changes: list[FileChange]
    notes: list[str] = []
    next: str | None = None
    undo: str | None = None
    privacy_mode: str = "normal"


class SetupStep(msgspec.Struct, kw_only=True):
    """One part of a set-up: what became of it, and the commands that go on from there and that undo it."""

    name: str
    status: Step
    message: str
    next: str | None = None
    undo: str | None = None


class Setup(msgspec.Struct, kw_only=True):
    """A first set-up: its steps, commands that could come next, and whether all is in order."""

    schema: str
    steps: list[SetupStep]
    next: list[str]
    doctor: Doctor
    privacy_mode: str = "normal"
