"""Settings, read and written: whole files, a pasted allowance, and which state of them a page has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from codex_usage_tracker import __version__, privacy
from codex_usage_tracker.config.allowance import Allowance
from codex_usage_tracker.config.document import understood
from codex_usage_tracker.config.writing import write
from codex_usage_tracker.contract.server import PastedText, ServerSettings
from codex_usage_tracker.errors import InvalidSettingsError, InvalidValueError
from codex_usage_tracker.ingest import survey
from codex_usage_tracker.ingest.printed.noting import noted
from codex_usage_tracker.shapes import ready
from codex_usage_tracker.web import homes

if TYPE_CHECKING:
    from codex_usage_tracker.contract.settings import ParsedAllowance
    from codex_usage_tracker.web.desk import Desk

ACTIVE_MINUTES = 60
FIXED = frozenset({"active_home_id", "codex_home", "context_active_minutes"})
"""Said when the server is started."""
PRICED = frozenset({"pricing", "rate_card"})
"""Files that costs follow from."""


def settings(desk: Desk) -> ServerSettings:
    """Return what the server runs with, and (where nothing is hidden) the files of settings as they are."""
    tracker = desk.tracker
    files = tracker.files._asdict()
    kinds = survey.KINDS if desk.mode == privacy.NORMAL else {}
    rows = homes.rows(desk)
    return ServerSettings(
        codex_home=tracker.homes[0],
        active_home_id=rows[0].id,
        context_active_minutes=ACTIVE_MINUTES,
        homes=rows,
        timezone=str(tracker.zone()),
        timezone_named=tracker.timezone is not None,
        homes_named=bool(tracker.named_homes),
        privacy_mode=desk.mode,
        version=__version__,
        db_path=tracker.database,
        files=files,
        settings={name: msgspec.to_builtins(tracker.settings(files[name], kind)) for name, kind in kinds.items()},
    )


def put_settings(desk: Desk, body: bytes) -> ServerSettings:
    """Write the files of settings that a request names, each whole; all of them are understood before any is."""
    told = decoded(body, dict[str, msgspec.Raw])
    for name in told.keys() - survey.KINDS.keys() - FIXED:
        raise InvalidValueError(f"there is no setting {name!r}", f"Choose one of {', '.join(survey.KINDS)}.")
    for name in told.keys() & FIXED:
        if msgspec.json.decode(told[name]) != getattr(settings(desk), name):
            raise InvalidValueError(f"{name} is said when the server is started", "Start it with --codex-home DIR.")
    texts = {name: text(name, bytes(told[name])) for name in told.keys() & survey.KINDS.keys()}
    for name, one in texts.items():
        write(getattr(desk.tracker.files, name), one, replace=True)
    if texts.keys() & PRICED:
        desk.tracker.reprice()
    return settings(desk)


def text(name: str, raw: bytes) -> str:
    """Return a file of settings as it is written, if it can be understood: by the rules that it is read by."""
    try:
        _, warnings = understood(raw, survey.KINDS[name])
    except InvalidSettingsError as error:
        raise InvalidValueError(f"{name}: {error.message}", error.hint) from error
    if warnings:
        raise InvalidValueError(f"{name}: {warnings[0]}", "Leave it out.")
    return msgspec.json.format(raw, indent=2).decode() + "\n"


def note_allowance(desk: Desk, body: bytes) -> ParsedAllowance:
    """Note the limits of a text that was copied from Codex."""
    tracker = desk.tracker
    path = tracker.files.allowance
    told: PastedText = decoded(body, PastedText)
    return noted(told.text, path, tracker.settings(path, Allowance), tracker.now(), tracker.zone())


def decoded(body: bytes, kind: Any) -> Any:
    """Return what a request says."""
    try:
        return msgspec.json.decode(body, type=ready(kind), strict=False)
    except (msgspec.DecodeError, ArithmeticError, RecursionError, ValueError) as error:
        raise InvalidValueError(f"the body cannot be understood: {error}", "Send JSON as the reference says.") from None
