"""Noting the limits that a pasted text shows in the file of what was typed in."""

from zoneinfo import ZoneInfo

from codex_usage_tracker.config.allowance import Allowance, Balance, TypedWindow, Windows, merged, text_of
from codex_usage_tracker.config.writing import write
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.settings import ParsedAllowance, TypedLimit
from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.ingest.printed.limits_text import Shown, Understood, understood
from codex_usage_tracker.query import zones

EXAMPLE = 'Such a text is understood, and so is what /status prints: "5h 79% 6:50 PM Weekly 33% Jun 7"'


def noted(text: str, path: str, before: Allowance, now: int, zone: ZoneInfo) -> ParsedAllowance:
    """Write the limits that a text shows to a file, with those from before that it does not show."""
    found = understood(text, now, zone)
    if not (found.limits or found.credits):
        raise InvalidValueError("no limit was found in this text", " ".join([*found.notes, EXAMPLE]))
    kept = write(path, text_of(merged(before, _typed_in(found, now, zone))), replace=True)
    return _answer(found, now, path, kept)


def _typed_in(found: Understood, now: int, zone: ZoneInfo) -> Allowance:
    """Return what was understood as it stands in the file, with its instants in local time."""
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
