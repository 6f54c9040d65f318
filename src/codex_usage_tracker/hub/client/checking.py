"""Whether the link to a hub is in order, for `doctor`; a machine without one is told nothing."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from codex_usage_tracker.contract.checks import Check
from codex_usage_tracker.errors import TrackerError
from codex_usage_tracker.hub.client import collecting, ledger, links
from codex_usage_tracker.store import database

if TYPE_CHECKING:
    from collections.abc import Iterator

LATE_MS = 2 * 86_400_000
SYNC = "codex-usage-tracker sync"


def checks(path: str) -> Iterator[Check]:
    """Give a verdict on the link: when it was used, and what is still to be sent of a database."""
    if not links.exists():
        return
    try:
        known = ledger.read(links.ledger_path(), links.read().hub)
        pending = _pending(path, known)
    except TrackerError as error:
        yield Check(name="hub", status="warn", message="what the hub has cannot be told", hint=error.hint)
        return
    when = f"{datetime.fromtimestamp(known.synced_at / 1000, UTC):%Y-%m-%d %H:%M} UTC" if known.synced_at else "never"
    quarters = "quarter" if pending == 1 else "quarters"
    left = f"still to be sent: {pending:,} {quarters} of an hour" if pending else "it has everything"
    message = f"linked; last sync {when}; {left}"
    if pending and time.time() * 1000 - (known.synced_at or 0) > LATE_MS:
        hint = "`sync` sends it; `sync --schedule` has the system do so from now on."
        yield Check(name="hub", status="warn", message=message, hint=hint, repair=SYNC)
    else:
        yield Check(name="hub", status="pass", message=message)


def _pending(path: str, known: ledger.Ledger) -> int:
    db = database.open_reader(path)
    try:
        with database.told(path):
            return len(collecting.due(db, known))
    finally:
        db.close()
