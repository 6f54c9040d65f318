"""What became of files of settings."""

from __future__ import annotations

from decimal import Decimal

import msgspec


class SettingsFile(msgspec.Struct, kw_only=True):
    """A file of settings that was written, which one it is, and the copy of the one before."""

    schema: str
    settings: str
    path: str
    backup_path: str | None


class TypedLimit(msgspec.Struct, kw_only=True):
    """A limit as it was read from a pasted text; instants in milliseconds UTC, credits where they were told."""

    family: str | None
    limit: str
    remaining_percent: float
    reset_at: int | None
    captured_at: int
    total_credits: Decimal | None
    remaining_credits: Decimal | None


class ParsedAllowance(msgspec.Struct, kw_only=True):
    """What was understood of a pasted text, what not (`notes`), and where it was written."""

    schema: str
    path: str
    backup_path: str | None
    plan: str | None
    credits: Decimal | None
    limits: list[TypedLimit]
    notes: list[str]
